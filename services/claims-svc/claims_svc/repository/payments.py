"""Payments that were ordered, and how they ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.payment import Due
from contracts.payments import PaymentFailure, PaymentSettled


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment. `ended_at` None: nobody has told yet how it ended; `failure` None: it has not failed."""

    payment_id: UUID
    claim_version: int
    amount_cents: int
    ordered_at: datetime
    ended_at: datetime | None
    failure: PaymentFailure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """An order of a claim of which nobody has told how it ended."""

    payment_id: UUID
    claim_id: UUID
    ordered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The claim of an order, and when that was made."""

    claim_id: UUID
    ordered_at: datetime


_LEFT: Final = """
          FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[], $5::bigint[])
               AS new (payment_id, claim_id, claim_version, payable_cents, in_kind_cents)
         CROSS JOIN LATERAL (
               SELECT ARRAY(SELECT new.claim_id UNION ALL
                            SELECT claim_id FROM claim WHERE joined_to = new.claim_id) AS claim_ids) AS together
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(amount_cents) FILTER (WHERE failure IS NULL), 0) AS ordered_cents,
                      count(*) FILTER (WHERE payment.claim_id = new.claim_id
                                         AND payment.claim_version = new.claim_version) AS attempts
                 FROM payment
                WHERE payment.claim_id = ANY (together.claim_ids)) AS before
         CROSS JOIN LATERAL (
               SELECT (payable_cents - before.ordered_cents
                      - (SELECT CASE WHEN bool_or(repaired_cents IS NULL) THEN in_kind_cents
                                     ELSE greatest(0, least(in_kind_cents, coalesce(sum(repaired_cents), 0))
                                                      - coalesce(sum(collected_cents), 0)) END
                           FROM repair_job AS job
                          WHERE job.claim_id = ANY (together.claim_ids) AND state <> 'ended')
                      )::bigint AS left_cents) AS due"""
"""What is left to order of what is due."""


async def order(connection: Connection, *, due: Mapping[UUID, Due], now: datetime) -> dict[UUID, int]:
    """Store an order, by its id, for what was not ordered before of claims whose rows are locked; return the amounts.

    What was ordered of claims joined to it by hand counts with a claim. What is repaired instead is not paid while the
    claim, or one joined to it, has a job that has not ended; of a completed one that is what it repaired, less what its
    firm collects from the customer. Nothing is ordered of a claim of which nothing is left.
    """
    rows = await connection.fetch(
        f"""
        INSERT INTO payment (payment_id, claim_id, claim_version, attempt, amount_cents, ordered_at)
        SELECT payment_id, claim_id, claim_version, before.attempts + 1, due.left_cents, $6
          {_LEFT}
         WHERE due.left_cents > 0
        RETURNING payment_id, amount_cents
        """,
        *_columns(due),
        now,
    )
    return {payment_id: amount_cents for payment_id, amount_cents in rows}  # noqa: C416 - rows are no tuples


async def left_cents(connection: Connection, *, due: Due) -> int:
    """Return what would be ordered of a claim now, or below 0 what was ordered too much."""
    cents: int = await connection.fetchval(f"SELECT left_cents {_LEFT}", *_columns({due.claim_id: due}))
    return cents


def _columns(due: Mapping[UUID, Due]) -> tuple[list[UUID], list[UUID], list[int], list[int], list[int]]:
    return (
        list(due),
        [each.claim_id for each in due.values()],
        [each.claim_version for each in due.values()],
        [each.payable_cents for each in due.values()],
        [each.in_kind_cents for each in due.values()],
    )


async def end(connection: Connection, *, settled: Collection[PaymentSettled]) -> dict[UUID, Ordered]:
    """Store how payments ended, unless that is known; return those that ended now, with the claims they are due of.

    That is the claim that its own has been joined to by hand, if it has.
    """
    rows = await connection.fetch(
        """
        WITH told AS (
             SELECT payment_id, claim_id, ended.ended_at, ended.failure
               FROM payment JOIN unnest($1::uuid[], $2::timestamptz[], $3::text[])
                    AS ended (payment_id, ended_at, failure) USING (payment_id)
              WHERE payment.ended_at IS NULL ORDER BY payment_id FOR UPDATE OF payment)
        UPDATE payment SET ended_at = told.ended_at, failure = told.failure
          FROM told JOIN claim USING (claim_id) WHERE payment.payment_id = told.payment_id
        RETURNING payment.payment_id, coalesce(claim.joined_to, claim.claim_id) AS claim_id, ordered_at
        """,
        [each.payment_id for each in settled],
        [each.ended_at for each in settled],
        [each.failure for each in settled],
    )
    return {row["payment_id"]: Ordered(claim_id=row["claim_id"], ordered_at=row["ordered_at"]) for row in rows}


async def overdue(connection: Connection, *, ordered_until: datetime, at_most: int) -> Sequence[Overdue]:
    """Return orders of which nobody has told how they ended, the first first: those made up to `ordered_until`.

    Left out are those that were looked through before. There are more than `at_most` where some were made at the same
    moment as the last one.
    """
    rows = await connection.fetch(
        """
        SELECT payment_id, claim_id, ordered_at FROM payment
         WHERE ordered_at > coalesce((SELECT ordered_until FROM payments_looked_through), '-infinity')
           AND ordered_at <= $1 AND ended_at IS NULL
         ORDER BY ordered_at FETCH FIRST ($2::bigint) ROWS WITH TIES
        """,
        ordered_until,
        at_most,
    )
    return [Overdue(**row) for row in rows]


async def put_down_looked_through(connection: Connection, *, ordered_until: datetime) -> None:
    """Store until when orders have been looked through; two who do that at once must not meet: see the timer."""
    await connection.execute(
        """
        INSERT INTO payments_looked_through (ordered_until) VALUES ($1)
            ON CONFLICT ((true)) DO UPDATE SET ordered_until = excluded.ordered_until
        """,
        ordered_until,
    )


async def lock_unsettled(connection: Connection, *, payment_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Lock those of these payments that have still not ended; return the claims of which they are due.

    Who ends one of them later finds what is stored here.
    """
    rows = await connection.fetch(
        """
        SELECT payment_id, coalesce(joined_to, claim_id)
          FROM (SELECT payment_id, claim_id FROM payment WHERE payment_id = ANY ($1) AND ended_at IS NULL
                 ORDER BY payment_id FOR UPDATE) AS unsettled JOIN claim USING (claim_id)
        """,
        list(payment_ids),
    )
    return dict(tuple(row) for row in rows)


