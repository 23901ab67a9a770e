"""Reviews that a handler is asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain.redetermination import HumanReview


async def insert(connection: Connection, *, reviews: Sequence[HumanReview]) -> Collection[UUID]:
    """Store reviews; return the claims of those that are news.

    The same evidence against the same decision is looked at once, unless it has come to say something else.
    """
    rows = await connection.fetch(
        """
        INSERT INTO human_review (claim_id, claim_version, report_version, policy_version, request_version,
                                  assessment_version, reason, raised_at)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::integer[],
                             $6::integer[], $7::text[], $8::timestamptz[])
            ON CONFLICT (claim_id, claim_version, report_version, policy_version, request_version, assessment_version)
            DO UPDATE SET reason = EXCLUDED.reason, raised_at = EXCLUDED.raised_at, closed_at = NULL, closed_as = NULL
             WHERE human_review.reason <> EXCLUDED.reason
        RETURNING claim_id
        """,
        [review.claim_id for review in reviews],
        [review.claim_version for review in reviews],
        [review.evidence.report_version for review in reviews],
        [review.evidence.policy_version for review in reviews],
        [review.evidence.request_version for review in reviews],
        [review.evidence.assessment_version for review in reviews],
        [review.reason for review in reviews],
        [review.raised_at for review in reviews],
    )
    return {claim_id for (claim_id,) in rows}


async def close_passed(connection: Connection, *, claim_ids: Collection[UUID], now: datetime) -> Collection[UUID]:
    """Close the reviews of decisions that another has followed; return their claims."""
    rows = await connection.fetch(
        """
        UPDATE human_review SET closed_at = $2, closed_as = 'decided'
          FROM claim
         WHERE claim.claim_id = human_review.claim_id AND claim.claim_id = ANY ($1)
           AND closed_at IS NULL AND human_review.claim_version < claim.claim_version
        RETURNING claim.claim_id
        """,
        list(claim_ids),
        now,
    )
    return {claim_id for (claim_id,) in rows}


async def uphold(connection: Connection, *, claim_id: UUID, now: datetime) -> bool:
    """Close the reviews of a claim because its decision stays; return whether there were any."""
    closed = await connection.fetch(
        """
        UPDATE human_review SET closed_at = $2, closed_as = 'upheld' WHERE claim_id = $1 AND closed_at IS NULL
        RETURNING review_id
        """,
        claim_id,
        now,
    )
    return bool(closed)


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[asyncpg.Record]:
    """Return every review of a claim, oldest first."""
    return await connection.fetch(
        """
        SELECT claim_version, report_version, policy_version, request_version, assessment_version, reason, raised_at,
               closed_at, closed_as
          FROM human_review WHERE claim_id = $1 ORDER BY review_id
        """,
        claim_id,
    )
