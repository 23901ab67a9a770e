"""What became of a story is compared with what was expected, and every difference is named."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from contracts.claims import DECISION_MADE, DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.dead_letters import MessageDeadLettered, dead_letter_topic
from contracts.envelope import Received
from contracts.loss_reports import LOSS_REPORTED
from contracts.notify import MESSAGE_SETTLED, MessageSettled, Settlement
from contracts.vocabulary import Channel
from demo.observer import Observed
from demo.outcome import has_outcome, outcome_of, problems_of_malformed
from demo.publisher import MALFORMED
from demo.story import Expected, Story

DECISION = DECISION_MADE.examples[0]
STORY = Story(
    title="Covered by 24 h",
    policy_number="123456-531-04",
    loss_at=datetime(2021, 7, 15, 1, 30, tzinfo=UTC),
    facts=LOSS_REPORTED.examples[0].facts,
    expected=Expected(
        outcome=Outcome.COVERED,
        ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
        payable_cents=DECISION.money.payable_cents,
        deciding_hours=24,
    ),
)


def received(decision: DecisionMade) -> Received[DecisionMade]:
    return Received(
        event=decision,
        event_id=str(decision.claim_id),
        source="/claims-svc",
        time=decision.decided_at,
        traceparent=None,
    )


def settled(channel: Channel, settlement: Settlement = Settlement.SENT) -> MessageSettled:
    return MESSAGE_SETTLED.examples[0].model_copy(
        update={"claim_id": DECISION.claim_id, "channel": channel, "settlement": settlement}
    )


@pytest.fixture
def observed() -> Observed:
    """Everything as it should be."""
    observed = Observed()
    observed.decisions[STORY.report_id].append(received(DECISION))
    observed.settled[DECISION.claim_id] += [settled(Channel.EMAIL), settled(Channel.SMS)]
    return observed


def test_what_was_expected_has_no_problems(observed: Observed) -> None:
    assert has_outcome(STORY, observed)
    assert outcome_of(STORY, observed).problems == ()


def test_a_story_without_a_decision_has_no_outcome() -> None:
    assert not has_outcome(STORY, Observed())
    assert outcome_of(STORY, Observed()).problems == ("no decision",)


def test_a_decision_without_both_messages_is_no_outcome_yet(observed: Observed) -> None:
    observed.settled[DECISION.claim_id].pop()
    assert not has_outcome(STORY, observed)
    assert outcome_of(STORY, observed).problems == ("0 settled messages by sms", "SMS is None instead of sent")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"outcome": Outcome.DENIED}, "outcome is denied instead of covered"),
        (
            {"deciding_ground": GroundCode.GROUNDWATER},
            "deciding ground is groundwater instead of heavy_local_precipitation",
        ),
        (
            {"money": DECISION.money.model_copy(update={"payable_cents": 95_000})},
            "payable is 95000 instead of 159000",
        ),
        ({"rain": None}, "deciding window is None instead of 24"),
    ],
)
def test_another_decision_is_named(observed: Observed, change: dict[str, object], problem: str) -> None:
    observed.decisions[STORY.report_id] = [received(DECISION.model_copy(update=change))]
    assert outcome_of(STORY, observed).problems == (problem,)


def test_two_of_anything_are_named(observed: Observed) -> None:
    observed.decisions[STORY.report_id] *= 2
    observed.settled[DECISION.claim_id].append(settled(Channel.EMAIL))
    assert outcome_of(STORY, observed).problems == ("2 decisions instead of 1", "2 settled messages by email")


def dead_letter(value: bytes = MALFORMED, *, reason_code: str = "not-json") -> MessageDeadLettered:
    return (
        dead_letter_topic("claims-svc")
        .examples[0]
        .model_copy(update={"value_base64": b64encode(value).decode(), "reason_code": reason_code})
    )


@pytest.mark.parametrize(
    ("dead_letters", "problems"),
    [
        ([dead_letter()], ()),
        ([], ("0 messages dead-lettered instead of 1",)),
        ([dead_letter(), dead_letter()], ("2 messages dead-lettered instead of 1",)),
        ([dead_letter(reason_code="too-large")], ("dead-lettered as too-large instead of not-json",)),
        ([dead_letter(MALFORMED[::-1])], ("the dead-lettered bytes are not those that were sent",)),
    ],
)
def test_the_malformed_report_is_dead_lettered_once_with_its_bytes(
    dead_letters: list[MessageDeadLettered], problems: tuple[str, ...]
) -> None:
    assert problems_of_malformed(dead_letters) == problems
