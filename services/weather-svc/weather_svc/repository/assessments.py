"""The current assessment of each claim: its request, and what its stations measured in the hours it rests on.

Those that another one followed are kept beside them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from chassis.database import Connection
from chassis.unit_of_work import Trace
from contracts.claims import RainfallRequested
from contracts.codec import from_json, to_json
from contracts.vocabulary import Network
from weather_svc.domain.assessment import Conclusion, Inquiry, Measured
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.hours import border_at
from weather_svc.repository.blocks import ASSESSING_LOCK_KEY

_OF_THE_CLAIM = {"claim_id", "request_version", "loss", "home", "network"}
"""What stands in columns of a request; the rest is the product's, and the same for all its claims."""
_PARAMETERS = [name for name in RainfallRequested.__struct_fields__ if name not in _OF_THE_CLAIM]
_parameters_of = attrgetter(*_PARAMETERS)
_COLUMNS = (
    "claim_id",
    "request_version",
    "assessment_version",
    "question_id",
    "loss_from_at",
    "loss_until_at",
    "home_latitude_microdegrees",
    "home_longitude_microdegrees",
    "home_accuracy_metres",
    "network",
    "stations",
    "first_hour_ends_at",
    "last_hour_ends_at",
    "measured",
    "is_final",
    "traceparent",
    "assessed_at",
    "rested_on_id",
    "distances_metres",
)
_GAUGES_FROM, _HOURS_OF_A_STATION = 1_000, 10_000_000
_rests_on_before: WeakKeyDictionary[Conclusion, _RestsOn] = WeakKeyDictionary()
_compressed_before: WeakKeyDictionary[Conclusion, bytes] = WeakKeyDictionary()


