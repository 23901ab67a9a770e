"""Owns policies and customers, and publishes every new version of them."""
