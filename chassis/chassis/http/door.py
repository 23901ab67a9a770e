"""What the door of a running service works with."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.http.limits import Places
from chassis.http.tokens import Verifier
from chassis.unit_of_work import WorkFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """`verifier` is None where nothing is guarded by a token. `seconds` is how long one request may take."""

    work: WorkFactory
    verifier: Verifier | None
    places: Places
    seconds: float
