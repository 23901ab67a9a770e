"""What notify-svc consumes: decisions, orders to pay, requests, contact data, and deadlines of these."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from chassis.consuming.delivery import Batch, Delivery
from chassis.sealing import Opener
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.claim_messages import ClaimMessageRequested, ClaimOccasion
from contracts.claims import DecisionMade
from contracts.message_requests import LONGEST_VALIDITY, CustomerMessageRequested, MessageRequested
from contracts.notify import ReporterContactProvided
from contracts.payments import PaymentOrdered
from contracts.policy import ContactChanged
from contracts.topic import Event
from notify_svc.domain.messages import DecidedClaim, PlannedMessage, State, plan_messages
from notify_svc.domain.requests import KEPT_FOR, AboutClaim, Lane, Request
from notify_svc.repository import contacts, messages, requests
from notify_svc.repository.contacts import Contact
from notify_svc.repository.messages import SettledMessage
from notify_svc.sealed_contents import Unusable, open_contents
from notify_svc.send_queue import SendQueues
from notify_svc.settlements import publish_settled, publish_settled_requests

CONTACT_DEADLINE = "contact-deadline"
"""Ends the wait for contact data; its key is the claim."""
REPORTER_ERASURE = "reporter-erasure"
"""Erases a reporter's contact data; its key is the report."""

_EventT = TypeVar("_EventT", bound=Event)


@dataclass(frozen=True, kw_only=True)
class DecisionHandler:
    """Consumes decisions. `contact_wait` is how long a message waits for contact data that have not come yet.

    `queues` lead to the senders of this process, by channel.
    """

    contact_wait: timedelta
    queues: SendQueues

    async def create_messages(self, batch: Batch[DecisionMade], work: Work) -> None:
        """Create one message per decision and channel, and supersede older ones that have not been sent."""
        claims = [_decided_claim(delivery) for delivery in batch]
        await self.queues.wait_for_room(len(claims))
        known = await messages.lock_known(work.connection, claim_ids={claim.claim_id for claim in claims})
        reached = await _reached(work, claims=claims)
        newest = known.newest_versions
        planned = plan_messages(claims, newest_versions=newest, reachable=reached.keys())
        # A message that finds room with its sender in this process is created leased: it is not asked for again.
        handover = self.queues.lease_at_once(planned, besides=known.being_sent, work=work)
        stored = await messages.insert(
            work.connection,
            messages=planned,
            decisions=[delivery.record.value for delivery in batch],
            leased=handover.leased,
            leases=handover.leases,
            lease=self.queues.lease,
            now=work.now,
        )
        handover.complete(stored, contacts=reached, work=work)
        settled = [_superseded(message) for message in stored if message.state is State.SUPERSEDED]
        if newest:
            settled += await messages.supersede_older(work.connection, claim_ids=newest.keys(), now=work.now)
        publish_settled(work, settled)
        work.schedule(*self._deadlines(planned, work=work))
        if unneeded := _reports_with_customer(claims) & reached.keys():
            await contacts.erase_reporters(work.connection, report_ids=unneeded)

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


