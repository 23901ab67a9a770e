"""Redetermination: new evidence about a decided claim, compared with the standing decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from claims_svc.domain.advantage import position
from claims_svc.domain.case import Case
from claims_svc.domain.claim import Claim
from claims_svc.domain.decision import Evidence, evidence_in
from claims_svc.domain.verdict import Verdict
from contracts.money import Money, MoneyStepCode

_COVERED = frozenset({MoneyStepCode.DAMAGE, MoneyStepCode.NOT_COVERED, MoneyStepCode.UNDECIDED})
"""The steps that leave the covered damage, assessed or not."""


class Change(StrEnum):
    """What new evidence does for the customer."""

    SAME = "same"
    IN_FAVOUR = "in_favour"
    """The machine decides again: a new version."""
    AGAINST = "against"
    """A handler looks at it; the decision stands and nothing is clawed back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanReview:
    """New evidence goes against the customer: decision `claim_version` stands until a handler has looked."""

    claim_id: UUID
    claim_version: int
    evidence: Evidence
    reason: str
    raised_at: datetime


def compare(standing: Verdict, new: Verdict) -> Change:
    """Return whether `new` is better for the customer than `standing`, worse, or the same.

    Money comes first: what was decided to be paid is never lowered by the machine, and what an item in doubt leaves
    undisputed is paid. At the same money the order of `advantage.py` counts. An assessment completes a decision also
    when it is lower than the customer's estimate, as long as nothing had been decided to be paid for it. More covered
    damage is decided even when the deductible takes all of it: the event's other claims then have less of that to bear.

    Source: domain.md, "Evidence that comes later"; decision records 0010 and 0028.
    """
    before_cents, after_cents = standing.money.payable_cents or 0, new.money.payable_cents or 0
    if after_cents != before_cents:
        return Change.IN_FAVOUR if after_cents > before_cents else Change.AGAINST
    before, after = _rank(standing), _rank(new)
    if before != after:
        return Change.IN_FAVOUR if after > before else Change.AGAINST
    completed = standing.money.awaits_assessment and not new.money.awaits_assessment
    more = _covered_cents(new.money) > _covered_cents(standing.money)
    return Change.IN_FAVOUR if completed or more else Change.SAME


def review_of(claim: Claim, case: Case, verdict: Verdict, *, now: datetime) -> HumanReview:
    """Return the review that asks a handler to look at `verdict`, which goes against the standing decision."""
    return HumanReview(
        claim_id=claim.claim_id,
        claim_version=claim.claim_version,
        evidence=evidence_in(case),
        reason=f"new evidence gives {verdict.outcome} ({verdict.deciding_ground}), "
        f"payable {verdict.money.payable_cents} cents",
        raised_at=now,
    )


def _rank(verdict: Verdict) -> tuple[int, bool]:
    outcome, policy_is_known, *_ = position(verdict.outcome, verdict.deciding_ground, verdict.money)
    return outcome, policy_is_known


def _covered_cents(money: Money) -> int:
    return sum(step.amount_cents for step in money.steps if step.code in _COVERED)
