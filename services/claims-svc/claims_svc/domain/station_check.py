"""Whether an answer about rain comes from the stations nearest to the home, by the register in the contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import asin, cos, radians, sin, sqrt

from contracts.claims import RainfallRequested
from contracts.rain_stations import measuring_periods
from contracts.vocabulary import Location, Station
from contracts.weather import RainfallAssessed

_EARTH_RADIUS_METRES = 6_371_009
"""Mean radius of the Earth (IUGG R1)."""
_ROUNDING_METRES = 1


def wrong_stations(answer: RainfallAssessed, *, question: RainfallRequested) -> Iterator[str]:
    """Yield what is wrong with the stations of an answer: who they are, where they lie, how far, which are missing."""
    measuring = _measuring(question)
    for assessed in answer.stations:
        station, name = assessed.station, f"station {assessed.station.number}"
        known = measuring.get(station.number)
        if known is None or known.network is not station.network:
            yield f"{name} did not measure rain then, by the register"
        elif known != station:
            yield f"{name} has another name or place in the register"
        elif abs(_metres(question.home, known) - assessed.distance_metres) > _ROUNDING_METRES:
            yield f"{name} lies {_metres(question.home, known)} m from the home, not {assessed.distance_metres} m"
    yield from _not_the_nearest(answer, measuring=measuring, home=question.home)


def _not_the_nearest(answer: RainfallAssessed, *, measuring: Mapping[int, Station], home: Location) -> Iterator[str]:
    """Compare with all stations that could be the nearest to some place within the home's accuracy."""
    stated = [assessed.station.number for assessed in answer.stations]
    if len(stated) != len(set(stated)):
        yield "a station answers twice"
    metres = {number: _metres(home, station) for number, station in measuring.items()}
    if not metres:
        if stated:
            yield "no station measured rain then, by the register"
        return
    nearest = min(metres, key=lambda number: (metres[number], number))
    if not stated or metres.get(stated[0], metres[nearest]) > metres[nearest] + _ROUNDING_METRES:
        yield f"the nearest station is {nearest}"
    for number in sorted(metres):
        # The places as near to this station as to the nearest one lie (b² - a²) / 2c from the home.
        nearer_by = metres[number] ** 2 - metres[nearest] ** 2
        reach = 2 * home.accuracy_metres * _metres_between(measuring[nearest], measuring[number])
        rounding = 2 * (metres[number] + metres[nearest] + home.accuracy_metres) * _ROUNDING_METRES
        if number not in stated and nearer_by <= reach - rounding:
            yield f"station {number} could be the nearest as well, within {home.accuracy_metres} m, and is left out"
        if number in stated and nearer_by > reach + rounding:
            yield f"station {number} cannot be the nearest"


def _measuring(question: RainfallRequested) -> Mapping[int, Station]:
    """Return the stations of the network asked that measured rain during the whole loss."""
    loss = question.loss
    return {
        period.station.number: period.station
        for period in measuring_periods()
        if period.station.network is question.network
        and period.from_at <= loss.from_at
        and (period.until_at is None or loss.until_at < period.until_at)
    }


def _metres(home: Location, station: Station) -> int:
    return _great_circle_metres(
        (home.latitude_microdegrees, home.longitude_microdegrees),
        (station.latitude_microdegrees, station.longitude_microdegrees),
    )


def _metres_between(one: Station, other: Station) -> int:
    return _great_circle_metres(
        (one.latitude_microdegrees, one.longitude_microdegrees),
        (other.latitude_microdegrees, other.longitude_microdegrees),
    )


def _great_circle_metres(here: tuple[int, int], there: tuple[int, int]) -> int:
    """Return the distance of two places in microdegrees, by the haversine formula."""
    (latitude, longitude), (other_latitude, other_longitude) = (
        (radians(degrees / 1e6) for degrees in place) for place in (here, there)
    )
    haversine = (
        sin((other_latitude - latitude) / 2) ** 2
        + cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    )
    return round(2 * _EARTH_RADIUS_METRES * asin(sqrt(haversine)))
