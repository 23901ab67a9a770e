"""How much was taken within a time: no window of that length, wherever it begins, sees more than was allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

_KEPT_ONE_BY_ONE: Final = 60
"""Where more may be taken, what was taken within a sixtieth of the time is kept together: it counts longer by that."""


@dataclass(frozen=True, slots=True)
class Taken:
    """So many were taken, and count until then."""

    until: datetime
    number: int


Window: TypeAlias = tuple[Taken, ...]
"""The oldest first."""


def still_counted(window: Window, now: datetime) -> Window:
    """Return what counts at `now`."""
    return tuple(taken for taken in window if taken.until > now)


def with_one_more(window: Window, now: datetime, *, most: int, within: timedelta) -> Window:
    """Return what counts when one more is taken at `now`."""
    until = now + within
    if window and window[-1].until >= until:
        return (*window[:-1], Taken(window[-1].until, window[-1].number + 1))
    kept_together = within / _KEPT_ONE_BY_ONE if most > _KEPT_ONE_BY_ONE else timedelta(0)
    return (*window, Taken(until + kept_together, 1))


def number_in(window: Window) -> int:
    """Return how many there are."""
    return sum(taken.number for taken in window)


def wait_for_one(window: Window, now: datetime, *, most: int) -> timedelta:
    """Return how long it takes until one more may be taken: no time at all where there is room."""
    room = most
    for taken in reversed(window):
        room -= taken.number
        if room <= 0:
            return taken.until - now
    return timedelta(0)
