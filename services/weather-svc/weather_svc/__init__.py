"""Keeps KNMI's rain measurements and says what the nearest station measured around a loss."""
