"""Rainfall assessment: from the figures of the stations near a home to the one answer about a claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from contracts.claims import RainfallRequested, ReadingRequested
from contracts.vocabulary import Establishment, RainThreshold, Station, Truth, WaterReading
from contracts.weather import (
    CorrectedHour,
    HourlySeries,
    HoursInDoubt,
    PassedOver,
    Quality,
    RainfallAssessed,
    RainSource,
    ReadingAssessment,
    ReadingVerdict,
    SecondOpinion,
    StationAssessment,
    UndeterminedReason,
)
from weather_svc.domain.blocks import Span, StationKey
from weather_svc.domain.hours import HourSpan, border_at, hours_touched
from weather_svc.domain.publication import KNMI_CORRECTS_FOR
from weather_svc.domain.rain_by_loss import cloudburst, most_by_loss, recent_rain
from weather_svc.domain.readings import Reading, Verdict, assess_reading, undetermined
from weather_svc.domain.stations import NearStation, StationTable
from weather_svc.domain.windows import Doubt, Figures, Rain, Threshold

_MINUTE = timedelta(minutes=1)


class Question(NamedTuple):
    """What a request asks about a station's figures; claims of one storm often ask the same.

    So it knows the moment of loss to the hour: the minutes matter to nothing but the lag that is reported.
    """

    loss: HourSpan
    best_hour_counts: bool
    readings: tuple[Reading, ...]
    thresholds: tuple[Threshold, ...]
    cloudburst: Threshold
    recent_rain: Threshold
    most_in_an_hour_tenths_mm: int

    @classmethod
    def of(cls, request: RainfallRequested) -> Question:
        loss = request.loss
        return _question(
            loss=hours_touched(loss),
            best_hour_counts=loss.until_at - loss.from_at <= timedelta(hours=request.interval_in_favour_hours),
            readings=request.readings,
            thresholds=request.thresholds,
            cloudburst=request.cloudburst,
            recent_rain=request.recent_rain,
            most_in_an_hour_tenths_mm=request.most_in_an_hour_tenths_mm,
        )


# Claims of one storm ask few questions. One that is known is found faster than built, and is compared as one object.
@lru_cache(maxsize=4_096)
def _question(
    *,
    loss: HourSpan,
    best_hour_counts: bool,
    readings: tuple[ReadingRequested, ...],
    thresholds: tuple[RainThreshold, ...],
    cloudburst: RainThreshold,
    recent_rain: RainThreshold,
    most_in_an_hour_tenths_mm: int,
) -> Question:
    return Question(
        loss=loss,
        best_hour_counts=best_hour_counts,
        readings=tuple(map(_reading, readings)),
        thresholds=tuple(map(_threshold, thresholds)),
        cloudburst=_threshold(cloudburst),
        recent_rain=_threshold(recent_rain),
        most_in_an_hour_tenths_mm=most_in_an_hour_tenths_mm,
    )


def _threshold(threshold: RainThreshold) -> Threshold:
    return Threshold(threshold.within_hours, threshold.at_least_tenths_mm)


def _reading(asked: ReadingRequested) -> Reading:
    return Reading(asked.reading, asked.may_lag_hours, asked.may_lag_at_most_hours, asked.rain_before_loss_tenths_mm)


@lru_cache(maxsize=4_096)
def hours_of(question: Question) -> HourSpan:
    """Return all hours that the answer to `question` rests on."""
    loss = question.loss
    spans = [
        *(
            reading.hours(loss, length=threshold.within_hours)
            for reading in question.readings
            for threshold in question.thresholds
        ),
        *(
            HourSpan(loss.first - threshold.within_hours + 1, loss.last)
            for threshold in (question.cloudburst, question.recent_rain)
        ),
    ]
    return HourSpan(min(span.first for span in spans), max(span.last for span in spans))


class Inquiry(NamedTuple):
    """A request with the stations and hours its answer rests on; `near` is empty when no station measured.

    `register_sha256` is the register of stations in which these were found.
    """

    request: RainfallRequested
    question: Question
    near: Sequence[NearStation]
    hours: HourSpan
    passed_over: tuple[PassedOver, ...]
    is_before_register: bool
    register_sha256: str

    @property
    def stations(self) -> tuple[Station, ...]:
        return tuple([near.station for near in self.near])

    @property
    def spans(self) -> Sequence[Span]:
        """The hours whose figures the answer needs, station by station."""
        return [Span(StationKey(near.station.network, near.station.number), self.hours) for near in self.near]


def inquire(request: RainfallRequested, *, stations: StationTable) -> Inquiry:
    """Find the stations and hours that the answer to `request` rests on."""
    question = Question.of(request)
    home, network, loss = request.home, request.network, request.loss
    near = stations.nearest(home=home, network=network, loss=loss)
    return Inquiry(
        request=request,
        question=question,
        near=near,
        hours=hours_of(question),
        passed_over=stations.passed_over(home=home, network=network, loss=loss, near=near),
        is_before_register=loss.from_at < stations.begins_at,
        register_sha256=stations.register_sha256,
    )


class Measured(NamedTuple):
    """What the figures of one station establish, wherever the home lies.

    `recent_rain_waits`: whether it rained recently is unknown as long as hours are open. `settled_by` is when the last
    open hour will have a figure or be lost. `sources` are the publications that the figures come from.
    """

    readings: tuple[ReadingAssessment, ...]
    cloudburst: Truth
    cloudburst_tenths_mm: int | None
    recent_rain: Truth
    recent_rain_tenths_mm: int | None
    recent_rain_waits: bool
    hours: HourlySeries
    quality: Quality | None
    settled_by: datetime | None = None
    sources: tuple[int, ...] = ()

    @property
    def says_no(self) -> bool:
        """Whether for some kind of water it did not rain enough, or not lately."""
        return self.recent_rain is Truth.FALSE or any(
            reading.establishment is Establishment.NOT_ESTABLISHED for reading in self.readings
        )

    def without_windows(self) -> Measured:
        """Return all that can differ between two answers to one request: the windows follow from the hours."""
        return self._replace(readings=tuple(replace(reading, windows=()) for reading in self.readings))


def measure(figures: Figures, *, question: Question) -> Measured:
    """Answer `question` from `figures`, which must span its hours."""
    rain = Rain(figures, most_in_an_hour_tenths_mm=question.most_in_an_hour_tenths_mm)
    loss, last_open_hour = question.loss, rain.last_open_hour
    recent = recent_rain(rain, threshold=question.recent_rain, loss=loss, best_hour_counts=question.best_hour_counts)
    return Measured(
        readings=tuple(
            assess_reading(
                rain,
                reading=reading,
                thresholds=question.thresholds,
                loss=loss,
                best_hour_counts=question.best_hour_counts,
            )
            for reading in question.readings
        ),
        cloudburst=cloudburst(rain, threshold=question.cloudburst, loss=loss),
        cloudburst_tenths_mm=most_by_loss(rain, threshold=question.cloudburst, loss=loss),
        recent_rain=recent.reached,
        recent_rain_tenths_mm=most_by_loss(rain, threshold=question.recent_rain, loss=loss),
        recent_rain_waits=recent.waits,
        hours=HourlySeries(
            first_hour_ends_at=border_at(figures.first_hour),
            tenths_mm=figures.tenths_mm,
            in_doubt=tuple([_in_doubt(doubt) for doubt in figures.doubts]),
        ),
        quality=figures.quality,
        settled_by=None if last_open_hour is None else border_at(last_open_hour) + KNMI_CORRECTS_FOR,
        sources=figures.sources,
    )


def _in_doubt(doubt: Doubt) -> HoursInDoubt:
    first, last = doubt.hours
    return HoursInDoubt(kind=doubt.kind, first_hour_ends_at=border_at(first), last_hour_ends_at=border_at(last))


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Conclusion:
    """What all stations together establish. Claims that ask the same near the same stations share it.

    `looked_at` are hours of other stations, which could contradict a no.
    """

    measured: tuple[Measured, ...]
    readings: tuple[ReadingVerdict, ...]
    cloudburst: Truth
    recent_rain: Truth
    final: bool
    settled_by: datetime | None
    looked_at: tuple[Span, ...] = ()

    def answer(
        self,
        inquiry: Inquiry,
        *,
        assessment_version: int,
        sources: Mapping[int, RainSource],
        second_opinion: SecondOpinion | None = None,
        corrected: tuple[CorrectedHour, ...] = (),
    ) -> RainfallAssessed:
        """Return the answer to `inquiry`, whose stations measured this; `sources` are the publications by their id."""
        request, question = inquiry.request, inquiry.question
        spare_minutes = (border_at(question.loss.first) - request.loss.from_at) // _MINUTE
        return RainfallAssessed(
            claim_id=request.claim_id,
            request_version=request.request_version,
            assessment_version=assessment_version,
            readings=self.readings,
            cloudburst=self.cloudburst,
            recent_rain=self.recent_rain,
            final=self.final,
            settled_by=self.settled_by,
            stations=tuple(
                _station_assessment(near, station, question=question, spare_minutes=spare_minutes, sources=sources)
                for near, station in zip(inquiry.near, self.measured, strict=True)
            ),
            passed_over=inquiry.passed_over,
            register_sha256=inquiry.register_sha256,
            second_opinion=second_opinion,
            corrected=corrected,
        )


def conclude(measured: Sequence[Measured], *, question: Question, is_before_register: bool = False) -> Conclusion:
    """Return what follows from what each of the stations measured; without one, why there is none."""
    without_station = UndeterminedReason.BEFORE_REGISTER if is_before_register else UndeterminedReason.NO_STATION
    readings = tuple(
        _reading_verdict(reading.water, [station.readings[place] for station in measured], without_station)
        for place, reading in enumerate(question.readings)
    )
    final = all(reading.final for reading in readings) and not any(station.recent_rain_waits for station in measured)
    settled = [station.settled_by for station in measured if station.settled_by]
    return Conclusion(
        measured=tuple(measured),
        readings=readings,
        cloudburst=_cloudburst([station.cloudburst for station in measured]),
        recent_rain=_common([station.recent_rain for station in measured]),
        final=final,
        settled_by=None if final else max(settled, default=None),
    )


def _station_assessment(
    near: NearStation,
    measured: Measured,
    *,
    question: Question,
    spare_minutes: int,
    sources: Mapping[int, RainSource],
) -> StationAssessment:
    return StationAssessment(
        station=near.station,
        distance_metres=near.distance_metres,
        readings=tuple(
            _to_the_minute(reading, loss=question.loss, spare_minutes=spare_minutes) for reading in measured.readings
        ),
        cloudburst=measured.cloudburst,
        cloudburst_tenths_mm=measured.cloudburst_tenths_mm,
        recent_rain=measured.recent_rain,
        recent_rain_tenths_mm=measured.recent_rain_tenths_mm,
        hours=measured.hours,
        quality=measured.quality,
        sources=tuple([sources[publication_id] for publication_id in measured.sources]),
    )


def _to_the_minute(reading: ReadingAssessment, *, loss: HourSpan, spare_minutes: int) -> ReadingAssessment:
    """Shorten the lags to a moment of loss that lies `spare_minutes` before the end of the first hour."""
    if not spare_minutes or not any(window.lag_minutes for window in reading.windows):
        return reading
    first_hour_ends_at = border_at(loss.first)
    windows = tuple(
        replace(window, lag_minutes=window.lag_minutes - spare_minutes)
        if window.lag_minutes and window.loss_hour_ends_at == first_hour_ends_at
        else window
        for window in reading.windows
    )
    return replace(reading, windows=windows)


def _reading_verdict(
    water: WaterReading, assessed: Sequence[ReadingAssessment], without_station: UndeterminedReason
) -> ReadingVerdict:
    """Stations that agree give their common verdict; as long as one waits for hours, the answer is not final."""
    verdicts = [Verdict(reading.establishment, reading.undetermined_reason) for reading in assessed]
    verdict = _of_all_stations(verdicts) if verdicts else undetermined(without_station)
    return ReadingVerdict(
        reading=water,
        establishment=verdict.establishment,
        final=verdict.is_final,
        undetermined_reason=verdict.reason,
    )


def _of_all_stations(verdicts: Sequence[Verdict]) -> Verdict:
    waiting = [verdict for verdict in verdicts if not verdict.is_final]
    if waiting:
        return waiting[0]
    if len({verdict.establishment for verdict in verdicts}) > 1:
        return undetermined(UndeterminedReason.STATIONS_DISAGREE)
    return verdicts[0]


def _cloudburst(measured: Sequence[Truth]) -> Truth:
    """A cloudburst raises what the customer bears, so every station that could be the nearest must have measured it."""
    return Truth.FALSE if Truth.FALSE in measured else _common(measured)


def _common(measured: Sequence[Truth]) -> Truth:
    """Return what all stations say; unknown when they differ or there is none."""
    return measured[0] if len(set(measured)) == 1 else Truth.UNKNOWN
