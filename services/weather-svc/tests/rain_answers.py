"""Answers to requests, from samples of real figures."""

from __future__ import annotations

from msgspec.structs import replace
from rain_samples import HALFWAY_ELL_EINDHOVEN, measured, moment, request

from contracts.claims import RainfallRequested
from contracts.vocabulary import Establishment
from contracts.weather import RainfallAssessed, UndeterminedReason
from weather_svc import station_table
from weather_svc.domain.assessment import Measured, answer, inquire

STATIONS = station_table.load()


def assess(asked: RainfallRequested, *, until_hour: str | None = None, version: int = 1) -> RainfallAssessed:
    inquiry = inquire(asked, stations=STATIONS)
    by_station = [
        measured(near.station.number, loss=asked.loss, readings=asked.readings, until_hour=until_hour)
        for near in inquiry.near
    ]
    return answer(inquiry, measured=by_station, assessment_version=version)


def of_two_stations(one: Measured, other: Measured) -> RainfallAssessed:
    """Answer as if two stations, either of which could be the nearest, had measured this."""
    inquiry = inquire(request(home=HALFWAY_ELL_EINDHOVEN), stations=STATIONS)
    return answer(inquiry, measured=[one, other], assessment_version=1)


def saying(establishment: Establishment, reason: UndeterminedReason | None = None) -> Measured:
    ell = measured(377, loss=moment("2021-07-15T06:30"))
    update = {"establishment": establishment, "undetermined_reason": reason}
    return ell._replace(readings=(replace(ell.readings[0], **update),))
