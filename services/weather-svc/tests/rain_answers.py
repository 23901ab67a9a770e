"""Answers to requests, from samples of real figures."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from rain_samples import HALFWAY_ELL_EINDHOVEN, measured, moment, request

from contracts.claims import RainfallRequested
from contracts.vocabulary import Establishment
from contracts.weather import RainfallAssessed, UndeterminedReason
from weather_svc.domain.assessment import Conclusion, Inquiry, Measured, conclude, inquire
from weather_svc.domain.stations import shipped_stations

STATIONS = shipped_stations()


def concluded(asked: RainfallRequested, *, until_hour: str | None = None) -> Conclusion:
    inquiry = inquire(asked, stations=STATIONS)
    return conclude(measured_near(inquiry, until_hour=until_hour), question=inquiry.question)


def measured_near(inquiry: Inquiry, *, until_hour: str | None = None) -> list[Measured]:
    request = inquiry.request
    return [
        measured(near.station.number, loss=request.loss, readings=request.readings, until_hour=until_hour)
        for near in inquiry.near
    ]


def answer(inquiry: Inquiry, measured: Sequence[Measured], *, version: int = 1) -> RainfallAssessed:
    """Answer from what stations measured, whose figures come from nowhere."""
    conclusion = conclude(measured, question=inquiry.question, is_before_register=inquiry.is_before_register)
    return conclusion.answer(inquiry, assessment_version=version, sources={})


def assess(asked: RainfallRequested, *, until_hour: str | None = None, version: int = 1) -> RainfallAssessed:
    inquiry = inquire(asked, stations=STATIONS)
    return answer(inquiry, measured_near(inquiry, until_hour=until_hour), version=version)


def of_two_stations(one: Measured, other: Measured) -> RainfallAssessed:
    """Answer as if two stations, either of which could be the nearest, had measured this."""
    inquiry = inquire(request(home=HALFWAY_ELL_EINDHOVEN), stations=STATIONS)
    return answer(inquiry, [one, other])


def saying(establishment: Establishment, reason: UndeterminedReason | None = None) -> Measured:
    ell = measured(377, loss=moment("2021-07-15T06:30"))
    update = {"establishment": establishment, "undetermined_reason": reason}
    return ell._replace(readings=(replace(ell.readings[0], **update),))
