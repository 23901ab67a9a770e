"""What was measured: the stations, the periods of each kind of water that matters here, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from contracts.claims import DecisionMade, RainEvidence
from contracts.coverage import Finding, GroundCode, GroundWeight, Outcome
from contracts.vocabulary import Establishment, WaterReading, WaterRoute
from contracts.weather import ReadingAssessment, StationRain, UndeterminedReason, WindowAssessment
from notify_svc.domain.notice import judged_items
from notify_svc.texts.catalogue import RainTexts
from notify_svc.texts.figures import NO_BREAK_SPACE, Figures
from notify_svc.texts.filling import Values, told
from notify_svc.texts.rain_chart import Bar, Chart

_REMEMBERED = 512
"""Charts of a storm: what stations measured, whoever lives near them."""


@dataclass(frozen=True, kw_only=True)
class RainRow:
    """One period against its threshold."""

    hours: str
    between: str | None
    measured: str
    needed: str
    result: str


@dataclass(frozen=True, kw_only=True)
class ReadingAccount:
    """The periods of one kind of water at one station, and what they say."""

    caption: str
    rows: tuple[RainRow, ...]
    chart: Chart | None
    """None when nothing was measured."""
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StationAccount:
    """One station. `heading` only when there are several."""

    heading: str | None
    readings: tuple[ReadingAccount, ...]
    recent: str | None


@dataclass(frozen=True, kw_only=True)
class RainAccount:
    """What was measured, and at which stations. `conclusions` are about all stations together."""

    intro: str
    stations: tuple[StationAccount, ...]
    conclusions: tuple[str, ...]


def rain_account_of(decision: DecisionMade, *, texts: RainTexts, figures: Figures) -> RainAccount | None:
    """Return what was measured, as far as the decision rests on it; None when it rests on no rain."""
    rain = decision.rain
    readings = _readings_that_matter(decision)
    is_direct = any(finding.route is WaterRoute.DIRECT_PRECIPITATION for finding in decision.findings)
    if rain is None or not judged_items(decision) or not (readings or is_direct):
        return None
    writer = _Writer(rain, readings, texts, figures, tells_recent_rain=is_direct)
    return RainAccount(
        intro=writer.intro(),
        stations=tuple(writer.station(station) for station in rain.stations),
        conclusions=tuple(writer.conclusions()),
    )


def rests_on_too_little_rain(decision: DecisionMade) -> bool:
    """Whether some damage was denied that more rain could have covered."""
    return any(
        item.outcome is Outcome.DENIED and item.ground in _GROUNDS_OF_TOO_LITTLE_RAIN for item in judged_items(decision)
    )


def _readings_that_matter(decision: DecisionMade) -> tuple[WaterReading, ...]:
    """Return the kinds of water on which a finding's cover can depend: rain that falls in needs no threshold."""
    asked = set()
    for finding in decision.findings:
        if finding.route is WaterRoute.GROUNDWATER:
            asked.add(WaterReading.GROUNDWATER)
        elif finding.route in _OVER_THE_GROUND or _was_overtopped(finding):
            asked.add(WaterReading.SURFACE_WATER)
    return tuple(reading for reading in WaterReading if reading in asked)


def _was_overtopped(finding: Finding) -> bool:
    return any(
        ground.code is GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION
        and ground.weight is not GroundWeight.DOES_NOT_HOLD
        for ground in finding.grounds
    )


