"""What notify-svc hears: decisions, contact data, and waits that have ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.unit_of_work import Timer
from contracts.notify import MessageSettled
from notify_svc import contacts, repository
from notify_svc.domain import SETTLEMENTS, State, Subject, plan_messages
from notify_svc.metrics import MESSAGES_SETTLED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import timedelta

    from chassis.consuming.batch import Batch
    from chassis.unit_of_work import DueTimer, Work
    from contracts.claims import DecisionMade
    from contracts.policy import ContactChanged
    from notify_svc.domain import Planned
    from notify_svc.repository import Settled

CONTACT_DEADLINE = "contact-deadline"
"""Ends the wait for a customer's contact data; its key is the claim."""


@dataclass(frozen=True, kw_only=True)
class DecisionHandler:
    """Hears decisions. `contact_wait` is how long a message waits for contact data that have not come yet."""

    contact_wait: timedelta

    async def want_messages(self, decisions: Batch[DecisionMade], work: Work) -> None:
        """Want one message per decision and channel, and drop what has become old news."""
        events = [delivery.event for delivery in decisions]
        claim_ids = {event.claim_id for event in events}
        newest = await repository.lock_newest_versions(work.connection, claim_ids=claim_ids)
        customers = {event.customer_id for event in events if event.customer_id is not None}
        planned = plan_messages(
            [_subject(delivery.event, trace=delivery.trace) for delivery in decisions],
            newest_versions=newest,
            reachable=await _reachable(work, customers=customers),
        )
        await repository.insert_decisions(work.connection, decisions=decisions)
        messages = {uuid7(): message for message in planned}
        settled = [*await repository.insert_messages(work.connection, messages=messages, now=work.now)]
        if newest:
            settled += await repository.supersede_older(work.connection, claim_ids=newest.keys(), now=work.now)
        announce_settled(work, settled)
        work.schedule(*self._deadlines(planned, work=work))

    def _deadlines(self, planned: Sequence[Planned], *, work: Work) -> Sequence[Timer]:
        return [
            Timer(
                CONTACT_DEADLINE,
                str(message.subject.claim_id),
                due_at=work.now + self.contact_wait,
                trace=message.subject.trace,
            )
            for message in planned
            if message.state is State.AWAITING_CONTACT
        ]


async def keep_contacts(changes: Batch[ContactChanged], work: Work) -> None:
    """Keep how customers are reached, and let messages go that waited for it."""
    newest: dict[UUID, ContactChanged] = {}
    for change in (delivery.event for delivery in changes):
        known = newest.get(change.customer_id)
        if known is None or change.version > known.version:
            newest[change.customer_id] = change
    await contacts.store_contacts(work.connection, contacts=list(newest.values()))
    released = await repository.release_awaiting(work.connection, customer_ids=newest.keys(), now=work.now)
    if released:
        await work.cancel(CONTACT_DEADLINE, [str(claim_id) for claim_id in released])


async def give_up_waiting(due: Sequence[DueTimer], work: Work) -> None:
    """End messages whose customer's contact data have not come in time."""
    claim_ids = [UUID(timer.key) for timer in due]
    announce_settled(work, await repository.give_up_awaiting(work.connection, claim_ids=claim_ids, now=work.now))


def announce_settled(work: Work, settled: Sequence[Settled]) -> None:
    """Say of each message how it ended, each in its own claim's trace."""
    for (channel, state), count in Counter((message.channel, message.state) for message in settled).items():
        MESSAGES_SETTLED.labels(channel.value, state.value).inc(count)
    for message in settled:
        work.publish(
            MessageSettled(
                message_id=message.message_id,
                claim_id=message.claim_id,
                claim_version=message.claim_version,
                channel=message.channel,
                settlement=SETTLEMENTS[message.state],
                attempts=message.attempts,
            ),
            trace=message.trace,
        )


async def _reachable(work: Work, *, customers: Collection[UUID]) -> set[UUID]:
    """Return whose contact data are known, so that none that arrive at this very moment are missed."""
    known = await contacts.known_customers(work.connection, customer_ids=customers)
    unknown = set(customers) - known
    if not unknown:
        return known
    await contacts.lock_unknown_customers(work.connection, customer_ids=unknown)
    return known | await contacts.known_customers(work.connection, customer_ids=unknown)


def _subject(decision: DecisionMade, *, trace: str | None) -> Subject:
    return Subject(
        claim_id=decision.claim_id,
        claim_version=decision.claim_version,
        customer_id=decision.customer_id,
        trace=trace,
    )
