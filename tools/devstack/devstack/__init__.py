"""Starts Kafka, PostgreSQL and the outside world on a bare machine, and leaves nothing behind."""