class _Writer:
    def __init__(
        self,
        rain: RainEvidence,
        readings: tuple[WaterReading, ...],
        texts: RainTexts,
        figures: Figures,
        *,
        tells_recent_rain: bool,
    ) -> None:
        self._rain = rain
        self._readings = readings
        self._texts = texts
        self._figures = figures
        self._tells_recent_rain = tells_recent_rain

    def intro(self) -> str:
        texts, stations = self._texts, self._rain.stations
        if not stations:
            reasons = {verdict.undetermined_reason for verdict in self._rain.readings}
            before_register = UndeterminedReason.BEFORE_REGISTER
            return texts.reasons[before_register] if before_register in reasons else texts.no_station
        named = [
            texts.station.format(station=one.station.name, distance=self._figures.distance(one.distance_metres))
            for one in stations
        ]
        template = texts.one_station if len(stations) == 1 else texts.several_stations
        return template.format(stations=self._figures.joined(named))

    def station(self, station: StationRain) -> StationAccount:
        texts, name = self._texts, station.station.name
        recent = station.recent_rain_tenths_mm if self._tells_recent_rain else None
        return StationAccount(
            heading=texts.at_station.format(station=name) if len(self._rain.stations) > 1 else None,
            readings=tuple(
                self._reading(reading, at=name) for reading in station.readings if reading.reading in self._readings
            ),
            recent=None
            if recent is None
            else texts.recent.format(station=name, measured=self._figures.millimetres(recent)),
        )

    def conclusions(self) -> Iterator[str]:
        for verdict in self._rain.readings:
            is_common = verdict.undetermined_reason is UndeterminedReason.STATIONS_DISAGREE
            if verdict.reading in self._readings and is_common:
                yield self._texts.reasons[UndeterminedReason.STATIONS_DISAGREE]
        if not self._rain.final:
            yield self._texts.hours_to_come

    def _reading(self, reading: ReadingAssessment, *, at: str) -> ReadingAccount:
        return ReadingAccount(
            caption=self._texts.captions[reading.reading],
            rows=tuple(self._row(window) for window in reading.windows),
            chart=self._chart(reading, at=at),
            sentences=tuple(self._sentences(reading)),
        )

    def _chart(self, reading: ReadingAssessment, *, at: str) -> Chart | None:
        periods = tuple(
            (window.within_hours, window.best_sum_tenths_mm, window.at_least_tenths_mm) for window in reading.windows
        )
        if all(measured is None for _, measured, _ in periods):
            return None
        return _chart_of(periods, at, self._texts, self._figures, no_figure=self._no_figure)

    def _row(self, window: WindowAssessment) -> RainRow:
        texts, between = self._texts, None
        if window.starts_at is not None and window.ends_at is not None:
            between = texts.between.format(start=self._moment(window.starts_at), end=self._moment(window.ends_at))
        return RainRow(
            hours=texts.hours.format(hours=window.within_hours),
            between=between,
            measured=self._measured(window),
            needed=self._figures.millimetres(window.at_least_tenths_mm),
            result=self._result(window),
        )

    def _moment(self, at: datetime) -> str:
        """Return a moment whose day stays on one line: its column is narrow on a phone."""
        return f"{self._figures.day(at).replace(' ', NO_BREAK_SPACE)} {self._figures.time(at)}"

    def _measured(self, window: WindowAssessment) -> str:
        if window.best_sum_tenths_mm is not None:
            return self._figures.millimetres(window.best_sum_tenths_mm)
        return self._no_figure

    @property
    def _no_figure(self) -> str:
        return self._texts.no_figure if self._rain.final else self._texts.not_measured_yet

    def _result(self, window: WindowAssessment) -> str:
        texts, measured = self._texts, window.best_sum_tenths_mm
        if window.establishment is Establishment.ESTABLISHED:
            return texts.enough
        if window.establishment is Establishment.NOT_ESTABLISHED and measured is not None:
            shortfall = window.at_least_tenths_mm - measured
            return texts.short.format(shortfall=self._figures.millimetres(shortfall))
        if measured is not None and measured >= window.at_least_tenths_mm:
            return texts.enough_too_early if window.lag_minutes else texts.enough_too_late
        return texts.cannot_be_told if self._rain.final else texts.open

    def _sentences(self, reading: ReadingAssessment) -> Iterator[str]:
        texts = self._texts
        deciding = reading.deciding_window
        if deciding is not None:
            yield self._filled(texts.reached, deciding)
            if deciding.lag_minutes:
                yield self._filled(texts.ended_before, deciding)
        elif reading.establishment is Establishment.NOT_ESTABLISHED:
            measured = [window for window in reading.windows if window.best_sum_tenths_mm is not None]
            if measured:
                yield self._filled(texts.closest, min(measured, key=_shortfall))
        elif reading.undetermined_reason is not None:
            yield self._doubt(reading, reading.undetermined_reason)

    def _doubt(self, reading: ReadingAssessment, reason: UndeterminedReason) -> str:
        texts = self._texts
        reaching = next((window for window in reading.windows if _shortfall(window) <= 0), None)
        if reaching is not None and reason is UndeterminedReason.RAIN_AFTER_LOSS:
            return self._filled(texts.too_late, reaching)
        if reaching is not None and reason is UndeterminedReason.RAIN_LONG_BEFORE_LOSS:
            return self._filled(texts.too_early, reaching)
        if reason is UndeterminedReason.MISSING_HOURS and not self._rain.final:
            return texts.depends_on_hours_to_come
        return texts.reasons[reason]

    def _duration(self, minutes: int) -> str:
        """Return hours and minutes, from two days on days and hours."""
        texts = self._texts
        hours, minutes = divmod(minutes, 60)
        if hours < _LONGEST_IN_HOURS:
            parts = [(hours, texts.hours_long), (minutes, texts.minutes)]
        else:
            days, hours = divmod(hours, 24)
            parts = [(days, texts.days), (hours, texts.hours_long)]
        return self._figures.joined(
            [(unit.one if count == 1 else unit.more).format(count=count) for count, unit in parts if count]
        )

    def _filled(self, template: str, window: WindowAssessment) -> str:
        figures = self._figures
        filled = Values(
            "rain",
            measured=told(window.best_sum_tenths_mm, figures.millimetres),
            hours=str(window.within_hours),
            needed=figures.millimetres(window.at_least_tenths_mm),
            shortfall=figures.millimetres(max(0, _shortfall(window))),
            by_loss=told(window.rain_by_loss_tenths_mm, figures.millimetres),
            loss_hour=told(window.loss_hour_ends_at, figures.moment),
            lag=self._duration(window.lag_minutes or 0),
        )
        return template.format_map(filled)


