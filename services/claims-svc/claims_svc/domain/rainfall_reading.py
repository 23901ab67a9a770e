"""A second reading of domain.md, "Heavy local precipitation": what the hours in an answer about rain say.

Written apart from weather-svc and without its short cuts, so that a mistake of one is seen by the other. It looks at
every window around every hour of the loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from claims_svc.domain.rainfall_hours import Believed, Figures, Sums, ended_at, hour_running_at, last_ended_at
from contracts.claims import RainfallRequested, ReadingRequested
from contracts.rain_stations import measuring_periods
from contracts.vocabulary import Establishment, LossInterval, RainThreshold, Truth, WaterReading
from contracts.weather import (
    HourlySeries,
    RainfallAssessed,
    ReadingAssessment,
    ReadingVerdict,
    StationAssessment,
    UndeterminedReason,
    WindowAssessment,
)

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_KNMI_CORRECTS_FOR = timedelta(days=9)
"""By then an hour has a figure, or will never have one."""

Verdict = tuple[Establishment, UndeterminedReason | None]
YES: Verdict = (Establishment.ESTABLISHED, None)
WAITS: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.MISSING_HOURS)
LOST: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.LOST_HOURS)
SUSPECT: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.SUSPECT_FIGURES)
BETWEEN_WHOLE_HOURS: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.BETWEEN_WHOLE_HOURS)
RAIN_AFTER_LOSS: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.RAIN_AFTER_LOSS)
RAIN_LONG_BEFORE_LOSS: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.RAIN_LONG_BEFORE_LOSS)
INTERVAL_TOO_LONG: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.LOSS_INTERVAL_TOO_LONG)
STATIONS_DISAGREE: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.STATIONS_DISAGREE)
NO_STATION: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.NO_STATION)
BEFORE_REGISTER: Verdict = (Establishment.UNDETERMINED, UndeterminedReason.BEFORE_REGISTER)
NO: Verdict = (Establishment.NOT_ESTABLISHED, None)
_COUNTS, _RAIN_AFTER, _LONG_BEFORE, _AROUND = range(4)
"""Kinds of windows, the one that says most first."""
_BEST_FIRST = (YES, WAITS, LOST, SUSPECT, BETWEEN_WHOLE_HOURS, RAIN_AFTER_LOSS, RAIN_LONG_BEFORE_LOSS, NO)
_IN_DOUBT = (WAITS, LOST, SUSPECT)


def answer_from_hours(answer: RainfallAssessed, *, question: RainfallRequested) -> RainfallAssessed:
    """Return the answer to `question` that the hours of `answer` give; its stations count as the nearest ones.

    As stated are which hours are in doubt, where figures come from, what was passed over and what was corrected.
    """
    stations = [_Station(station.hours, question) for station in answer.stations]
    verdicts = [
        _of_the_stations([station.readings[place] for station in stations], reading=asked.reading, loss=question.loss)
        for place, asked in enumerate(question.readings)
    ]
    final = all(verdict.final for verdict in verdicts) and not any(
        station.waits_for_recent_rain for station in stations
    )
    open_hours = [hour for station in stations for hour in station.open_hours]
    return replace(
        answer,
        claim_id=question.claim_id,
        request_version=question.request_version,
        readings=tuple(verdicts),
        cloudburst=_all_of([station.cloudburst for station in stations]),
        recent_rain=_common([station.recent_rain for station in stations]),
        final=final,
        settled_by=None if final or not open_hours else ended_at(max(open_hours)) + _KNMI_CORRECTS_FOR,
        stations=tuple(station.assessment(stated) for station, stated in zip(stations, answer.stations, strict=True)),
    )


class _LossHour(NamedTuple):
    """An hour that the loss touches, and the earliest moment of the loss in it."""

    hour: int
    moment: datetime

    def ends(self, *, length: int, lag_hours: int) -> range:
        """Return the ends of windows that contain the hour or ended at most `lag_hours` before the moment."""
        return range(hour_running_at(self.moment) - lag_hours, self.hour + length)

    def lag_minutes(self, end: int) -> int:
        """Return the minutes from the end of a window to the moment, rounded up; 0 when it contains the hour."""
        return 0 if end >= self.hour else -((ended_at(end) - self.moment) // _MINUTE)


class _Station:
    """What the hours of one station say."""

    def __init__(self, series: HourlySeries, question: RainfallRequested) -> None:
        self._question = question
        self._loss = _loss_hours(question.loss)
        self._figures = Figures(series, hours=asked_hours(question), most_in_an_hour=question.most_in_an_hour_tenths_mm)
        self.open_hours = self._figures.open_hours
        self.readings = [self._reading(asked) for asked in question.readings]
        self.recent = {self._recent_rain(believed) for believed in self._figures.outcomes}

    def assessment(self, stated: StationAssessment) -> StationAssessment:
        """Return the station's part of the answer; who it is and where it lies is taken as stated."""
        return StationAssessment(
            station=stated.station,
            distance_metres=stated.distance_metres,
            readings=tuple(self.readings),
            cloudburst=self.cloudburst,
            cloudburst_tenths_mm=self._most_known(self._question.cloudburst),
            recent_rain=self.recent_rain,
            recent_rain_tenths_mm=self._most_known(self._question.recent_rain),
            hours=stated.hours,
            quality=stated.quality,
            sources=stated.sources,
        )

    @property
    def cloudburst(self) -> Truth:
        """A cloudburst costs the customer: trusted figures must have measured it in every hour of the loss."""
        asked, figures = self._question.cloudburst, self._figures
        return _all_of([_truth(asked, loss.hour, figures.trusted, figures.most) for loss in self._loss])

    @property
    def recent_rain(self) -> Truth:
        return _common([*self.recent])

    @property
    def waits_for_recent_rain(self) -> bool:
        """Whether it depends on open hours."""
        return len(self.recent) > 1

    def _recent_rain(self, believed: Believed) -> Truth:
        """In the customer's favour: one hour of a short interval suffices, the hours of a long one must agree."""
        (stands, _), (doubted, _) = believed[0], believed[-1]
        by_hour = [_truth(self._question.recent_rain, loss.hour, stands, doubted) for loss in self._loss]
        return Truth.TRUE if _best_hour_counts(self._question) and Truth.TRUE in by_hour else _common(by_hour)

    def _reading(self, asked: ReadingRequested) -> ReadingAssessment:
        verdicts = [self._verdict(loss, asked) for loss in self._loss]
        establishment, reason = _of_the_hours(verdicts, best_counts=_best_hour_counts(self._question))
        return ReadingAssessment(
            reading=asked.reading,
            establishment=establishment,
            undetermined_reason=reason,
            windows=tuple(self._window(threshold, asked) for threshold in self._question.thresholds),
        )

    def _verdict(self, loss: _LossHour, asked: ReadingRequested) -> Verdict:
        """Return the verdict on an hour of the loss; it waits as long as open hours can change what it rests on."""
        found = {self._verdict_if(believed, loss, asked) for believed in self._figures.outcomes}
        return WAITS if len(found) > 1 else found.pop()[1]

    def _verdict_if(self, believed: Believed, loss: _LossHour, asked: ReadingRequested) -> tuple[int, Verdict]:
        """Return which doubt was reached, and the verdict; each is asked of the hours as they stand first."""
        lag, long_lag, before = asked.may_lag_hours, _long_lag(asked), asked.rain_before_loss_tenths_mm
        doubts = (
            (0, lag, before, YES),
            (1, lag, before, BETWEEN_WHOLE_HOURS),
            (1, lag, 0, RAIN_AFTER_LOSS),
            (1, long_lag, 0, RAIN_LONG_BEFORE_LOSS),
        )
        for place, (longer, lag_hours, by_the_loss, verdict) in enumerate(doubts):
            for rain, doubt in believed:
                for threshold in self._question.thresholds:
                    length = threshold.within_hours + longer
                    for end in loss.ends(length=length, lag_hours=lag_hours):
                        if (
                            rain(end - length, end) >= threshold.at_least_tenths_mm
                            and rain(end - length, min(end, loss.hour)) >= by_the_loss
                        ):
                            return place, (Establishment.UNDETERMINED, doubt) if doubt else verdict
        return len(doubts), NO

    def _window(self, threshold: RainThreshold, asked: ReadingRequested) -> WindowAssessment:
        """Return the window that says most: by its kind, its rain, its place, and the hour of the loss."""
        length, at_least = threshold.within_hours, threshold.at_least_tenths_mm
        known = self._figures.known
        candidates = []
        for loss in self._loss:
            around = loss.ends(length=length, lag_hours=asked.may_lag_hours)
            for end in loss.ends(length=length, lag_hours=_long_lag(asked)):
                rain, by_the_loss = known(end - length, end), known(end - length, min(end, loss.hour))
                if rain >= at_least and end in around:
                    kind = _COUNTS if by_the_loss >= asked.rain_before_loss_tenths_mm else _RAIN_AFTER
                elif rain >= at_least:
                    kind = _LONG_BEFORE
                elif end in around:
                    kind = _AROUND
                else:
                    continue
                candidates.append((kind, -rain, end, loss))
        kind, _, end, loss = min(candidates)
        first, last = self._loss[0], self._loss[-1]
        earliest_end = first.ends(length=length + 1, lag_hours=_long_lag(asked))[0]
        window = WindowAssessment(
            within_hours=length,
            at_least_tenths_mm=at_least,
            best_sum_tenths_mm=None,
            starts_at=None,
            ends_at=None,
            loss_hour_ends_at=None,
            rain_by_loss_tenths_mm=None,
            lag_minutes=None,
            missing_hours=self._figures.missing(earliest_end - length - 1, last.hour + length),
            establishment=self._establishment(threshold, asked, counts=kind == _COUNTS),
        )
        before_all = first.ends(length=length, lag_hours=asked.may_lag_hours)[0] - length
        if kind == _AROUND and self._figures.none_known(before_all, last.hour + length - 1):
            return window
        return replace(
            window,
            best_sum_tenths_mm=known(end - length, end),
            starts_at=ended_at(end - length),
            ends_at=ended_at(end),
            loss_hour_ends_at=ended_at(loss.hour),
            rain_by_loss_tenths_mm=known(end - length, min(end, loss.hour)),
            lag_minutes=loss.lag_minutes(end),
        )

    def _establishment(self, threshold: RainThreshold, asked: ReadingRequested, *, counts: bool) -> Establishment:
        if counts:
            return Establishment.ESTABLISHED
        length = threshold.within_hours + 1
        is_within_reach = any(
            self._figures.most(end - length, end) >= threshold.at_least_tenths_mm
            for loss in self._loss
            for end in loss.ends(length=length, lag_hours=_long_lag(asked))
        )
        return Establishment.UNDETERMINED if is_within_reach else Establishment.NOT_ESTABLISHED

    def _most_known(self, threshold: RainThreshold) -> int | None:
        length = threshold.within_hours
        if self._figures.none_known(self._loss[0].hour - length, self._loss[-1].hour):
            return None
        return max(self._figures.known(loss.hour - length, loss.hour) for loss in self._loss)


