"""Keeps what KNMI published about rain, and when, and assesses what the nearest station measured around a loss."""
