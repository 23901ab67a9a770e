"""The rules of rainfall assessment: pure functions of contract types, without clock, database or file."""
