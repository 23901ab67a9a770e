"""The event (occurrence) that several claims can come from: together they bear its deductible once."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from claims_svc.domain.basis import EventUse
from claims_svc.domain.verdict import Verdict
from contracts.coverage import DecidedItem
from contracts.vocabulary import FactSource, LossInterval, PerilFamily


class ClaimUse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one decided claim has of its event in one family, as `EventUse` has it of all; `proofs` is its own.

    `loss_from_at` is the earliest moment of its loss. `rests_on` are the proofs of other claims that its decision
    counted, of either family. Without `claim_id` it is the sum of several claims with one moment of loss, none of which
    is decided now.
    """

    claim_id: UUID | None
    policy_number: str
    family: PerilFamily
    loss_from_at: datetime
    covered_cents: int
    heavy_cents: int
    either_cents: int
    estimated_cents: int
    borne_cents: int
    proofs: tuple[str, ...]
    rests_on: tuple[str, ...] = ()

    def counts_as(self, other: ClaimUse) -> bool:
        """Whether both are the same to the other claims of their event."""
        return replace(self, proofs=(), rests_on=()) == replace(other, proofs=(), rests_on=())


_FAMILIES: Final = tuple(PerilFamily)


def rests_on(event_uses: Iterable[EventUse]) -> tuple[str, ...]:
    """Return the proofs of other claims that a decision counted."""
    return tuple(dict.fromkeys(proof for use in event_uses for proof in use.proofs))


def families_of(verdict: Verdict) -> Sequence[PerilFamily]:
    """Return the families of the events that a claim decided so can belong to, awaiting an assessment or not."""
    found: list[PerilFamily | None] = []
    for item in verdict.items:
        if item.either_family:
            return _FAMILIES
        found.append(item.family)
    return [family for family in _FAMILIES if family in found]


def uses_of(
    verdict: Verdict,
    *,
    claim_id: UUID,
    policy_number: str,
    loss: LossInterval,
    proof_sha256: str,
    event_uses: Iterable[EventUse] = (),
) -> tuple[ClaimUse, ...]:
    """Return what a claim decided so has of its events, one a family; none when nothing is covered."""
    families = families_of(verdict)
    if not families:
        return ()
    borne_cents = {deductible.family: deductible.borne_cents for deductible in verdict.money.deductibles}
    return tuple(
        ClaimUse(
            claim_id=claim_id,
            policy_number=policy_number,
            family=family,
            loss_from_at=loss.from_at,
            covered_cents=_sum(item for item in items if not item.awaits_assessment and not item.either_family),
            heavy_cents=_sum(item for item in items if _is_heavy(item)),
            either_cents=_sum(item for item in items if not item.awaits_assessment and item.either_family),
            estimated_cents=_sum(item for item in items if item.estimated_by is FactSource.CUSTOMER),
            borne_cents=borne_cents.get(family, 0),
            proofs=(proof_sha256,),
            rests_on=rests_on(event_uses),
        )
        for family in families
        if (items := [item for item in verdict.items if item.either_family or item.family is family])
    )


def _is_heavy(item: DecidedItem) -> bool:
    """Damage that could be of either family is never charged as heavy weather: one of its causes is not."""
    return item.rests_on_heavy_weather and not item.awaits_assessment and not item.either_family


def _sum(items: Iterable[DecidedItem]) -> int:
    return sum([item.amount_cents for item in items])


class EventUses:
    """What decided claims have of their events, by policy, family and moment of loss.

    Which claims share an event follows from their moments of loss alone, so the order of deciding does not matter: the
    earliest loss begins an event, and the first loss that comes when the event is over begins the next one.
    """

    def __init__(self, uses: Iterable[ClaimUse] = ()) -> None:
        self._of_claim: defaultdict[UUID, list[ClaimUse]] = defaultdict(list)
        self._losses: defaultdict[tuple[str, PerilFamily], _Losses] = defaultdict(_Losses)
        for use in uses:
            self._add(use)

    def record(self, claim_id: UUID, uses: Sequence[ClaimUse]) -> Sequence[ClaimUse]:
        """Replace what `claim_id` had, on whatever policy that was, by `uses`.

        Return what it had, unless that is the same to the other claims of its events.
        """
        had = self._of_claim.pop(claim_id, [])
        for use in had:
            self._losses[use.policy_number, use.family].remove(use)
        for use in uses:
            self._add(use)
        if not had:
            return ()
        now = {use.family: use for use in uses}
        same = len(had) == len(now) and all(use.family in now and use.counts_as(now[use.family]) for use in had)
        return () if same else had

    def stand(self, proofs: Iterable[str]) -> bool:
        """Return whether all these proofs are still those of what claims have."""
        newest = {proof for losses in self._losses.values() for use in losses for proof in use.proofs}
        return newest.issuperset(proofs)

    def of_others(
        self, claim_id: UUID, *, policy_number: str, family: PerilFamily, loss: LossInterval, hours: int
    ) -> EventUse | None:
        """Return what other claims have of the event that `loss` belongs to; None when there are none.

        A loss counts from its earliest moment. It belongs to the earliest event of which it is less than `hours` away
        from the beginning, on either side: a loss before an event makes the event begin earlier.

        Source: domain.md, "Money"; the product's `occurrence_hours`.
        """
        losses = self._losses.get((policy_number, family))
        if losses is None:
            return None
        # Without its own loss the others may make other events.
        uses = losses.event_of(loss.from_at, length=timedelta(hours=hours), without=claim_id)
        if not uses:
            return None
        return EventUse(
            family=family,
            covered_cents=sum(use.covered_cents for use in uses),
            heavy_cents=sum(use.heavy_cents for use in uses),
            either_cents=sum(use.either_cents for use in uses),
            estimated_cents=sum(use.estimated_cents for use in uses),
            borne_cents=sum(use.borne_cents for use in uses),
            proofs=tuple(proof for use in uses for proof in use.proofs),
        )

    def _add(self, use: ClaimUse) -> None:
        if use.claim_id is not None:
            self._of_claim[use.claim_id].append(use)
        self._losses[use.policy_number, use.family].add(use)


class _Losses:
    """The uses on one policy in one family, in the order of their moments of loss."""

    def __init__(self) -> None:
        self._uses: list[ClaimUse] = []

    def __iter__(self) -> Iterator[ClaimUse]:
        return iter(self._uses)

    def add(self, use: ClaimUse) -> None:
        insort(self._uses, use, key=_moment)

    def remove(self, use: ClaimUse) -> None:
        place = bisect_left(self._uses, use.loss_from_at, key=_moment)
        del self._uses[self._uses.index(use, place)]

    def event_of(self, moment: datetime, *, length: timedelta, without: UUID) -> list[ClaimUse]:
        """Return the uses of the earliest event that begins less than `length` before or after `moment`."""
        first = 0
        while first < len(self._uses) and self._uses[first].loss_from_at - moment < length:
            if self._uses[first].claim_id == without:
                first += 1
                continue
            begins_at = self._uses[first].loss_from_at
            beyond = bisect_left(self._uses, begins_at + length, lo=first, key=_moment)
            if moment - begins_at < length:
                return [use for use in self._uses[first:beyond] if use.claim_id != without]
            first = beyond
        return []


def _moment(use: ClaimUse) -> datetime:
    return use.loss_from_at
