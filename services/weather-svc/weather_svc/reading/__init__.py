"""Reads what KNMI publishes, in each of its layouts, into publications."""
