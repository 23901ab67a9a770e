"""Rainfall assessment: from the figures of the stations near a home to the one answer about a claim."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Self

from contracts.claims import RainfallRequested
from contracts.vocabulary import Establishment, Network, RainThreshold, Truth, WindowReading
from contracts.weather import (
    HourlySeries,
    Quality,
    RainfallAssessed,
    StationAssessment,
    UndeterminedReason,
    WindowAssessment,
)
from weather_svc.domain.hours import HourSpan, LossHours, border_at
from weather_svc.domain.stations import NearStation, StationTable
from weather_svc.domain.windows import (
    Figures,
    Threshold,
    WindowEnds,
    assess_window,
    measured_cloudburst,
    window_ends,
)


class StationKey(NamedTuple):
    """Identifies a station: a number is unique only within its network."""

    network: Network
    number: int


class Span(NamedTuple):
    """Consecutive hours of one station."""

    station: StationKey
    hours: HourSpan


class Question(NamedTuple):
    """What a request asks about a station's figures; claims of one storm often ask the same."""

    loss: LossHours
    reading: WindowReading
    thresholds: tuple[Threshold, ...]
    cloudburst: Threshold

    @classmethod
    def of(cls, request: RainfallRequested) -> Self:
        thresholds = tuple(_threshold(threshold) for threshold in request.thresholds)
        return cls(LossHours.of(request.loss), request.reading, thresholds, _threshold(request.cloudburst))

    def ends(self, threshold: Threshold) -> WindowEnds:
        return window_ends(self.loss, length=threshold.within_hours, reading=self.reading)


def _threshold(threshold: RainThreshold) -> Threshold:
    return Threshold(threshold.within_hours, threshold.at_least_tenths_mm)


@lru_cache(maxsize=4_096)
def hours_of(question: Question) -> HourSpan:
    """Return all hours that the answer to `question` rests on."""
    spans = [question.ends(threshold).hours for threshold in (*question.thresholds, question.cloudburst)]
    return HourSpan(min(span.first for span in spans), max(span.last for span in spans))


class Inquiry(NamedTuple):
    """A request with the stations and hours its answer rests on; `near` is empty when no station measured."""

    request: RainfallRequested
    question: Question
    near: Sequence[NearStation]
    hours: HourSpan

    @property
    def spans(self) -> Sequence[Span]:
        """The hours whose figures the answer needs, station by station."""
        return [Span(StationKey(near.station.network, near.station.number), self.hours) for near in self.near]


def inquire(request: RainfallRequested, *, stations: StationTable) -> Inquiry:
    """Find the stations and hours that the answer to `request` rests on."""
    question = Question.of(request)
    near = stations.nearest(home=request.home, network=request.network, loss=request.loss)
    return Inquiry(request=request, question=question, near=near, hours=hours_of(question))


class Measured(NamedTuple):
    """What the figures of one station establish, wherever the home lies."""

    establishment: Establishment
    windows: tuple[WindowAssessment, ...]
    cloudburst: Truth
    hours: HourlySeries
    quality: Quality


def measure(figures: Figures, *, question: Question) -> Measured:
    """Answer `question` from `figures`, which must span its hours."""
    windows = tuple(
        assess_window(figures, threshold=threshold, ends=question.ends(threshold)) for threshold in question.thresholds
    )
    return Measured(
        establishment=_of_windows(windows),
        windows=windows,
        cloudburst=measured_cloudburst(figures, threshold=question.cloudburst, ends=question.ends(question.cloudburst)),
        hours=HourlySeries(first_hour_ends_at=border_at(figures.span.first), tenths_mm=figures.tenths_mm),
        quality=Quality.PROVISIONAL if figures.has_provisional else Quality.VALIDATED,
    )


def _of_windows(windows: Sequence[WindowAssessment]) -> Establishment:
    """One threshold reached establishes heavy rain; NOT_ESTABLISHED needs every threshold to be out of reach."""
    establishments = {window.establishment for window in windows}
    for establishment in (Establishment.ESTABLISHED, Establishment.UNDETERMINED):
        if establishment in establishments:
            return establishment
    return Establishment.NOT_ESTABLISHED


def answer(inquiry: Inquiry, *, measured: Sequence[Measured], assessment_version: int) -> RainfallAssessed:
    """Return the answer to `inquiry` from what each of its stations measured, in the order of `inquiry.near`."""
    stations = tuple(_station_assessment(near, station) for near, station in zip(inquiry.near, measured, strict=True))
    verdict = _verdict(stations)
    return RainfallAssessed(
        claim_id=inquiry.request.claim_id,
        request_version=inquiry.request.request_version,
        assessment_version=assessment_version,
        establishment=verdict.establishment,
        final=verdict.final,
        undetermined_reason=verdict.reason,
        stations=stations,
    )


def _station_assessment(near: NearStation, measured: Measured) -> StationAssessment:
    return StationAssessment(
        station=near.station,
        distance_metres=near.distance_metres,
        establishment=measured.establishment,
        windows=measured.windows,
        cloudburst=measured.cloudburst,
        hours=measured.hours,
        quality=measured.quality,
    )


class _Verdict(NamedTuple):
    establishment: Establishment
    final: bool
    reason: UndeterminedReason | None


def _verdict(stations: Sequence[StationAssessment]) -> _Verdict:
    """Stations that agree give their common verdict; as long as one waits for hours, the answer is not final."""
    if not stations:
        return _Verdict(Establishment.UNDETERMINED, final=True, reason=UndeterminedReason.NO_STATION)
    if any(_waits_for_hours(station) for station in stations):
        return _Verdict(Establishment.UNDETERMINED, final=False, reason=UndeterminedReason.MISSING_HOURS)
    establishments = {station.establishment for station in stations}
    if len(establishments) > 1:
        return _Verdict(Establishment.UNDETERMINED, final=True, reason=UndeterminedReason.STATIONS_DISAGREE)
    if establishments == {Establishment.UNDETERMINED}:
        return _Verdict(Establishment.UNDETERMINED, final=True, reason=UndeterminedReason.BETWEEN_WHOLE_HOURS)
    return _Verdict(establishments.pop(), final=True, reason=None)


def _waits_for_hours(station: StationAssessment) -> bool:
    return station.establishment is Establishment.UNDETERMINED and any(
        window.missing_hours for window in station.windows
    )


def is_news(new: RainfallAssessed, *, previous: RainfallAssessed) -> bool:
    """Whether `new` must be published after `previous`, both answers to the same request.

    After an answer that is not final every difference is news. A final one holds whatever the hours that were missing
    turn out to be: only another verdict, a cloudburst that becomes known or a corrected figure is news after it.
    """
    if not previous.final:
        return new.stations != previous.stations
    return _conclusion(new) != _conclusion(previous) or any(
        _corrects(after.hours, before=before.hours)
        for after, before in zip(new.stations, previous.stations, strict=True)
    )


def _conclusion(assessed: RainfallAssessed) -> tuple[object, ...]:
    stations = [(station.station.network, station.station.number, station.cloudburst) for station in assessed.stations]
    return assessed.establishment, assessed.final, assessed.undetermined_reason, stations


def _corrects(after: HourlySeries, *, before: HourlySeries) -> bool:
    if after.first_hour_ends_at != before.first_hour_ends_at or len(after.tenths_mm) != len(before.tenths_mm):
        return True
    return any(new != old for new, old in zip(after.tenths_mm, before.tenths_mm, strict=True) if old is not None)
