"""Which events have taken effect. An event is identified by its CloudEvents source and id, for each consumer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from chassis.consuming.delivery import Delivery
from chassis.database import Connection
from contracts.topic import Event

E = TypeVar("E", bound=Event)


async def keep_new(
    connection: Connection, *, consumer: str, deliveries: Sequence[Delivery[E]]
) -> Sequence[Delivery[E]]:
    """Return the deliveries that have not taken effect, each once, and remember in this transaction that they do."""
    first = {(delivery.source, delivery.event_id): delivery for delivery in reversed(deliveries)}
    identities = sorted(first)  # one order for all transactions, so that two of them cannot wait for each other
    rows = await connection.fetch(
        """
        INSERT INTO messaging.inbox (consumer, source, event_id)
        SELECT $1, source, event_id FROM unnest($2::text[], $3::text[]) AS delivered (source, event_id)
            ON CONFLICT DO NOTHING
        RETURNING source, event_id
        """,
        consumer,
        [source for source, _ in identities],
        [event_id for _, event_id in identities],
    )
    new = {(row["source"], row["event_id"]) for row in rows}
    return [
        delivery
        for delivery in deliveries
        if (identity := (delivery.source, delivery.event_id)) in new and first[identity] is delivery
    ]


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
