"""Attempts at sending: a message is leased to one process, and its lease ends with a result or by time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from msgspec import Struct

from chassis.database import Connection
from contracts.claims import DecisionMade
from contracts.packing import unpack
from contracts.validation import read_from_outside
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import Attempt, Retry, Settle
from notify_svc.domain.messages import State
from notify_svc.repository.contacts import Contact
from notify_svc.repository.leases import NO_LEASE, Lease
from notify_svc.repository.messages import SettledMessage


class LeasedMessage(Struct, frozen=True, kw_only=True, eq=False):
    """A message that this process alone may send, once.

    `event` is the decision, or as it is stored where it was read back. No `contact`: the contact data were erased.
    """

    message_id: UUID
    claim_id: UUID
    claim_version: int
    attempt: Attempt
    lease: Lease
    leased_at: datetime
    event: DecisionMade | bytes
    contact: Contact | None
    trace: str | None

    @classmethod
    def from_row(cls, row: asyncpg.Record, *, lease: Lease, leased_at: datetime) -> LeasedMessage:
        """Return the message in a row of its table joined with its decision and its contact."""
        return cls(
            message_id=row["message_id"],
            claim_id=row["claim_id"],
            claim_version=row["claim_version"],
            attempt=Attempt(
                channel=Channel(row["channel"]),
                attempts=row["attempts"],
                answers_lost=row["answers_lost"],
                first_due_at=row["first_due_at"],
            ),
            lease=lease,
            leased_at=leased_at,
            event=row["event"],
            contact=Contact.from_row(row),
            trace=row["traceparent"],
        )

    def decision(self) -> DecisionMade:
        """Return what the message is about; raise when it cannot be read."""
        event = self.event
        return read_from_outside(DecisionMade, unpack(event)) if isinstance(event, bytes) else event

    def settled(self, state: State) -> SettledMessage:
        """Return the message as its attempt has ended. One that was not tried counts no attempt."""
        attempts = self.attempt.attempts - (state is State.NO_ADDRESS)
        return SettledMessage(
            message_id=self.message_id,
            claim_id=self.claim_id,
            claim_version=self.claim_version,
            channel=self.attempt.channel,
            state=state,
            attempts=attempts,
            trace=self.trace,
        )


async def first_due(connection: Connection, *, channel: Channel) -> tuple[datetime, datetime | None]:
    """Return the moment of the look, and when a message is due first, even if it has to wait for an older version."""
    ((now, first),) = await connection.fetch(
        "SELECT now(), (SELECT min(due_at) FROM message WHERE channel = $1 AND waiting = 'due')", channel.value
    )
    return now, first


async def lease_due(
    connection: Connection, *, channel: Channel, lease: Lease, now: datetime, leased_until: datetime, limit: int
) -> Sequence[LeasedMessage]:
    """Lease up to `limit` due messages and count an attempt at each; no other process leases them meanwhile.

    A message waits until every older version about its claim is settled: a newer one never overtakes it.
    """
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT ctid FROM message
             WHERE channel = $1 AND waiting = 'due' AND due_at <= $2
               AND NOT EXISTS (SELECT FROM message older
                                WHERE older.claim_id = message.claim_id AND older.channel = message.channel
                                  AND older.claim_version < message.claim_version
                                  AND older.state IN ('awaiting_contact', 'due', 'sending'))
             ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED),
        leased AS (
            UPDATE message SET state = 'sending', attempts = attempts + 1, leased_until = $3
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM due))
            RETURNING message.*),
        lasting AS (
            INSERT INTO lease (lease_id, channel, leased_until, claim_ids)
            SELECT $5, $1, $3, array_agg(claim_id) FROM leased HAVING count(*) > 0)
        SELECT leased.*, decision.event, message_contact.*
          FROM leased
          JOIN decision USING (claim_id, claim_version)
          JOIN message_contact USING (claim_id, claim_version, channel)
         ORDER BY leased.due_at
        """,
        channel.value,
        now,
        leased_until,
        limit,
        lease.lease_id,
    )
    return [LeasedMessage.from_row(row, lease=lease, leased_at=now) for row in rows]


async def lock(
    connection: Connection, *, leased: Collection[LeasedMessage], whole_claims: Collection[UUID] = ()
) -> None:
    """Lock messages in the order in which all lock them: what follows changes some of them before others.

    Of `whole_claims` all messages are locked, whichever way they go.
    """
    keys = {(one.claim_id, one.claim_version, one.attempt.channel.value) for one in leased}
    some = [key for key in keys if key[0] not in whole_claims]
    wanted = sorted([*some, *((claim_id, None, None) for claim_id in set(whole_claims))], key=_in_order)
    await connection.execute(
        """
        SELECT FROM unnest($1::uuid[], $2::integer[], $3::text[]) AS wanted (claim_id, claim_version, channel)
         CROSS JOIN LATERAL (
               SELECT FROM message
                WHERE message.claim_id = wanted.claim_id
                  AND (wanted.claim_version IS NULL
                       OR message.claim_version = wanted.claim_version AND message.channel = wanted.channel)
                ORDER BY claim_version, channel FOR UPDATE) AS message
        """,
        [claim_id for claim_id, _, _ in wanted],
        [version for _, version, _ in wanted],
        [channel for _, _, channel in wanted],
    )


def _in_order(wanted: tuple[UUID, int | None, str | None]) -> tuple[int, int, str]:
    claim_id, version, channel = wanted
    return claim_id.int, version or 0, channel or ""


