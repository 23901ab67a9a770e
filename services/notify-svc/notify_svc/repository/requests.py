"""Requested messages: stored sealed, leased to one process, and settled without what was sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from msgspec import Struct

from chassis.database import Connection
from contracts.message_requests import Occasion, Priority
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import Retry
from notify_svc.domain.requests import Request, RequestAttempt, RequestState, SettleRequest
from notify_svc.repository.contacts import Contact


class LeasedRequest(Struct, frozen=True, kw_only=True, eq=False):
    """A request that this process alone may send, once. No `contact`: none is known of the customer, or not yet."""

    request: Request
    attempt: RequestAttempt
    leased_at: datetime
    contact: Contact | None

    @classmethod
    def from_row(cls, row: asyncpg.Record, *, leased_at: datetime) -> LeasedRequest:
        """Return the request in a row of its table joined with its customer's contact data."""
        return cls(
            request=Request(
                request_id=row["request_id"],
                customer_id=row["customer_id"],
                relation_number=row["relation_number"],
                occasion=Occasion(row["occasion"]),
                occurred_at=row["occurred_at"],
                priority=Priority(row["priority"]),
                expires_at=row["expires_at"],
                sealed=row["sealed"],
                trace=row["traceparent"],
            ),
            attempt=RequestAttempt(attempts=row["attempts"], answers_lost=row["answers_lost"]),
            leased_at=leased_at,
            contact=Contact.from_row(row),
        )


class SettledRequest(Struct, frozen=True, kw_only=True):
    """A request that has just reached its end."""

    request_id: UUID
    customer_id: UUID
    occasion: Occasion
    channel: Channel
    priority: Priority
    occurred_at: datetime
    state: RequestState
    attempts: int
    trace: str | None

    @classmethod
    def from_row(cls, row: asyncpg.Record) -> SettledRequest:
        """Return the request in a whole row of its table."""
        return cls(
            request_id=row["request_id"],
            customer_id=row["customer_id"],
            occasion=Occasion(row["occasion"]),
            channel=Channel(row["channel"]),
            priority=Priority(row["priority"]),
            occurred_at=row["occurred_at"],
            state=RequestState(row["state"]),
            attempts=row["attempts"],
            trace=row["traceparent"],
        )


async def insert(connection: Connection, *, requests: Sequence[Request], now: datetime) -> Sequence[SettledRequest]:
    """Store `requests`, each id once: due, or expired where it came too late; return those that are new and expired."""
    rows = await connection.fetch(
        """
        INSERT INTO requested_message (request_id, customer_id, relation_number, occasion, channel, priority,
                                       occurred_at, expires_at, sealed, traceparent, state, due_at, settled_at)
        SELECT request_id, customer_id, relation_number, occasion, channel, priority, occurred_at, expires_at,
               CASE WHEN expires_at > $11::timestamptz THEN sealed END, traceparent,
               CASE WHEN expires_at > $11::timestamptz THEN 'due' ELSE 'expired' END, $11::timestamptz,
               CASE WHEN expires_at > $11::timestamptz THEN NULL ELSE $11::timestamptz END
          FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                      $8::timestamptz[], $9::text[], $10::text[])
            AS request (request_id, customer_id, relation_number, occasion, channel, priority, occurred_at, expires_at,
                        sealed, traceparent)
            ON CONFLICT (request_id) DO NOTHING
        RETURNING *
        """,
        [request.request_id for request in requests],
        [request.customer_id for request in requests],
        [request.relation_number for request in requests],
        [request.occasion.value for request in requests],
        [request.channel.value for request in requests],
        [request.priority.value for request in requests],
        [request.occurred_at for request in requests],
        [request.expires_at for request in requests],
        [request.sealed for request in requests],
        [request.trace for request in requests],
        now,
    )
    return [SettledRequest.from_row(row) for row in rows if row["state"] == RequestState.EXPIRED]


async def supersede(
    connection: Connection, *, replaced: Mapping[UUID, UUID], now: datetime
) -> Sequence[SettledRequest]:
    """Settle the requests that are `replaced`, each of the customer it leads to, and were not sent; return them.

    One that is just being sent ends as it ends.
    """
    rows = await connection.fetch(
        """
        WITH replaced AS (
            SELECT request_id FROM requested_message
              JOIN unnest($1::uuid[], $2::uuid[]) AS replaced (request_id, customer_id) USING (request_id, customer_id)
             WHERE state = 'due'
             ORDER BY request_id FOR UPDATE OF requested_message)
        UPDATE requested_message SET state = 'superseded', settled_at = $3, sealed = NULL
          FROM replaced WHERE requested_message.request_id = replaced.request_id
        RETURNING requested_message.*
        """,
        list(replaced),
        list(replaced.values()),
        now,
    )
    return [SettledRequest.from_row(row) for row in rows]


async def next_work(
    connection: Connection, *, lanes: Collection[tuple[Channel, Priority]], besides: Collection[UUID]
) -> tuple[datetime, datetime | None]:
    """Return the moment of the look, and the first moment at which there is something to do; None: nothing is known.

    Something to do is a request of `lanes` that is due, one that expires, or one whose lease ends and is none of
    `besides`, so that whoever leased it must have died.
    """
    ((now, first),) = await connection.fetch(
        """
        SELECT now(), least(
               (SELECT min(waiting.due_at)
                  FROM unnest($1::text[], $2::text[]) AS lane (channel, priority)
                 CROSS JOIN LATERAL (
                       SELECT due_at FROM requested_message AS waiting
                        WHERE waiting.state = 'due' AND waiting.channel = lane.channel
                          AND waiting.priority = lane.priority
                        ORDER BY due_at LIMIT 1) AS waiting),
               (SELECT min(expires_at) FROM requested_message WHERE state = 'due'),
               (SELECT min(leased_until) FROM requested_message
                 WHERE state = 'sending' AND request_id <> ALL ($3::uuid[])))
        """,
        [channel.value for channel, _ in lanes],
        [priority.value for _, priority in lanes],
        list(besides),
    )
    return now, first


