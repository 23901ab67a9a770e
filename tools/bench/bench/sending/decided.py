"""What a storm brings to notify-svc: decisions about as many customers, and security codes for others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import asyncpg
from msgspec import structs
from uuid_utils.compat import uuid7

from chassis.sealing import Sealer
from contracts.claims import DECISION_MADE
from contracts.codec import to_json
from contracts.envelope import Message, encode
from contracts.message_requests import MESSAGE_REQUESTED, MessageRequested, Occasion, Priority, SealedContents
from contracts.policy import CONTACT_CHANGED, ContactChanged
from notify_svc.repository.contacts import store_newer

_SPACE = UUID("5bd2a3a4-6f3f-4c0e-9b6e-0d1d7c2f9a11")
_CODES_EXPIRE_AFTER = timedelta(minutes=5)


def customer_id(number: int) -> UUID:
    return uuid5(_SPACE, f"customer {number}")


def claim_id(number: int) -> UUID:
    return uuid5(_SPACE, f"claim {number}")


def address(number: int) -> str:
    """Return the e-mail address of a customer, as the mail server is told it."""
    return f"customer-{number}@example.org"


def telephone(number: int) -> str:
    """Return the number of a customer as the SMS centre is told it."""
    return f"316{10_000_000 + number}"


def telephone_of_code(number: int) -> str:
    """Return the number to which a code goes, and nothing else."""
    return f"316{40_000_000 + number}"


def contacts(count: int) -> Iterator[ContactChanged]:
    """Yield how customers are reached, each by an address and a number of their own."""
    example = CONTACT_CHANGED.examples[0]
    for number in range(count):
        yield structs.replace(
            example,
            customer_id=customer_id(number),
            version=1,
            email=address(number),
            mobile_phone=f"+{telephone(number)}",
            unwanted_channels=(),
        )


async def insert_contacts(connection: asyncpg.Connection, known: Sequence[ContactChanged]) -> None:
    """Store how customers are reached, as the service does."""
    async with connection.transaction():
        await store_newer(connection, contacts=known)


def decisions(count: int, *, now: datetime) -> Iterator[Message]:
    """Yield one decision for each customer."""
    example = DECISION_MADE.examples[0]
    for number in range(count):
        decision = structs.replace(
            example,
            claim_id=claim_id(number),
            claim_version=1,
            customer_id=customer_id(number),
            report_ids=(uuid5(_SPACE, f"report {number}"),),
        )
        yield encode(DECISION_MADE, decision, event_id=str(uuid7()), source="/bench", time=now)


def code(number: int, *, sealer: Sealer, customers: int, now: datetime) -> Message:
    """Return the request for a code, to a number that nothing else goes to."""
    request_id, reader = uuid7(), customer_id(number % customers)
    contents = SealedContents(
        request_id=request_id,
        customer_id=reader,
        code=f"{number % 1_000_000:06}",
        link=None,
        mobile_phone=f"+{telephone_of_code(number)}",
    )
    request = MessageRequested(
        request_id=request_id,
        customer_id=reader,
        relation_number="123456",
        occasion=Occasion.LOGIN_CODE_REQUESTED,
        occurred_at=now,
        priority=Priority.URGENT,
        expires_at=now + _CODES_EXPIRE_AFTER,
        replaces=None,
        sealed=sealer.seal(to_json(contents)),
    )
    return encode(MESSAGE_REQUESTED, request, event_id=str(request_id), source="/bench", time=now)
