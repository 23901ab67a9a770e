"""The verdict on a claim: the rules, the damage items and the money put together."""

from __future__ import annotations

from dataclasses import dataclass

from claims_svc.domain.basis import Basis
from claims_svc.domain.money import money_of
from claims_svc.domain.rain import Rain, evidence_of, rain_of
from claims_svc.domain.rules.claim_level import claim_level_rules, claim_outcome, decided_by, grounds_of, item_rules
from claims_svc.domain.rules.findings import findings_of
from claims_svc.domain.rules.items import decide_item
from contracts.claims import RainEvidence
from contracts.coverage import DecidedItem, Finding, Ground, GroundCode, Outcome
from contracts.money import Money
from contracts.vocabulary import Cover


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of a claim and its reasons; every field has a namesake in `DecisionMade`.

    `grounds` are the rules about the claim as a whole that hold or could not be evaluated, `findings` one per water
    route, `items` one per damage item. `covers` are those of the policy at loss.
    """

    outcome: Outcome
    deciding_ground: GroundCode
    grounds: tuple[Ground, ...]
    findings: tuple[Finding, ...]
    items: tuple[DecidedItem, ...]
    rain: RainEvidence | None
    covers: tuple[Cover, ...]
    money: Money


def decide(basis: Basis) -> Verdict:
    """Decide on what is known now; the same basis always gives the same verdict.

    It never raises: doubt gives REFERRED, never a denial. Decide when `needs.next_need` is NOTHING: before
    that, what has not come yet counts as a doubt.
    """
    return decide_given(basis, rain=rain_of(basis.rain, wait_over=basis.rain_wait_over))


def decide_given(basis: Basis, *, rain: Rain) -> Verdict:
    """Decide as if the rain were `rain`."""
    findings = findings_of(basis.facts, damage=basis.damage, rain=rain, trusted=basis.product.trusted_sources)
    terms = basis.insurance.terms
    # Without terms a claim-level rule decides, and no cover counts as not chosen.
    covers = tuple(Cover) if terms is None else terms.covers
    items = [decide_item(item, findings=findings, covers=covers) for item in basis.damage] if findings else []
    rules = claim_level_rules(basis, findings=findings)
    outcome, deciding_ground = claim_outcome(rules, items=items)
    decided_whole = decided_by(rules)
    money, decided_items = money_of(
        basis, items=items, findings=findings, rain=rain, claim_level=None if decided_whole is None else outcome
    )
    return Verdict(
        outcome=outcome,
        deciding_ground=deciding_ground,
        grounds=grounds_of([*rules, *item_rules(items)], outcome=outcome, deciding=deciding_ground),
        findings=findings,
        items=decided_items,
        rain=None if basis.rain is None else evidence_of(basis.rain),
        covers=() if terms is None else terms.covers,
        money=money,
    )
