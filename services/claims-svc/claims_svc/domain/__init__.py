"""The coverage rules of the home insurance's water damage: pure functions over facts, without clock or I/O."""