async def lease_due(
    connection: Connection,
    *,
    room: Mapping[tuple[Channel, Priority], int],
    now: datetime,
    leased_until: datetime,
) -> Sequence[LeasedRequest]:
    """Lease due requests, of each channel and priority as many as there is `room` for, and count an attempt at each."""
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT found.request_id
              FROM unnest($1::text[], $2::text[], $3::integer[]) AS lane (channel, priority, room)
             CROSS JOIN LATERAL (
                   SELECT request_id FROM requested_message AS waiting
                    WHERE waiting.state = 'due' AND waiting.channel = lane.channel AND waiting.priority = lane.priority
                      AND due_at <= $4 AND expires_at > $4
                    ORDER BY due_at LIMIT lane.room FOR UPDATE SKIP LOCKED) AS found),
        leased AS (
            UPDATE requested_message SET state = 'sending', attempts = attempts + 1, leased_until = $5
             WHERE request_id = ANY (ARRAY(SELECT request_id FROM due))
            RETURNING *)
        SELECT leased.*, contact.name, contact.email, contact.mobile_phone, contact.postcode, contact.house_number,
               contact.language
          FROM leased LEFT JOIN contact USING (customer_id)
         ORDER BY leased.due_at
        """,
        [channel.value for channel, _ in room],
        [priority.value for _, priority in room],
        list(room.values()),
        now,
        leased_until,
    )
    return [LeasedRequest.from_row(row, leased_at=now) for row in rows]


async def lock_abandoned(
    connection: Connection, *, now: datetime, besides: Collection[UUID]
) -> Sequence[LeasedRequest]:
    """Lock and return requests whose lease is over without a result, so that whoever leased them must have died.

    `besides` are the ids of requests of which the result is still to come, whatever the clock says.
    """
    rows = await connection.fetch(
        """
        SELECT requested_message.*, contact.name, contact.email, contact.mobile_phone, contact.postcode,
               contact.house_number, contact.language
          FROM requested_message LEFT JOIN contact USING (customer_id)
         WHERE state = 'sending' AND leased_until <= $1 AND request_id <> ALL ($2::uuid[])
         ORDER BY request_id FOR UPDATE OF requested_message SKIP LOCKED
        """,
        now,
        list(besides),
    )
    return [LeasedRequest.from_row(row, leased_at=now) for row in rows]


async def settle(
    connection: Connection, *, leased: LeasedRequest, step: SettleRequest, answer_lost: bool, now: datetime
) -> SettledRequest | None:
    """Settle one request and erase what was sealed; None when another process has ended its lease meanwhile.

    One that was not tried counts no attempt.
    """
    row = await connection.fetchrow(
        """
        UPDATE requested_message
           SET state = $3, settled_at = $4, leased_until = NULL, sealed = NULL, last_error = $5,
               answers_lost = answers_lost + $6::integer, attempts = attempts - ($3 = 'no_address')::integer
         WHERE request_id = $1 AND state = 'sending' AND attempts = $2
        RETURNING *
        """,
        leased.request.request_id,
        leased.attempt.attempts,
        step.state.value,
        now,
        step.reason,
        int(answer_lost),
    )
    return None if row is None else SettledRequest.from_row(row)


async def retry(connection: Connection, *, leased: LeasedRequest, step: Retry, answer_lost: bool) -> bool:
    """Make one request due again; whether this process still had its lease."""
    request_id = await connection.fetchval(
        """
        UPDATE requested_message
           SET state = 'due', due_at = $3, leased_until = NULL, last_error = $4,
               answers_lost = answers_lost + $5::integer
         WHERE request_id = $1 AND state = 'sending' AND attempts = $2
        RETURNING request_id
        """,
        leased.request.request_id,
        leased.attempt.attempts,
        step.due_at,
        step.reason,
        int(answer_lost),
    )
    return request_id is not None


async def expire(connection: Connection, *, now: datetime, limit: int) -> Sequence[SettledRequest]:
    """Settle up to `limit` requests that were not sent in time, and erase what was sealed.

    One of which an answer was lost is in doubt.
    """
    rows = await connection.fetch(
        """
        WITH expired AS (
            SELECT request_id FROM requested_message
             WHERE state = 'due' AND expires_at <= $1
             ORDER BY request_id LIMIT $2 FOR UPDATE SKIP LOCKED)
        UPDATE requested_message
           SET state = CASE WHEN answers_lost > 0 THEN 'in_doubt' ELSE 'expired' END, settled_at = $1, sealed = NULL
          FROM expired WHERE requested_message.request_id = expired.request_id
        RETURNING requested_message.*
        """,
        now,
        limit,
    )
    return [SettledRequest.from_row(row) for row in rows]


async def delete_settled(connection: Connection, *, before: datetime) -> None:
    """Forget requests that were settled `before` this moment: when somebody logged in is nobody's business for ever."""
    await connection.execute("DELETE FROM requested_message WHERE settled_at < $1", before)


async def list_in_doubt(connection: Connection) -> Sequence[asyncpg.Record]:
    """Return every request of which an answer was lost, however it ended, oldest first; no personal data."""
    return await connection.fetch(
        """
        SELECT request_id, occasion, channel, state, attempts, answers_lost, occurred_at, settled_at, last_error
          FROM requested_message WHERE answers_lost > 0 ORDER BY settled_at NULLS LAST, request_id
        """
    )
