"""New evidence is compared with the decision as it was made, not with what the rules would make of it today."""

from __future__ import annotations

from uuid import UUID

from claim_events import POLICY_NUMBER, policy, rainfall_answer, report
from claims_driver import OPENED_AT
from msgspec.structs import replace

from claims_svc.domain.changes import Changes
from claims_svc.domain.decision import StandingDecision
from claims_svc.domain.occurrence import EventUses
from claims_svc.domain.working_set import WorkingSet
from contracts.coverage import Outcome

CLAIM_ID = UUID(int=1)
ENOUGH, TOO_LITTLE = 402, 100
DAMAGE_CENTS, PAID_CENTS = 100_000, 75_000
"""The minimum deductible of EUR 250 is taken off."""


def decided(*, tenths_mm: int) -> WorkingSet:
    """Return a claim that was decided on this rain."""
    working_set = WorkingSet(
        policies={POLICY_NUMBER: policy()}, claims={}, uses=EventUses(), standing={}, now=OPENED_AT
    )
    working_set.apply_report(report(damage_cents=DAMAGE_CENTS), new_claim_id=CLAIM_ID, trace=None)
    working_set.apply_rainfall(rainfall_answer(CLAIM_ID, tenths_mm=tenths_mm), trace=None)
    return working_set


def under_todays_rules(before: WorkingSet, *, as_if_decided: StandingDecision) -> Changes:
    """Return what the same rain measured again changes, where the decision that stands was another one."""
    today = WorkingSet(
        policies={POLICY_NUMBER: policy()},
        claims={CLAIM_ID: before.claim(CLAIM_ID)},
        uses=EventUses(),
        standing={CLAIM_ID: as_if_decided},
        now=OPENED_AT,
    )
    tenths_mm = TOO_LITTLE if as_if_decided.payable_cents else ENOUGH
    today.apply_rainfall(rainfall_answer(CLAIM_ID, tenths_mm=tenths_mm, assessment_version=2), trace=None)
    return today.changes


def test_a_decision_that_rules_of_before_made_worse_is_decided_again_when_evidence_comes() -> None:
    covered, denied = decided(tenths_mm=ENOUGH), decided(tenths_mm=TOO_LITTLE)
    was_denied = denied.changes.decisions[0].standing
    paid_today = covered.changes.decisions[0].standing
    stood = replace(was_denied, document=replace(paid_today.document, verdict=was_denied.document.verdict))

    changes = under_todays_rules(covered, as_if_decided=stood)

    assert [decision.event.outcome for decision in changes.decisions] == [Outcome.COVERED]
    assert changes.decisions[0].event.money.to_pay_cents == PAID_CENTS


def test_a_decision_that_rules_of_before_made_better_stands_and_a_handler_looks_at_it() -> None:
    covered, denied = decided(tenths_mm=ENOUGH), decided(tenths_mm=TOO_LITTLE)
    was_paid = covered.changes.decisions[0].standing
    denied_today = denied.changes.decisions[0].standing
    stood = replace(was_paid, document=replace(denied_today.document, verdict=was_paid.document.verdict))

    changes = under_todays_rules(denied, as_if_decided=stood)

    assert changes.decisions == []
    assert [review.claim_version for review in changes.reviews] == [1]


def test_what_was_paid_once_counts_as_paid_also_after_a_version_that_pays_nothing() -> None:
    working_set = decided(tenths_mm=ENOUGH)

    working_set.withdraw(CLAIM_ID)

    stands = working_set.changes.decisions[-1].standing
    assert (stands.payable_cents, stands.to_be_paid_cents) == (0, PAID_CENTS)
