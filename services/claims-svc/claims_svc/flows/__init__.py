"""What people do with claims, each in one transaction; `handlers.py` does what events and timers ask."""
