"""Where the bars, windows and thresholds of a rain chart lie: numbers for a picture, and nothing decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

WIDTH: Final = 720
_LEFT: Final = 40
_TOP: Final = 12
_BARS: Final = 150
_ROW: Final = 26
_BELOW: Final = 26
_HOUR: Final = timedelta(hours=1)
_LOWEST_SCALE: Final = 60
_STEPS: Final = (20, 50, 100, 200, 500)
_MOST_LINES: Final = 5
_AROUND: Final = timedelta(hours=6)
_MOST_DAYS: Final = 9
_HERE: Final = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The heaviest rain within so many hours, and how much is enough. Sums in tenths of a millimetre; None: unknown."""

    within_hours: int
    sum_tenths: int | None
    enough_tenths: int
    starts_at: datetime | None
    ends_at: datetime | None
    establishment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One hour. `height` 0 is dry; `is_missing` has no figure."""

    x: float
    y: float
    width: float
    height: float
    is_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A window below the bars."""

    window: Window
    x: float
    width: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything in the picture."""

    station: str
    distance_metres: int
    height: int
    bottom: float
    bars: Sequence[Bar]
    lines: Sequence[tuple[float, int]]
    days: Sequence[tuple[float, datetime]]
    bands: Sequence[Band]
    windows: Sequence[Window]
    loss: tuple[float, float] | None
    total_tenths: int
    missing_hours: int


def chart_of(
    *,
    station: str,
    distance_metres: int,
    first_hour_ends_at: datetime,
    tenths: Sequence[int | None],
    windows: Sequence[Window],
    loss: tuple[datetime, datetime],
) -> Chart:
    """Lay out the hours around the windows and the loss; hours far from both are left out."""
    first, shown = _around(first_hour_ends_at, tenths, windows, loss)
    step = (WIDTH - _LEFT) / max(len(shown), 1)
    begins = first - _HOUR
    most = max([_LOWEST_SCALE, *(value for value in shown if value is not None)])
    bottom = _TOP + _BARS

    def x(moment: datetime) -> float:
        return round(min(max(_LEFT + (moment - begins) / _HOUR * step, _LEFT), WIDTH), 1)

    def y(value: float) -> float:
        return round(bottom - value / most * _BARS, 1)

    spans = [window for window in windows if window.starts_at and window.ends_at]
    bands = [
        Band(
            window=one,
            x=x(one.starts_at),
            width=max(x(one.ends_at) - x(one.starts_at), 2),
            y=bottom + _BELOW + row * _ROW,
        )
        for row, one in enumerate(spans)
        if one.starts_at and one.ends_at
    ]
    return Chart(
        station=station,
        distance_metres=distance_metres,
        height=round(bottom + _BELOW + len(bands) * _ROW + 8),
        bottom=bottom,
        bars=list(_bars(shown, step, y, bottom)),
        lines=[(y(value), value) for value in _grid(most)],
        days=list(_days(begins, len(shown), x)),
        bands=bands,
        windows=windows,
        loss=(x(loss[0]), max(x(loss[1]) - x(loss[0]), 2)),
        total_tenths=sum(value or 0 for value in shown),
        missing_hours=sum(value is None for value in shown),
    )


def charts_in_proof(proof: Mapping[str, Any]) -> Sequence[Chart]:
    """Return a chart for each station on which a decision rests; none where no rain was asked about."""
    rain, loss = proof["basis"].get("rain"), proof["basis"]["loss"]
    if not rain:
        return []
    return [
        chart_of(
            station=one["station"]["name"],
            distance_metres=one["distance_metres"],
            first_hour_ends_at=datetime.fromisoformat(one["hours"]["first_hour_ends_at"]),
            tenths=one["hours"]["tenths_mm"],
            windows=[_window(window, "best_sum_tenths_mm") for window in one["readings"][0]["windows"]],
            loss=(datetime.fromisoformat(loss["from_at"]), datetime.fromisoformat(loss["until_at"])),
        )
        for one in rain["stations"]
    ]


def chart_in_check(
    station: Mapping[str, Any], hours: Mapping[str, Any], *, loss: tuple[datetime, datetime]
) -> Chart | None:
    """Return the chart of a station of a rain check; None where no hour is known."""
    if not hours["hours"]:
        return None
    return chart_of(
        station=station["station"]["name"],
        distance_metres=station["distance_metres"],
        first_hour_ends_at=datetime.fromisoformat(hours["hours"][0]["hour_ends_at"]),
        tenths=[one["tenths_mm"] for one in hours["hours"]],
        windows=[
            _window(window, "sum_tenths_mm") for window in station["windows"] if window["reading"] == "surface_water"
        ],
        loss=loss,
    )


def _window(told: Mapping[str, Any], sum_name: str) -> Window:
    return Window(
        within_hours=told["within_hours"],
        sum_tenths=told.get(sum_name),
        enough_tenths=told["at_least_tenths_mm"],
        starts_at=_moment(told.get("starts_at")),
        ends_at=_moment(told.get("ends_at")),
        establishment=told["establishment"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _around(
    first: datetime, tenths: Sequence[int | None], windows: Sequence[Window], loss: tuple[datetime, datetime]
) -> tuple[datetime, Sequence[int | None]]:
    moments = [*loss, *(moment for one in windows for moment in (one.starts_at, one.ends_at) if moment)]
    skipped = max(0, int((min(moments) - _AROUND - first) / _HOUR))
    kept = max(0, int((max(moments) + _AROUND - first) / _HOUR) + 1)
    shown = tenths[skipped:kept]
    return (first + skipped * _HOUR, shown) if shown else (first, tenths)


def _bars(shown: Sequence[int | None], step: float, y: Any, bottom: float) -> Iterator[Bar]:  # noqa: ANN401 - a function
    for place, value in enumerate(shown):
        if value is None or value > 0:
            top = _TOP if value is None else y(value)
            yield Bar(
                x=round(_LEFT + place * step, 1),
                y=top,
                width=round(max(step * 0.86, 1), 1),
                height=round(max(bottom - top, 1), 1),
                is_missing=value is None,
            )


def _grid(most: int) -> Sequence[int]:
    step = next((one for one in _STEPS if most / one <= _MOST_LINES), _STEPS[-1])
    return range(step, most + 1, step)


def _days(begins: datetime, hours: int, x: Any) -> Iterator[tuple[float, datetime]]:  # noqa: ANN401 - a function
    ends = [(begins + place * _HOUR).astimezone(_HERE) for place in range(hours)]
    midnights = [next(group) for _, group in groupby(ends, key=lambda one: one.date())][1:]
    every = -(-len(midnights) // _MOST_DAYS) or 1
    for one in midnights[::every]:
        yield x(one), one
