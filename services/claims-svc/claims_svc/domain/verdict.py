"""The verdict on a claim: the rules, the damage items and the money put together."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from claims_svc.domain.advantage import Position, position
from claims_svc.domain.basis import Basis, EarlierStatement
from claims_svc.domain.money import money_of
from claims_svc.domain.rain import Rain, evidence_of, rain_of
from claims_svc.domain.rules.by_hand import ruled_claim_level, ruled_findings, ruled_items
from claims_svc.domain.rules.claim_level import claim_level_rules, decided_by, decided_by_items, grounds_of, item_rules
from claims_svc.domain.rules.findings import findings_of
from claims_svc.domain.rules.items import decide_items
from claims_svc.domain.rules.ruled_on import counts_in
from contracts.claims import RainEvidence
from contracts.coverage import DecidedItem, Finding, Ground, GroundCode, Outcome
from contracts.money import Money
from contracts.vocabulary import Cover


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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
    if basis.rulings:
        basis = replace(basis, rulings=tuple(ruling for ruling in basis.rulings if counts_in(basis, ruling)))
    verdict = _apply_rules(basis, rain=rain, statement_turned=False)
    if basis.earlier is None or not _turned_in_favour(verdict, basis, earlier=basis.earlier, rain=rain):
        return verdict
    return _apply_rules(basis, rain=rain, statement_turned=True)


def _turned_in_favour(verdict: Verdict, basis: Basis, *, earlier: EarlierStatement, rain: Rain) -> bool:
    """Return whether `verdict` is better for the customer than what they said first would have given.

    Of another moment of loss the rain is not known. That customer is better off when the claim is covered, or more is
    paid or covered, than was decided before. What was decided under another policy only a handler takes back.

    Source: domain.md, "When the machine must not decide alone"; decision record 0027.
    """
    if "policy_number" in earlier.turned:
        return True
    if "loss" in earlier.turned and _gives_more_than_before(verdict, basis, earlier=earlier):
        return True
    told_first = replace(
        basis, facts=earlier.facts_first_said(basis.facts), damage=earlier.damage_first_said(basis.damage)
    )
    first = _apply_rules(told_first, rain=rain, statement_turned=False)
    # More money beside a new doubt is in their favour too, though covered ranks above referred.
    return _position(verdict) > _position(first) or _paid_cents(verdict) > _paid_cents(first)


def _gives_more_than_before(verdict: Verdict, basis: Basis, *, earlier: EarlierStatement) -> bool:
    covered_first = verdict.outcome is Outcome.COVERED and basis.decided_before_cents == 0
    pays_more = _paid_cents(verdict) > basis.decided_before_cents
    return covered_first or pays_more or covered_cents(verdict) > earlier.covered_before_cents


def covered_cents(verdict: Verdict) -> int:
    """Return the damage that is covered, awaiting an assessment or not."""
    return sum(item.amount_cents for item in verdict.items if item.outcome is Outcome.COVERED)


def _paid_cents(verdict: Verdict) -> int:
    return verdict.money.payable_cents or 0


def _position(verdict: Verdict) -> Position:
    return position(verdict.outcome, verdict.deciding_ground, verdict.money)


def _apply_rules(basis: Basis, *, rain: Rain, statement_turned: bool) -> Verdict:
    findings = ruled_findings(
        findings_of(basis.facts, damage=basis.damage, rain=rain, trusted=basis.product.trusted_sources), basis.rulings
    )
    terms = basis.insurance.terms
    # Without terms a claim-level rule decides, and no cover counts as not chosen.
    covers = tuple(Cover) if terms is None else terms.covers
    items = ruled_items(decide_items(basis.damage, findings=findings, covers=covers), basis.rulings, findings=findings)
    rules = ruled_claim_level(
        claim_level_rules(basis, findings=findings, items=items, statement_turned=statement_turned), basis.rulings
    )
    whole = decided_by(rules)
    money, decided_items = money_of(
        basis, items=items, findings=findings, rain=rain, claim_level=None if whole is None else whole[0]
    )
    outcome, deciding_ground = whole or decided_by_items(decided_items, findings=findings)
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
