"""Every SQL statement of this service. Whoever calls decides about the transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Connection
from chassis.unit_of_work import Trace
from contracts.claims import RainfallRequested
from contracts.vocabulary import Network
from contracts.weather import Quality, RainfallAssessed
from weather_svc.domain.assessment import Inquiry, Span, StationKey
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.knmi import HourlyFigure

_OBSERVATIONS_LOCK = 0x7261696E  # "rain"


class Observation(NamedTuple):
    """What counted for one hour when it was read."""

    station: StationKey
    hour: int
    tenths_mm: int | None
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What storing figures of one station changed."""

    station: StationKey
    hours: HourSpan
    new: int
    corrected: int
    confirmed: int


class Versions(NamedTuple):
    """How far the answering of one claim has come."""

    request_version: int
    assessment_version: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """An answer and what it rests on."""

    inquiry: Inquiry
    answer: RainfallAssessed
    trace: Trace | None


@dataclass(frozen=True, slots=True)
class StaleAssessment:
    """An answer that rests on hours which have arrived or changed since."""

    request: RainfallRequested
    answer: RainfallAssessed
    trace: Trace | None


async def keep_observations_still(connection: Connection) -> None:
    """Let nobody record observations until this transaction ends.

    An answer and the hours it did not know yet would otherwise pass each other unseen: the answer not yet committed
    when the hours look for answers they touch, the hours not yet committed when the answer looks for hours.
    """
    await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", _OBSERVATIONS_LOCK)


