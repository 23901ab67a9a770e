"""The current assessment of each claim: its request, its answer, and the hours the answer rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection
from chassis.unit_of_work import Trace
from contracts.claims import RainfallRequested
from contracts.codec import from_json, to_json
from contracts.weather import RainfallAssessed
from weather_svc.domain.assessment import Inquiry, Span
from weather_svc.domain.hours import border_at


class Versions(NamedTuple):
    """The newest request of a claim that was answered, and the version of its newest answer."""

    request_version: int
    assessment_version: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """An answer, what it rests on, and the trace of its request."""

    inquiry: Inquiry
    answer: RainfallAssessed
    trace: Trace | None


@dataclass(frozen=True, slots=True)
class StaleAssessment:
    """An answer whose hours have arrived or changed since."""

    request: RainfallRequested
    answer: RainfallAssessed
    trace: Trace | None


async def lock_versions(connection: Connection, *, claim_ids: Sequence[UUID]) -> Mapping[UUID, Versions]:
    """Lock the assessments of these claims and return their versions; claims without one are left out."""
    rows = await connection.fetch(
        """
        SELECT claim_id, request_version, assessment_version FROM assessment
         WHERE claim_id = ANY ($1::uuid[]) ORDER BY claim_id FOR UPDATE
        """,
        claim_ids,
    )
    return {row["claim_id"]: Versions(row["request_version"], row["assessment_version"]) for row in rows}


async def save(connection: Connection, *, assessments: Sequence[Assessment], now: datetime) -> None:
    """Make each the current assessment of its claim. The rows are locked or new, and a claim occurs once."""
    ordered = sorted(assessments, key=lambda assessment: assessment.answer.claim_id)
    await connection.execute(
        """
        INSERT INTO assessment (claim_id, request_version, assessment_version, request, answer, is_final, network,
                                stations, first_hour_ends_at, last_hour_ends_at, assessed_at, traceparent)
        SELECT claim_id, request_version, assessment_version, request, answer, is_final, network,
               stations::int[], first_hour_ends_at, last_hour_ends_at, $12, traceparent
          FROM unnest($1::uuid[], $2::int[], $3::int[], $4::json[], $5::json[], $6::bool[], $7::text[],
                      $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[])
               AS given (claim_id, request_version, assessment_version, request, answer, is_final, network,
                         stations, first_hour_ends_at, last_hour_ends_at, traceparent)
            ON CONFLICT (claim_id) DO UPDATE
           SET request_version = excluded.request_version, assessment_version = excluded.assessment_version,
               request = excluded.request, answer = excluded.answer, is_final = excluded.is_final,
               network = excluded.network, stations = excluded.stations,
               first_hour_ends_at = excluded.first_hour_ends_at, last_hour_ends_at = excluded.last_hour_ends_at,
               assessed_at = excluded.assessed_at, traceparent = excluded.traceparent, is_stale = false
         WHERE excluded.assessment_version > assessment.assessment_version
        """,
        [assessment.answer.claim_id for assessment in ordered],
        [assessment.answer.request_version for assessment in ordered],
        [assessment.answer.assessment_version for assessment in ordered],
        [to_json(assessment.inquiry.request).decode() for assessment in ordered],
        [to_json(assessment.answer).decode() for assessment in ordered],
        [assessment.answer.final for assessment in ordered],
        [assessment.inquiry.request.network for assessment in ordered],
        [_int_array([near.station.number for near in assessment.inquiry.near]) for assessment in ordered],
        [border_at(assessment.inquiry.hours.first) for assessment in ordered],
        [border_at(assessment.inquiry.hours.last) for assessment in ordered],
        [assessment.trace for assessment in ordered],
        now,
    )


def _int_array(numbers: Sequence[int]) -> str:
    """Return PostgreSQL's text for an array: unnest would flatten arrays of different lengths."""
    return "{" + ",".join(map(str, numbers)) + "}"


async def mark_stale(connection: Connection, *, spans: Sequence[Span]) -> int:
    """Mark the assessments that rest on an hour of `spans`; return how many were not marked before."""
    status = await connection.execute(
        """
        UPDATE assessment SET is_stale = true
          FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::timestamptz[])
               AS span (network, station, first_hour_ends_at, last_hour_ends_at)
         WHERE assessment.network = span.network AND span.station = ANY (assessment.stations)
           AND assessment.last_hour_ends_at >= span.first_hour_ends_at
           AND assessment.first_hour_ends_at <= span.last_hour_ends_at
           AND NOT assessment.is_stale
        """,
        [span.station.network for span in spans],
        [span.station.number for span in spans],
        [border_at(span.hours.first) for span in spans],
        [border_at(span.hours.last) for span in spans],
    )
    return int(status.rpartition(" ")[2])


async def pop_stale(connection: Connection, *, limit: int) -> Sequence[StaleAssessment]:
    """Lock up to `limit` stale assessments, clear their mark and return them in the order of their claim ids."""
    rows = await connection.fetch(
        """
        UPDATE assessment SET is_stale = false
         WHERE claim_id IN (
               SELECT claim_id FROM assessment WHERE is_stale ORDER BY claim_id LIMIT $1 FOR UPDATE)
        RETURNING claim_id, request, answer, traceparent
        """,
        limit,
    )
    return [
        StaleAssessment(
            request=from_json(RainfallRequested, row["request"]),
            answer=from_json(RainfallAssessed, row["answer"]),
            trace=row["traceparent"],
        )
        for row in sorted(rows, key=lambda row: row["claim_id"])
    ]
