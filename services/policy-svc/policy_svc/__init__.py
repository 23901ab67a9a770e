"""Owns policies and customers, and announces every new version of them."""
