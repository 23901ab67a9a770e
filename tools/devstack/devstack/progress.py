"""Progress output for a person who waits: why a start takes so long."""

import sys


def report(message: str) -> None:
    """Write one line to standard error; standard output is for results alone."""
    print(f"devstack: {message}", file=sys.stderr, flush=True)
