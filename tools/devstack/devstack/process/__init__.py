"""Processes, temporary directories and containers that end with their launcher, or with the next launcher's start."""
