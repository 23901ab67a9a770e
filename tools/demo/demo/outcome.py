"""Compares what became of a story with what its author expects."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.claims import DecisionMade
from contracts.dead_letters import MessageDeadLettered
from contracts.notify import MessageSettled, Settlement
from contracts.vocabulary import Channel
from demo.observer import Observed
from demo.publisher import MALFORMED
from demo.story import Story, Wait


@dataclass(frozen=True)
class StoryOutcome:
    """What became of a story. `problems` is empty when that is what was expected."""

    story: Story
    decision: DecisionMade | None
    messages: dict[Channel, MessageSettled]
    problems: tuple[str, ...]


def has_outcome(story: Story, observed: Observed) -> bool:
    """Whether a decision was made and a message on each channel was settled for it."""
    decisions = observed.decisions.get(story.report_id)
    if not decisions:
        return False
    settled = observed.settled.get(decisions[-1].event.claim_id, [])
    return {message.channel for message in settled} == set(Channel)


def outcome_of(story: Story, observed: Observed) -> StoryOutcome:
    decisions = [received.event for received in observed.decisions.get(story.report_id, [])]
    if not decisions:
        return StoryOutcome(story, None, {}, ("no decision",))
    decision = decisions[-1]
    settled = observed.settled.get(decision.claim_id, [])
    messages = {message.channel: message for message in settled}
    problems = (
        *_repetitions(decisions, settled),
        *_differences(story, decision, messages),
        *_decided_too_early(story, observed, decision),
    )
    return StoryOutcome(story, decision, messages, problems)


def problems_of_malformed(dead_letters: Sequence[MessageDeadLettered]) -> tuple[str, ...]:
    """Return what is wrong with how the malformed report was treated."""
    if len(dead_letters) != 1:
        return (f"{len(dead_letters)} messages dead-lettered instead of 1",)
    message = dead_letters[0]
    if message.reason_code != "not-json" or message.value_base64 is None:
        return (f"dead-lettered as {message.reason_code} instead of not-json",)
    if base64.b64decode(message.value_base64) != MALFORMED:
        return ("the dead-lettered bytes are not those that were sent",)
    return ()


def _repetitions(decisions: Sequence[DecisionMade], settled: Sequence[MessageSettled]) -> list[str]:
    problems = []
    if len(decisions) != 1:
        problems.append(f"{len(decisions)} decisions instead of 1")
    counts = {channel: sum(message.channel is channel for message in settled) for channel in Channel}
    problems.extend(f"{count} settled messages by {channel}" for channel, count in counts.items() if count != 1)
    return problems


def _differences(story: Story, decision: DecisionMade, messages: dict[Channel, MessageSettled]) -> list[str]:
    expected = story.expected
    pairs: list[tuple[str, object, object]] = [
        ("outcome", decision.outcome, expected.outcome),
        ("deciding ground", decision.deciding_ground, expected.ground),
        ("payable", decision.money.payable_cents, expected.payable_cents),
        ("e-mail", _settlement(messages, Channel.EMAIL), expected.email),
        ("SMS", _settlement(messages, Channel.SMS), expected.sms),
    ]
    if expected.deciding_hours is not None:
        hours = decision.rain and decision.rain.deciding_window_hours
        pairs.append(("deciding window", hours, expected.deciding_hours))
    if expected.sums_tenths_mm is not None:
        sums = decision.rain and tuple(margin.best_sum_tenths_mm for margin in decision.rain.margins)
        pairs.append(("best sums", sums, expected.sums_tenths_mm))
    return [f"{what} is {got} instead of {wanted}" for what, got, wanted in pairs if got != wanted]


def _settlement(messages: dict[Channel, MessageSettled], channel: Channel) -> Settlement | None:
    message = messages.get(channel)
    return message.settlement if message else None


def _decided_too_early(story: Story, observed: Observed, decision: DecisionMade) -> list[str]:
    if story.wait is not Wait.LATE_HOURS:
        return []
    answers = [assessed.final for assessed in observed.assessed[decision.claim_id]]
    waited = answers[:1] == [False] and answers[-1:] == [True]
    return [] if waited else [f"rainfall was not waited for: {answers}"]