async def lock_observations(connection: Connection) -> None:
    """Wait for everybody who is answering, and record alone: observation ids then become visible in their order."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _OBSERVATIONS_LOCK)


async def record_observations(
    connection: Connection, *, network: Network, figures: Sequence[HourlyFigure], quality: Quality, now: datetime
) -> Sequence[Recorded]:
    """Store the figures that differ from what counts; return what changed, per station.

    A provisional figure never replaces a validated one. `figures` holds an hour at most once.
    """
    rows = await connection.fetch(
        """
        WITH given AS (
            SELECT given.*, known.observation_id, known.tenths_mm AS known_tenths_mm, known.is_trace AS known_is_trace,
                   known.quality AS known_quality
              FROM unnest($2::int[], $3::timestamptz[], $4::int[], $5::bool[])
                   AS given (station, hour_ends_at, tenths_mm, is_trace)
              LEFT JOIN LATERAL (
                   SELECT observation_id, tenths_mm, is_trace, quality FROM observation
                    WHERE network = $1 AND station = given.station AND hour_ends_at = given.hour_ends_at
                    ORDER BY observation_id DESC LIMIT 1) AS known ON true
        ), news AS (
            SELECT station, hour_ends_at, tenths_mm, is_trace, observation_id IS NULL AS is_new,
                   (tenths_mm, is_trace) IS NOT DISTINCT FROM (known_tenths_mm, known_is_trace) AS is_same
              FROM given
             WHERE observation_id IS NULL
                OR ((tenths_mm, is_trace, $6) IS DISTINCT FROM (known_tenths_mm, known_is_trace, known_quality)
                    AND (known_quality = 'provisional' OR $6 = 'validated'))
        ), recorded AS (
            INSERT INTO observation (network, station, hour_ends_at, tenths_mm, is_trace, quality, recorded_at)
            SELECT $1, station, hour_ends_at, tenths_mm, is_trace, $6, $7 FROM news
        )
        SELECT station, min(hour_ends_at) AS first, max(hour_ends_at) AS last,
               count(*) FILTER (WHERE is_new) AS new,
               count(*) FILTER (WHERE NOT is_new AND NOT is_same) AS corrected,
               count(*) FILTER (WHERE NOT is_new AND is_same) AS confirmed
          FROM news GROUP BY station ORDER BY station
        """,
        network,
        [figure.station_number for figure in figures],
        [border_at(figure.hour) for figure in figures],
        [figure.tenths_mm for figure in figures],
        [figure.is_trace for figure in figures],
        quality,
        now,
    )
    return [
        Recorded(
            station=StationKey(network, row["station"]),
            hours=HourSpan(last_border(row["first"]), last_border(row["last"])),
            new=row["new"],
            corrected=row["corrected"],
            confirmed=row["confirmed"],
        )
        for row in rows
    ]


async def newest_observation_id(connection: Connection) -> int:
    """Return the id of the observation recorded last; 0 when there is none."""
    newest: int = await connection.fetchval("SELECT coalesce(max(observation_id), 0) FROM observation")
    return newest


async def observations_after(connection: Connection, *, observation_id: int) -> Sequence[Observation]:
    """Return what was recorded after `observation_id`, oldest first."""
    return _observations(
        await connection.fetch(
            """
            SELECT network, station, (extract(epoch FROM hour_ends_at) / 3600)::int AS hour, tenths_mm, quality
              FROM observation WHERE observation_id > $1 ORDER BY observation_id
            """,
            observation_id,
        )
    )


async def observations_in(connection: Connection, *, spans: Sequence[Span]) -> Sequence[Observation]:
    """Return everything ever recorded about `spans`, oldest first, so that of an hour the last one counts."""
    return _observations(
        await connection.fetch(
            """
            SELECT network, station, (extract(epoch FROM hour_ends_at) / 3600)::int AS hour, tenths_mm, quality
              FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::timestamptz[])
                   AS wanted (network, station, first, last)
              JOIN observation USING (network, station)
             WHERE hour_ends_at BETWEEN first AND last ORDER BY observation_id
            """,
            [span.station.network for span in spans],
            [span.station.number for span in spans],
            [border_at(span.hours.first) for span in spans],
            [border_at(span.hours.last) for span in spans],
        )
    )


async def lock_versions(connection: Connection, *, claim_ids: Sequence[UUID]) -> Mapping[UUID, Versions]:
    """Lock the assessments of these claims and return how far each has come."""
    rows = await connection.fetch(
        """
        SELECT claim_id, request_version, assessment_version FROM assessment
         WHERE claim_id = ANY ($1::uuid[]) ORDER BY claim_id FOR UPDATE
        """,
        claim_ids,
    )
    return {row["claim_id"]: Versions(row["request_version"], row["assessment_version"]) for row in rows}


async def save_assessments(connection: Connection, *, assessments: Sequence[Assessment], now: datetime) -> None:
    """Make each the current answer to its claim. The rows are locked or new, and a claim occurs once."""
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
        [_json(assessment.inquiry.request) for assessment in ordered],
        [_json(assessment.answer) for assessment in ordered],
        [assessment.answer.final for assessment in ordered],
        [assessment.inquiry.request.network for assessment in ordered],
        [_int_array([near.station.number for near in assessment.inquiry.near]) for assessment in ordered],
        [border_at(assessment.inquiry.hours.first) for assessment in ordered],
        [border_at(assessment.inquiry.hours.last) for assessment in ordered],
        [assessment.trace for assessment in ordered],
        now,
    )


async def mark_stale(connection: Connection, *, recorded: Sequence[Recorded]) -> int:
    """Mark the assessments that rest on hours between the first and last recorded one; return how many rows."""
    status = await connection.execute(
        """
        UPDATE assessment SET is_stale = true
          FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::timestamptz[])
               AS recorded (network, station, first, last)
         WHERE assessment.network = recorded.network AND recorded.station = ANY (assessment.stations)
           AND assessment.last_hour_ends_at >= recorded.first AND assessment.first_hour_ends_at <= recorded.last
           AND NOT assessment.is_stale
        """,
        [change.station.network for change in recorded],
        [change.station.number for change in recorded],
        [border_at(change.hours.first) for change in recorded],
        [border_at(change.hours.last) for change in recorded],
    )
    return int(status.rpartition(" ")[2])


async def take_stale(connection: Connection, *, limit: int) -> Sequence[StaleAssessment]:
    """Lock up to `limit` stale assessments, take their mark away and return them."""
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
            request=RainfallRequested.model_validate_json(row["request"]),
            answer=RainfallAssessed.model_validate_json(row["answer"]),
            trace=row["traceparent"],
        )
        for row in sorted(rows, key=lambda row: row["claim_id"])
    ]


def _observations(rows: Sequence[asyncpg.Record]) -> Sequence[Observation]:
    keys: dict[tuple[str, int], StationKey] = {}
    observations = []
    for network, number, hour, tenths_mm, quality in rows:
        if (network, number) not in keys:
            keys[network, number] = StationKey(Network(network), number)
        observations.append(Observation(keys[network, number], hour, tenths_mm, quality == Quality.PROVISIONAL))
    return observations


def _json(part: RainfallRequested | RainfallAssessed) -> str:
    return part.__pydantic_serializer__.to_json(part).decode()


def _int_array(numbers: Sequence[int]) -> str:
    """Return PostgreSQL's text for an array: unnest would flatten arrays of different lengths."""
    return "{" + ",".join(map(str, numbers)) + "}"