async def settle(
    connection: Connection,
    *,
    settled: Sequence[tuple[LeasedMessage, Settle]],
    answers_lost: Collection[UUID],
    ended_leases: Collection[UUID] = (),
    now: datetime,
) -> Sequence[SettledMessage]:
    """Settle messages; return them. One whose lease another process has ended meanwhile is not recorded.

    `answers_lost` are the ids of messages whose answer to this attempt was lost. The `ended_leases` are forgotten:
    under them every message has a result now.
    """
    # In the order of all locks. Each is found by its key and changed where it was found: a join with the table would
    # read all of it as long as that looks cheaper. What was changed meanwhile is there no more: its lease was ended.
    # Few ends are different: a message is sent with the place of its own among them.
    ordered = sorted(settled, key=_by_key)
    places: dict[_End, int] = {}
    ends = [
        places.setdefault(_end_of(leased, step, is_lost=leased.message_id in answers_lost), len(places) + 1)
        for leased, step in ordered
    ]
    changed: Sequence[int] | None = await connection.fetchval(
        """
        WITH sending AS MATERIALIZED (
            SELECT message.ctid, result.place, result.ended
              FROM unnest($1::uuid[], $2::integer[]) WITH ORDINALITY AS result (claim_id, ended, place)
             CROSS JOIN LATERAL (
                   SELECT ctid, state, attempts FROM message
                    WHERE message.claim_id = result.claim_id AND message.claim_version = ($4::integer[])[result.ended]
                      AND message.channel = ($3::text[])[result.ended]
                   OFFSET 0) AS message
             WHERE message.state = 'sending' AND message.attempts = ($5::integer[])[result.ended]),
        changed AS (
            UPDATE message
               SET state = ($6::text[])[ended], settled_at = $9, leased_until = NULL, last_error = ($7::text[])[ended],
                   answers_lost = message.answers_lost + ($8::integer[])[ended],
                   attempts = message.attempts - (($6::text[])[ended] = 'no_address')::integer
              FROM sending
             WHERE message.ctid = sending.ctid AND message.state = 'sending'
            RETURNING place),
        forgotten AS (DELETE FROM lease WHERE lease_id = ANY ($10::uuid[]))
        SELECT CASE WHEN count(*) < cardinality($1::uuid[]) THEN coalesce(array_agg(place), '{}') END FROM changed
        """,
        [leased.claim_id for leased, _ in ordered],
        ends,
        *zip(*places, strict=True),
        now,
        list(ended_leases),
    )
    recorded = ordered if changed is None else [ordered[place - 1] for place in changed]
    return [leased.settled(step.state) for leased, step in recorded]


_End: TypeAlias = tuple[str, int, int, str, str | None, int]
"""How a message is settled: its channel, version and attempts, its state, why, and how many answers were lost by it."""


def _end_of(leased: LeasedMessage, step: Settle, *, is_lost: bool) -> _End:
    channel, attempts = leased.attempt.channel.value, leased.attempt.attempts
    return channel, leased.claim_version, attempts, step.state.value, step.reason, int(is_lost)


def _by_key(one: tuple[LeasedMessage, Settle]) -> tuple[int, int, Channel]:
    leased, _ = one
    return leased.claim_id.int, leased.claim_version, leased.attempt.channel


async def retry(
    connection: Connection, *, retried: Sequence[tuple[LeasedMessage, Retry]], answers_lost: Collection[UUID]
) -> set[UUID]:
    """End the leases of messages that are tried again; return their ids. See `settle` for what is not recorded."""
    rows = await connection.fetch(
        """
        UPDATE message
           SET state = 'due', due_at = coalesce(result.due_at, message.due_at), leased_until = NULL,
               last_error = result.reason, answers_lost = message.answers_lost + result.answers_lost
          FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::timestamptz[], $6::text[],
                      $7::integer[])
            AS result (claim_id, claim_version, channel, attempts, due_at, reason, answers_lost)
         WHERE message.claim_id = result.claim_id AND message.claim_version = result.claim_version
           AND message.channel = result.channel AND message.attempts = result.attempts AND message.state = 'sending'
        RETURNING message.message_id
        """,
        *_keys([leased for leased, _ in retried]),
        [leased.attempt.attempts for leased, _ in retried],
        [step.due_at for _, step in retried],
        [step.reason for _, step in retried],
        [int(leased.message_id in answers_lost) for leased, _ in retried],
    )
    return {row["message_id"] for row in rows}


async def lock_expired(
    connection: Connection, *, channel: Channel, now: datetime, besides: Collection[UUID], limit: int
) -> Sequence[LeasedMessage]:
    """Lock and return messages whose lease is over without a result, so that whoever leased them must have died.

    `besides` are the ids of messages of which the result is still to come, whatever the clock says.
    """
    rows = await connection.fetch(
        """
        SELECT message.*, decision.event, message_contact.*
          FROM message
          JOIN decision USING (claim_id, claim_version)
          JOIN message_contact USING (claim_id, claim_version, channel)
         WHERE message.claim_id = ANY (ARRAY(SELECT unnest(claim_ids) FROM lease
                                              WHERE channel = $1 AND leased_until <= $2))
           AND message.channel = $1 AND message.state = 'sending' AND message.leased_until <= $2
           AND message.message_id <> ALL ($3::uuid[])
         ORDER BY message.claim_id, message.claim_version LIMIT $4 FOR UPDATE OF message SKIP LOCKED
        """,
        channel.value,
        now,
        list(besides),
        limit,
    )
    return [LeasedMessage.from_row(row, lease=NO_LEASE, leased_at=now) for row in rows]


def _keys(leased: Collection[LeasedMessage]) -> tuple[list[UUID], list[int], list[str]]:
    """Return the columns of the messages' keys."""
    return (
        [message.claim_id for message in leased],
        [message.claim_version for message in leased],
        [message.attempt.channel.value for message in leased],
    )
