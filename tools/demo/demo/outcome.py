"""Compares what became of the stories with what their author expects."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from contracts.claims import DecisionMade
from contracts.dead_letters import MessageDeadLettered
from contracts.notify import MessageSettled
from contracts.vocabulary import Channel
from contracts.weather import ReadingAssessment, UndeterminedReason
from demo.observer import Observed
from demo.story import Expected, Phase, Refusal, Story, Wait


@dataclass(frozen=True)
class StoryOutcome:
    """What became of a story. `messages` are those of the last decision; no `problems`: all as expected."""

    story: Story
    decision: DecisionMade | None
    messages: dict[Channel, MessageSettled]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class RefusalOutcome:
    """What became of a record that cannot be processed."""

    refusal: Refusal
    dead_letter: MessageDeadLettered | None
    problems: tuple[str, ...]


def has_outcome(story: Story, observed: Observed, *, phase: Phase = Phase.LATER) -> bool:
    """Whether everything that is expected after `phase` was decided and its messages were settled."""
    decisions = decisions_on(story, observed)
    expected = story.versions_after(phase)
    return len(decisions) >= len(expected) and all(
        one.settlements.keys() <= {message.channel for message in _messages_about(decision, observed)}
        for decision, one in zip(decisions, expected, strict=False)
    )


def is_dead_lettered(refusal: Refusal, observed: Observed) -> bool:
    return refusal_outcome_of(refusal, observed).dead_letter is not None


def decisions_on(story: Story, observed: Observed) -> list[DecisionMade]:
    """Return every decision on a report of `story`, by claim and version."""
    events = [received.event for report_id in story.report_ids for received in observed.decisions.get(report_id, [])]
    return sorted(events, key=lambda decision: (decision.claim_id, decision.claim_version))


def outcome_of(story: Story, observed: Observed) -> StoryOutcome:
    """Compare every version of the decision on `story` and its messages with what is expected."""
    decisions = decisions_on(story, observed)
    if not decisions:
        return StoryOutcome(story, None, {}, ("no decision",))
    problems = [
        *_problems_of_claim(story, decisions),
        *_wrong_answers(story, observed, decisions[-1]),
    ]
    for decision, expected in zip_longest(decisions, story.versions):
        if decision is not None and expected is not None:
            about = f"version {decision.claim_version}: " if len(story.versions) > 1 else ""
            differences = _differences(expected, decision, _messages_about(decision, observed))
            problems.extend(f"{about}{difference}" for difference in differences)
    messages = {message.channel: message for message in _messages_about(decisions[-1], observed)}
    return StoryOutcome(story, decisions[-1], messages, tuple(problems))


def refusal_outcome_of(refusal: Refusal, observed: Observed) -> RefusalOutcome:
    """Look for the dead letter that holds the bytes of `refusal`."""
    letters = [message for message in observed.dead_letters if _value(message) == refusal.value]
    problems = tuple(_problems_of_refusal(refusal, letters))
    return RefusalOutcome(refusal, letters[0] if letters else None, problems)


def unexpected_dead_letters(refusals: Sequence[Refusal], observed: Observed) -> list[str]:
    """Return which records were dead-lettered although they should have been processed."""
    values = {refusal.value for refusal in refusals}
    return [
        f"{message.topic} partition {message.partition} offset {message.offset} was dead-lettered: {message.reason}"
        for message in observed.dead_letters
        if _value(message) not in values
    ]


def reading_of(decision: DecisionMade, expected: Expected) -> ReadingAssessment | None:
    """Return what the nearest station established for the water that the story is about."""
    if decision.rain is None or not decision.rain.stations:
        return None
    nearest = decision.rain.stations[0]
    return next((one for one in nearest.readings if one.reading is expected.reading), None)


def _messages_about(decision: DecisionMade, observed: Observed) -> list[MessageSettled]:
    return [
        message
        for message in observed.settled.get(decision.claim_id, [])
        if message.claim_version == decision.claim_version
    ]


def _value(message: MessageDeadLettered) -> bytes | None:
    return None if message.value_base64 is None else base64.b64decode(message.value_base64)


def _problems_of_refusal(refusal: Refusal, letters: Sequence[MessageDeadLettered]) -> Iterator[str]:
    if len(letters) != 1:
        yield f"dead-lettered {len(letters)} times instead of once"
    for letter in letters:
        if letter.reason_code != refusal.reason_code:
            yield f"dead-lettered as {letter.reason_code} instead of {refusal.reason_code}"


def _problems_of_claim(story: Story, decisions: Sequence[DecisionMade]) -> Iterator[str]:
    claims = Counter(decision.claim_id for decision in decisions)
    if len(claims) > 1:
        yield f"{len(claims)} claims instead of 1"
    if len(decisions) != len(story.versions):
        yield f"{len(decisions)} decisions instead of {len(story.versions)}"
    last = decisions[-1]
    if set(last.report_ids) != story.report_ids:
        yield f"the decision names {len(last.report_ids)} reports instead of {len(story.report_ids)}"
    paid = sum(decision.money.to_pay_cents or 0 for decision in decisions)
    if paid != (last.money.payable_cents or 0):
        yield f"all decisions together pay {paid}, the last one says {last.money.payable_cents}"


def _differences(expected: Expected, decision: DecisionMade, messages: Sequence[MessageSettled]) -> Iterator[str]:
    pairs: list[tuple[str, object, object]] = [
        ("outcome", decision.outcome, expected.outcome),
        ("deciding ground", decision.deciding_ground, expected.ground),
        ("payable", decision.money.payable_cents, expected.payable_cents),
    ]
    reading = reading_of(decision, expected)
    if expected.deciding_hours is not None:
        window = reading and reading.deciding_window
        pairs.append(("deciding window", window and window.within_hours, expected.deciding_hours))
    if expected.sums_tenths_mm is not None:
        sums = reading and tuple(window.best_sum_tenths_mm for window in reading.windows)
        pairs.append(("sums", sums, expected.sums_tenths_mm))
    if expected.undetermined is not None:
        verdicts = decision.rain.readings if decision.rain else ()
        reasons = [one.undetermined_reason for one in verdicts if one.reading is expected.reading]
        pairs.append(("why nothing can be told", reasons, [expected.undetermined]))
    if expected.items is not None:
        pairs.append(("items", _listed(item.outcome for item in decision.items), _listed(expected.items)))
    for channel in Channel:
        settled = _listed(message.settlement for message in messages if message.channel is channel)
        wanted = expected.settlements.get(channel)
        pairs.append((f"message by {channel}", settled, _listed([] if wanted is None else [wanted])))
    return (f"{what} is {got} instead of {wanted}" for what, got, wanted in pairs if got != wanted)


def _listed(words: Iterable[StrEnum]) -> str:
    return ", ".join(words) or "none"


def _wrong_answers(story: Story, observed: Observed, decision: DecisionMade) -> Iterator[str]:
    """Yield what is wrong with the order of the answers about rain, and with the hours that they say were corrected."""
    answers = observed.assessed.get(decision.claim_id, [])
    final = [answer.final for answer in answers]
    if story.wait is Wait.LATE_HOURS and not (final[:1] == [False] and final[-1:] == [True]):
        yield f"rainfall was not waited for: {final}"
    if story.expected.undetermined is UndeterminedReason.LOST_HOURS and final != [True]:
        yield f"hours that KNMI lost were waited for: {final}"
    if (corrected := story.corrected_hour) is not None:
        told = [(hour.was_tenths_mm, hour.is_tenths_mm) for answer in answers[-1:] for hour in answer.corrected]
        if told != [(corrected.was, corrected.becomes)]:
            yield f"the answer names {told} as corrected instead of {[(corrected.was, corrected.becomes)]}"
