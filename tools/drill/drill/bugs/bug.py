"""One bug: which service gets it, how it is put in, and what it takes to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

DUPLICATES, POISON, SMS_ANSWER_LOST = "duplicates", "poison", "sms answer lost"


class PutIn(Protocol):
    """Changes the code of this process."""

    def __call__(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Bug:
    """`crash_at` is the point at which the process must die for the bug to show. `besides` is what else must happen.

    `violates` are the invariants by which the checker notices it: one of them is enough.
    """

    name: str
    service: str
    put_in: Callable[[], None]
    violates: frozenset[str]
    crash_at: str = ""
    besides: str = ""
