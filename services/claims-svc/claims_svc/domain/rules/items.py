"""The rules about damage items: what caused each, and whether the policy insures what was damaged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from claims_svc.domain.rules.rule import decisive_ground
from contracts.coverage import Finding, GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind
from contracts.vocabulary import Cover, WaterRoute


class ItemVerdict(NamedTuple):
    """The outcome of one item, the ground that decided it, and the findings its damage can rest on.

    A covered item has covered findings only: any of them pays for it.
    """

    item: DamageItem
    outcome: Outcome
    ground: GroundCode
    causes: tuple[Finding, ...]


class _Damaged(NamedTuple):
    """What of an item its verdict depends on: neither its amount nor who estimated it."""

    kind: DamageKind
    route: WaterRoute | None
    by_fire_or_explosion: bool | None


class _Judged(NamedTuple):
    """The verdict on every item of such damage."""

    outcome: Outcome
    ground: GroundCode
    causes: tuple[Finding, ...]


def decide_items(
    damage: Sequence[DamageItem], *, findings: Sequence[Finding], covers: Sequence[Cover]
) -> list[ItemVerdict]:
    """Return the verdicts on `damage`, in its order.

    Without findings there are none, unless no item is insured: whatever the water was, they are denied.
    An item follows the route it names, or all reported routes when it names none: where these differ and none is in
    doubt, a handler says which part came by which water. An item by fire follows the finding on the fire; where a fire
    is reported, an item that does not say whether the fire or the flood did it goes to a handler, unless both have the
    same outcome. Cleaning and pumping are insured by any cover.

    Source: domain.md, "Damage items"; decision records 0010 and 0027.
    """
    if not findings:
        verdicts = [ItemVerdict(item, *_NOT_CHOSEN) for item in damage if not _is_insured(item.kind, covers)]
        return verdicts if len(verdicts) == len(damage) else []
    found, chosen = tuple(findings), tuple(covers)
    return [
        ItemVerdict(item, *_decide(_Damaged(item.kind, item.route, item.by_fire_or_explosion), found, chosen))
        for item in damage
    ]


def deny_any_damage(findings: Sequence[Finding]) -> bool:
    """Return whether damage that one of these waters did is denied, whatever it is and whichever did it."""
    excluded = [finding for finding in findings if finding.outcome is Outcome.DENIED]
    return bool(excluded) and len(excluded) == len(findings) and not _causes(findings).excluded_water


class _Causes(NamedTuple):
    """The findings of one claim. `fire`: that on damage by fire, if any; `fire_differs` from that on the flood.

    `excluded_water`: the water of an excluded flood, and of the sewer or precipitation that came with it.
    """

    waters: tuple[Finding, ...]
    fire: tuple[Finding, ...]
    fire_differs: bool
    excluded_water: frozenset[WaterRoute]


def _causes(findings: Sequence[Finding]) -> _Causes:
    waters = tuple(finding for finding in findings if not finding.by_fire)
    outcomes = {finding.route: finding.outcome for finding in waters}
    if WaterRoute.FLOOD not in outcomes:
        return _Causes(waters, fire=(), fire_differs=False, excluded_water=frozenset())
    flood = outcomes[WaterRoute.FLOOD]
    fire = tuple(finding for finding in findings if finding.by_fire)
    mixed = flood is Outcome.DENIED and not _MIXES_WITH_FLOOD.isdisjoint(outcomes)
    return _Causes(
        waters,
        fire,
        fire_differs=any(finding.outcome is not flood for finding in fire),
        excluded_water=_MIXES_WITH_FLOOD | {WaterRoute.FLOOD} if mixed else frozenset(),
    )


# Memoised because damage of one storm is of few kinds and has few different findings.
@lru_cache(maxsize=4_096)
def _decide(item: _Damaged, findings: tuple[Finding, ...], covers: tuple[Cover, ...]) -> _Judged:
    if not _is_insured(item.kind, covers):
        return _NOT_CHOSEN
    causes = _causes(findings)
    if item.by_fire_or_explosion:
        return _damaged_by_fire(item, causes.fire)
    waters = _waters(item, causes.waters)
    if any(water.route in causes.excluded_water for water in waters):
        return _refer(GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER, waters)
    if item.kind is DamageKind.CELLAR_PUMPING:
        return _pumped(waters)
    fire_or_flood = causes.fire_differs and item.by_fire_or_explosion is None
    if fire_or_flood and any(water.route is WaterRoute.FLOOD for water in waters):
        return _refer(GroundCode.DAMAGE_NOT_ATTRIBUTED, waters)
    return _damaged(waters)


def _is_insured(kind: DamageKind, covers: Sequence[Cover]) -> bool:
    needed = _COVER_NEEDED.get(kind)
    return needed is None or needed in covers


def _waters(item: _Damaged, waters: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings the item can rest on; rain that falls in does not fill a cellar that must be pumped."""
    if item.route is not None:
        return tuple(water for water in waters if water.route is item.route)
    if item.kind is DamageKind.CELLAR_PUMPING:
        return tuple(water for water in waters if water.route is not WaterRoute.DIRECT_PRECIPITATION) or waters
    return waters


