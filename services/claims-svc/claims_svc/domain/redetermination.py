"""Redetermination: new evidence about a decided claim, compared with the standing decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from claims_svc.domain.case import Case
from claims_svc.domain.claim import Claim
from claims_svc.domain.decision import Evidence, evidence_in
from claims_svc.domain.money import borne_deductible_cents, covered_damage_cents
from claims_svc.domain.verdict import Verdict
from contracts.coverage import GroundCode, Outcome

_RANK = {Outcome.DENIED: 0, Outcome.REFERRED: 1, Outcome.COVERED: 2}


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

    Covered is better than referred, referred better than denied. Between two covers more money is better, and at the
    same money having it is better than waiting for an assessment. A claim referred because its policy was unknown is
    better off as soon as the policy is there, also when it stays referred: only then can the customer be told.

    Source: domain.md, "Evidence that comes later"; decision record 0010.
    """
    before, after = _position(standing), _position(new)
    if before == after:
        return Change.SAME
    return Change.IN_FAVOUR if after > before else Change.AGAINST


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


def _position(verdict: Verdict) -> tuple[int, bool, int, bool]:
    """Return how well a customer is off, comparable: larger is better.

    Money counts before the question whether it waits for an assessment, so that a lower assessment is never in favour.
    """
    money = verdict.money
    covered = verdict.outcome is Outcome.COVERED
    return (
        _RANK[verdict.outcome],
        verdict.deciding_ground is not GroundCode.POLICY_UNKNOWN,
        covered_damage_cents(money) - borne_deductible_cents(money) if covered else 0,
        covered and money.payable_cents is not None,
    )
