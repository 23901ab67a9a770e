"""Tells a waiting person what takes so long."""

import sys


def say(message: str) -> None:
    """Write one line to standard error, which leaves standard output to results."""
    print(f"devstack: {message}", file=sys.stderr, flush=True)
