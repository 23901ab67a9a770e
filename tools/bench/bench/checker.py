"""Whether a run counts: every report decided exactly once, every decision with two settled messages, empty outboxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import orjson

from bench.sinks.message_sinks import Received
from bench.storm import recipients_of
from claims_svc.domain.product import CURRENT_PRODUCT
from contracts.envelope import Message
from contracts.vocabulary import Channel, PerilFamily

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
    """One settled message about a report. One that a newer decision made superfluous is settled and was not sent."""

    report_id: UUID
    channel: Channel
    was_sent: bool = True


class Reported(NamedTuple):
    """What the checker knows of a report."""

    report_id: UUID
    policy_number: str
    damage_cents: int

    @classmethod
    def of(cls, message: Message) -> Reported:
        """Read it out of the record that publishes it."""
        report = orjson.loads(message.value)
        cents = sum(item["amount_cents"] for item in report["damage"])
        return cls(UUID(report["report_id"]), report["policy_number"], cents)


@dataclass(frozen=True, kw_only=True)
class Harvest:
    """What a pipeline's databases hold after a run.

    `claims` are the reports that opened one, `joined` those that joined one. Decisions are in the order of versions.
    `ordered` are the reports of which an amount was ordered, once for each order, `told_of_orders` those about whose
    order an e-mail is settled. `answered` counts the answers to reports on their topic; None: nobody counted.
    """

    claims: Sequence[UUID]
    decisions: Sequence[Decided]
    settled: Sequence[Settled]
    left_in_outboxes: int
    ordered: Sequence[UUID] = ()
    told_of_orders: Sequence[UUID] = ()
    answered: int | None = None
    dead_letters: int = 0
    joined: Sequence[UUID] = ()


def problems(harvest: Harvest, reported: Sequence[Reported]) -> list[str]:
    """Return what is wrong with a run of these reports; nothing when it counts."""
    decided = [decision.report_id for decision in harvest.decisions]
    each_once = {report.report_id: 1 for report in reported}
    return [
        *_deviations("claims", harvest.claims, expected=each_once),
        *_deviations("decisions", decided, expected=each_once),
        *_unsettled(harvest, decided=each_once),
        *_deviations("orders to pay", harvest.ordered, expected=_paid(harvest)),
        *_untold(harvest),
        *_unanswered(harvest, reports=len(reported)),
        *_left_over(harvest),
    ]


def problems_of_totals(harvest: Harvest, reported: Sequence[Reported]) -> list[str]:
    """Return what is wrong with a run in which claims of a policy depend on each other, and on their order.

    Every report has one claim, its own or one that it joined. Every claim is decided, perhaps again when another report
    joins, and each decision has its messages. No policy is paid more than was reported, nor more than customers may
    estimate in an event of each family of perils.
    """
    each_once = {report.report_id: 1 for report in reported}
    decided = Counter(decision.report_id for decision in harvest.decisions)
    undecided = [report_id for report_id in harvest.claims if not decided[report_id]]
    return [
        *_deviations("claims of their own or joined", [*harvest.claims, *harvest.joined], expected=each_once),
        *([f"{len(undecided)} claims lack a decision, first {undecided[0]}"] if undecided else []),
        *_unsettled(harvest, decided=decided),
        *_untold(harvest),
        *_unanswered(harvest, reports=len(reported)),
        *_overpaid(harvest, reported),
        *_left_over(harvest),
    ]


def problems_of_unchanged_decisions(
    before: Harvest, after: Harvest, *, expected: Mapping[UUID, int], versions_followed: Mapping[UUID, int]
) -> list[str]:
    """Return what is wrong when decisions were to stay as they were while their claims followed new policy versions.

    Both mappings give the version of its policy under which a report's claim is advanced last.
    """
    return [
        *differences(before, after),
        *_unlike(
            "followed version",
            {str(report_id): version for report_id, version in expected.items()},
            {str(report_id): version for report_id, version in versions_followed.items()},
        ),
    ]


def _paid(harvest: Harvest) -> dict[UUID, int]:
    return {decision.report_id: 1 for decision in harvest.decisions if decision.payable_cents}


def _untold(harvest: Harvest) -> list[str]:
    return _deviations("messages about orders", harvest.told_of_orders, expected=Counter(harvest.ordered))


def _unanswered(harvest: Harvest, *, reports: int) -> list[str]:
    if harvest.answered in {None, reports}:
        return []
    return [f"{reports} reports have {harvest.answered} answers"]


def _unsettled(harvest: Harvest, *, decided: Mapping[UUID, int]) -> list[str]:
    return [
        problem
        for channel in CHANNELS
        for problem in _deviations(
            f"settled messages by {channel}",
            [message.report_id for message in harvest.settled if message.channel is channel],
            expected=decided,
        )
    ]


def _overpaid(harvest: Harvest, reported: Sequence[Reported]) -> list[str]:
    most = Counter[str]()
    for report in reported:
        most[report.policy_number] += report.damage_cents
    limit = CURRENT_PRODUCT.customer_estimate_limit_cents * len(PerilFamily)
    paid = _payable_of_policies(harvest)
    overpaid = [policy for policy, cents in paid.items() if cents > min(most[policy], limit)]
    return [f"{len(overpaid)} policies are paid too much, such as {min(overpaid)}"] if overpaid else []


def reception_problems(harvest: Harvest, received: Received) -> list[str]:
    """Return where the mail server and the SMS centre did not get each settled message exactly once."""
    policies = {decision.report_id: decision.policy_number for decision in harvest.decisions}
    found = [f"{received.repeated} messages came twice"] if received.repeated else []
    for channel in CHANNELS:
        sent = [each.report_id for each in harvest.settled if each.channel is channel and each.was_sent]
        if channel is Channel.EMAIL:
            sent += harvest.told_of_orders
        expected = Counter(recipients_of(policies[report_id])[channel] for report_id in sent)
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
    standing = {decision.report_id: decision for decision in harvest.decisions}
    payable: Counter[str] = Counter()
    for decision in standing.values():
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
