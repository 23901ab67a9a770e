"""The event (occurrence) that several claims can come from: together they bear its deductible once."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from claims_svc.domain.money import borne_deductible_cents
from claims_svc.domain.verdict import Verdict
from contracts.coverage import GroundCode, Outcome
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
    """What one covered claim used of its event's deductible. `loss_from_at` is the earliest moment of its loss.

    Without `claim_id` it is the sum of several claims with one moment of loss, none of which is decided now.
    """

    claim_id: UUID | None
    policy_number: str
    family: str
    loss_from_at: datetime
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


class DeductibleUses:
    """What covered claims used of the deductibles of their events, by policy, family and moment of loss.

    Which claims share an event follows from their moments of loss alone, so the order of deciding does not matter: the
    earliest loss begins an event, and the first loss that comes when the event is over begins the next one.
    """

    def __init__(self, uses: Iterable[DeductibleUse] = ()) -> None:
        self._use_of_claim: dict[UUID, DeductibleUse] = {}
        self._losses: defaultdict[tuple[str, str], _Losses] = defaultdict(_Losses)
        for use in uses:
            self.record(use)

    def record(self, use: DeductibleUse) -> None:
        """Add `use`; it replaces what its claim used before, on whatever policy that was."""
        if use.claim_id is not None:
            before = self._use_of_claim.get(use.claim_id)
            if before is not None:
                self._losses_with(before).remove(before)
            self._use_of_claim[use.claim_id] = use
        self._losses_with(use).add(use)

    def used_by_others_cents(
        self, claim_id: UUID, *, policy_number: str, family: str, loss: LossInterval, hours: int
    ) -> int:
        """Return what other claims used of the deductible of the event that `loss` belongs to; 0: of a new event.

        A loss counts from its earliest moment. It belongs to the earliest event of which it is less than `hours` away
        from the beginning, on either side: a loss before an event makes the event begin earlier.

        Source: domain.md, "Money"; the product's `occurrence_hours`.
        """
        losses, own = self._losses[policy_number, family], self._use_of_claim.get(claim_id)
        if own is None:
            return losses.used_cents_with(loss.from_at, length=timedelta(hours=hours))
        # Without its own loss the others may make other events.
        self._losses_with(own).remove(own)
        used_cents = losses.used_cents_with(loss.from_at, length=timedelta(hours=hours))
        self._losses_with(own).add(own)
        return used_cents

    def _losses_with(self, use: DeductibleUse) -> _Losses:
        return self._losses[use.policy_number, use.family]


class _Losses:
    """The moments of loss on one policy in one family, in their order, with how many uses each has and their sum."""

    def __init__(self) -> None:
        self._moments: list[datetime] = []
        self._uses: list[int] = []
        self._used_cents: list[int] = []

    def add(self, use: DeductibleUse) -> None:
        place = bisect_left(self._moments, use.loss_from_at)
        if place == len(self._moments) or self._moments[place] != use.loss_from_at:
            self._moments.insert(place, use.loss_from_at)
            self._uses.insert(place, 0)
            self._used_cents.insert(place, 0)
        self._uses[place] += 1
        self._used_cents[place] += use.used_cents

    def remove(self, use: DeductibleUse) -> None:
        place = bisect_left(self._moments, use.loss_from_at)
        self._uses[place] -= 1
        self._used_cents[place] -= use.used_cents
        if not self._uses[place]:
            for column in (self._moments, self._uses, self._used_cents):
                del column[place]

    def used_cents_with(self, moment: datetime, *, length: timedelta) -> int:
        """Return what was used in the earliest event that begins less than `length` before or after `moment`."""
        first = 0
        while first < len(self._moments) and self._moments[first] - moment < length:
            begins_at = self._moments[first]
            beyond = bisect_left(self._moments, begins_at + length, lo=first)
            if moment - begins_at < length:
                return sum(self._used_cents[first:beyond])
            first = beyond
        return 0
