"""The rules about damage items: which water caused each, and whether the policy insures what was damaged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from claims_svc.domain.rules.rule import decisive_ground
from contracts.coverage import Finding, GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind
from contracts.vocabulary import Cover, WaterRoute


class ItemVerdict(NamedTuple):
    """The outcome of one item, the ground that decided it, and the findings its damage can rest on."""

    item: DamageItem
    outcome: Outcome
    ground: GroundCode
    causes: tuple[Finding, ...]


def decide_item(item: DamageItem, *, findings: Sequence[Finding], covers: Sequence[Cover]) -> ItemVerdict:
    """Return the verdict on `item`. `findings` are all findings of the claim, at least one.

    An item follows the route it names, or all reported routes when it names none: where these differ and none is in
    doubt, a handler says which part came by which water. Cleaning and pumping are insured by any cover.

    Source: domain.md, "Damage items"; decision record 0010.
    """
    needed = _COVER_NEEDED.get(item.kind)
    if needed is not None and needed not in covers:
        return ItemVerdict(item, Outcome.DENIED, GroundCode.COVER_NOT_CHOSEN, ())
    causes = _causes(item, findings)
    outcomes = [_outcome(item, cause) for cause in causes]
    if Outcome.REFERRED not in outcomes and len(set(outcomes)) > 1:
        return ItemVerdict(item, Outcome.REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED, causes)
    outcome = Outcome.REFERRED if Outcome.REFERRED in outcomes else outcomes[0]
    deciding = causes[outcomes.index(outcome)]
    ground = decisive_ground(deciding) if deciding.outcome is outcome else GroundCode.CELLAR_PUMPING
    return ItemVerdict(item, outcome, ground, causes)


def _causes(item: DamageItem, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings the item can rest on; rain that falls in does not fill a cellar that must be pumped."""
    if item.route is not None:
        return tuple(finding for finding in findings if finding.route is item.route)
    if item.kind is DamageKind.CELLAR_PUMPING:
        filling = tuple(finding for finding in findings if finding.route is not WaterRoute.DIRECT_PRECIPITATION)
        return filling or tuple(findings)
    return tuple(findings)


def _outcome(item: DamageItem, cause: Finding) -> Outcome:
    """Return the outcome of `cause` for the item.

    Pumping is covered by indirect precipitation, a covered flood or covered groundwater only. Covered sewer water
    stands in between, because it comes from one of these: a handler decides.
    """
    if item.kind is not DamageKind.CELLAR_PUMPING or cause.outcome is not Outcome.COVERED:
        return cause.outcome
    return _PUMPING_AFTER.get(cause.route, Outcome.REFERRED)


_COVER_NEEDED = {DamageKind.BUILDINGS: Cover.BUILDINGS, DamageKind.CONTENTS: Cover.CONTENTS}
_PUMPING_AFTER = {
    WaterRoute.INDIRECT_PRECIPITATION: Outcome.COVERED,
    WaterRoute.FLOOD: Outcome.COVERED,
    WaterRoute.GROUNDWATER: Outcome.COVERED,
    WaterRoute.DIRECT_PRECIPITATION: Outcome.DENIED,
}
