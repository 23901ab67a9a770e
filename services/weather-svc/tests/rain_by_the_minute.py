"""The rules about rain and a moment of loss, read once more: slow, by the minute, one hour of the loss after the other.

It shares nothing with the product. Hours are numbers, named by their end; moments are minutes, 60 to an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

YES, WAITS, BETWEEN, AFTER, LONG_BEFORE, NO = "yes", "waits", "between hours", "rain after", "rain long before", "no"
LOST, SUSPECT = "lost hours", "suspect figures"
TOO_LONG, DISAGREE = "interval too long", "stations disagree"
BEST_FIRST = (YES, WAITS, LOST, SUSPECT, BETWEEN, AFTER, LONG_BEFORE, NO)
STANDS, WITH_LOST, WITH_SUSPECT = range(3)
"""What may hold an hour's most: nothing, lost hours, or suspect figures too."""


@dataclass(frozen=True)
class Case:
    """One question with the figures of one station; `rain` holds None for an hour without a figure.

    `doubtful` hours are lost when they have no figure, else suspect; hours without a figure are open otherwise.
    """

    rain: Mapping[int, int | None]
    doubtful: frozenset[int]
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

    def what_open_hours_hold(self) -> tuple[int, ...]:
        """Return the least and the most that an open hour can hold; once when none is open."""
        is_open = any(rain is None and hour not in self.doubtful for hour, rain in self.rain.items())
        return (0, self.most_in_an_hour) if is_open else (0,)

    def beliefs(self) -> tuple[int, ...]:
        return (STANDS, WITH_LOST, WITH_SUSPECT) if self.doubtful else (STANDS,)

    def rain_if(self, *, open_as: int, raised: int) -> dict[int, int]:
        """Return the rain of each hour if open hours held `open_as`, and those that are `raised` their most."""
        return {hour: self.rain_of_hour_if(hour, open_as=open_as, raised=raised) for hour in self.rain}

    def rain_of_hour_if(self, hour: int, *, open_as: int, raised: int) -> int:
        rain = self.rain[hour]
        if rain is None and hour not in self.doubtful:
            return open_as
        is_raised = hour in self.doubtful and raised >= (WITH_LOST if rain is None else WITH_SUSPECT)
        return max(rain or 0, self.most_in_an_hour if is_raised else 0)

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


def windows(rain: Mapping[int, int], *, length: int, hour: int, moment: int, at_least: int = 0) -> Iterator[Window]:
    """Yield every window of `length` hours that lies within the figures and holds `at_least`."""
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
    """Return what one hour of the loss says: for certain when open hours cannot change it, else it waits."""
    said = {of_hour_if(case, hour, moment, open_as=rain) for rain in case.what_open_hours_hold()}
    return said.pop()[1] if len(said) == 1 else WAITS


def of_hour_if(case: Case, hour: int, moment: int, *, open_as: int) -> tuple[str, str]:
    """Return what an hour of the loss would say if open hours held so much: what was asked, and the answer."""
    reaching = {
        (spare, raised): [
            window
            for length, at_least in case.thresholds
            for window in windows(rain, length=length + spare, hour=hour, moment=moment, at_least=at_least)
        ]
        for raised in case.beliefs()
        for rain in [case.rain_if(open_as=open_as, raised=raised)]
        for spare in (0, 1)
    }

    def reached(condition: Callable[[Case, Window], bool], *, spares: tuple[int, ...], raised: int) -> bool:
        return any(condition(case, window) for spare in spares for window in reaching[spare, raised])

    for condition, spares, asked in (
        (counts, (0,), YES),
        (counts, (1,), BETWEEN),
        (is_contradicted, (0, 1), AFTER),
        (is_long_before, (0, 1), LONG_BEFORE),
    ):
        for raised in case.beliefs():
            if reached(condition, spares=spares, raised=raised):
                return asked, {STANDS: asked, WITH_LOST: LOST, WITH_SUSPECT: SUSPECT}[raised]
    return NO, NO


def of_loss(case: Case) -> str:
    """Return what the station says about the whole loss."""
    by_hour = [of_hour(case, hour, moment) for hour, moment in case.loss_hours().items()]
    if all(verdict == by_hour[0] for verdict in by_hour):
        return by_hour[0]
    best = next(verdict for verdict in BEST_FIRST if verdict in by_hour)
    if case.best_hour_counts:
        return best
    certain = [verdict for verdict in by_hour if verdict not in {WAITS, LOST, SUSPECT}]
    if any(verdict != certain[0] for verdict in certain):
        return TOO_LONG
    return next(verdict for verdict in (WAITS, LOST, SUSPECT) if verdict in by_hour)


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
    known = case.rain_if(open_as=0, raised=STANDS)
    for hour, moment in case.loss_hours().items():
        for window in windows(known, length=length, hour=hour, moment=moment):
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


def by_each_hour(case: Case, rain: Mapping[int, int], *, length: int) -> list[int]:
    """Return the rain of `length` hours up to the end of each hour of the loss."""
    return [sum(rain[number] for number in range(hour - length + 1, hour + 1)) for hour in case.loss_hours()]


def recent_rain(case: Case, *, length: int, at_least: int) -> str:
    """Return true, false, unknown for good, or waits: unknown because open hours decide."""
    dry, wet = (
        recent_rain_if(case, length=length, at_least=at_least, open_as=rain) for rain in (0, case.most_in_an_hour)
    )
    return dry if dry == wet else "waits"


def recent_rain_if(case: Case, *, length: int, at_least: int, open_as: int) -> str:
    stands, doubted = (
        by_each_hour(case, case.rain_if(open_as=open_as, raised=raised), length=length)
        for raised in (STANDS, WITH_SUSPECT)
    )
    by_hour = [
        "true" if least >= at_least else "unknown" if possible >= at_least else "false"
        for least, possible in zip(stands, doubted, strict=True)
    ]
    if case.best_hour_counts:
        return next(truth for truth in ("true", "unknown", "false") if truth in by_hour)
    return by_hour[0] if len(set(by_hour)) == 1 else "unknown"


def cloudburst(case: Case, *, length: int, at_least: int) -> str:
    """Return true when no doubt is left, false when none could make it one, else unknown."""
    trusted = {
        hour: 0 if hour in case.doubtful else rain for hour, rain in case.rain_if(open_as=0, raised=STANDS).items()
    }
    possible = case.rain_if(open_as=case.most_in_an_hour, raised=WITH_SUSPECT)
    if all(rain >= at_least for rain in by_each_hour(case, trusted, length=length)):
        return "true"
    return "false" if any(rain < at_least for rain in by_each_hour(case, possible, length=length)) else "unknown"
