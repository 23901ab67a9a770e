"""A token bucket: full at first; what is taken comes back evenly. Levels are whole numbers, in thousandths."""

from __future__ import annotations

from datetime import timedelta

ONE = 1_000
"""What is taken at a time."""
_MICROSECOND = timedelta(microseconds=1)


def refilled(level: int, *, since: timedelta, most: int, within: timedelta) -> int:
    """Return the level after `since` of a bucket that holds `most` and is full again `within` so long."""
    came_back = most * ONE * max(0, since // _MICROSECOND) // (within // _MICROSECOND)
    return min(most * ONE, level + came_back)


def wait_for_one(level: int, *, most: int, within: timedelta) -> timedelta:
    """Return how long it takes until there is one again, rounded up."""
    missing = max(0, ONE - level)
    return _MICROSECOND * -(-missing * (within // _MICROSECOND) // (most * ONE))
