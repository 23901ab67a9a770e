"""Reviews that a handler is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain.redetermination import HumanReview


async def insert(connection: Connection, *, reviews: Sequence[HumanReview]) -> None:
    """Store reviews; a second one for the same evidence against the same decision changes nothing."""
    await connection.execute(
        """
        INSERT INTO human_review (claim_id, claim_version, report_version, policy_version, request_version,
                                  assessment_version, reason, raised_at)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::integer[],
                             $6::integer[], $7::text[], $8::timestamptz[])
            ON CONFLICT DO NOTHING
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


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[asyncpg.Record]:
    """Return every review of a claim, oldest first."""
    return await connection.fetch(
        """
        SELECT claim_version, report_version, policy_version, request_version, assessment_version, reason, raised_at
          FROM human_review WHERE claim_id = $1 ORDER BY review_id
        """,
        claim_id,
    )
