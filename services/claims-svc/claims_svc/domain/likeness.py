"""Whether two reports can tell of the same loss, so that the same damage is never paid twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from claims_svc.domain.product import CURRENT_PRODUCT, EVENT_LENGTH
from claims_svc.domain.rules.reported import named_by, reported_routes
from contracts.loss_reports import DamageItem, DamageKind, LossReported
from contracts.vocabulary import LossInterval, WaterRoute

SAME_LOSS_WITHIN = CURRENT_PRODUCT.same_loss_within
"""How far apart the moments of one loss may lie in two reports of it. All products agree on it."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What of a report is compared with other reports, small enough to be columns.

    `families` (of perils) and `damage_kinds` are sums of bits. `damage_digest` is equal for the same kinds of damage
    with the same amounts, in whatever order.
    """

    policy_number: str
    loss: LossInterval
    families: int
    damage_kinds: int
    damage_digest: str

    def is_alike(self, other: Outline) -> bool:
        """Return whether both can be about one loss: same policy and event, a kind of damage in common."""
        return self.is_of_one_event(other) and bool(self.damage_kinds & other.damage_kinds)

    def is_of_one_event(self, other: Outline) -> bool:
        return (
            self.policy_number == other.policy_number
            and bool(self.families & other.families)
            and self.loss.from_at - other.loss.until_at < EVENT_LENGTH
            and other.loss.from_at - self.loss.until_at < EVENT_LENGTH
        )

    def is_same(self, other: Outline) -> bool:
        """Return whether both are surely about one loss: alike, same moment, and the same damage."""
        return self.damage_digest == other.damage_digest and self.is_of_one_moment(other) and self.is_alike(other)

    def is_of_one_moment(self, other: Outline) -> bool:
        return (
            abs(self.loss.from_at - other.loss.from_at) <= SAME_LOSS_WITHIN
            and abs(self.loss.until_at - other.loss.until_at) <= SAME_LOSS_WITHIN
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """An outline for which claims are sought; `own` is the claim whose corrected report it is, None: a new report."""

    outline: Outline
    own: UUID | None


class LikeClaim(NamedTuple):
    """A claim that was found, so that the one with the earliest loss comes first."""

    loss_from_at: datetime
    claim_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The first claim that is surely about the sought loss, and the first that can be."""

    same: LikeClaim | None = None
    alike: LikeClaim | None = None


NOTHING_FOUND = Found()


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
    return sha256(",".join(listed).encode()).hexdigest()
