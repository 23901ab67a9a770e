"""Keeps KNMI's hourly rain observations and assesses what the nearest station measured around a loss."""
