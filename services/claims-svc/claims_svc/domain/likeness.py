"""Whether two reports can tell of the same loss, so that the same damage is never paid twice."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

import msgspec

from claims_svc.domain.product import CURRENT_PRODUCT, EVENT_LENGTH
from claims_svc.domain.rules.reported import named_by, reported_routes
from contracts.loss_reports import DamageItem, DamageKind, LossReported
from contracts.vocabulary import LONGEST_LOSS, LossInterval, WaterRoute

SAME_LOSS_WITHIN = CURRENT_PRODUCT.same_loss_within
"""How far apart the moments of one loss may lie in two reports of it. All products agree on it."""

LONGEST_DAY = timedelta(hours=25)
"""The longest interval that tells a day: the one on which summer time ends."""
RAIN_BIT, FLOOD_BIT = 1, 2
_ANY_FAMILY = RAIN_BIT | FLOOD_BIT
_FAMILY_BITS = MappingProxyType(
    {
        WaterRoute.DIRECT_PRECIPITATION: RAIN_BIT,
        WaterRoute.INDIRECT_PRECIPITATION: RAIN_BIT,
        WaterRoute.GROUNDWATER: RAIN_BIT,
        WaterRoute.FLOOD: FLOOD_BIT,
        # A flood fills sewers too, and what storm or another cause was is for a handler to find out.
        WaterRoute.SEWER_BACKFLOW: _ANY_FAMILY,
        WaterRoute.STORM: _ANY_FAMILY,
        WaterRoute.OTHER: _ANY_FAMILY,
    }
)
_KIND_BITS = MappingProxyType(
    {
        DamageKind.BUILDINGS: 1,
        DamageKind.CONTENTS: 2,
        DamageKind.CLEANING: 4,
        DamageKind.CELLAR_PUMPING: 8,
    }
)
EVERY_KIND = sum(_KIND_BITS.values())


class Outline(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What of a report is compared with other reports, small enough to be columns.

    `families` (of perils) and `damage_kinds` are sums of bits. `damage_digest` is equal for the same kinds of damage
    with the same amounts, in whatever order. A report that lists no damage (yet) has no kinds: as long as that is so
    nothing can be paid for it, so it is alike to nothing.
    """

    policy_number: str
    loss: LossInterval
    families: int
    damage_kinds: int
    damage_digest: str

    def is_alike(self, other: Outline) -> bool:
        """Return whether both can be about one loss: same policy and event, a kind of damage in common.

        The same damage at the same moment is one loss whatever water did it: it is not paid as rain and as flood.
        """
        if self.is_of_one_event(other) and self.damage_kinds & other.damage_kinds:
            return True
        return self.policy_number == other.policy_number and self.has_same_damage(other)

    def has_same_damage(self, other: Outline) -> bool:
        return self.damage_digest == other.damage_digest and self.is_of_one_moment(other)

    def is_of_one_event(self, other: Outline) -> bool:
        return (
            self.policy_number == other.policy_number
            and bool(self.families & other.families)
            and self.loss.from_at - other.loss.until_at < EVENT_LENGTH
            and other.loss.from_at - self.loss.until_at < EVENT_LENGTH
        )

    def is_same(self, other: Outline) -> bool:
        """Return whether both are surely about one loss: same event, same moment, and the same damage."""
        return self.has_same_damage(other) and self.is_of_one_event(other)

    def is_same_without_damage(self, other: Outline) -> bool:
        """Return whether one of both lists no damage, and they are about one loss as far as they tell."""
        lists_damage = self.damage_kinds and other.damage_kinds
        return not lists_damage and self.is_of_one_event(other) and self.can_be_of_one_moment(other)

    def can_be_of_one_moment(self, other: Outline) -> bool:
        """Return whether both tell of one moment, one of them perhaps only of its day."""
        return self.is_of_one_moment(other) or self._is_day_of(other) or other._is_day_of(self)

    def _is_day_of(self, other: Outline) -> bool:
        return (
            self.loss.until_at - self.loss.from_at <= LONGEST_DAY
            and self.loss.from_at - SAME_LOSS_WITHIN <= other.loss.from_at
            and other.loss.until_at <= self.loss.until_at + SAME_LOSS_WITHIN
        )

    def is_of_one_moment(self, other: Outline) -> bool:
        return (
            abs(self.loss.from_at - other.loss.from_at) <= SAME_LOSS_WITHIN
            and abs(self.loss.until_at - other.loss.until_at) <= SAME_LOSS_WITHIN
        )


