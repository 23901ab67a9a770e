"""The rules of policy versions and terms: pure functions of contract types, without clock, database or file."""
