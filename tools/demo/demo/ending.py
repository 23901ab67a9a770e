"""Compares how a story ended with how it should have ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.notify import Settlement
from contracts.vocabulary import Channel
from demo.publisher import MALFORMED
from demo.story import Wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.claims import DecisionMade
    from contracts.dead_letters import MessageDeadLettered
    from contracts.notify import MessageSettled
    from demo.observer import Seen
    from demo.story import Story


@dataclass(frozen=True)
class Ended:
    """What became of a story. `problems` is empty when it ended as it should."""

    story: Story
    decision: DecisionMade | None
    messages: dict[Channel, MessageSettled]
    problems: tuple[str, ...]


def has_ended(story: Story, seen: Seen) -> bool:
    """Whether a decision was made and a message on each channel was settled for it."""
    decisions = seen.decisions.get(story.report_id)
    if not decisions:
        return False
    settled = seen.settled.get(decisions[-1].event.claim_id, [])
    return {message.channel for message in settled} == set(Channel)


def judge(story: Story, seen: Seen) -> Ended:
    """Return how `story` ended."""
    decisions = [received.event for received in seen.decisions.get(story.report_id, [])]
    if not decisions:
        return Ended(story, None, {}, ("no decision",))
    decision = decisions[-1]
    settled = seen.settled.get(decision.claim_id, [])
    problems = [
        *_one_of_everything(decisions, settled),
        *_differences(story, decision, {message.channel: message for message in settled}),
        *_waited(story, seen, decision),
    ]
    return Ended(story, decision, {message.channel: message for message in settled}, tuple(problems))


def judge_malformed(dead_letters: Sequence[MessageDeadLettered]) -> tuple[str, ...]:
    """Return what is wrong with how the malformed report was treated."""
    if len(dead_letters) != 1:
        return (f"{len(dead_letters)} messages dead-lettered instead of 1",)
    message = dead_letters[0]
    if message.reason_code != "not-json" or message.value_base64 is None:
        return (f"dead-lettered as {message.reason_code} instead of not-json",)
    if len(message.value_base64) < len(MALFORMED):
        return ("the dead-lettered bytes are not those that were sent",)
    return ()


def _one_of_everything(decisions: Sequence[DecisionMade], settled: Sequence[MessageSettled]) -> list[str]:
    problems = []
    if len(decisions) != 1:
        problems.append(f"{len(decisions)} decisions instead of 1")
    counts = {channel: sum(message.channel is channel for message in settled) for channel in Channel}
    problems.extend(f"{count} settled messages by {channel}" for channel, count in counts.items() if count != 1)
    return problems


def _differences(story: Story, decision: DecisionMade, messages: dict[Channel, MessageSettled]) -> list[str]:
    ending = story.ending
    pairs: list[tuple[str, object, object]] = [
        ("outcome", decision.outcome, ending.outcome),
        ("deciding ground", decision.deciding_ground, ending.ground),
        ("payable", decision.money.payable_cents, ending.payable_cents),
        ("e-mail", _settlement(messages, Channel.EMAIL), ending.email),
        ("SMS", _settlement(messages, Channel.SMS), ending.sms),
    ]
    if ending.deciding_hours is not None:
        pairs.append(("deciding window", decision.rain and decision.rain.deciding_window_hours, ending.deciding_hours))
    if ending.sums_tenths_mm is not None:
        sums = decision.rain and tuple(margin.best_sum_tenths_mm for margin in decision.rain.margins)
        pairs.append(("best sums", sums, ending.sums_tenths_mm))
    return [f"{what} is {got} instead of {wanted}" for what, got, wanted in pairs if got != wanted]


def _settlement(messages: dict[Channel, MessageSettled], channel: Channel) -> Settlement | None:
    message = messages.get(channel)
    return message.settlement if message else None


def _waited(story: Story, seen: Seen, decision: DecisionMade) -> list[str]:
    if story.wait is not Wait.LATE_HOURS:
        return []
    versions = [assessed.final for assessed in seen.assessed[decision.claim_id]]
    return [] if versions[:1] == [False] and versions[-1:] == [True] else [f"rainfall was not waited for: {versions}"]
