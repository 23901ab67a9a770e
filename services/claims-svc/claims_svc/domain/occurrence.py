"""The event (occurrence) that several claims can come from: together they bear its deductible once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from claims_svc.domain.money import borne_deductible_cents
from claims_svc.domain.verdict import Verdict
from contracts.claims import GroundCode, Outcome
from contracts.vocabulary import LossInterval


class Family(StrEnum):
    """The perils that make one event together."""

    RAIN = "rain"
    FLOOD = "flood"


_FLOOD_GROUNDS = frozenset(
    {
        GroundCode.REGIONAL_DEFENCE_FAILED,
        GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED,
        GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
        GroundCode.SEWER_WATER_FROM_COVERED_FLOOD,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductibleUse:
    """What one covered claim used of its event's deductible. `loss_from_at` is the earliest moment of its loss."""

    claim_id: UUID
    policy_number: str
    family: str
    loss_from_at: datetime
    used_cents: int


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


def deductible_use_of(
    verdict: Verdict, *, claim_id: UUID, policy_number: str, loss: LossInterval
) -> DeductibleUse | None:
    """Return what a claim decided so uses of its event's deductible; None when nothing is covered."""
    family = family_of(verdict)
    if family is None:
        return None
    return DeductibleUse(
        claim_id=claim_id,
        policy_number=policy_number,
        family=family,
        loss_from_at=loss.from_at,
        used_cents=borne_deductible_cents(verdict.money),
    )


def used_before_cents(uses: Iterable[DeductibleUse], *, loss: LossInterval, hours: int) -> int:
    """Return what other claims used of the deductible of the event that `loss` belongs to; 0 when it is a new event.

    `uses` are those of other claims of the same policy and family, in any order: which claims share an event follows
    from their moments of loss alone, so the order of deciding does not matter. `hours` is how long an event lasts.

    Source: domain.md, "Money"; the product's `occurrence_hours`.
    """
    occurrence = occurrence_of(occurrences_of(uses, hours=hours), loss=loss, hours=hours)
    return 0 if occurrence is None else occurrence.used_cents


def occurrences_of(uses: Iterable[DeductibleUse], *, hours: int) -> list[Occurrence]:
    """Return the events that these losses of one policy and family make, each anchored at its earliest loss."""
    occurrences: list[Occurrence] = []
    for use in sorted(uses, key=lambda use: (use.loss_from_at, use.claim_id)):
        newest = occurrences[-1] if occurrences else None
        if newest and use.loss_from_at - newest.anchor_at < timedelta(hours=hours):
            occurrences[-1] = replace(newest, used_cents=newest.used_cents + use.used_cents)
        else:
            occurrences.append(Occurrence(anchor_at=use.loss_from_at, used_cents=use.used_cents))
    return occurrences


def occurrence_of(occurrences: Iterable[Occurrence], *, loss: LossInterval, hours: int) -> Occurrence | None:
    """Return the event of one policy and family that a loss belongs to: the earliest that fits.

    A loss counts from its earliest moment. It fits an event when one of the two begins less than `hours` after the
    other: a loss before the anchor makes the event begin earlier. None: a new event.
    """
    length = timedelta(hours=hours)
    fitting = (each for each in occurrences if abs(each.anchor_at - loss.from_at) < length)
    return min(fitting, key=lambda each: each.anchor_at, default=None)
