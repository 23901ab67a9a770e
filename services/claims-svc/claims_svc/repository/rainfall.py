"""The newest rainfall answer of each claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.database import Connection
from contracts.codec import to_json
from contracts.weather import RainfallAssessed


async def store(connection: Connection, *, answers: Sequence[RainfallAssessed], now: datetime) -> None:
    """Store `answers`, one per claim; an answer older than the one stored changes nothing."""
    await connection.execute(
        """
        INSERT INTO rainfall (claim_id, request_version, assessment_version, answer, answered_at)
        SELECT claim_id, request_version, assessment_version, answer, $5
          FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::json[])
               AS new (claim_id, request_version, assessment_version, answer)
            ON CONFLICT (claim_id) DO UPDATE
           SET request_version = excluded.request_version, assessment_version = excluded.assessment_version,
               answer = excluded.answer, answered_at = excluded.answered_at
         WHERE (excluded.request_version, excluded.assessment_version)
               > (rainfall.request_version, rainfall.assessment_version)
        """,
        [answer.claim_id for answer in answers],
        [answer.request_version for answer in answers],
        [answer.assessment_version for answer in answers],
        [to_json(answer).decode() for answer in answers],
        now,
    )
