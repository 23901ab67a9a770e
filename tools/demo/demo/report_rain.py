"""The hours of rain around a loss as a chart: where every bar, line and band stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.vocabulary import Establishment, LossInterval
from contracts.weather import HourlySeries, ReadingAssessment, WindowAssessment
from demo.report_language import HOME_TIME, Language, home_midnights

LEFT, WIDTH, TOP, HEIGHT = 44, 820, 26, 170
LOWEST_SCALE_TENTHS_MM = 60
GRID_STEPS_TENTHS_MM = (20, 50, 100, 200)
MOST_GRID_LINES = 5
MOST_DAYS_NAMED = 12
BAND_TEXT_WIDTH = 270
AROUND = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Bar:
    """One hour. `is_missing` hours have no figure and fill the height.

    `decides`: it lies in the window that decided. `by_loss`: it ended by the end of the hour of loss of that window.
    """

    x: float
    width: float
    y: float
    height: float
    label: str
    is_missing: bool
    decides: bool
    by_loss: bool


@dataclass(frozen=True)
class Band:
    """The window that says most about one threshold, as a band below the bars and a gauge beside the threshold.

    `lag_width` is the way from its end to the loss; 0 when it contains the loss. `lag_text` says how long that took.
    """

    hours: int
    x: float
    width: float
    lag_width: float
    sum_text: str
    threshold_text: str
    margin_text: str
    by_loss_text: str
    lag_text: str
    period: str
    decides: bool
    counts: bool
    is_reached: bool
    text_x: float
    gauge_sum: float
    gauge_by_loss: float
    gauge_threshold: float


@dataclass(frozen=True)
class RainChart:
    """The whole chart in the coordinates of its drawing."""

    bars: tuple[Bar, ...]
    bands: tuple[Band, ...]
    grid: tuple[tuple[float, str], ...]
    days: tuple[tuple[float, str], ...]
    loss_x: float
    loss_width: float
    loss_label: str
    missing_hours: int
    table: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def focus(self) -> tuple[float, float]:
        """From where to where to look first: the window that decided or came nearest."""
        band = self.deciding or self.nearest
        return band.x, round(band.x + band.width, 1)

    @property
    def deciding(self) -> Band | None:
        """The window that decided, if one did."""
        return next((band for band in self.bands if band.decides), None)

    @property
    def nearest(self) -> Band:
        """The window that came nearest to its threshold."""
        return max(self.bands, key=lambda band: band.gauge_sum / band.gauge_threshold)


def rain_chart(hours: HourlySeries, *, reading: ReadingAssessment, loss: LossInterval, language: Language) -> RainChart:
    """Lay out the chart of what one station established for one kind of water."""
    shown = _around(hours, reading=reading, loss=loss)
    axis = _Axis(shown, language)
    deciding = reading.deciding_window
    largest = max(1, *(max(window.at_least_tenths_mm, window.best_sum_tenths_mm or 0) for window in reading.windows))
    loss_x = axis.x(loss.from_at)
    return RainChart(
        bars=tuple(axis.bar(number, deciding=deciding) for number in range(len(shown.tenths_mm))),
        bands=tuple(
            _band(axis, window, loss=loss, decides=window is deciding, largest=largest) for window in reading.windows
        ),
        grid=tuple((axis.y(tenths), f"{tenths // 10}") for tenths in range(axis.step, axis.top + 1, axis.step)),
        days=tuple(_days(axis)),
        loss_x=loss_x,
        loss_width=axis.x(loss.until_at) - loss_x,
        loss_label=language.sentence("loss_label", hour=language.home_hour(loss.from_at)),
        missing_hours=sum(tenths is None for tenths in shown.tenths_mm),
        table=_table(shown, language),
    )


def _around(hours: HourlySeries, *, reading: ReadingAssessment, loss: LossInterval) -> HourlySeries:
    """Return the hours that matter to the eye: a chart of a month would hide the days that decided."""
    starts = [window.starts_at for window in reading.windows if window.starts_at is not None]
    ends = [window.ends_at for window in reading.windows if window.ends_at is not None]
    from_at = min([loss.from_at, *starts]) - AROUND
    until_at = max([loss.until_at, *ends]) + AROUND
    begins_at = hours.first_hour_ends_at - _HOUR
    skipped = max(0, (from_at - begins_at) // _HOUR)
    until = max(skipped, -((begins_at - until_at) // _HOUR))
    return HourlySeries(
        first_hour_ends_at=hours.first_hour_ends_at + skipped * _HOUR, tenths_mm=hours.tenths_mm[skipped:until]
    )


def _days(axis: _Axis) -> Iterator[tuple[float, str]]:
    """Yield where the days begin; of many days only some are named."""
    midnights = home_midnights(axis.from_at, axis.until_at)
    every = 1 + len(midnights) // MOST_DAYS_NAMED
    for number, day in enumerate(midnights):
        yield axis.x(day), axis.language.home_day(day) if number % every == 0 else ""


class _Axis:
    """Turns hours into places along the chart and tenths of a millimetre into heights."""

    def __init__(self, hours: HourlySeries, language: Language) -> None:
        self._hours = hours
        self.language = language
        self.from_at = hours.first_hour_ends_at - _HOUR
        self.until_at = self.from_at + _HOUR * len(hours.tenths_mm)
        self.top = max(LOWEST_SCALE_TENTHS_MM, *(tenths or 0 for tenths in hours.tenths_mm))
        steps = (step for step in GRID_STEPS_TENTHS_MM if self.top / step <= MOST_GRID_LINES)
        self.step = next(steps, GRID_STEPS_TENTHS_MM[-1])

    def x(self, moment: datetime) -> float:
        share = (moment - self.from_at) / (self.until_at - self.from_at)
        return round(LEFT + WIDTH * min(max(share, 0), 1), 1)

    def y(self, tenths: int) -> float:
        return round(TOP + HEIGHT * (1 - tenths / self.top), 1)

    def bar(self, number: int, *, deciding: WindowAssessment | None) -> Bar:
        from_at = self.from_at + _HOUR * number
        tenths = self._hours.tenths_mm[number]
        y = TOP if tenths is None else self.y(tenths)
        inside = (
            deciding is not None
            and deciding.starts_at is not None
            and deciding.ends_at is not None
            and deciding.starts_at <= from_at < deciding.ends_at
        )
        label = self.language.sentence(
            "hour_missing" if tenths is None else "hour_figure",
            from_hour=self.language.home_hour(from_at),
            until_hour=self.language.home_time(from_at + _HOUR),
            sum=self.language.millimetres(tenths),
        )
        return Bar(
            x=self.x(from_at),
            width=round(WIDTH / len(self._hours.tenths_mm), 2),
            y=y,
            height=round(TOP + HEIGHT - y, 1),
            label=label,
            is_missing=tenths is None,
            decides=inside,
            by_loss=deciding is not None
            and deciding.loss_hour_ends_at is not None
            and from_at < deciding.loss_hour_ends_at,
        )


def _band(axis: _Axis, window: WindowAssessment, *, loss: LossInterval, decides: bool, largest: int) -> Band:
    language = axis.language
    x = axis.x(window.starts_at) if window.starts_at else LEFT
    width = axis.x(window.ends_at) - x if window.ends_at else 0
    lag_width = max(0, axis.x(loss.from_at) - x - width) if window.lag_minutes else 0
    margin = None if window.best_sum_tenths_mm is None else window.best_sum_tenths_mm - window.at_least_tenths_mm
    return Band(
        hours=window.within_hours,
        x=x,
        width=width,
        lag_width=lag_width,
        sum_text=language.millimetres(window.best_sum_tenths_mm),
        threshold_text=language.millimetres(window.at_least_tenths_mm),
        margin_text=language.signed_millimetres(margin),
        by_loss_text=language.millimetres(window.rain_by_loss_tenths_mm),
        lag_text=language.lag(window.lag_minutes),
        period=_period(window, language),
        decides=decides,
        counts=window.establishment is Establishment.ESTABLISHED,
        is_reached=margin is not None and margin >= 0,
        text_x=min(x, LEFT + WIDTH - BAND_TEXT_WIDTH),
        gauge_sum=round((window.best_sum_tenths_mm or 0) / largest, 4),
        gauge_by_loss=round((window.rain_by_loss_tenths_mm or 0) / largest, 4),
        gauge_threshold=round(window.at_least_tenths_mm / largest, 4),
    )


def _period(window: WindowAssessment, language: Language) -> str:
    if window.starts_at is None or window.ends_at is None:
        return language.sentence("period_unknown")
    from_hour, until_hour = map(language.home_hour, (window.starts_at, window.ends_at))
    return language.sentence("period", from_hour=from_hour, until_hour=until_hour)


def _table(hours: HourlySeries, language: Language) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the figures by day and hour of the home's clock; a hyphen stands for an hour outside the series."""
    days: dict[str, list[str]] = {}
    for number, tenths in enumerate(hours.tenths_mm):
        begins = (hours.first_hour_ends_at + _HOUR * (number - 1)).astimezone(HOME_TIME)
        row = days.setdefault(language.home_day(begins), ["-"] * 24)
        row[begins.hour] = language.millimetres(tenths)
    return tuple((day, tuple(row)) for day, row in days.items())