@dataclass(frozen=True, kw_only=True)
class RequestHandler:
    """Consumes requests for messages. `opener` opens what is sealed; `due` wakes the sender of this process."""

    opener: Opener
    due: asyncio.Event

    async def create_messages(self, batch: Batch[MessageRequested], work: Work) -> None:
        """Create one message per request about an account."""
        await self._create([(delivery, _request(delivery)) for delivery in batch], work)

    async def create_customer_messages(self, batch: Batch[CustomerMessageRequested], work: Work) -> None:
        """Create one message per request about a customer or a policy."""
        await self._create([(delivery, _customer_request(delivery)) for delivery in batch], work)

    async def create_claim_messages(self, batch: Batch[ClaimMessageRequested], work: Work) -> None:
        """Create one message per request about a claim."""
        await self._create([(delivery, _claim_request(delivery)) for delivery in batch], work)

    async def create_payment_messages(self, batch: Batch[PaymentOrdered], work: Work) -> None:
        """Create one message per order to pay, under its id.

        What was told of an older one is forgotten, and it may be read again: nothing is told of it any more.
        """
        told_since = work.now - KEPT_FOR
        recent = [delivery for delivery in batch if delivery.event.ordered_at > told_since]
        await self._create([(delivery, _payment_request(delivery)) for delivery in recent], work)

    async def _create(self, asked: Iterable[tuple[Delivery[Any], Request]], work: Work) -> None:
        """Create messages, sealed as they came, and supersede those they replace.

        What cannot be opened is refused now, as long as the requester may still mend it.
        """
        usable: list[Request] = []
        for delivery, request in asked:
            contents = open_contents(request, self.opener)
            if isinstance(contents, Unusable):
                work.refuse(delivery, code=contents.code, reason=contents.reason)
            else:
                usable.append(request)
        if not usable:
            return
        expired = await requests.insert(work.connection, requests=usable, now=work.now)
        replaced = {
            request.replaces: request.customer_id
            for request in usable
            if request.replaces is not None and request.customer_id is not None
        }
        superseded = await requests.supersede(work.connection, replaced=replaced, now=work.now) if replaced else ()
        publish_settled_requests(work, [*expired, *superseded])
        work.after_commit(self.due.set)


@dataclass(frozen=True, kw_only=True)
class ReporterHandler:
    """Consumes how reporters are reached. `kept_for` is how long that is kept at most."""

    kept_for: timedelta

    async def store_contacts(self, batch: Batch[ReporterContactProvided], work: Work) -> None:
        """Store how reporters are reached, and make messages due that waited for it."""
        newest = _newest(batch, key=lambda contact: contact.report_id, version=lambda contact: contact.report_version)
        await contacts.store_newer_reporters(work.connection, contacts=list(newest.values()))
        work.schedule(
            *(
                Timer(REPORTER_ERASURE, str(report_id), due_at=work.now + self.kept_for, trace=None)
                for report_id in newest
            )
        )
        released = await messages.release_awaiting_reporters(work.connection, report_ids=newest.keys(), now=work.now)
        await _end_wait(work, claim_ids=released)


async def store_contacts(batch: Batch[ContactChanged], work: Work) -> None:
    """Store how customers are reached, and make messages due that waited for it."""
    newest = _newest(batch, key=lambda contact: contact.customer_id, version=lambda contact: contact.version)
    await contacts.store_newer(work.connection, contacts=list(newest.values()))
    released = await messages.release_awaiting(work.connection, customer_ids=newest.keys(), now=work.now)
    await _end_wait(work, claim_ids=released)


async def give_up_waiting(due: Sequence[DueTimer], work: Work) -> None:
    """Settle messages whose contact data have not come in time."""
    claim_ids = [UUID(timer.key) for timer in due]
    publish_settled(work, await messages.give_up_awaiting(work.connection, claim_ids=claim_ids, now=work.now))


async def erase_reporters(due: Sequence[DueTimer], work: Work) -> None:
    """Erase contact data of reporters that have been kept for as long as they may be needed."""
    await contacts.erase_reporters(work.connection, report_ids=[UUID(timer.key) for timer in due])


async def _end_wait(work: Work, *, claim_ids: Iterable[UUID]) -> None:
    if claims := [str(claim_id) for claim_id in claim_ids]:
        await work.cancel(CONTACT_DEADLINE, claims)


def _superseded(message: PlannedMessage) -> SettledMessage:
    return SettledMessage(
        message_id=message.message_id,
        claim_id=message.claim.claim_id,
        claim_version=message.claim.claim_version,
        channel=message.channel,
        state=State.SUPERSEDED,
        attempts=0,
        trace=message.claim.trace,
    )


