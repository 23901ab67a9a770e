"""The commands of operators, each on record."""
