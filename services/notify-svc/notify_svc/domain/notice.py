"""What a decision comes down to for whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.claims import DecisionMade
from contracts.coverage import DecidedItem, GroundCode, GroundEffect, Outcome
from contracts.vocabulary import FactSource, Truth

CLAIM_LEVEL_GROUNDS = frozenset(
    {
        GroundCode.POLICY_UNKNOWN,
        GroundCode.PRODUCT_UNKNOWN,
        GroundCode.REPORTED_LATE,
        GroundCode.POSSIBLE_DUPLICATE,
        GroundCode.REPORTERS_DIFFER,
        GroundCode.STATEMENT_TURNED,
        GroundCode.NOT_INSURED_AT_LOSS,
        GroundCode.TERMS_CHANGED_DURING_LOSS,
        GroundCode.NO_ROUTE_REPORTED,
        GroundCode.CAUSES_INSEPARABLE,
        GroundCode.DAMAGE_NOT_REPORTED,
        GroundCode.WITHDRAWN,
        GroundCode.JOINED,
    }
)
"""Grounds that decide a claim as a whole: what its findings say about each water is then no decision."""
_BY_HAND = frozenset({GroundCode.HANDLER_COVERS, GroundCode.HANDLER_DENIES})


class NoticeKind(StrEnum):
    """The kinds of notice; every language has texts for each."""

    PAID = "paid"
    """Everything is covered and paid."""
    PAID_FOR_A_PART = "paid_for_a_part"
    """Some damage is covered and paid, some is not covered."""
    PAID_MORE = "paid_more"
    """A new version adds to what was decided to be paid before."""
    PAYMENT_UNCHANGED = "payment_unchanged"
    """A new version adds nothing to what was decided to be paid before."""
    REPAIRED = "repaired"
    """All that is covered is repaired by the repair network; nothing is paid."""
    NOTHING_PAYABLE = "nothing_payable"
    """Covered, and the deductible leaves nothing."""
    AWAITS_ASSESSMENT = "awaits_assessment"
    """Covered, and nothing is paid before an assessment."""
    PART_PAID_REST_ASSESSED = "part_paid_rest_assessed"
    """Some is paid at once, some awaits an assessment."""
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    """The customer took the claim back."""
    JOINED = "joined"
    """The claim goes on as part of another one about the same loss."""
    REFERRED = "referred"
    """A handler decides about everything."""
    PART_PAID_REST_REFERRED = "part_paid_rest_referred"
    """What is undisputed is paid at once, a handler decides about the rest."""
    PART_DECIDED_REST_REFERRED = "part_decided_rest_referred"
    """Something is decided without a payment now, a handler decides about the rest."""


@dataclass(frozen=True, slots=True)
class Payment:
    """The amounts a notice names, in euro cents.

    `now_cents` is what this version adds, `before_cents` what earlier ones had decided to pay, `total_cents` both.
    """

    now_cents: int
    before_cents: int
    total_cents: int


def payment_of(decision: DecisionMade) -> Payment:
    """Return what `decision` pays: nothing now as long as nothing is undisputed, and nothing for what is repaired."""
    money, in_kind = decision.money, decision.in_kind
    if in_kind is not None:
        return Payment(
            now_cents=in_kind.to_pay_cents,
            before_cents=in_kind.paid_before_cents,
            total_cents=in_kind.paid_before_cents + in_kind.to_pay_cents,
        )
    total_cents = money.payable_cents or 0
    now_cents = money.to_pay_cents
    if now_cents is None:
        now_cents = max(0, total_cents - money.decided_before_cents)
    return Payment(now_cents=now_cents, before_cents=money.decided_before_cents, total_cents=total_cents)


def notice_kind(decision: DecisionMade) -> NoticeKind:
    """Return the kind of notice that `decision` asks for."""
    pays_now = payment_of(decision).now_cents > 0
    if decision.outcome is Outcome.WITHDRAWN:
        return NoticeKind.JOINED if decision.deciding_ground is GroundCode.JOINED else NoticeKind.WITHDRAWN
    if decision.outcome is Outcome.DENIED:
        return NoticeKind.DENIED
    if decision.outcome is Outcome.REFERRED:
        if pays_now:
            return NoticeKind.PART_PAID_REST_REFERRED
        is_partly_decided = any(item.outcome is not Outcome.REFERRED for item in judged_items(decision))
        return NoticeKind.PART_DECIDED_REST_REFERRED if is_partly_decided else NoticeKind.REFERRED
    if decision.money.awaits_assessment or decision.money.payable_cents is None:
        return NoticeKind.PART_PAID_REST_ASSESSED if pays_now else NoticeKind.AWAITS_ASSESSMENT
    return _kind_of_covered(decision, pays_now=pays_now)


def _kind_of_covered(decision: DecisionMade, *, pays_now: bool) -> NoticeKind:
    if payment_of(decision).before_cents:
        return NoticeKind.PAID_MORE if pays_now else NoticeKind.PAYMENT_UNCHANGED
    if not pays_now:
        return NoticeKind.NOTHING_PAYABLE if decision.in_kind is None else NoticeKind.REPAIRED
    is_whole = all(item.outcome is Outcome.COVERED for item in decision.items)
    return NoticeKind.PAID if is_whole else NoticeKind.PAID_FOR_A_PART


def judged_items(decision: DecisionMade) -> tuple[DecidedItem, ...]:
    """Return the damage items that were judged one by one: none when a ground decided the claim as a whole."""
    return () if decision.deciding_ground in CLAIM_LEVEL_GROUNDS else decision.items


def is_by_hand(decision: DecisionMade) -> bool:
    """Whether people decided something of it: on what the rules had left open, or that a doubt is none."""
    grounds = [*decision.grounds, *(ground for finding in decision.findings for ground in finding.grounds)]
    codes = {ground.code for ground in grounds} | {item.ground for item in decision.items} | {decision.deciding_ground}
    set_aside = decision.outcome is not Outcome.REFERRED and any(
        ground.effect is GroundEffect.REFERS and ground.holds is Truth.TRUE and ground.code in CLAIM_LEVEL_GROUNDS
        for ground in decision.grounds
    )
    return set_aside or not _BY_HAND.isdisjoint(codes)


def is_refused_or_reduced(decision: DecisionMade) -> bool:
    """Whether the decision gives less than was reported, so that its reader must know every way out."""
    borne_cents = sum(deductible.borne_cents for deductible in decision.money.deductibles)
    # What somebody assessed can be less than what was reported, and the decision does not say what that was.
    is_other = any(
        item.outcome is Outcome.DENIED or item.estimated_by is not FactSource.CUSTOMER
        for item in judged_items(decision)
    )
    return decision.outcome is Outcome.DENIED or is_other or borne_cents > 0
