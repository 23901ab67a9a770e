"""The rules of auth-svc: values and pure functions."""
