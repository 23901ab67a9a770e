from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from claim_events import GROUNDWATER_CAME_IN, HEAVY_RAIN_CAME_IN, LOSS_AT, POLICY_NUMBER, policy, rainfall, report
from claims_desk import OPENED_AT
from hypothesis import given, settings
from hypothesis import strategies as st

from claims_svc.caseload import Caseload, Changes
from claims_svc.claim import Claim, DeductibleUse, StandingDecision
from claims_svc.progress import DEADLINE_OF, POLICY_DEADLINE, RAINFALL_DEADLINE
from contracts.claims import DecisionMade
from contracts.policy import PolicyChanged
from contracts.topic import Event

CLAIMS = {UUID(int=1): UUID(int=101), UUID(int=2): UUID(int=102)}
"""Report id → the id its claim is to have."""
LOSSES = [LOSS_AT, LOSS_AT + timedelta(hours=10), LOSS_AT + timedelta(days=4)]
POLICY_NUMBERS = [POLICY_NUMBER, "654321-531-04"]
Happening = Callable[[Caseload], object]


@dataclass
class Memory:
    """What the database would hold."""

    policies: dict[str, PolicyChanged | None] = field(default_factory=lambda: dict.fromkeys(POLICY_NUMBERS))
    claims: dict[UUID, Claim] = field(default_factory=dict)
    uses: dict[UUID, DeductibleUse] = field(default_factory=dict)
    standing: dict[UUID, StandingDecision] = field(default_factory=dict)
    deadlines: dict[tuple[str, UUID], datetime | None] = field(default_factory=dict)
    announced: list[Event] = field(default_factory=list)

    def take(self, happenings: Sequence[Happening]) -> None:
        """Let `happenings` take effect in one batch."""
        caseload = Caseload(
            policies=self.policies,
            claims=self.claims,
            uses=self.uses.values(),
            standing=self.standing,
            now=OPENED_AT,
        )
        for happening in happenings:
            happening(caseload)
        self.store(caseload.changes)

    def store(self, changes: Changes) -> None:
        """Keep what changed."""
        self.policies |= changes.policies
        self.claims |= changes.opened | changes.moved
        self.uses |= changes.uses
        self.deadlines |= changes.deadlines
        self.announced += [event for event, _ in changes.announced]
        for decision in changes.decisions:
            self.standing[decision.event.claim_id] = StandingDecision(
                proof=decision.proof, proof_sha256=decision.event.proof_sha256
            )


@st.composite
def reports(draw: st.DrawFn) -> Happening:
    report_id = draw(st.sampled_from(list(CLAIMS)))
    reported = report(
        report_id=report_id,
        report_version=draw(st.integers(1, 3)),
        policy_number=draw(st.sampled_from(POLICY_NUMBERS)),
        loss_at=draw(st.sampled_from(LOSSES)),
        facts=draw(st.sampled_from([HEAVY_RAIN_CAME_IN, GROUNDWATER_CAME_IN])),
        damage_cents=draw(st.sampled_from([10_000, 184_000, 400_000])),
    )
    return lambda caseload: caseload.take_report(reported, new_claim_id=CLAIMS[report_id], trace=None)


@st.composite
def answers(draw: st.DrawFn) -> Happening:
    answer = rainfall(
        draw(st.sampled_from(list(CLAIMS.values()))),
        tenths_mm=draw(st.sampled_from([310, 399, 400, 402])),
        assessment_version=draw(st.integers(1, 4)),
        request_version=draw(st.integers(1, 3)),
        hours_missing=draw(st.booleans()),
    )
    return lambda caseload: caseload.take_rainfall(answer, trace=None)


@st.composite
def policies(draw: st.DrawFn) -> Happening:
    state = policy(
        policy_number=draw(st.sampled_from(POLICY_NUMBERS)),
        version=draw(st.integers(1, 3)),
        deductible_cents=draw(st.sampled_from([0, 50_000])),
    )
    return lambda caseload: caseload.take_policy(state)


@st.composite
def ended_waits(draw: st.DrawFn) -> Happening:
    claim_id = draw(st.sampled_from(list(CLAIMS.values())))
    kind = draw(st.sampled_from([POLICY_DEADLINE, RAINFALL_DEADLINE]))

    def end_wait(caseload: Caseload) -> None:
        caseload.changes.deadlines[kind, claim_id] = None  # a timer that fires is gone
        caseload.end_wait(claim_id, kind=kind)

    return end_wait


histories = st.lists(st.one_of(reports(), answers(), answers(), policies(), ended_waits()), max_size=14)


@settings(deadline=None)
@given(histories)
def test_one_batch_gives_what_a_batch_for_each_event_gives(history: list[Happening]) -> None:
    together, apart = Memory(), Memory()

    together.take(history)
    for happening in history:
        apart.take([happening])

    assert together.announced == apart.announced
    assert together.claims == apart.claims
    assert together.uses == apart.uses


@settings(deadline=None)
@given(histories)
def test_a_claim_has_the_deadline_of_its_wait_and_no_other(history: list[Happening]) -> None:
    memory = Memory()

    memory.take(history)

    running = {identity for identity, due_at in memory.deadlines.items() if due_at is not None}
    assert running == {
        (DEADLINE_OF[claim.state], claim.claim_id) for claim in memory.claims.values() if claim.state in DEADLINE_OF
    }


@settings(deadline=None)
@given(histories)
def test_decisions_are_numbered_without_gaps_and_each_continues_the_proof_before(history: list[Happening]) -> None:
    memory = Memory()

    memory.take(history)

    for claim in memory.claims.values():
        decisions = [
            event for event in memory.announced if isinstance(event, DecisionMade) and event.claim_id == claim.claim_id
        ]
        assert [decision.claim_version for decision in decisions] == list(range(1, claim.claim_version + 1))
        assert all(later.previous_proof_sha256 == earlier.proof_sha256 for earlier, later in pairwise(decisions))


@settings(deadline=None)
@given(histories)
def test_what_a_customer_was_awarded_is_never_lowered(history: list[Happening]) -> None:
    memory = Memory()

    memory.take(history)

    for claim_id in memory.claims:
        payable = [
            event.money.payable_cents
            for event in memory.announced
            if isinstance(event, DecisionMade) and event.claim_id == claim_id and event.money.payable_cents is not None
        ]
        assert payable == sorted(payable)