def asked_hours(question: RainfallRequested) -> range:
    """Return every hour that the answer to `question` rests on."""
    losses = _loss_hours(question.loss)
    first, last = losses[0], losses[-1]
    firsts = [first.hour - within.within_hours + 1 for within in (question.cloudburst, question.recent_rain)]
    lasts = [last.hour]
    for asked in question.readings:
        for threshold in question.thresholds:
            length = threshold.within_hours + 1
            firsts.append(first.ends(length=length, lag_hours=_long_lag(asked))[0] - length + 1)
            lasts.append(last.hour + length - 1)
    return range(min(firsts), max(lasts) + 1)


def _loss_hours(loss: LossInterval) -> Sequence[_LossHour]:
    """Return the hours that the loss touches; a moment on the border of two hours touches both."""
    hours = range(hour_running_at(loss.from_at), last_ended_at(loss.until_at) + 2)
    return [_LossHour(hour, max(loss.from_at, ended_at(hour - 1))) for hour in hours]


def _of_the_hours(verdicts: Sequence[Verdict], *, best_counts: bool) -> Verdict:
    different = set(verdicts)
    if best_counts or len(different) == 1:
        return min(different, key=_BEST_FIRST.index)
    if len(different.difference(_IN_DOUBT)) > 1:
        return INTERVAL_TOO_LONG
    return next(verdict for verdict in _IN_DOUBT if verdict in different)


