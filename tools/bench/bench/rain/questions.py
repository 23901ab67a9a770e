"""Requests of claims: of one storm, and of losses at any date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from msgspec.structs import replace

from bench.storm import FIRST_LOSS_AT, LOSS_HOURS, STATIONS, places_of_all_stations
from chassis.consuming.delivery import Delivery
from chassis.testing import Harness
from contracts.claims import RAINFALL_REQUESTED, RainfallRequested
from contracts.envelope import encode
from contracts.rain_stations import measuring_periods
from contracts.vocabulary import Location, LossInterval, Network

_HOME_WITHIN_MICRODEGREES = 40_000
_ASKED = RAINFALL_REQUESTED.examples[0]
_LAST_LOSS_AT = datetime(2025, 5, 1, tzinfo=UTC)


def of_a_storm(count: int, *, seed: int = 11) -> Sequence[RainfallRequested]:
    """Return requests of homes near eight stations whose losses lie within two days and a half."""
    chance = Random(seed)  # noqa: S311 - the same requests at every run
    places = places_of_all_stations()
    return [
        _request(
            chance,
            place=places[chance.choice(STATIONS)],
            loss_at=FIRST_LOSS_AT + timedelta(minutes=chance.randrange(LOSS_HOURS * 60)),
        )
        for _ in range(count)
    ]


def at_any_date(count: int, *, years: int, seed: int = 11) -> Sequence[RainfallRequested]:
    """Return requests of homes near any station that measured at the date of their loss, of the last `years`."""
    chance = Random(seed)  # noqa: S311
    return [
        _request(chance, place=place, loss_at=loss_at)
        for place, loss_at in _places_and_dates(chance, count=count, years=years)
    ]


def _places_and_dates(chance: Random, *, count: int, years: int) -> Iterator[tuple[tuple[int, int], datetime]]:
    periods = [period for period in measuring_periods() if period.station.network is Network.AWS]
    minutes = years * 365 * 24 * 60
    found = 0
    while found < count:
        loss_at = _LAST_LOSS_AT - timedelta(minutes=chance.randrange(minutes))
        period = chance.choice(periods)
        if period.measured_during(loss_at, loss_at):
            found += 1
            yield (period.station.latitude_microdegrees, period.station.longitude_microdegrees), loss_at


def _request(chance: Random, *, place: tuple[int, int], loss_at: datetime) -> RainfallRequested:
    latitude, longitude = (
        degrees + chance.randrange(-_HOME_WITHIN_MICRODEGREES, _HOME_WITHIN_MICRODEGREES) for degrees in place
    )
    return replace(
        _ASKED,
        claim_id=UUID(int=chance.getrandbits(128), version=4),
        loss=LossInterval(from_at=loss_at, until_at=loss_at),
        home=Location(latitude_microdegrees=latitude, longitude_microdegrees=longitude, accuracy_metres=25),
    )


def delivered(harness: Harness, requests: Sequence[RainfallRequested]) -> Sequence[Delivery[RainfallRequested]]:
    """Return what the handler is given of `requests`."""
    now = datetime.now(UTC)
    return [
        Delivery(
            event=request,
            event_id=str(request.claim_id),
            source="/claims-svc",
            time=now,
            trace=None,
            record=harness.record(
                encode(RAINFALL_REQUESTED, request, event_id=str(request.claim_id), source="/claims-svc", time=now)
            ),
        )
        for request in requests
    ]
