"""The deductible of an event, which all its claims bear once, and what one claim bears of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from claims_svc.domain.basis import EventUse
from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.items import ItemVerdict
from claims_svc.domain.rules.rule import covering_grounds, decisive_ground
from contracts.coverage import Finding, GroundCode, Outcome
from contracts.money import EventDeductible
from contracts.vocabulary import PerilFamily, Truth, WaterRoute

_REST_ON_HEAVY_PRECIPITATION = frozenset(
    {
        GroundCode.HEAVY_LOCAL_PRECIPITATION,
        GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION,
        GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
        GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
    }
)


class Damage(NamedTuple):
    """Covered damage of one event, in euro cents; `heavy_cents` of it rests on heavy weather."""

    covered_cents: int = 0
    heavy_cents: int = 0


class ChargedTo(NamedTuple):
    """The peril whose event bears the deductible for an item, and the ground on which that peril covers it."""

    family: PerilFamily
    heavy: bool
    ground: GroundCode


class Deductible(NamedTuple):
    """The deductible that the policy chose, and the least that damage by heavy weather bears of an event."""

    chosen_cents: int
    minimum_cents: int

    def of_event_cents(self, damage: Damage) -> int:
        """Return what an event with this damage bears; the minimum concerns the damage by heavy weather only.

        Source: domain.md, "Money"; decision record 0028.
        """
        of_all_cents = min(self.chosen_cents, damage.covered_cents)
        return max(of_all_cents, min(max(self.chosen_cents, self.minimum_cents), damage.heavy_cents))


def perils_of(item: ItemVerdict, *, findings: Sequence[Finding], rain: Rain) -> Mapping[PerilFamily, ChargedTo]:
    """Return the perils that a covered item can be charged to, one a family; none when it is not covered.

    Which of several causes did the damage cannot be told, nor which ground of one cause: sewer water can come from a
    flood and from heavy rain. In one family a peril that is not heavy weather is better for the customer; between the
    families `money.py` chooses.
    """
    if item.outcome is not Outcome.COVERED:
        return _NO_PERILS
    return _perils_of_causes(item.causes, tuple(findings), rain)


# Memoised because the claims of one storm have few different findings.
@lru_cache(maxsize=4_096)
def _perils_of_causes(
    causes: tuple[Finding, ...], findings: tuple[Finding, ...], rain: Rain
) -> Mapping[PerilFamily, ChargedTo]:
    perils: dict[PerilFamily, ChargedTo] = {}
    for cause in causes:
        for ground in _paying_grounds(cause):
            peril = _charged_to(cause.route, ground, findings=findings, rain=rain)
            best = perils.get(peril.family)
            if best is None or best.heavy > peril.heavy:
                perils[peril.family] = peril
    return MappingProxyType(perils)


def _paying_grounds(cause: Finding) -> Sequence[GroundCode]:
    """Return the grounds on which a peril pays: what a handler covers only where no rule does."""
    grounds = covering_grounds(cause)
    return [ground for ground in grounds if ground is not GroundCode.HANDLER_COVERS] or grounds


def deductibles_of(
    own: Mapping[PerilFamily, Damage],
    *,
    others: Mapping[PerilFamily, EventUse],
    either: PerilFamily | None,
    deductible: Deductible,
) -> tuple[EventDeductible, ...]:
    """Return what a claim with the damage `own` bears of its events, one a family that it has damage in.

    An event bears its deductible over all its claims. This one bears what is left when the others have borne what they
    bore, never more than it would bear without them. `either` is the family that damage counts in which could be of
    either family; None when neither the claim nor the others have any. Such damage of the others ties both events
    together: what it made the one bear, the other need not. Even so the claim bears of each event what that one lacks,
    and only the rest in the other one.
    """
    if not others:
        # Most claims are alone in their events and bear all that these bear.
        return tuple(_alone(family, own[family], deductible=deductible) for family in _FAMILIES if family in own)
    events = {family: _event(family, own=own, others=others, either=either) for family in _FAMILIES}
    are_tied = any(use.either_cents for use in others.values())
    tied = [_FAMILIES] if are_tied else [(family,) for family in _FAMILIES if family in own]
    return tuple(
        borne
        for families in tied
        for borne in _share(families, own=own, events=events, others=others, deductible=deductible)
    )


def _alone(family: PerilFamily, damage: Damage, *, deductible: Deductible) -> EventDeductible:
    borne_cents = deductible.of_event_cents(damage)
    return _event_deductible(
        family, damage, deductible, borne_by_event_cents=borne_cents, borne_by_others_cents=0, borne_cents=borne_cents
    )


def _share(
    families: Sequence[PerilFamily],
    *,
    own: Mapping[PerilFamily, Damage],
    events: Mapping[PerilFamily, Damage],
    others: Mapping[PerilFamily, EventUse],
    deductible: Deductible,
) -> list[EventDeductible]:
    by_event = {family: deductible.of_event_cents(events[family]) for family in families}
    by_others = {family: others[family].borne_cents if family in others else 0 for family in families}
    borne_by_others_cents = sum(by_others.values())
    left_cents = max(0, sum(by_event.values()) - borne_by_others_cents)
    # A claim that comes to belong to an event of others must not cost more for that.
    alone_cents = {family: deductible.of_event_cents(own.get(family, _NO_DAMAGE)) for family in families}
    borne_cents = {
        family: max(0, min(by_event[family] - by_others[family], left_cents, alone_cents[family]))
        for family in families
    }
    # Each event bears its own first: the claim with the damage that ties both sees them apart when it is decided again.
    # Only what others bore in one event, and what counts in the other now, is borne across.
    rest_cents = left_cents - sum(borne_cents.values())
    for family in families if rest_cents else ():
        more_cents = min(rest_cents, alone_cents[family] - borne_cents[family])
        borne_cents[family] += more_cents
        rest_cents -= more_cents
    return [
        _event_deductible(
            family,
            events[family],
            deductible,
            borne_by_event_cents=by_event[family],
            borne_by_others_cents=min(borne_by_others_cents, by_event[family] - borne_cents[family]),
            borne_cents=borne_cents[family],
        )
        for family in families
        if family in own
    ]


def _event_deductible(
    family: PerilFamily,
    event: Damage,
    deductible: Deductible,
    *,
    borne_by_event_cents: int,
    borne_by_others_cents: int,
    borne_cents: int,
) -> EventDeductible:
    return EventDeductible(
        family=family,
        chosen_cents=deductible.chosen_cents,
        minimum_cents=deductible.minimum_cents if event.heavy_cents else 0,
        event_covered_cents=event.covered_cents,
        event_heavy_cents=event.heavy_cents,
        borne_by_event_cents=borne_by_event_cents,
        borne_by_others_cents=borne_by_others_cents,
        borne_cents=borne_cents,
    )


def _event(
    family: PerilFamily,
    *,
    own: Mapping[PerilFamily, Damage],
    others: Mapping[PerilFamily, EventUse],
    either: PerilFamily | None,
) -> Damage:
    covered_cents, heavy_cents = own.get(family, _NO_DAMAGE)
    use = others.get(family)
    if use is None:
        return Damage(covered_cents, heavy_cents)
    covered_cents += use.covered_cents + (use.either_cents if family is either else 0)
    return Damage(covered_cents, heavy_cents + use.heavy_cents)


def _charged_to(route: WaterRoute, ground: GroundCode, *, findings: Sequence[Finding], rain: Rain) -> ChargedTo:
    if route is WaterRoute.DIRECT_PRECIPITATION:
        return ChargedTo(PerilFamily.RAIN, rain.cloudburst is Truth.TRUE, ground)
    # Sewer water covered by a flood bears the deductible of the flood itself.
    if ground is GroundCode.SEWER_WATER_FROM_COVERED_FLOOD:
        floods = (finding for finding in findings if finding.route is WaterRoute.FLOOD and not finding.by_fire)
        heavy = any(decisive_ground(flood) in _REST_ON_HEAVY_PRECIPITATION for flood in floods)
        return ChargedTo(PerilFamily.FLOOD, heavy, ground)
    family = PerilFamily.FLOOD if route is WaterRoute.FLOOD else PerilFamily.RAIN
    by_hand = ground is GroundCode.HANDLER_COVERS and route in _HEAVY_WEATHER
    return ChargedTo(family, by_hand or ground in _REST_ON_HEAVY_PRECIPITATION, ground)


_FAMILIES = tuple(PerilFamily)
_HEAVY_WEATHER = frozenset({WaterRoute.INDIRECT_PRECIPITATION, WaterRoute.STORM})
"""What is heavy weather by itself (domain.md, "Money"), when a handler covers it without an established rain."""
_NO_DAMAGE = Damage()
_NO_PERILS: Mapping[PerilFamily, ChargedTo] = MappingProxyType({})
