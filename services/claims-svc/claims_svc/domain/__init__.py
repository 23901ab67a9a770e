"""What claims-svc decides and when: pure functions over facts, without clock or I/O. `rules/` holds the cover."""
