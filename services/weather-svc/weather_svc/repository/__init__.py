"""Every SQL statement of the service, one function each, in a module per noun. The caller owns the transaction.

Order of locks: first the advisory lock on observations (shared to assess, exclusive to record), then assessments by
claim id.
"""
