"""Every SQL statement of auth-svc."""
