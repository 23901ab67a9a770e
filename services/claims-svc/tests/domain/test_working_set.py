from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from claim_events import (
    GROUNDWATER_CAME_IN,
    HEAVY_RAIN_CAME_IN,
    LOSS_AT,
    POLICY_NUMBER,
    policy,
    rainfall_answer,
    report,
)
from claims_driver import OPENED_AT
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from claims_svc.domain import next_step
from claims_svc.domain.changes import Changes
from claims_svc.domain.claim import Claim
from claims_svc.domain.deadlines import DEADLINE_OF, POLICY_DEADLINE, RAINFALL_DEADLINE
from claims_svc.domain.decision import StandingDecision
from claims_svc.domain.occurrence import ClaimUse, EventUses
from claims_svc.domain.working_set import WorkingSet
from contracts.claims import DecisionMade
from contracts.loss_reports import DamageKind, LossReported
from contracts.policy import PolicyChanged
from contracts.topic import Event
from contracts.weather import RainfallAssessed

CLAIMS = {UUID(int=number): UUID(int=100 + number) for number in (1, 2, 3)}
"""Report id → the id its claim is to have."""
LOSSES = [LOSS_AT, LOSS_AT + timedelta(hours=10), LOSS_AT + timedelta(days=4)]
POLICY_NUMBERS = [POLICY_NUMBER, "654321-531-04"]
Arrival = Callable[[WorkingSet], object]


