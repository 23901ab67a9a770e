"""The event several losses can come from: its deductible is borne once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from claims_svc.domain.money import borne_cents
from claims_svc.domain.verdict import Verdict
from contracts.claims import GroundCode, Outcome
from contracts.vocabulary import LossInterval


class Family(StrEnum):
    """The perils that make one event together."""

    RAIN = "rain"
    FLOOD = "flood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One event of one policy and one family: its earliest loss, and the deductible its claims have used so far."""

    anchor_at: datetime
    used_cents: int


def family_of(verdict: Verdict) -> Family | None:
    """Return the family whose event bears the deductible of `verdict`; None when nothing is covered."""
    if verdict.outcome is not Outcome.COVERED:
        return None
    return Family.FLOOD if verdict.deciding_ground in _FLOOD_GROUNDS else Family.RAIN


def occurrence_of(occurrences: Iterable[Occurrence], *, loss: LossInterval, hours: int) -> Occurrence | None:
    """Return the event of one policy and family that a loss belongs to: the earliest that fits.

    A loss counts from its earliest moment. It fits an event when one of the two begins less than `hours` after the
    other: a loss before the anchor makes the event begin earlier. None: a new event.
    """
    length = timedelta(hours=hours)
    fitting = (each for each in occurrences if abs(each.anchor_at - loss.from_at) < length)
    return min(fitting, key=lambda each: each.anchor_at, default=None)


def taken_cents(verdict: Verdict) -> int:
    """Return what this decision uses of its event's deductible: never more than the covered damage."""
    return borne_cents(verdict.money) if verdict.outcome is Outcome.COVERED else 0


_FLOOD_GROUNDS = frozenset(
    {
        GroundCode.REGIONAL_DEFENCE_FAILED,
        GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED,
        GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
        GroundCode.SEWER_WATER_FROM_COVERED_FLOOD,
    }
)
