"""Every SQL statement of the service, one function each, in a module per noun. The caller owns the transaction.

Order of locks: first customers by relation number, then policies by policy number, and timers last, as the work is
committed. Who fires a timer holds it first: so whoever fires one that others may set meanwhile (renewals) waits for no
customer and no policy. A policy's terms are changed and read under the lock of their policy only.
"""
