"""Every SQL statement of the service, one function each, in a module per noun. The caller owns the transaction.

Order of locks: a poll; the advisory lock to record, or that to record a register; that of what counts (shared to
assess; alone, and last of all, to commit what was recorded); then assessments by claim id.
"""
