"""portal-svc: what customers, staff and strangers see in a browser."""