async def with_unsettled(
    connection: Connection, *, claim_ids: Collection[UUID], ordered_until: datetime
) -> Collection[UUID]:
    """Return those of these claims of which an order up to then is due that has not ended yet.

    It is due of the claim that its own has been joined to by hand, if it has, and of no other.
    """
    rows = await connection.fetch(
        """
        SELECT DISTINCT sought.claim_id FROM unnest($1::uuid[]) AS sought (claim_id)
          JOIN claim ON sought.claim_id IN (claim.claim_id, claim.joined_to)
          JOIN payment ON payment.claim_id = claim.claim_id
         WHERE coalesce(claim.joined_to, claim.claim_id) = sought.claim_id
           AND payment.ended_at IS NULL AND payment.ordered_at <= $2
        """,
        list(claim_ids),
        ordered_until,
    )
    return {row["claim_id"] for row in rows}


async def ordered_cents(connection: Connection, *, claim_id: UUID) -> int:
    """Return what was ordered of a claim, and of those joined to it by hand, and has not failed."""
    cents: int = await connection.fetchval(
        """
        SELECT coalesce(sum(amount_cents), 0)::bigint FROM payment JOIN claim USING (claim_id)
         WHERE (claim_id = $1 OR joined_to = $1) AND failure IS NULL
        """,
        claim_id,
    )
    return cents


async def has_failed(connection: Connection, *, claim_id: UUID) -> bool:
    """Return whether a payment of a claim failed, or of one joined to it by hand."""
    found: bool = await connection.fetchval(
        """
        SELECT EXISTS (SELECT FROM payment JOIN claim USING (claim_id)
                        WHERE (claim_id = $1 OR joined_to = $1) AND failure IS NOT NULL)
        """,
        claim_id,
    )
    return found


async def orders_of(connection: Connection, *, payment_ids: Collection[UUID]) -> dict[UUID, Ordered]:
    """Return those of these payments that were ordered, with the claims of which they were."""
    rows = await connection.fetch(
        "SELECT payment_id, claim_id, ordered_at FROM payment WHERE payment_id = ANY ($1)", list(payment_ids)
    )
    return {row["payment_id"]: Ordered(claim_id=row["claim_id"], ordered_at=row["ordered_at"]) for row in rows}


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[Payment]:
    """Return the payments of a claim, the first first."""
    rows = await connection.fetch(
        """
        SELECT payment_id, claim_version, amount_cents, ordered_at, ended_at, failure
          FROM payment WHERE claim_id = $1 ORDER BY ordered_at, payment_id
        """,
        claim_id,
    )
    return [
        Payment(**{**row, "failure": None if row["failure"] is None else PaymentFailure(row["failure"])})
        for row in rows
    ]