def _damaged(causes: tuple[Finding, ...]) -> _Judged:
    for cause in causes:
        if cause.outcome is Outcome.REFERRED:
            return _refer(decisive_ground(cause), causes)
    outcome = causes[0].outcome
    if any(cause.outcome is not outcome for cause in causes):
        return _refer(GroundCode.DAMAGE_NOT_ATTRIBUTED, causes)
    if any(cause.second_look for cause in causes):
        return _refer(GroundCode.SECOND_LOOK, causes)
    return _Judged(outcome, decisive_ground(causes[0]), causes)


def _damaged_by_fire(item: _Damaged, fire: tuple[Finding, ...]) -> _Judged:
    """Return the verdict on damage by fire; other water is no cause of it, and fire fills no cellar."""
    if item.route not in {None, WaterRoute.FLOOD}:
        return _refer(GroundCode.DAMAGE_NOT_ATTRIBUTED, fire)
    verdict = _damaged(fire)
    if item.kind is DamageKind.CELLAR_PUMPING and verdict.outcome is Outcome.COVERED:
        return _refer(GroundCode.CELLAR_PUMPING, fire)
    return verdict


def _pumped(waters: tuple[Finding, ...]) -> _Judged:
    """Return the verdict on pumping: one covered cause that suffices is enough, whatever other water came in.

    Indirect precipitation, a covered flood and covered groundwater suffice. Covered sewer water comes from one of
    these: a handler decides. Rain that fell in does not fill a cellar.
    """
    sufficient = tuple(
        water for water in waters if water.outcome is Outcome.COVERED and water.route in _SUFFICES_FOR_PUMPING
    )
    certain = tuple(water for water in sufficient if not water.second_look)
    if certain:
        return _Judged(Outcome.COVERED, decisive_ground(certain[0]), certain)
    if sufficient:
        return _refer(GroundCode.SECOND_LOOK, waters)
    for water in waters:
        if water.outcome is Outcome.REFERRED:
            return _refer(decisive_ground(water), waters)
    covered = [water.route for water in waters if water.outcome is Outcome.COVERED]
    if not covered:
        return _Judged(Outcome.DENIED, decisive_ground(waters[0]), waters)
    if covered == [WaterRoute.DIRECT_PRECIPITATION]:
        return _Judged(Outcome.DENIED, GroundCode.CELLAR_PUMPING, waters)
    return _refer(GroundCode.CELLAR_PUMPING, waters)


def _refer(ground: GroundCode, causes: tuple[Finding, ...]) -> _Judged:
    return _Judged(Outcome.REFERRED, ground, causes)


_NOT_CHOSEN = _Judged(Outcome.DENIED, GroundCode.COVER_NOT_CHOSEN, ())
_COVER_NEEDED = {DamageKind.BUILDINGS: Cover.BUILDINGS, DamageKind.CONTENTS: Cover.CONTENTS}
_MIXES_WITH_FLOOD = frozenset({WaterRoute.SEWER_BACKFLOW, WaterRoute.INDIRECT_PRECIPITATION})
_SUFFICES_FOR_PUMPING = frozenset(
    {WaterRoute.INDIRECT_PRECIPITATION, WaterRoute.FLOOD, WaterRoute.GROUNDWATER},
)
