"""The verdict on a claim: the routes, the insurance and the damage items put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from claims_svc.domain import claim_rules
from claims_svc.domain.basis import Basis
from claims_svc.domain.damage import ItemVerdict, judge
from claims_svc.domain.money import deductible_cents, nothing_paid, paid, undecided
from claims_svc.domain.rain import Rain, evidence_of, rain_of
from claims_svc.domain.routes import findings_of
from claims_svc.domain.rule import decisive_ground
from contracts.claims import Finding, Ground, GroundCode, Money, Outcome, RainEvidence
from contracts.vocabulary import Cover, Truth, WaterRoute


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a claim ends and why; every field has a namesake in `DecisionMade`.

    `grounds` are the rules about the claim as a whole that hold or could not be told, `findings` one verdict per
    water route. `covers` are those of the policy at loss.
    """

    outcome: Outcome
    deciding_ground: GroundCode
    grounds: tuple[Ground, ...]
    findings: tuple[Finding, ...]
    rain: RainEvidence | None
    covers: tuple[Cover, ...]
    money: Money


def conclude(basis: Basis) -> Verdict:
    """Return the verdict that `basis` gives: the same one whenever it is asked."""
    return conclude_in(basis, rain=rain_of(basis.rain, wait_over=basis.rain_wait_over))


def conclude_in(basis: Basis, *, rain: Rain) -> Verdict:
    """Return the verdict if the rain were `rain`."""
    findings = findings_of(basis.facts, damage=basis.damage, rain=rain, trusted=basis.product.trusted_sources)
    terms = basis.insurance.terms
    insured = tuple(Cover) if terms is None else terms.covers
    items = [judge(item, findings=findings, covers=insured) for item in basis.damage] if findings else []
    rules = claim_rules.before_the_water(basis, findings=findings)
    outcome, deciding = claim_rules.decision(rules, items=items)
    return Verdict(
        outcome=outcome,
        deciding_ground=deciding,
        grounds=claim_rules.listed([*rules, *claim_rules.about_items(items)], outcome=outcome, deciding=deciding),
        findings=findings,
        rain=None if basis.rain is None else evidence_of(basis.rain),
        covers=() if terms is None else terms.covers,
        money=_money(basis, outcome=outcome, items=items, findings=findings, rain=rain),
    )


def _money(
    basis: Basis, *, outcome: Outcome, items: Sequence[ItemVerdict], findings: Sequence[Finding], rain: Rain
) -> Money:
    terms = basis.insurance.terms
    if outcome is Outcome.DENIED:
        return nothing_paid(basis.damage)
    if outcome is Outcome.REFERRED or terms is None:
        return undecided(basis.damage)
    return paid(
        items,
        deductible=deductible_cents(
            terms.deductible_cents,
            takes_minimum=_takes_minimum(items, findings=findings, rain=rain),
            product=basis.product,
        ),
        used_before=basis.deductible_used_before_cents,
        limit=basis.product.customer_estimate_limit_cents,
    )


def _takes_minimum(items: Sequence[ItemVerdict], *, findings: Sequence[Finding], rain: Rain) -> bool:
    """Return whether covered damage comes from heavy weather: heavy local precipitation, or rain in a cloudburst."""
    causes = (cause for verdict in items if verdict.outcome is Outcome.COVERED for cause in verdict.causes)
    return any(_from_heavy_weather(cause, findings=findings, rain=rain) for cause in causes)


def _from_heavy_weather(cause: Finding, *, findings: Sequence[Finding], rain: Rain) -> bool:
    if cause.route is WaterRoute.DIRECT_PRECIPITATION:
        return rain.cloudburst is Truth.TRUE
    ground = decisive_ground(cause)
    if ground is GroundCode.SEWER_WATER_FROM_COVERED_FLOOD:
        floods = (finding for finding in findings if finding.route is WaterRoute.FLOOD)
        return any(decisive_ground(flood) in _REST_ON_HEAVY_PRECIPITATION for flood in floods)
    return ground in _REST_ON_HEAVY_PRECIPITATION


_REST_ON_HEAVY_PRECIPITATION = frozenset(
    {
        GroundCode.HEAVY_LOCAL_PRECIPITATION,
        GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION,
        GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
        GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
    }
)
