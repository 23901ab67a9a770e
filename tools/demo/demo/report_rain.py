"""The hours of rain around a loss as a chart: where every bar, line and band stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.claims import RainEvidence, WindowMargin
from contracts.vocabulary import LossInterval
from contracts.weather import HourlySeries
from demo.report_language import HOME_TIME, Language, home_midnights

LEFT, WIDTH, TOP, HEIGHT = 44, 820, 26, 170
LOWEST_SCALE_TENTHS_MM = 60
GRID_STEPS_TENTHS_MM = (20, 50, 100, 200)
MOST_GRID_LINES = 5
BAND_TEXT_WIDTH = 190
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Bar:
    """One hour. `is_missing` hours have no figure and fill the height."""

    x: float
    width: float
    y: float
    height: float
    label: str
    is_missing: bool
    decides: bool


@dataclass(frozen=True)
class Band:
    """The window with the highest sum of its length, as a band below the bars and a gauge beside its threshold."""

    hours: int
    x: float
    width: float
    sum_text: str
    threshold_text: str
    margin_text: str
    period: str
    decides: bool
    is_reached: bool
    text_is_after: bool
    gauge_sum: float
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


def rain_chart(hours: HourlySeries, *, evidence: RainEvidence, loss: LossInterval, language: Language) -> RainChart:
    """Lay out the chart of one claim."""
    axis = _Axis(hours, language)
    deciding = next(
        (margin for margin in evidence.margins if margin.within_hours == evidence.deciding_window_hours), None
    )
    largest = max(
        (margin.at_least_tenths_mm for margin in evidence.margins),
        default=1,
    )
    largest = max(largest, *(margin.best_sum_tenths_mm or 0 for margin in evidence.margins))
    loss_x = axis.x(loss.from_at)
    return RainChart(
        bars=tuple(axis.bar(number, deciding=deciding) for number in range(len(hours.tenths_mm))),
        bands=tuple(_band(axis, margin, decides=margin is deciding, largest=largest) for margin in evidence.margins),
        grid=tuple((axis.y(tenths), f"{tenths // 10}") for tenths in range(axis.step, axis.top + 1, axis.step)),
        days=tuple((axis.x(day), language.home_day(day)) for day in home_midnights(axis.from_at, axis.until_at)),
        loss_x=loss_x,
        loss_width=axis.x(loss.until_at) - loss_x,
        loss_label=language.sentence("loss_label", hour=language.home_hour(loss.from_at)),
        missing_hours=sum(tenths is None for tenths in hours.tenths_mm),
        table=_table(hours, language),
    )


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

    def bar(self, number: int, *, deciding: WindowMargin | None) -> Bar:
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
        )


def _band(axis: _Axis, margin: WindowMargin, *, decides: bool, largest: int) -> Band:
    language = axis.language
    x = axis.x(margin.starts_at) if margin.starts_at else LEFT
    width = axis.x(margin.ends_at) - x if margin.ends_at else 0
    return Band(
        hours=margin.within_hours,
        x=x,
        width=width,
        sum_text=language.millimetres(margin.best_sum_tenths_mm),
        threshold_text=language.millimetres(margin.at_least_tenths_mm),
        margin_text=language.signed_millimetres(margin.margin_tenths_mm),
        period=_period(margin, language),
        decides=decides,
        is_reached=margin.margin_tenths_mm is not None and margin.margin_tenths_mm >= 0,
        text_is_after=x + width + BAND_TEXT_WIDTH < LEFT + WIDTH,
        gauge_sum=round((margin.best_sum_tenths_mm or 0) / largest, 4),
        gauge_threshold=round(margin.at_least_tenths_mm / largest, 4),
    )


def _period(margin: WindowMargin, language: Language) -> str:
    if margin.starts_at is None or margin.ends_at is None:
        return language.sentence("period_unknown")
    from_hour, until_hour = map(language.home_hour, (margin.starts_at, margin.ends_at))
    return language.sentence("period", from_hour=from_hour, until_hour=until_hour)


def _table(hours: HourlySeries, language: Language) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the figures by day and hour of the home's clock; a hyphen stands for an hour outside the series."""
    days: dict[str, list[str]] = {}
    for number, tenths in enumerate(hours.tenths_mm):
        begins = (hours.first_hour_ends_at + _HOUR * (number - 1)).astimezone(HOME_TIME)
        row = days.setdefault(language.home_day(begins), ["-"] * 24)
        row[begins.hour] = language.millimetres(tenths)
    return tuple((day, tuple(row)) for day, row in days.items())
