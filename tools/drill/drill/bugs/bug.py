"""One bug: which service gets it, how it is put in, and what it takes to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

DUPLICATES, POISON, SMS_ANSWER_LOST = "duplicates", "poison", "sms answer lost"


@dataclass(frozen=True, kw_only=True)
class Bug:
    """`crash_at` is the point, and the pass of it, at which the process must die for the bug to show.

    `besides` is what else must happen, and `violates` the invariants by which it is noticed: one of them is enough.
    """

    name: str
    service: str
    put_in: Callable[[], None]
    violates: frozenset[str]
    crash_at: str = ""
    besides: str = ""