@lru_cache(_REMEMBERED)
def _chart_of(
    periods: Sequence[tuple[int, int | None, int]], at: str, texts: RainTexts, figures: Figures, *, no_figure: str
) -> Chart:
    """Return what is drawn of periods, each with its hours, what was measured and what is needed."""
    bars, told_periods = [], []
    for hours, measured, needed in periods:
        filled = {
            "hours": hours,
            "measured": no_figure if measured is None else figures.millimetres(measured),
            "needed": figures.millimetres(needed),
        }
        bars.append(Bar(texts.chart_bar.format_map(filled), measured, needed))
        period = texts.chart_period_open if measured is None else texts.chart_period
        told_periods.append(period.format_map(filled))
    alternative = texts.chart.format(station=at, periods=" ".join(told_periods))
    return Chart(bars=tuple(bars), legend=texts.chart_legend, alternative=alternative)


def _shortfall(window: WindowAssessment) -> int:
    return window.at_least_tenths_mm - (window.best_sum_tenths_mm or 0)


_LONGEST_IN_HOURS = 48
_OVER_THE_GROUND = frozenset({WaterRoute.INDIRECT_PRECIPITATION, WaterRoute.SEWER_BACKFLOW})
_GROUNDS_OF_TOO_LITTLE_RAIN = frozenset(
    {
        GroundCode.NO_HEAVY_LOCAL_PRECIPITATION,
        GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION,
        GroundCode.GROUNDWATER,
        GroundCode.PRIMARY_DEFENCE_FAILED,
    }
)
