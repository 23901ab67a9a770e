"""Requested messages: stored sealed, leased to one process, and settled without what was sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from msgspec import Struct

from chassis.database import Connection
from contracts.claim_messages import ClaimOccasion
from contracts.codec import from_json, to_json
from contracts.message_requests import Occasion
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import Retry
from notify_svc.domain.requests import (
    AboutClaim,
    Lane,
    Request,
    RequestAttempt,
    RequestState,
    SettleRequest,
    occasion_of,
)
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
                occasion=occasion_of(row["occasion"]),
                occurred_at=row["occurred_at"],
                lane=Lane(row["priority"]),
                expires_at=row["expires_at"],
                policy_number=row["policy_number"],
                effective_on=row["effective_on"],
                claim=claim_of(row),
                report_ids=row["report_ids"] and tuple(row["report_ids"]),
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
    about: UUID
    """The claim where it is about one, else the customer."""
    occasion: Occasion | ClaimOccasion
    channel: Channel
    lane: Lane
    occurred_at: datetime
    state: RequestState
    attempts: int
    trace: str | None

    @classmethod
    def from_row(cls, row: asyncpg.Record) -> SettledRequest:
        """Return the request in a whole row of its table."""
        claim = claim_of(row)
        return cls(
            request_id=row["request_id"],
            about=row["customer_id"] if claim is None else claim.claim_id,
            occasion=occasion_of(row["occasion"]),
            channel=Channel(row["channel"]),
            lane=Lane(row["priority"]),
            occurred_at=row["occurred_at"],
            state=RequestState(row["state"]),
            attempts=row["attempts"],
            trace=row["traceparent"],
        )


def claim_of(row: asyncpg.Record) -> AboutClaim | None:
    """Return what a row names of a claim; None of a row that is about none."""
    return None if row["claim"] is None else from_json(AboutClaim, row["claim"])


async def insert(connection: Connection, *, requests: Sequence[Request], now: datetime) -> Sequence[SettledRequest]:
    """Store `requests`, each id once: due, or expired where it came too late; return those that are new and expired."""
    rows = await connection.fetch(
        """
        INSERT INTO requested_message (request_id, customer_id, relation_number, occasion, channel, priority,
                                       occurred_at, expires_at, sealed, traceparent, state, due_at, settled_at,
                                       policy_number, effective_on, claim, report_ids)
        SELECT request_id, customer_id, relation_number, occasion, channel, priority, occurred_at, expires_at,
               CASE WHEN expires_at > $11::timestamptz THEN sealed END, traceparent,
               CASE WHEN expires_at > $11::timestamptz THEN 'due' ELSE 'expired' END, $11::timestamptz,
               CASE WHEN expires_at > $11::timestamptz THEN NULL ELSE $11::timestamptz END, policy_number, effective_on,
               claim,
               CASE WHEN report_ids IS NOT NULL THEN
                    ARRAY(SELECT json_array_elements_text(report_ids)::uuid) END
          FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                      $8::timestamptz[], $9::text[], $10::text[], $12::text[], $13::date[], $14::json[], $15::json[])
            AS request (request_id, customer_id, relation_number, occasion, channel, priority, occurred_at, expires_at,
                        sealed, traceparent, policy_number, effective_on, claim, report_ids)
            ON CONFLICT (request_id) DO NOTHING
        RETURNING *
        """,
        [request.request_id for request in requests],
        [request.customer_id for request in requests],
        [request.relation_number for request in requests],
        [request.occasion.value for request in requests],
        [request.channel.value for request in requests],
        [request.lane.value for request in requests],
        [request.occurred_at for request in requests],
        [request.expires_at for request in requests],
        [request.sealed for request in requests],
        [request.trace for request in requests],
        now,
        [request.policy_number for request in requests],
        [request.effective_on for request in requests],
        [None if request.claim is None else to_json(request.claim).decode() for request in requests],
        [None if request.report_ids is None else to_json(request.report_ids).decode() for request in requests],
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


class NextWork(NamedTuple):
    """The first moments at which there is something to do, as they were at `now`; None: nothing is known of it.

    `due_at` is that of a request that is due, `expires_at` of one that expires, `lease_ends_at` of a lease without a
    result, so that whoever held it must have died.
    """

    now: datetime
    due_at: datetime | None
    expires_at: datetime | None
    lease_ends_at: datetime | None

    @property
    def first(self) -> datetime | None:
        """The first of them."""
        known = (self.due_at, self.expires_at, self.lease_ends_at)
        return min((moment for moment in known if moment is not None), default=None)


async def next_work(
    connection: Connection, *, lanes: Collection[tuple[Channel, Lane]], besides: Collection[UUID]
) -> NextWork:
    """Return when there is something to do: of requests that are due, in `lanes`; of leases, not of `besides`."""
    (row,) = await connection.fetch(
        """
        SELECT now(),
               (SELECT min(waiting.due_at)
                  FROM unnest($1::text[], $2::text[]) AS lane (channel, priority)
                 CROSS JOIN LATERAL (
                       SELECT due_at FROM requested_message AS waiting
                        WHERE waiting.state = 'due' AND waiting.channel = lane.channel
                          AND waiting.priority = lane.priority
                        ORDER BY due_at LIMIT 1) AS waiting),
               (SELECT min(expires_at) FROM requested_message WHERE state = 'due'),
               (SELECT min(leased_until) FROM requested_message
                 WHERE state = 'sending' AND request_id <> ALL ($3::uuid[]))
        """,
        [channel.value for channel, _ in lanes],
        [lane.value for _, lane in lanes],
        list(besides),
    )
    return NextWork(*row)


async def lease_due(
    connection: Connection,
    *,
    room: Mapping[tuple[Channel, Lane], int],
    now: datetime,
    leased_until: datetime,
) -> Sequence[LeasedRequest]:
    """Lease due requests, of each channel and lane as many as there is `room` for, and count an attempt at each."""
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
          FROM leased JOIN requested_message_contact AS contact USING (request_id)
         ORDER BY leased.due_at
        """,
        [channel.value for channel, _ in room],
        [lane.value for _, lane in room],
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
          FROM requested_message JOIN requested_message_contact AS contact USING (request_id)
         WHERE state = 'sending' AND leased_until <= $1 AND request_id <> ALL ($2::uuid[])
         ORDER BY request_id FOR UPDATE OF requested_message SKIP LOCKED
        """,
        now,
        list(besides),
    )
    return [LeasedRequest.from_row(row, leased_at=now) for row in rows]


async def settle(
    connection: Connection,
    *,
    settled: Sequence[tuple[LeasedRequest, SettleRequest]],
    answers_lost: Collection[UUID],
    now: datetime,
) -> Sequence[SettledRequest]:
    """Settle requests and erase what was sealed; return those whose lease no other process has ended meanwhile.

    One that was not tried counts no attempt. `answers_lost` are the ids of those whose answer was.
    """
    ordered = sorted(settled, key=_by_id)
    # Only the key can serve this, and it is served in its order: so rows are locked in one order. The state is compared
    # outside: within, the index of what is being sent would serve it, and be read as a whole for every request. So it
    # would, as long as the table has no statistics, if rows were joined to results before the key has found them.
    rows = await connection.fetch(
        """
        WITH sending AS MATERIALIZED (
            SELECT found.ctid, result.*
              FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::integer[]) WITH ORDINALITY
                AS result (request_id, attempts, state, reason, lost, place)
             CROSS JOIN LATERAL (
                   SELECT ctid, state AS found_in, attempts AS tried FROM requested_message AS request
                    WHERE request.request_id = result.request_id
                   OFFSET 0) AS found
             WHERE found_in = 'sending' AND tried = result.attempts)
        UPDATE requested_message AS request
           SET state = sending.state, settled_at = $6, leased_until = NULL, sealed = NULL, last_error = reason,
               answers_lost = answers_lost + lost, attempts = request.attempts - (sending.state = 'no_address')::integer
          FROM sending
         WHERE request.ctid = sending.ctid AND request.state = 'sending' AND request.attempts = sending.attempts
        RETURNING place
        """,
        [leased.request.request_id for leased, _ in ordered],
        [leased.attempt.attempts for leased, _ in ordered],
        [step.state.value for _, step in ordered],
        [step.reason for _, step in ordered],
        [int(leased.request.request_id in answers_lost) for leased, _ in ordered],
        now,
    )
    return [_settled(*ordered[row["place"] - 1]) for row in rows]


def _by_id(one: tuple[LeasedRequest, SettleRequest]) -> int:
    return one[0].request.request_id.int


def _settled(leased: LeasedRequest, step: SettleRequest) -> SettledRequest:
    request = leased.request
    about = request.customer_id if request.claim is None else request.claim.claim_id
    assert about is not None, "only a request about a claim has no customer"  # noqa: S101 - as Request says
    return SettledRequest(
        request_id=request.request_id,
        about=about,
        occasion=request.occasion,
        channel=request.channel,
        lane=request.lane,
        occurred_at=request.occurred_at,
        state=step.state,
        attempts=leased.attempt.attempts - (step.state is RequestState.NO_ADDRESS),
        trace=request.trace,
    )


async def retry(connection: Connection, *, leased: LeasedRequest, step: Retry, answer_lost: bool) -> bool:
    """Make one request due again; whether this process still had its lease."""
    request_id = await connection.fetchval(
        """
        UPDATE requested_message
           SET state = 'due', due_at = coalesce($3, due_at), leased_until = NULL, last_error = $4,
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


class OrderToPay(Struct, frozen=True, kw_only=True, eq=False):
    """What is known of an order to pay: whose it is, and the claim with its amount."""

    payment_id: UUID
    customer_id: UUID
    claim: AboutClaim
    trace: str | None


async def orders_to_pay(connection: Connection, *, payment_ids: Collection[UUID]) -> Sequence[OrderToPay]:
    """Return those of these orders of which a message was created, as long as that is known."""
    rows = await connection.fetch(
        """
        SELECT request_id, customer_id, claim, traceparent
          FROM requested_message WHERE request_id = ANY ($1::uuid[]) AND occasion = $2
        """,
        list(payment_ids),
        ClaimOccasion.PAYMENT_ORDERED.value,
    )
    return [
        OrderToPay(payment_id=row["request_id"], customer_id=row["customer_id"], claim=claim, trace=row["traceparent"])
        for row in rows
        if (claim := claim_of(row)) is not None
    ]


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