@pytest.fixture(scope="module", autouse=True)
def _every_wait_is_over_at_once() -> Iterator[None]:
    """The clock stands still here, and a wait ends no earlier than it says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(next_step, "end_of_new_wait", lambda *_, **__: OPENED_AT)
        yield


@dataclass
class StoredState:
    """What the database would hold."""

    policies: dict[str, PolicyChanged | None] = field(default_factory=lambda: dict.fromkeys(POLICY_NUMBERS))
    claims: dict[UUID, Claim] = field(default_factory=dict)
    uses: dict[UUID, tuple[ClaimUse, ...]] = field(default_factory=dict)
    standing: dict[UUID, StandingDecision] = field(default_factory=dict)
    rainfall: dict[UUID, RainfallAssessed] = field(default_factory=dict)
    waits: dict[UUID, datetime] = field(default_factory=dict)
    published: list[Event] = field(default_factory=list)
    joined: dict[UUID, tuple[UUID, LossReported]] = field(default_factory=dict)

    def apply(self, arrivals: Sequence[Arrival]) -> None:
        """Apply events and ended waits in one batch."""
        working_set = WorkingSet(
            policies=self.policies,
            claims=self.claims,
            uses=EventUses(use for uses in self.uses.values() for use in uses),
            standing=self.standing,
            now=OPENED_AT,
        )
        for arrival in arrivals:
            arrival(working_set)
        self.store(working_set.changes)

    def working_set(self) -> WorkingSet:
        return WorkingSet(
            policies=self.policies,
            claims=self.claims,
            uses=EventUses(use for of_claim in self.uses.values() for use in of_claim),
            standing=self.standing,
            now=OPENED_AT,
        )

    @property
    def all_claims(self) -> dict[UUID, Claim]:
        """The claims with their newest answers about rain, wherever these stand."""
        working_set = self.working_set()
        return {claim_id: working_set.follow_policy(claim_id) for claim_id in self.claims}

    def store(self, changes: Changes) -> None:
        """Keep what changed."""
        self.policies |= changes.policies
        for claim_id, answer in changes.rainfall.items():
            known = self.rainfall.get(claim_id)
            if known is None or _versions(answer) > _versions(known):
                self.rainfall[claim_id] = answer
        for claim_id, claim in (changes.opened | changes.updated).items():
            self.claims[claim_id] = replace(claim, rainfall=self.rainfall.get(claim_id))
        for report_id in changes.left:
            self.joined.pop(report_id, None)
        self.joined |= changes.joined
        self.uses |= changes.event_uses
        self.waits |= changes.waits
        self.published += [event for event, _ in changes.published]
        for decision in changes.decisions:
            self.standing[decision.event.claim_id] = decision.standing


def _versions(answer: RainfallAssessed) -> tuple[int, int]:
    return answer.request_version, answer.assessment_version


@st.composite
def reports(draw: st.DrawFn) -> Arrival:
    report_id = draw(st.sampled_from(list(CLAIMS)))
    reported = report(
        report_id=report_id,
        report_version=draw(st.integers(1, 3)),
        policy_number=draw(st.sampled_from(POLICY_NUMBERS)),
        loss_at=draw(st.sampled_from(LOSSES)),
        facts=draw(st.sampled_from([HEAVY_RAIN_CAME_IN, GROUNDWATER_CAME_IN])),
        damage_cents=draw(st.sampled_from([10_000, 400_000])),
        kind=draw(st.sampled_from([DamageKind.BUILDINGS, DamageKind.CONTENTS])),
    )
    return lambda working_set: working_set.apply_report(reported, new_claim_id=CLAIMS[report_id], trace=None)


@st.composite
def answers(draw: st.DrawFn) -> Arrival:
    answer = rainfall_answer(
        draw(st.sampled_from(list(CLAIMS.values()))),
        tenths_mm=draw(st.sampled_from([310, 399, 400, 402])),
        assessment_version=draw(st.integers(1, 4)),
        request_version=draw(st.integers(1, 3)),
        hours_missing=draw(st.booleans()),
    )
    return lambda working_set: working_set.apply_rainfall(answer, trace=None)


@st.composite
def policies(draw: st.DrawFn) -> Arrival:
    state = policy(
        policy_number=draw(st.sampled_from(POLICY_NUMBERS)),
        version=draw(st.integers(1, 3)),
        deductible_cents=draw(st.sampled_from([0, 50_000])),
    )

    def follow(working_set: WorkingSet) -> None:
        for claim_id in working_set.apply_policy(state):
            working_set.follow_policy(claim_id)

    return follow


@st.composite
def ended_waits(draw: st.DrawFn) -> Arrival:
    claim_id = draw(st.sampled_from(list(CLAIMS.values())))
    kind = draw(st.sampled_from([POLICY_DEADLINE, RAINFALL_DEADLINE]))

    return lambda working_set: working_set.end_wait(claim_id, kind=kind)


histories = st.lists(st.one_of(reports(), answers(), answers(), policies(), ended_waits()), max_size=14)


@settings(deadline=None)
@given(histories)
def test_one_batch_gives_what_a_batch_for_each_event_gives(history: list[Arrival]) -> None:
    together, apart = StoredState(), StoredState()

    together.apply(history)
    for arrival in history:
        apart.apply([arrival])

    assert together.published == apart.published
    assert together.all_claims == apart.all_claims
    assert together.uses == apart.uses


@settings(deadline=None)
@given(histories)
def test_every_report_is_of_one_claim_and_stored_with_it(history: list[Arrival]) -> None:
    stored = StoredState()

    for events in (history[:5], history[5:]):
        stored.apply(events)

    reports = [report.report_id for claim in stored.claims.values() for report in claim.reports]
    assert len(reports) == len(set(reports))
    for claim in stored.claims.values():
        of_claim = [report for claim_id, report in stored.joined.values() if claim_id == claim.claim_id]
        assert list(claim.joined) == of_claim


@settings(deadline=None)
@given(histories)
def test_a_claim_stored_before_is_restated_when_its_reports_change(history: list[Arrival]) -> None:
    stored = StoredState()
    stored.apply(history[:5])
    before = dict(stored.claims)
    working_set = stored.working_set()

    for arrival in history[5:]:
        arrival(working_set)

    after = before | working_set.changes.updated
    changed = {claim_id for claim_id in before if _stated(before[claim_id]) != _stated(after[claim_id])}
    assert changed <= working_set.changes.restated <= before.keys()


def _stated(claim: Claim) -> tuple[object, ...]:
    return claim.report, claim.outline, claim.statement, claim.possible_duplicate_of


@settings(deadline=None)
@given(histories)
def test_a_claim_that_waits_has_a_wait_that_ends_when_it_says(history: list[Arrival]) -> None:
    stored = StoredState()

    for events in (history[:5], history[5:]):
        stored.apply(events)

    for claim in stored.claims.values():
        if claim.state in DEADLINE_OF:
            assert stored.waits[claim.claim_id] == claim.waits_until


@settings(deadline=None)
@given(histories)
def test_the_newest_answer_about_rain_is_kept_once_the_proof_or_the_table_holds_it(history: list[Arrival]) -> None:
    stored = StoredState()
    newest: dict[UUID, RainfallAssessed] = {}

    for arrival in history:
        working_set = stored.working_set()
        arrival(working_set)
        stored.store(working_set.changes)
        for claim in (working_set.changes.opened | working_set.changes.updated).values():
            if claim.rainfall is not None:
                newest[claim.claim_id] = claim.rainfall

    assert {claim_id: claim.rainfall for claim_id, claim in stored.all_claims.items() if claim.rainfall} == newest


@settings(deadline=None)
@given(histories)
def test_decisions_are_numbered_without_gaps_and_each_continues_the_proof_before(history: list[Arrival]) -> None:
    stored = StoredState()

    stored.apply(history)

    for claim in stored.claims.values():
        decisions = [
            event for event in stored.published if isinstance(event, DecisionMade) and event.claim_id == claim.claim_id
        ]
        assert [decision.claim_version for decision in decisions] == list(range(1, claim.claim_version + 1))
        assert all(later.previous_proof_sha256 == earlier.proof_sha256 for earlier, later in pairwise(decisions))


@settings(deadline=None)
@given(histories)
def test_what_a_customer_was_awarded_is_never_lowered(history: list[Arrival]) -> None:
    stored = StoredState()

    stored.apply(history)

    for claim_id in stored.claims:
        payable = [
            event.money.payable_cents
            for event in stored.published
            if isinstance(event, DecisionMade) and event.claim_id == claim_id and event.money.payable_cents is not None
        ]
        assert payable == sorted(payable)
