"""Every SQL statement of portal-svc."""