class Sought(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An outline for which claims are sought; `own` is the claim whose corrected report it is, None: a new report."""

    outline: Outline
    own: UUID | None


class LikeClaim(NamedTuple):
    """A claim that was found, so that the one with the earliest loss comes first."""

    loss_from_at: datetime
    claim_id: UUID


class Found(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The first claim that is surely about the sought loss, and the first that can be.

    `undamaged` is the first that is about it as far as is told: it lists no damage, or what is sought does not.
    """

    same: LikeClaim | None = None
    undamaged: LikeClaim | None = None
    alike: LikeClaim | None = None


NOTHING_FOUND = Found()


class _Outlined(NamedTuple):
    """A claim as it was put last among the outlines."""

    outline: Outline
    former: Sequence[Outline]
    gives_way_to: UUID | None


class _Place(NamedTuple):
    """Where an outline of a claim lies among the others."""

    like: LikeClaim
    outline: Outline


_A_DAY_APART = LONGEST_DAY + SAME_LOSS_WITHIN
"""Nothing that can be of one moment begins farther apart."""


class Outlines:
    """The outlines of the claims in memory, where claims alike are found as the database finds the others.

    They lie in the order of their losses, so that a policy with many claims is not gone through for each report.
    """

    def __init__(self) -> None:
        self._to_place: dict[UUID, _Outlined] = {}
        self._outlines: dict[UUID, Outline] = {}
        self._former: dict[UUID, int] = {}
        self._gives_way_to: dict[UUID, UUID | None] = {}
        self._losses: defaultdict[str, list[_Place]] = defaultdict(list)
        self._same_damage: defaultdict[tuple[str, str], list[_Place]] = defaultdict(list)

    def put(
        self, claim_id: UUID, outline: Outline, *, former: Sequence[Outline] = (), gives_way_to: UUID | None
    ) -> None:
        """Add a claim, or replace its outline; `former` ones are only ever added, at the end.

        `gives_way_to` is the claim because of which this one is held as long as it is not paid.
        """
        # Placed when somebody looks: a batch of answers about rain never does.
        self._to_place[claim_id] = _Outlined(outline, former, gives_way_to)

    def _place(self, claim_id: UUID, outlined: _Outlined) -> None:
        outline, former, gives_way_to = outlined
        self._gives_way_to[claim_id] = gives_way_to
        for added in former[self._former.get(claim_id, 0) :]:
            insort(self._losses[added.policy_number], _place_of(claim_id, added), key=_like)
        self._former[claim_id] = len(former)
        before = self._outlines.get(claim_id)
        if before is outline:
            return
        if before is not None:
            place = _place_of(claim_id, before)
            self._losses[before.policy_number].remove(place)
            self._same_damage[before.policy_number, before.damage_digest].remove(place)
        self._outlines[claim_id] = outline
        place = _place_of(claim_id, outline)
        insort(self._losses[outline.policy_number], place, key=_like)
        insort(self._same_damage[outline.policy_number, outline.damage_digest], place, key=_like)

    def find(self, sought: Sought) -> Found:
        """Return the first claims alike; one that gives way to the `own` one does not hold that in turn."""
        while self._to_place:
            self._place(*self._to_place.popitem())
        if sought.outline.policy_number not in self._losses:
            return NOTHING_FOUND
        alike = self._first_alike(sought.outline, own=sought.own)
        if sought.own is not None:
            return Found(alike=alike)
        return Found(
            same=self._first_same(sought.outline), undamaged=self._first_undamaged(sought.outline), alike=alike
        )

    def _first_same(self, outline: Outline) -> LikeClaim | None:
        losses = self._same_damage.get((outline.policy_number, outline.damage_digest), [])
        near = _between(losses, outline.loss.from_at - SAME_LOSS_WITHIN, outline.loss.from_at + SAME_LOSS_WITHIN)
        return next((place.like for place in near if outline.is_same(place.outline)), None)

    def _first_undamaged(self, outline: Outline) -> LikeClaim | None:
        number = outline.policy_number
        losses = self._same_damage.get((number, NO_DAMAGE), ()) if outline.damage_kinds else self._losses[number]
        near = _between(losses, outline.loss.from_at - _A_DAY_APART, outline.loss.from_at + _A_DAY_APART)
        return next(
            (
                place.like
                for place in near
                if self._outlines.get(place.like.claim_id) is place.outline
                and outline.is_same_without_damage(place.outline)
            ),
            None,
        )

    def _first_alike(self, outline: Outline, *, own: UUID | None) -> LikeClaim | None:
        losses = self._losses.get(outline.policy_number, [])
        earliest = outline.loss.from_at - EVENT_LENGTH - LONGEST_LOSS
        for place in _between(losses, earliest, outline.loss.until_at + EVENT_LENGTH):
            claim_id = place.like.claim_id
            gives_way = own is not None and own in (claim_id, self._gives_way_to[claim_id])
            if not gives_way and outline.is_alike(place.outline):
                return place.like
        return None


def _between(losses: Sequence[_Place], earliest: datetime, latest: datetime) -> Iterator[_Place]:
    """Yield what begins between these moments, in order, without going through the rest."""
    for place in islice(losses, bisect_left(losses, earliest, key=_loss_from_at), None):
        if place.like.loss_from_at > latest:
            return
        yield place


def _place_of(claim_id: UUID, outline: Outline) -> _Place:
    return _Place(LikeClaim(outline.loss.from_at, claim_id), outline)


def _like(place: _Place) -> LikeClaim:
    return place.like


def _loss_from_at(place: _Place) -> datetime:
    return place.like.loss_from_at


def outline_of(report: LossReported) -> Outline:
    """Return what of `report` is compared. Without a route that it names, water of any family is possible."""
    families = 0
    for route in reported_routes(report.facts, named_by_damage=named_by(report.damage)):
        families |= _FAMILY_BITS[route]
    kinds = 0
    for item in report.damage:
        kinds |= _KIND_BITS[item.kind]
    return Outline(
        policy_number=report.policy_number,
        loss=report.loss,
        families=families or _ANY_FAMILY,
        damage_kinds=kinds,
        damage_digest=_digest_of(report.damage),
    )


def _digest_of(damage: Iterable[DamageItem]) -> str:
    # The migration 0005 computes the same for claims from before it.
    listed = sorted(f"{item.kind}:{item.amount_cents}" for item in damage)
    return sha256(",".join(listed).encode()).hexdigest()[:32]


NO_DAMAGE = _digest_of(())
"""The digest of a report that lists no damage."""
