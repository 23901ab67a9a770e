"""What handlers decided by hand, put in the place of what the rules left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from claims_svc.domain.rules.items import ItemVerdict
from claims_svc.domain.rules.rule import Rule, excludes
from claims_svc.domain.rules.ruled_on import place_of
from claims_svc.domain.ruling import Ruling
from contracts.coverage import Finding, Ground, GroundCode, GroundEffect, GroundWeight, Outcome
from contracts.vocabulary import Truth

LIFTABLE: Final = frozenset(
    {
        GroundCode.PRODUCT_UNKNOWN,
        GroundCode.REPORTED_LATE,
        GroundCode.POSSIBLE_DUPLICATE,
        GroundCode.REPORTERS_DIFFER,
        GroundCode.STATEMENT_TURNED,
        GroundCode.CAUSES_INSEPARABLE,
    }
)
"""The rules about the claim as a whole that can be set aside by hand: without them there is enough to decide on."""


def ruled_claim_level(rules: Sequence[Rule], rulings: Iterable[Ruling]) -> tuple[Rule, ...]:
    """Return the rules about the claim as a whole as handlers ruled on them.

    One that was set aside still holds and no longer stands. In front of one on which the claim was denied stands that
    denial.
    """
    by_ground = {ruling.ground: ruling.outcome for ruling in rulings if ruling.ground is not None}
    if not by_ground:
        return tuple(rules)
    ruled: list[Rule] = []
    for rule in rules:
        outcome = by_ground.get(rule.code)
        if rule.effect is not GroundEffect.REFERS or outcome is None:
            ruled.append(rule)
        elif outcome is Outcome.DENIED:
            ruled += [excludes(GroundCode.HANDLER_DENIES, holds=Truth.TRUE, facts=()), rule]
        else:
            ruled.append(rule._replace(stands=Truth.FALSE) if rule.code in LIFTABLE else rule)
    return tuple(ruled)


def ruled_findings(findings: tuple[Finding, ...], rulings: Iterable[Ruling]) -> tuple[Finding, ...]:
    """Return the findings with those in doubt, marked for a second look, or overruled, as handlers ruled on them."""
    by_route = {(ruling.route, ruling.by_fire): ruling for ruling in rulings if ruling.route is not None}
    if not by_route:
        return findings
    return tuple(_ruled_finding(finding, by_route.get((finding.route, finding.by_fire))) for finding in findings)


def ruled_items(
    items: Sequence[ItemVerdict], rulings: Iterable[Ruling], *, findings: tuple[Finding, ...]
) -> list[ItemVerdict]:
    """Return the verdicts on items with those in doubt as handlers ruled on them."""
    damage = [verdict.item for verdict in items]
    by_place = {place_of(ruling, damage): ruling.outcome for ruling in rulings if ruling.item is not None}
    if not by_place:
        return list(items)
    return [
        _ruled_item(verdict, outcome=outcome, findings=findings)
        if verdict.outcome is Outcome.REFERRED and (outcome := by_place.get(place)) is not None
        else verdict
        for place, verdict in enumerate(items)
    ]


def _ruled_item(verdict: ItemVerdict, *, outcome: Outcome, findings: tuple[Finding, ...]) -> ItemVerdict:
    if outcome is Outcome.DENIED:
        return verdict._replace(outcome=outcome, ground=GroundCode.HANDLER_DENIES)
    # Some peril must pay: one that the rules do not deny where there is any.
    causes = verdict.causes or findings
    possible = [cause for cause in causes if cause.outcome is not Outcome.DENIED] or causes
    return verdict._replace(
        outcome=outcome, ground=GroundCode.HANDLER_COVERS, causes=tuple(_covered(cause) for cause in possible)
    )


def _ruled_finding(finding: Finding, ruling: Ruling | None) -> Finding:
    if ruling is None or ruling.outcome is None:
        return finding
    if finding.outcome is Outcome.DENIED:
        return _covered(finding) if ruling.overrules else finding
    if ruling.outcome is Outcome.COVERED:
        return _covered(finding)
    is_open = finding.outcome is Outcome.REFERRED or finding.second_look
    return _by_hand(finding, Outcome.DENIED) if is_open else finding


def _covered(finding: Finding) -> Finding:
    """Return the finding covered; where the rules cover it already, only without the mark."""
    if finding.outcome is Outcome.COVERED:
        return replace(finding, second_look=False)
    return _by_hand(finding, Outcome.COVERED)


def _by_hand(finding: Finding, outcome: Outcome) -> Finding:
    code, effect = _BY_HAND[outcome]
    ground = Ground(code=code, effect=effect, holds=Truth.TRUE, weight=GroundWeight.DECISIVE)
    return replace(
        finding,
        outcome=outcome,
        grounds=(ground, *(_overruled(ground) for ground in finding.grounds)),
        second_look=False,
    )


def _overruled(ground: Ground) -> Ground:
    is_decisive = ground.weight is GroundWeight.DECISIVE
    return replace(ground, weight=GroundWeight.CONTRIBUTORY) if is_decisive else ground


_BY_HAND = {
    Outcome.COVERED: (GroundCode.HANDLER_COVERS, GroundEffect.COVERS),
    Outcome.DENIED: (GroundCode.HANDLER_DENIES, GroundEffect.EXCLUDES),
}
