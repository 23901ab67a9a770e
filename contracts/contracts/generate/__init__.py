"""Schemas and documents that follow from the declared topics. Services do not import it."""
