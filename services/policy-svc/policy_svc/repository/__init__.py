"""Every SQL statement of the service, one function each, in a module per noun. The caller owns the transaction.

Order of locks: first customers by relation number, then policies by policy number. A policy's terms are changed and
read under the lock of their policy only.
"""
