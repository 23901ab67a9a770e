"""What notify-svc consumes: decisions, contact data, and deadlines of waiting for contact data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.consuming.delivery import Batch, Delivery
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.claims import DecisionMade
from contracts.policy import ContactChanged
from notify_svc.domain.messages import DecidedClaim, PlannedMessage, State, plan_messages
from notify_svc.repository import contacts, decisions, messages
from notify_svc.settled_messages import publish_settled

CONTACT_DEADLINE = "contact-deadline"
"""Ends the wait for a customer's contact data; its key is the claim."""


@dataclass(frozen=True, kw_only=True)
class DecisionHandler:
    """Consumes decisions. `contact_wait` is how long a message waits for contact data that have not come yet."""

    contact_wait: timedelta

    async def create_messages(self, batch: Batch[DecisionMade], work: Work) -> None:
        """Create one message per decision and channel, and supersede older ones that have not been sent."""
        events = [delivery.event for delivery in batch]
        claim_ids = {event.claim_id for event in events}
        newest = await messages.lock_newest_versions(work.connection, claim_ids=claim_ids)
        customers = {event.customer_id for event in events if event.customer_id is not None}
        planned = plan_messages(
            [_decided_claim(delivery) for delivery in batch],
            newest_versions=newest,
            reachable=await _reachable(work, customers=customers),
        )
        await decisions.insert(work.connection, decisions=batch)
        settled = [
            *await messages.insert(work.connection, messages={uuid7(): message for message in planned}, now=work.now)
        ]
        if newest:
            settled += await messages.supersede_older(work.connection, claim_ids=newest.keys(), now=work.now)
        publish_settled(work, settled)
        work.schedule(*self._deadlines(planned, work=work))

    def _deadlines(self, planned: Sequence[PlannedMessage], *, work: Work) -> Sequence[Timer]:
        return [
            Timer(
                CONTACT_DEADLINE,
                str(message.claim.claim_id),
                due_at=work.now + self.contact_wait,
                trace=message.claim.trace,
            )
            for message in planned
            if message.state is State.AWAITING_CONTACT
        ]


async def store_contacts(batch: Batch[ContactChanged], work: Work) -> None:
    """Store how customers are reached, and make messages due that waited for it."""
    newest: dict[UUID, ContactChanged] = {}
    for change in (delivery.event for delivery in batch):
        known = newest.get(change.customer_id)
        if known is None or change.version > known.version:
            newest[change.customer_id] = change
    await contacts.store_newer(work.connection, contacts=list(newest.values()))
    released = await messages.release_awaiting(work.connection, customer_ids=newest.keys(), now=work.now)
    if released:
        await work.cancel(CONTACT_DEADLINE, [str(claim_id) for claim_id in released])


async def give_up_waiting(due: Sequence[DueTimer], work: Work) -> None:
    """Settle messages whose customer's contact data have not come in time."""
    claim_ids = [UUID(timer.key) for timer in due]
    publish_settled(work, await messages.give_up_awaiting(work.connection, claim_ids=claim_ids, now=work.now))


async def _reachable(work: Work, *, customers: Collection[UUID]) -> set[UUID]:
    """Return whose contact data are known, so that none that arrive at this very moment are missed."""
    known = await contacts.known_customers(work.connection, customer_ids=customers)
    unknown = set(customers) - known
    if not unknown:
        return known
    await contacts.lock_unknown_customers(work.connection, customer_ids=unknown)
    return known | await contacts.known_customers(work.connection, customer_ids=unknown)


def _decided_claim(delivery: Delivery[DecisionMade]) -> DecidedClaim:
    decision = delivery.event
    return DecidedClaim(
        claim_id=decision.claim_id,
        claim_version=decision.claim_version,
        customer_id=decision.customer_id,
        trace=delivery.trace,
    )
