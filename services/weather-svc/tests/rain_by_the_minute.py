"""The rules about rain and a moment of loss, read once more: slow, by the minute, one hour of the loss after the other.

It shares nothing with the product. Hours are numbers, named by their end; moments are minutes, 60 to an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

YES, WAITS, BETWEEN, AFTER, LONG_BEFORE, NO = "yes", "waits", "between hours", "rain after", "rain long before", "no"
TOO_LONG, DISAGREE = "interval too long", "stations disagree"
BEST_FIRST = (YES, WAITS, BETWEEN, AFTER, LONG_BEFORE, NO)


@dataclass(frozen=True)
class Case:
    """One question with the figures of one station; `rain` holds None for an hour without a figure."""

    rain: Mapping[int, int | None]
    from_minute: int
    until_minute: int
    may_lag_hours: int
    may_lag_at_most_hours: int
    rain_before_loss: int
    thresholds: tuple[tuple[int, int], ...]
    in_favour_hours: int
    most_in_an_hour: int

    @property
    def best_hour_counts(self) -> bool:
        return self.until_minute - self.from_minute <= 60 * self.in_favour_hours

    def loss_hours(self) -> dict[int, int]:
        """Return each hour that the loss touches, with the earliest minute of the loss in it."""
        touched = {}
        for hour in range(self.from_minute // 60 - 1, self.until_minute // 60 + 3):
            begins, ends = 60 * (hour - 1), 60 * hour
            if self.from_minute <= ends and self.until_minute >= begins:
                touched[hour] = max(self.from_minute, begins)
        return touched


@dataclass(frozen=True)
class Window:
    """Rain of the hours after `start` up to and including `end`, as one hour of the loss sees it."""

    start: int
    end: int
    total: int
    by_loss: int
    contains: bool
    lag_minutes: int


def windows(case: Case, *, length: int, hour: int, moment: int, missing_as: int, at_least: int = 0) -> Iterator[Window]:
    """Yield every window of `length` hours that lies within the figures and holds `at_least`."""
    rain = {number: missing_as if figure is None else figure for number, figure in case.rain.items()}
    for end in range(min(rain) + length - 1, max(rain) + 1):
        inside = range(end - length + 1, end + 1)
        total = sum([rain[number] for number in inside])
        if total < at_least:
            continue
        yield Window(
            start=end - length,
            end=end,
            total=total,
            by_loss=sum([rain[number] for number in inside if number <= hour]),
            contains=hour in inside,
            lag_minutes=0 if hour in inside else moment - 60 * end,
        )


def is_around(case: Case, window: Window) -> bool:
    return window.contains or 0 <= window.lag_minutes <= 60 * case.may_lag_hours


def is_long_before(case: Case, window: Window) -> bool:
    return not is_around(case, window) and 0 < window.lag_minutes <= 60 * case.may_lag_at_most_hours


def counts(case: Case, window: Window) -> bool:
    return is_around(case, window) and window.by_loss >= case.rain_before_loss


def is_contradicted(case: Case, window: Window) -> bool:
    return is_around(case, window) and window.by_loss < case.rain_before_loss


def of_hour(case: Case, hour: int, moment: int) -> str:
    """Return what one hour of the loss says."""

    reaching = {
        (spare, missing_as): [
            window
            for length, at_least in case.thresholds
            for window in windows(
                case, length=length + spare, hour=hour, moment=moment, missing_as=missing_as, at_least=at_least
            )
        ]
        for spare in (0, 1)
        for missing_as in (0, case.most_in_an_hour)
    }

    def reached(condition: Callable[[Case, Window], bool], *, spares: tuple[int, ...], missing_as: int) -> bool:
        return any(condition(case, window) for spare in spares for window in reaching[spare, missing_as])

    for condition, spares, found in (
        (counts, (0,), YES),
        (counts, (1,), BETWEEN),
        (is_contradicted, (0, 1), AFTER),
        (is_long_before, (0, 1), LONG_BEFORE),
    ):
        if reached(condition, spares=spares, missing_as=0):
            return found
        if reached(condition, spares=spares, missing_as=case.most_in_an_hour):
            return WAITS
    return NO


def of_loss(case: Case) -> str:
    """Return what the station says about the whole loss."""
    by_hour = [of_hour(case, hour, moment) for hour, moment in case.loss_hours().items()]
    if all(verdict == by_hour[0] for verdict in by_hour):
        return by_hour[0]
    if case.best_hour_counts:
        return next(verdict for verdict in BEST_FIRST if verdict in by_hour)
    settled = [verdict for verdict in by_hour if verdict != WAITS]
    return WAITS if all(verdict == settled[0] for verdict in settled) else TOO_LONG


def of_stations(by_station: list[str]) -> str:
    """Return what all stations say together."""
    if all(verdict == by_station[0] for verdict in by_station):
        return by_station[0]
    if WAITS in by_station:
        return WAITS
    if any(verdict in {YES, NO} for verdict in by_station):
        return DISAGREE
    return by_station[0]


def reported(case: Case, *, length: int, at_least: int) -> tuple[int, int, int, int, int] | None:
    """Return the window to report: total, end, hour of the loss, rain by that hour, lag; None when none is known."""
    found: list[tuple[int, int, int, int, int, int]] = []
    anything_known = False
    for hour, moment in case.loss_hours().items():
        for window in windows(case, length=length, hour=hour, moment=moment, missing_as=0):
            reaches = window.total >= at_least
            if is_around(case, window):
                if any(case.rain[number] is not None for number in range(window.start + 1, window.end + 1)):
                    anything_known = True
                rank = (0 if counts(case, window) else 1) if reaches else 3
            elif reaches and is_long_before(case, window):
                rank = 2
            else:
                continue
            found.append((rank, -window.total, window.end, hour, window.by_loss, window.lag_minutes))
    rank, minus_total, end, hour, by_loss, lag = min(found)
    if rank == 3 and not anything_known:
        return None
    return -minus_total, end, hour, by_loss, lag


def by_each_hour(case: Case, *, length: int, missing_as: int) -> list[int]:
    """Return the rain of `length` hours up to the end of each hour of the loss."""
    sums = []
    for hour in case.loss_hours():
        figures = [case.rain[number] for number in range(hour - length + 1, hour + 1)]
        sums.append(sum(missing_as if rain is None else rain for rain in figures))
    return sums


def recent_rain(case: Case, *, length: int, at_least: int) -> str:
    """Return true, false, unknown, or waits: unknown because hours are missing."""
    known, most = (by_each_hour(case, length=length, missing_as=rain) for rain in (0, case.most_in_an_hour))
    by_hour = [
        "true" if least >= at_least else "waits" if possible >= at_least else "false"
        for least, possible in zip(known, most, strict=True)
    ]
    if case.best_hour_counts:
        return next(truth for truth in ("true", "waits", "false") if truth in by_hour)
    if len(set(by_hour)) == 1:
        return by_hour[0]
    return "unknown" if "true" in by_hour and "false" in by_hour else "waits"


def cloudburst(case: Case, *, length: int, at_least: int) -> str:
    known, most = (by_each_hour(case, length=length, missing_as=rain) for rain in (0, case.most_in_an_hour))
    if all(rain >= at_least for rain in known):
        return "true"
    return "false" if any(rain < at_least for rain in most) else "unknown"
