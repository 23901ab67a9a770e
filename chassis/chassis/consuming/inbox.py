"""Which events have taken effect. An event is identified by its CloudEvents source and id, for each consumer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Generic, TypeAlias, TypeVar

from chassis.consuming.delivery import Delivery
from chassis.database import Connection
from chassis.unit_of_work import Refusable
from contracts.topic import Event

E = TypeVar("E", bound=Event)
Identity: TypeAlias = tuple[str, str]

_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Sifted(Generic[E]):
    """The deliveries of a batch that are not mere repetitions, in their order.

    `new` have not taken effect, each once. `contradicting` have the source and id of an event with other contents.
    """

    new: Sequence[Delivery[E]]
    contradicting: Sequence[Delivery[E]]


async def sift(connection: Connection, *, consumer: str, deliveries: Sequence[Delivery[E]]) -> Sifted[E]:
    """Drop what has taken effect already, and remember in this transaction that the new ones do."""
    first = {_identity(delivery): delivery for delivery in reversed(deliveries)}
    identities = sorted(first)  # one order for all transactions, so that two of them cannot wait for each other
    known: dict[Identity, bytes | None] = {identity: _digest(first[identity]) for identity in identities}
    rows = await connection.fetch(
        """
        INSERT INTO messaging.inbox (consumer, source, event_id, digest)
        SELECT $1, source, event_id, digest
          FROM unnest($2::text[], $3::text[], $4::bytea[]) AS delivered (source, event_id, digest)
            ON CONFLICT DO NOTHING
        RETURNING source, event_id
        """,
        consumer,
        [source for source, _ in identities],
        [event_id for _, event_id in identities],
        [known[identity] for identity in identities],
    )
    new = {(row["source"], row["event_id"]) for row in rows}
    if old := [identity for identity in identities if identity not in new]:
        known |= await _digests(connection, consumer=consumer, identities=old)
    if len(new) == len(deliveries):
        return Sifted(deliveries, ())
    return Sifted(
        [one for one in deliveries if _identity(one) in new and first[_identity(one)] is one],
        [one for one in deliveries if known[_identity(one)] not in (None, _digest(one))],
    )


async def forget(connection: Connection, *, consumer: str, events: Sequence[Refusable]) -> None:
    """Take back that these events take effect."""
    await connection.execute(
        """
        DELETE FROM messaging.inbox
         USING unnest($2::text[], $3::text[]) AS refused (source, event_id)
         WHERE inbox.consumer = $1 AND inbox.source = refused.source AND inbox.event_id = refused.event_id
        """,
        consumer,
        [event.source for event in events],
        [event.event_id for event in events],
    )


async def _digests(
    connection: Connection, *, consumer: str, identities: Sequence[Identity]
) -> dict[Identity, bytes | None]:
    """The digests of events that took effect before; None where an older version of this software stored none."""
    rows = await connection.fetch(
        """
        SELECT source, event_id, digest
          FROM messaging.inbox JOIN unnest($2::text[], $3::text[]) AS old (source, event_id) USING (source, event_id)
         WHERE consumer = $1
        """,
        consumer,
        [source for source, _ in identities],
        [event_id for _, event_id in identities],
    )
    return {(row["source"], row["event_id"]): row["digest"] for row in rows}


def _identity(delivery: Delivery[E]) -> Identity:
    return delivery.source, delivery.event_id


def _digest(delivery: Delivery[E]) -> bytes:
    return blake2b(delivery.record.value or b"", digest_size=_DIGEST_BYTES).digest()


async def has_grown_since(connection: Connection, *, consumer: str, moment: datetime) -> bool:
    """Whether an event has taken effect at `moment` or later."""
    grown: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM messaging.inbox WHERE consumer = $1 AND received_at >= $2)", consumer, moment
    )
    return grown


async def delete_older(connection: Connection, *, consumer: str, age: timedelta, limit: int) -> int:
    """Delete up to `limit` rows of events received longer than `age` ago by the database's clock; return how many."""
    status = await connection.execute(
        """
        DELETE FROM messaging.inbox WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM messaging.inbox WHERE received_at < now() - $2::interval AND consumer = $1 LIMIT $3))
        """,
        consumer,
        age,
        limit,
    )
    return int(status.rpartition(" ")[2])
