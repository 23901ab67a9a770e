"""Breaks the platform on purpose, on real servers, and has a checker say what became of every report."""