class Versions(NamedTuple):
    """The newest request of a claim that was answered, and the version of its newest answer."""

    request_version: int
    assessment_version: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the answer to an inquiry is and rests on, and the trace of its request."""

    inquiry: Inquiry
    conclusion: Conclusion
    assessment_version: int
    trace: Trace | None


@dataclass(frozen=True, slots=True)
class StaleAssessment:
    """An assessment whose hours have arrived or changed since.

    `measured` is what each of its `stations` said, without the windows. How far these were from the home is not known
    of assessments from before registers were kept.
    """

    request: RainfallRequested
    assessment_version: int
    stations: Sequence[int]
    distances_metres: Sequence[int] | None
    measured: Sequence[Measured]
    trace: Trace | None


async def lock_versions(connection: Connection, *, requests: Sequence[RainfallRequested]) -> Mapping[UUID, Versions]:
    """Lock the assessments of the claims that ask and return their versions; claims without one are left out.

    Before that others are kept from committing figures, as by `lock_for_assessing`. What the products of these
    claims ask is kept, for `save`.
    """
    asked = sorted({_asked(*_parameters_of(request)) for request in requests})
    # One look-up a claim: only an index can serve it, whatever the planner believes of a table without statistics.
    # A condition on no row is looked at before any row is read, so that figures are locked first.
    rows = await connection.fetch(
        """
        WITH asked AS (
            INSERT INTO question SELECT * FROM unnest($2::uuid[], $3::json[]) ON CONFLICT DO NOTHING
        )
        SELECT known.claim_id, known.request_version, known.assessment_version
          FROM (SELECT claim_id FROM unnest($1::uuid[]) AS wanted (claim_id) ORDER BY claim_id) AS wanted
               CROSS JOIN LATERAL (
                   SELECT claim_id, request_version, assessment_version FROM assessment
                    WHERE claim_id = wanted.claim_id FOR UPDATE) AS known
         WHERE (SELECT pg_advisory_xact_lock_shared($4)) IS NOT NULL
        """,
        list({request.claim_id for request in requests}),
        [question_id for question_id, _ in asked],
        [parameters for _, parameters in asked],
        ASSESSING_LOCK_KEY,
    )
    return {row["claim_id"]: Versions(row["request_version"], row["assessment_version"]) for row in rows}


async def save(connection: Connection, *, assessments: Sequence[Assessment], now: datetime) -> None:
    """Make each the current assessment of its claim. The rows are locked or new, and a claim occurs once.

    A mark of the one before stays. It costs an assessment that finds nothing new.
    """
    ordered = sorted(assessments, key=lambda assessment: assessment.inquiry.request.claim_id.bytes)
    if again := [each.inquiry.request.claim_id for each in ordered if each.assessment_version > 1]:
        await connection.execute(
            """
            WITH gone AS (DELETE FROM assessment WHERE claim_id = ANY ($1::uuid[]) RETURNING *)
            INSERT INTO superseded_assessment SELECT * FROM gone
            """,
            again,
        )
    await _save_what_they_rest_on(connection, ordered)
    # COPY takes half of what an INSERT of arrays takes, on both sides. Two processes that answer the same new claim at
    # the same time: the later one fails, and is tried again when it can see the row.
    await connection.copy_records_to_table(
        "assessment", columns=_COLUMNS, records=[_row(assessment, now=now) for assessment in ordered]
    )


def _row(assessment: Assessment, *, now: datetime) -> tuple[object, ...]:
    """Return the row in the order of `_COLUMNS`."""
    inquiry, conclusion = assessment.inquiry, assessment.conclusion
    request, hours = inquiry.request, inquiry.hours
    loss, home = request.loss, request.home
    return (
        request.claim_id,
        request.request_version,
        assessment.assessment_version,
        _asked(*_parameters_of(request)).question_id,
        loss.from_at,
        loss.until_at,
        home.latitude_microdegrees,
        home.longitude_microdegrees,
        home.accuracy_metres,
        request.network,
        [station.number for station in inquiry.stations],
        border_at(hours.first),
        border_at(hours.last),
        _compressed(conclusion),
        conclusion.final,
        assessment.trace,
        now,
        _rests_on(assessment).rested_on_id,
        [near.distance_metres for near in inquiry.near],
    )


class _RestsOn(NamedTuple):
    """The hours that answers rest on, as a multirange, under an id made from it: whoever stores it, it is the same."""

    rested_on_id: UUID
    hours: str


def _rests_on(assessment: Assessment) -> _RestsOn:
    """Return what an answer rests on, made once for all claims that share its conclusion."""
    conclusion = assessment.conclusion
    rests_on = _rests_on_before.get(conclusion)
    if rests_on is None:
        spans = (*assessment.inquiry.spans, *conclusion.looked_at)
        ranges = [f"[{_hour_of(station, hours.first)},{_hour_of(station, hours.last)}]" for station, hours in spans]
        multirange = f"{{{','.join(ranges)}}}"
        rests_on = _RestsOn(UUID(bytes=sha256(multirange.encode()).digest()[:16]), multirange)
        _rests_on_before[conclusion] = rests_on
    return rests_on


def _hour_of(station: StationKey, hour: int) -> int:
    """Return what `hour_of_station` in the database returns."""
    return ((_GAUGES_FROM if station.network is Network.GAUGE else 0) + station.number) * _HOURS_OF_A_STATION + hour


async def _save_what_they_rest_on(connection: Connection, assessments: Sequence[Assessment]) -> None:
    """Store which hours these rest on. Two processes that store the same wait for each other, in one order."""
    given = sorted({_rests_on(assessment) for assessment in assessments}, key=lambda each: each.rested_on_id.bytes)
    # In a storm most are stored already: then their hours are not even read.
    await connection.execute(
        """
        INSERT INTO rested_on
        SELECT rested_on_id, unnest(hours::int8multirange)
          FROM unnest($1::uuid[], $2::text[]) AS given (rested_on_id, hours)
         WHERE NOT EXISTS (SELECT FROM rested_on AS known WHERE known.rested_on_id = given.rested_on_id)
            ON CONFLICT DO NOTHING
        """,
        [each.rested_on_id for each in given],
        [each.hours for each in given],
    )


async def rest_on(connection: Connection, *, assessments: Sequence[Assessment]) -> None:
    """Let the current answers of these claims, whose rows are locked, rest on the hours that were looked at now."""
    await _save_what_they_rest_on(connection, assessments)
    await connection.execute(
        """
        UPDATE assessment SET rested_on_id = given.rested_on_id
          FROM unnest($1::uuid[], $2::uuid[]) AS given (claim_id, rested_on_id)
         WHERE assessment.claim_id = given.claim_id AND assessment.rested_on_id <> given.rested_on_id
        """,
        [assessment.inquiry.request.claim_id for assessment in assessments],
        [_rests_on(assessment).rested_on_id for assessment in assessments],
    )


class _Asked(NamedTuple):
    question_id: UUID
    parameters: str


@lru_cache(maxsize=256)
def _asked(*parameters: object) -> _Asked:
    """Return what a product asks, under an id made from it: whoever stores it first, it is the same row."""
    parameters_json = to_json(dict(zip(_PARAMETERS, parameters, strict=True)))
    return _Asked(UUID(bytes=sha256(parameters_json).digest()[:16]), parameters_json.decode())


def _compressed(conclusion: Conclusion) -> bytes:
    """Return what is kept of `conclusion`, made once for all claims that share it.

    By zlib: it needs no dictionary to be kept, and so many claims share one that its size and speed matter little.
    """
    compressed = _compressed_before.get(conclusion)
    if compressed is None:
        kept = tuple(station.without_windows() for station in conclusion.measured)
        compressed = _compressed_before[conclusion] = zlib.compress(to_json(kept))
    return compressed


def _measured(stored: bytes) -> Sequence[Measured]:
    is_compressed = not stored.startswith(b"[")
    return from_json(tuple[Measured, ...], zlib.decompress(stored) if is_compressed else stored)


async def mark_stale(connection: Connection, *, limit: int) -> bool:
    """Mark the assessments that rest on changed hours, up to `limit` runs of hours; whether more runs are left."""
    runs = await connection.fetchval(
        """
        WITH run AS (
            DELETE FROM changed_hours
             WHERE changed_hours_id = ANY (ARRAY(
                   SELECT changed_hours_id FROM changed_hours ORDER BY changed_hours_id LIMIT $1
                      FOR UPDATE SKIP LOCKED))
            RETURNING int8range(hour_of_station(network, station, first_hour),
                                hour_of_station(network, station, last_hour), '[]') AS hours
        ), marked AS (
            INSERT INTO stale_assessment
            SELECT claim_id
              FROM run
                   CROSS JOIN LATERAL (SELECT rested_on_id FROM rested_on WHERE rested_on.hours && run.hours) AS found
                   JOIN assessment USING (rested_on_id)
                ON CONFLICT DO NOTHING
        )
        SELECT count(*) FROM run
        """,
        limit,
    )
    return bool(runs == limit)


async def pop_stale(connection: Connection, *, limit: int) -> Sequence[StaleAssessment]:
    """Lock up to `limit` stale assessments, clear their mark and return them in the order of their claim ids."""
    rows = await connection.fetch(
        """
        WITH popped AS (
            DELETE FROM stale_assessment
             WHERE claim_id = ANY (ARRAY(SELECT claim_id FROM stale_assessment ORDER BY claim_id LIMIT $1 FOR UPDATE))
            RETURNING claim_id
        )
        SELECT assessed.*, parameters::jsonb || jsonb_build_object(
                   'claim_id', assessed.claim_id, 'request_version', request_version, 'network', network,
                   'loss', jsonb_build_object('from_at', loss_from_at, 'until_at', loss_until_at),
                   'home', jsonb_build_object('latitude_microdegrees', home_latitude_microdegrees,
                                              'longitude_microdegrees', home_longitude_microdegrees,
                                              'accuracy_metres', home_accuracy_metres)) AS request
          FROM (SELECT claim_id FROM popped ORDER BY claim_id) AS popped
               CROSS JOIN LATERAL (SELECT * FROM assessment WHERE claim_id = popped.claim_id FOR UPDATE) AS assessed
               JOIN question USING (question_id)
        """,
        limit,
    )
    return [
        StaleAssessment(
            request=from_json(RainfallRequested, row["request"]),
            assessment_version=row["assessment_version"],
            stations=row["stations"],
            distances_metres=row["distances_metres"],
            measured=_measured(row["measured"]),
            trace=row["traceparent"],
        )
        for row in sorted(rows, key=lambda row: row["claim_id"])
    ]