def _of_the_stations(
    assessed: Sequence[ReadingAssessment], *, reading: WaterReading, loss: LossInterval
) -> ReadingVerdict:
    verdicts = [(station.establishment, station.undetermined_reason) for station in assessed]
    if not verdicts:
        begins_at = min(period.from_at for period in measuring_periods() if period.from_at)
        verdict = BEFORE_REGISTER if loss.from_at < begins_at else NO_STATION
    elif WAITS in verdicts:
        verdict = WAITS
    elif len({establishment for establishment, _ in verdicts}) > 1:
        verdict = STATIONS_DISAGREE
    else:
        verdict = verdicts[0]
    establishment, reason = verdict
    return ReadingVerdict(
        reading=reading, establishment=establishment, final=verdict != WAITS, undetermined_reason=reason
    )


def _truth(threshold: RainThreshold, hour: int, surely: Sums, possibly: Sums) -> Truth:
    """Return whether so much fell up to the end of `hour`."""
    after = hour - threshold.within_hours
    if surely(after, hour) >= threshold.at_least_tenths_mm:
        return Truth.TRUE
    return Truth.UNKNOWN if possibly(after, hour) >= threshold.at_least_tenths_mm else Truth.FALSE


def _all_of(truths: Sequence[Truth]) -> Truth:
    return Truth.FALSE if Truth.FALSE in truths else _common(truths)


def _common(truths: Sequence[Truth]) -> Truth:
    return truths[0] if len(set(truths)) == 1 else Truth.UNKNOWN


def _best_hour_counts(question: RainfallRequested) -> bool:
    return question.loss.until_at - question.loss.from_at <= _HOUR * question.interval_in_favour_hours


def _long_lag(asked: ReadingRequested) -> int:
    return max(asked.may_lag_hours, asked.may_lag_at_most_hours)
