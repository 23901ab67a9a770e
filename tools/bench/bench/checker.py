"""Whether a run counts: every report decided exactly once, every decision with two settled messages, empty outboxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from bench.sinks.message_sinks import Received
from bench.storm import recipients_of
from contracts.vocabulary import Channel

CHANNELS = (Channel.EMAIL, Channel.SMS)


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One row of a pipeline's decisions."""

    report_id: UUID
    policy_number: str
    outcome: str
    ground: str
    payable_cents: int | None


class Settled(NamedTuple):
    """One settled message about a report."""

    report_id: UUID
    channel: Channel


@dataclass(frozen=True, kw_only=True)
class Harvest:
    """What a pipeline's databases hold after a run."""

    claims: Sequence[UUID]
    decisions: Sequence[Decided]
    settled: Sequence[Settled]
    left_in_outboxes: int
    dead_letters: int = 0


def problems(harvest: Harvest, *, reports: Sequence[UUID]) -> list[str]:
    """Return what is wrong with a run of `reports`; nothing when it counts."""
    decided = [decision.report_id for decision in harvest.decisions]
    each_once = dict.fromkeys(reports, 1)
    return [
        *_deviations("claims", harvest.claims, expected=each_once),
        *_deviations("decisions", decided, expected=each_once),
        *(
            problem
            for channel in CHANNELS
            for problem in _deviations(f"settled messages by {channel}", _settled(harvest, channel), expected=each_once)
        ),
        *_left_over(harvest),
    ]


def reception_problems(harvest: Harvest, received: Received) -> list[str]:
    """Return where the mail server and the SMS centre did not get each settled message exactly once."""
    policies = {decision.report_id: decision.policy_number for decision in harvest.decisions}
    found = [f"{received.repeated} messages came twice"] if received.repeated else []
    for channel in CHANNELS:
        expected = Counter(recipients_of(policies[report_id])[channel] for report_id in _settled(harvest, channel))
        got = received.of_recipient[channel]
        unlike = [
            recipient for recipient in expected.keys() | got.keys() if expected[recipient] != got.get(recipient, 0)
        ]
        if unlike:
            found.append(
                f"{len(unlike)} recipients got another number by {channel} than was settled, such as {min(unlike)}"
            )
    return found


def _left_over(harvest: Harvest) -> list[str]:
    return [
        *([f"{harvest.left_in_outboxes} events left in outboxes"] if harvest.left_in_outboxes else []),
        *([f"{harvest.dead_letters} messages dead-lettered"] if harvest.dead_letters else []),
    ]


def _settled(harvest: Harvest, channel: Channel) -> list[UUID]:
    return [message.report_id for message in harvest.settled if message.channel is channel]


def differences(one: Harvest, other: Harvest) -> list[str]:
    """Return where two pipelines decided differently.

    Outcome and ground are compared per report, money per policy: which claim of an event bears the deductible depends
    on which is decided first, and only their sum does not.
    """
    verdicts = [
        {str(decision.report_id): (decision.outcome, decision.ground) for decision in harvest.decisions}
        for harvest in (one, other)
    ]
    payables = [_payable_of_policies(harvest) for harvest in (one, other)]
    return [*_unlike("decided as", *verdicts), *_unlike("paid cents:", *payables)]


def _payable_of_policies(harvest: Harvest) -> dict[str, int]:
    payable: Counter[str] = Counter()
    for decision in harvest.decisions:
        payable[decision.policy_number] += decision.payable_cents or 0
    return dict(payable)


def _unlike(how: str, one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    keys = sorted(one.keys() | other.keys())
    return [f"{key} {how} {one.get(key)} and {other.get(key)}" for key in keys if one.get(key) != other.get(key)]


def _deviations(what: str, found: Sequence[UUID], *, expected: Mapping[UUID, int]) -> list[str]:
    counts = Counter(found)
    missing = [key for key, count in expected.items() if counts[key] < count]
    doubled = [key for key, count in counts.items() if count > expected.get(key, 0)]
    return [
        *([f"{len(missing)} reports lack {what}, first {missing[0]}"] if missing else []),
        *([f"{len(doubled)} reports have too many {what}, first {doubled[0]}"] if doubled else []),
    ]
