"""What of a decision is transferred, and what is repaired instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec

from claims_svc.domain.claim import Claim
from claims_svc.domain.decision import StandingDecision
from contracts.claims import DecisionMade, InKind
from contracts.coverage import DecidedItem, Outcome
from contracts.loss_reports import DamageKind

REPAIRABLE: Final = frozenset({DamageKind.BUILDINGS})
"""What the repair network repairs (ours): the home itself. Everything else is paid in money."""


class Due(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the newest decision on a claim promises: `payable_cents` in all, of which a repair takes `in_kind_cents`."""

    claim_id: UUID
    claim_reference: str
    claim_version: int
    customer_id: UUID
    payable_cents: int
    in_kind_cents: int
    trace: str | None


def due_of(decision: DecisionMade, *, trace: str | None) -> Due | None:
    """Return what `decision` promises; None when that is nothing."""
    payable_cents = decision.money.payable_cents
    if not payable_cents or decision.customer_id is None:
        return None
    return Due(
        claim_id=decision.claim_id,
        claim_reference=decision.claim_reference,
        claim_version=decision.claim_version,
        customer_id=decision.customer_id,
        payable_cents=payable_cents,
        in_kind_cents=in_kind_cents(decision.items),
        trace=trace,
    )


def due_of_standing(claim: Claim, standing: StandingDecision, *, customer_id: UUID) -> Due:
    """Return what the decision that stands on `claim` promises."""
    return Due(
        claim_id=claim.claim_id,
        claim_reference=claim.claim_reference,
        claim_version=claim.claim_version,
        customer_id=customer_id,
        payable_cents=standing.payable_cents,
        in_kind_cents=in_kind_cents(standing.document.verdict.items),
        trace=claim.trace,
    )


def in_kind(
    decision: DecisionMade,
    *,
    paid_before_cents: int,
    repaired_at_most_cents: int | None = None,
    collected_cents: int = 0,
) -> InKind | None:
    """Return what of `decision` is repaired for a claim whose repair has not ended; None when that is nothing yet.

    A repair that is completed repairs no more than `repaired_at_most_cents`. What its firm was told to collect from the
    customer, `collected_cents`, is borne, and not taken off once more from what is paid. What was ordered before is
    never asked back, neither as a deductible (ours: doubt is in the customer's favour).
    """
    repaired_cents = in_kind_cents(decision.items)
    if repaired_at_most_cents is not None:
        repaired_cents = min(repaired_cents, repaired_at_most_cents)
    if not repaired_cents:
        return None
    payable_cents = decision.money.payable_cents or 0
    return InKind(
        repaired_cents=repaired_cents,
        paid_before_cents=paid_before_cents,
        to_pay_cents=max(0, payable_cents - paid_before_cents - max(0, repaired_cents - collected_cents)),
        borne_by_customer_cents=max(collected_cents, repaired_cents - payable_cents - paid_before_cents),
    )


def in_kind_cents(items: Iterable[DecidedItem]) -> int:
    """Return how much of an amount payable is for damage that the repair network would repair."""
    return sum([item.amount_cents for item in items if is_repairable(item) and not item.awaits_assessment])


def awaits_other_than_repair(items: Iterable[DecidedItem]) -> bool:
    """Return whether damage awaits an assessment that no repair partner gives."""
    return any(item.awaits_assessment and item.kind not in REPAIRABLE for item in items)


def is_repairable(item: DecidedItem) -> bool:
    """Return whether it is covered damage that the repair network repairs, its amount known or not."""
    return item.kind in REPAIRABLE and item.outcome is Outcome.COVERED