async def _reached(work: Work, *, claims: Sequence[DecidedClaim]) -> Mapping[UUID, Contact]:
    """Return how customers and reporters are reached, so that no contact data that arrive right now are missed."""
    customers = {claim.customer_id for claim in claims if claim.customer_id is not None}
    reports = {report_id for claim in claims for report_id in claim.report_ids}
    known = await contacts.read(work.connection, customer_ids=customers, report_ids=reports)
    unknown = {addressee for claim in claims for addressee in claim.addressees} - known.keys()
    if not unknown:
        return known
    await contacts.lock_unknown_addressees(work.connection, ids=unknown)
    return known | await contacts.read(work.connection, customer_ids=customers & unknown, report_ids=reports & unknown)


def _reports_with_customer(claims: Sequence[DecidedClaim]) -> set[UUID]:
    """Return the reports of which the policy was found: their customer is written to, whoever reported."""
    return {report_id for claim in claims if claim.customer_id is not None for report_id in claim.report_ids}


def _newest(
    batch: Batch[_EventT], *, key: Callable[[_EventT], UUID], version: Callable[[_EventT], int]
) -> dict[UUID, _EventT]:
    """Return the highest version of each key in `batch`; of equal ones the first."""
    newest: dict[UUID, _EventT] = {}
    for event in (delivery.event for delivery in batch):
        known = newest.get(key(event))
        if known is None or version(event) > version(known):
            newest[key(event)] = event
    return newest


def _request(delivery: Delivery[MessageRequested]) -> Request:
    event = delivery.event
    return Request(
        request_id=event.request_id,
        customer_id=event.customer_id,
        relation_number=event.relation_number,
        occasion=event.occasion,
        occurred_at=event.occurred_at,
        lane=Lane(event.priority),
        expires_at=event.expires_at,
        replaces=event.replaces,
        sealed=event.sealed,
        trace=delivery.trace,
    )


def _customer_request(delivery: Delivery[CustomerMessageRequested]) -> Request:
    event = delivery.event
    return Request(
        request_id=event.request_id,
        customer_id=event.customer_id,
        relation_number=event.relation_number,
        occasion=event.occasion,
        occurred_at=event.occurred_at,
        lane=Lane.ORDINARY,
        expires_at=event.expires_at,
        policy_number=event.policy_number,
        effective_on=event.effective_on,
        sealed=event.sealed,
        trace=delivery.trace,
    )


def _claim_request(delivery: Delivery[ClaimMessageRequested]) -> Request:
    event = delivery.event
    return Request(
        request_id=event.request_id,
        customer_id=event.customer_id,
        occasion=event.occasion,
        occurred_at=event.occurred_at,
        lane=Lane.ABOUT_CLAIM,
        expires_at=event.expires_at,
        claim=AboutClaim(
            claim_id=event.claim_id,
            claim_reference=event.claim_reference,
            questions=event.questions,
            due_on=event.due_on,
        ),
        report_ids=event.report_ids,
        trace=delivery.trace,
    )


def _payment_request(delivery: Delivery[PaymentOrdered]) -> Request:
    event = delivery.event
    return Request(
        request_id=event.payment_id,
        customer_id=event.customer_id,
        occasion=ClaimOccasion.PAYMENT_ORDERED,
        occurred_at=event.ordered_at,
        lane=Lane.ABOUT_CLAIM,
        expires_at=event.ordered_at + LONGEST_VALIDITY,
        claim=AboutClaim(
            claim_id=event.claim_id, claim_reference=event.claim_reference, amount_cents=event.amount_cents
        ),
        report_ids=(),
        trace=delivery.trace,
    )


def _decided_claim(delivery: Delivery[DecisionMade]) -> DecidedClaim:
    decision = delivery.event
    return DecidedClaim(
        claim_id=decision.claim_id,
        claim_version=decision.claim_version,
        customer_id=decision.customer_id,
        report_ids=decision.report_ids,
        decision=decision,
        trace=delivery.trace,
    )
