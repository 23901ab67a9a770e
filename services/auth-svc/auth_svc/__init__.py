"""auth-svc: accounts, two-step login, sessions and tokens."""
