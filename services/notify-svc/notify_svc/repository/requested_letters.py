"""Letters in the place of requested e-mails that reached nobody: planned, printed, and marked as posted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from chassis.database import Connection
from contracts.vocabulary import Channel
from notify_svc.domain.requests import (
    ENDED_BY,
    ENDED_BY_DECISION,
    LETTER_OCCASIONS,
    Lane,
    Request,
    RequestState,
    occasion_of,
)
from notify_svc.repository.contacts import Contact
from notify_svc.repository.requests import SettledRequest, claim_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintableRequest:
    """A letter that is to be posted, and what was requested. No `contact` when the contact data were erased."""

    letter_id: UUID
    request: Request
    contact: Contact | None


async def plan(connection: Connection, *, request_ids: Collection[UUID], now: datetime) -> Sequence[SettledRequest]:
    """Plan a letter for each of these requests whose e-mail reached nobody, where one can go; return the letters.

    There is none for what is not told by letter, and for who has no postal address.
    """
    rows = await connection.fetch(
        """
        INSERT INTO requested_letter (letter_id, request_id, customer_id, relation_number, occasion, occurred_at,
                                      policy_number, effective_on, report_ids, claim, traceparent, state, settled_at)
        SELECT planned.letter_id, request_id, customer_id, relation_number, occasion, occurred_at, policy_number,
               effective_on, report_ids, claim, traceparent, 'to_be_posted', $3
          FROM unnest($1::uuid[], $2::uuid[]) AS planned (request_id, letter_id)
          JOIN requested_message USING (request_id)
          JOIN requested_message_contact AS contact USING (request_id)
         WHERE channel = 'email' AND occasion = ANY ($4::text[]) AND contact.postcode IS NOT NULL
            ON CONFLICT (request_id) DO NOTHING
        RETURNING *
        """,
        list(request_ids),
        [uuid7() for _ in request_ids],
        now,
        _BY_LETTER,
    )
    return [_settled(row) for row in rows]


_BY_LETTER = sorted(occasion.value for occasion in LETTER_OCCASIONS)


async def list_to_be_posted(connection: Connection) -> Sequence[asyncpg.Record]:
    """Return every letter that is to be posted, oldest first; no personal data."""
    return await connection.fetch(
        """
        SELECT letter_id AS message_id, occasion, claim ->> 'claim_id' AS claim_id, settled_at AS to_be_posted_at
          FROM requested_letter WHERE state = 'to_be_posted' ORDER BY settled_at, letter_id
        """
    )


async def read_printable(connection: Connection, *, letter_ids: Collection[UUID]) -> Sequence[PrintableRequest]:
    """Return those of `letter_ids` that are to be posted, oldest first; hold off who prints the same ones now."""
    rows = await connection.fetch(
        """
        SELECT requested_letter.*, contact.name, contact.email, contact.mobile_phone, contact.postcode,
               contact.house_number, contact.language
          FROM requested_letter JOIN requested_letter_contact AS contact USING (letter_id)
         WHERE state = 'to_be_posted' AND letter_id = ANY ($1::uuid[])
         ORDER BY settled_at, letter_id FOR UPDATE OF requested_letter
        """,
        list(letter_ids),
    )
    return [
        PrintableRequest(letter_id=row["letter_id"], request=_request(row), contact=Contact.from_row(row))
        for row in rows
    ]


async def settle(
    connection: Connection, *, letter_ids: Collection[UUID], state: RequestState, now: datetime
) -> Mapping[UUID, SettledRequest]:
    """Settle those of `letter_ids` that are to be posted as `state`; return them by these ids."""
    rows = await connection.fetch(
        """
        WITH waiting AS (
            SELECT letter_id FROM requested_letter
             WHERE letter_id = ANY ($1::uuid[]) AND state = 'to_be_posted' ORDER BY letter_id FOR UPDATE)
        UPDATE requested_letter SET state = $2, settled_at = $3
          FROM waiting WHERE requested_letter.letter_id = waiting.letter_id
        RETURNING requested_letter.*
        """,
        list(letter_ids),
        state.value,
        now,
    )
    return {row["letter_id"]: _settled(row) for row in rows}


async def end_those_over(connection: Connection, *, today: date, now: datetime) -> Mapping[UUID, SettledRequest]:
    """Settle letters that are not to be posted any more; return them by their ids.

    They are those that name a day before `today`, and those that were overtaken by a decision or by something newer
    about their claim. One that is just being printed is left for the next time.
    """
    rows = await connection.fetch(
        """
        WITH over AS (
            SELECT letter_id, coalesce((claim ->> 'due_on')::date < $1, false) AS is_late
              FROM requested_letter AS letter
             WHERE state = 'to_be_posted' AND claim IS NOT NULL
               AND ((claim ->> 'due_on')::date < $1
                    OR occasion = ANY ($3::text[]) AND EXISTS (
                       SELECT FROM message
                        WHERE message.claim_id = (letter.claim ->> 'claim_id')::uuid
                          AND message.first_due_at > letter.occurred_at)
                    OR EXISTS (
                       SELECT FROM requested_message AS newer
                         JOIN unnest($4::text[], $5::text[]) AS ended (occasion, by) ON newer.occasion = ended.by
                        WHERE newer.claim ->> 'claim_id' = letter.claim ->> 'claim_id'
                          AND ended.occasion = letter.occasion AND newer.occurred_at > letter.occurred_at))
             ORDER BY letter_id FOR UPDATE SKIP LOCKED)
        UPDATE requested_letter SET state = CASE WHEN is_late THEN 'expired' ELSE 'superseded' END, settled_at = $2
          FROM over WHERE requested_letter.letter_id = over.letter_id
        RETURNING requested_letter.*
        """,
        today,
        now,
        sorted(ENDED_BY_DECISION),
        [earlier.value for earlier, _ in ENDED_BY],
        [later.value for _, later in ENDED_BY],
    )
    return {row["letter_id"]: _settled(row) for row in rows}


async def states(connection: Connection, *, letter_ids: Collection[UUID]) -> Mapping[UUID, RequestState]:
    """Return the state of each letter of `letter_ids`; what is no such letter is left out."""
    rows = await connection.fetch(
        "SELECT letter_id, state FROM requested_letter WHERE letter_id = ANY ($1::uuid[])", list(letter_ids)
    )
    return {row["letter_id"]: RequestState(row["state"]) for row in rows}


async def delete_ended(connection: Connection, *, before: datetime) -> None:
    """Forget letters that ended `before` this moment; one that is to be posted waits for as long as it takes."""
    await connection.execute("DELETE FROM requested_letter WHERE state <> 'to_be_posted' AND settled_at < $1", before)


def _lane(row: asyncpg.Record) -> Lane:
    return Lane.ORDINARY if row["claim"] is None else Lane.ABOUT_CLAIM


def _request(row: asyncpg.Record) -> Request:
    return Request(
        request_id=row["request_id"],
        customer_id=row["customer_id"],
        relation_number=row["relation_number"],
        occasion=occasion_of(row["occasion"]),
        occurred_at=row["occurred_at"],
        lane=_lane(row),
        expires_at=row["settled_at"],
        policy_number=row["policy_number"],
        effective_on=row["effective_on"],
        claim=claim_of(row),
        report_ids=row["report_ids"] and tuple(row["report_ids"]),
        trace=row["traceparent"],
    )


def _settled(row: asyncpg.Record) -> SettledRequest:
    claim = claim_of(row)
    return SettledRequest(
        request_id=row["request_id"],
        about=row["customer_id"] if claim is None else claim.claim_id,
        occasion=occasion_of(row["occasion"]),
        channel=Channel.POST,
        lane=_lane(row),
        occurred_at=row["occurred_at"],
        state=RequestState(row["state"]),
        attempts=0,
        trace=row["traceparent"],
    )
