"""Redetermination: new evidence about a decided claim, compared with the standing decision."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from claims_svc.domain.advantage import RANK, position
from claims_svc.domain.basis import Basis
from claims_svc.domain.case import Case
from claims_svc.domain.claim import Claim
from claims_svc.domain.decision import Evidence, evidence_in
from claims_svc.domain.verdict import Verdict
from contracts.coverage import DecidedItem, Outcome
from contracts.money import Money, MoneyStepCode
from contracts.vocabulary import FactSource

OTHERS_CHANGED = "others-changed"
"""The timer that decides a claim again whose decision rests on what another claim of its event no longer has."""
_COVERED = frozenset({MoneyStepCode.DAMAGE, MoneyStepCode.NOT_COVERED, MoneyStepCode.UNDECIDED})
"""The steps that leave the covered damage, assessed or not."""


class Change(StrEnum):
    """What new evidence does for the customer."""

    SAME = "same"
    IN_FAVOUR = "in_favour"
    """The machine decides again: a new version."""
    AGAINST = "against"
    """A handler looks at it; the decision stands and nothing is clawed back."""


class HumanReview(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """New evidence goes against the customer: decision `claim_version` stands until a handler has looked."""

    claim_id: UUID
    claim_version: int
    evidence: Evidence
    reason: str
    raised_at: datetime


def compare(standing: Verdict, new: Verdict) -> Change:
    """Return whether `new` is better for the customer than `standing`, worse, or the same.

    As long as both decide about the same list of damage, item by item: one item worse, or less to be paid, is against
    the customer, whatever else is better. When the list was corrected, or a rule about the claim as a whole decided,
    the claims are compared as a whole, what is to be paid first.

    An assessment completes a decision also when it is no higher than the customer's estimate, as long as no less is to
    be paid. More covered damage is decided even when the deductible takes all of it: the event's other claims then have
    less of that to bear.

    Source: domain.md, "Evidence that comes later"; decision records 0010 and 0028.
    """
    if standing.items and [item.kind for item in standing.items] == [item.kind for item in new.items]:
        return _compare_items(standing, new)
    return _compare_as_a_whole(standing, new)


def is_better(reviewed: Verdict, new: Verdict) -> bool:
    """Return whether a review has brought the customer something: all in all, also where one item became worse."""
    return Change.IN_FAVOUR in {compare(reviewed, new), _compare_as_a_whole(reviewed, new)}


def _compare_as_a_whole(standing: Verdict, new: Verdict) -> Change:
    """Return whether `new` is better for the customer than `standing` all in all, what is to be paid first."""
    before_cents, after_cents = _payable_cents(standing), _payable_cents(new)
    if after_cents != before_cents:
        return Change.IN_FAVOUR if after_cents > before_cents else Change.AGAINST
    before, after = _rank(standing), _rank(new)
    if before != after:
        return Change.IN_FAVOUR if after > before else Change.AGAINST
    completed = standing.money.awaits_assessment and not new.money.awaits_assessment
    return Change.IN_FAVOUR if completed or _more_is_covered(standing, new) else Change.SAME


def _compare_items(standing: Verdict, new: Verdict) -> Change:
    before_cents, after_cents = _payable_cents(standing), _payable_cents(new)
    items = list(zip(standing.items, new.items, strict=True))
    if after_cents < before_cents or any(RANK[after.outcome] < RANK[before.outcome] for before, after in items):
        return Change.AGAINST
    better = any(RANK[after.outcome] > RANK[before.outcome] or _is_completed(before, after) for before, after in items)
    return Change.IN_FAVOUR if better or after_cents > before_cents or _more_is_covered(standing, new) else Change.SAME


def _is_completed(before: DecidedItem, after: DecidedItem) -> bool:
    """Return whether a covered item no longer waits for an assessment, or no longer counts as the customer's estimate.

    Else the event would go on counting it against the limit of estimates, and its other claims would wait in vain.
    """
    waited = before.awaits_assessment and not after.awaits_assessment
    was_assessed = before.estimated_by is FactSource.CUSTOMER and after.estimated_by is not FactSource.CUSTOMER
    return before.outcome is Outcome.COVERED and (waited or was_assessed)


def review_of(claim: Claim, case: Case, verdict: Verdict, *, standing: Basis, now: datetime) -> HumanReview:
    """Return the review that asks a handler to look at `verdict`, which goes against the `standing` decision."""
    others = " beside what other claims have of the event now" if case.event_uses != standing.event_uses else ""
    awaited = ", the rest when it has been assessed" if verdict.money.awaits_assessment else ""
    not_covered = [
        f", item {place} {item.outcome} ({item.ground})"
        for place, item in enumerate(verdict.items, start=1)
        if item.outcome is not Outcome.COVERED
    ]
    # Of a single item the claim's own outcome says it already.
    items = "".join(not_covered) if len(verdict.items) > 1 else ""
    return HumanReview(
        claim_id=claim.claim_id,
        claim_version=claim.claim_version,
        evidence=evidence_in(case),
        reason=f"new evidence{others} gives {verdict.outcome} ({verdict.deciding_ground}), "
        f"payable {verdict.money.payable_cents} cents{awaited}{items}",
        raised_at=now,
    )


def _rank(verdict: Verdict) -> tuple[int, bool]:
    outcome, policy_is_known, *_ = position(verdict.outcome, verdict.deciding_ground, verdict.money)
    return outcome, policy_is_known


def _payable_cents(verdict: Verdict) -> int:
    return verdict.money.payable_cents or 0


def _more_is_covered(standing: Verdict, new: Verdict) -> bool:
    return _covered_cents(new.money) > _covered_cents(standing.money)


def _covered_cents(money: Money) -> int:
    return sum(step.amount_cents for step in money.steps if step.code in _COVERED)
