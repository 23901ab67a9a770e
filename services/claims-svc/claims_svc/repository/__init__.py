"""Every SQL statement of the service, one function each, in a module per noun.

Order of locks, the same for every handler: first the policies (by number), then their claims (by id). A transaction
that holds a policy's lock is alone with its claims, its deductibles and everything that hangs on them.
"""
