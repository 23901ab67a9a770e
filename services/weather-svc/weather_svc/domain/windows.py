"""Windows of whole hours: how much rain fell in them, and for which hours of a loss they count.

A window is named by the hour it ends with. One of n hours may begin at any moment, but KNMI publishes whole hours: one
that begins between two of them lies within n + 1 whole hours, a *stretch*.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from contracts.weather import DoubtKind, Quality, UndeterminedReason
from weather_svc.domain.hours import HourSpan


class Threshold(NamedTuple):
    """At least this much rain within this many hours."""

    within_hours: int
    at_least_tenths_mm: int


class RunningSums:
    """The rain of consecutive hours, summed once so that any window of them is one subtraction."""

    __slots__ = ("_hour_before", "_sums")

    def __init__(self, *, first_hour: int, tenths_mm: Sequence[int]) -> None:
        self._hour_before = first_hour - 1
        self._sums = list(accumulate(tenths_mm, initial=0))

    def of_window(self, end: int, *, length: int) -> int:
        return self.between(end - length, end)

    def of_windows(self, ends: HourSpan, *, length: int) -> list[int]:
        """Return the rain of the window of `length` hours that ends with each hour of `ends`."""
        first, last = ends.first - self._hour_before, ends.last + 1 - self._hour_before
        return list(map(sub, self._sums[first:last], self._sums[first - length : last - length]))

    def between(self, hour: int, later: int) -> int:
        """Return the rain of the hours after `hour`, up to and including `later`."""
        return self._sums[later - self._hour_before] - self._sums[hour - self._hour_before]

    def hour_by_which(self, tenths_mm: int, *, after: int) -> int:
        """Return the first hour by the end of which so much rain has fallen since the end of hour `after`."""
        start = after - self._hour_before
        return bisect_left(self._sums, self._sums[start] + tenths_mm, lo=start) + self._hour_before

    def reaching(self, ends: HourSpan, *, length: int, at_least: int) -> Iterator[HourSpan]:
        """Yield the runs of consecutive ends of windows of `length` hours that reach `at_least`, in their order."""
        if self.between(ends.first - length, ends.last) < at_least:  # cheap, and so in dry weather
            return
        # Byte by byte, because most windows of most questions reach nothing, and a gap lets hundreds reach all.
        reaches = bytes(map(at_least.__le__, self.of_windows(ends, length=length)))
        start = reaches.find(1)
        while start >= 0:
            stop = reaches.find(0, start) % (len(reaches) + 1)  # -1, when none follows, is the end
            yield HourSpan(ends.first + start, ends.first + stop - 1)
            start = reaches.find(1, stop)


class Doubt(NamedTuple):
    """Consecutive hours that are lost, or whose figures are suspect."""

    kind: DoubtKind
    hours: HourSpan


class Figures(NamedTuple):
    """Hourly sums of one station over consecutive hours; None is an hour without a figure.

    `doubts` lie within these hours, in the order of their first one; an hour without a figure that is not lost is open.
    `quality` is that of the worst hour, None when no hour has a figure. `sources` are the publications that the figures
    come from, in their order.
    """

    first_hour: int
    tenths_mm: tuple[int | None, ...]
    doubts: tuple[Doubt, ...] = ()
    quality: Quality | None = None
    sources: tuple[int, ...] = ()

    def places(self, *, lost: bool) -> set[int]:
        """Return the places of the lost hours, or of the suspect figures."""
        spans = [doubt.hours for doubt in self.doubts if (doubt.kind is DoubtKind.LOST) is lost]
        return {hour - self.first_hour for span in spans for hour in span.numbers}


class Bounds(NamedTuple):
    """What fell at least and at most, by what the open hours will turn out to be; one object when none is open.

    `doubt` is why it is undetermined what only these sums reach, not those believed before them.
    """

    least: RunningSums
    most: RunningSums
    doubt: UndeterminedReason | None


class Rain:
    """Figures summed as they stand, then with every lost hour at its most, then with every suspect figure too.

    `bounds` are those of each, as far as hours are lost or suspect. `known` are the figures as they stand, `trusted`
    leaves out suspect ones, and `most` has every hour at its most that is missing or suspect. All are one object when
    nothing is missing and nothing suspect.
    """

    __slots__ = ("_missing", "bounds", "known", "last_open_hour", "most", "trusted")

    def __init__(self, figures: Figures, *, most_in_an_hour_tenths_mm: int) -> None:
        self._missing: RunningSums | None = None
        self.last_open_hour: int | None = None
        if figures.doubts or None in figures.tenths_mm:
            self._sum_what_is_uncertain(figures, most_in_an_hour_tenths_mm)
            return
        self.known = self.trusted = self.most = RunningSums(
            first_hour=figures.first_hour, tenths_mm=[figure or 0 for figure in figures.tenths_mm]
        )
        self.bounds = [Bounds(self.known, self.known, None)]

    def _sum_what_is_uncertain(self, figures: Figures, most_in_an_hour: int) -> None:
        first_hour, is_missing = figures.first_hour, [figure is None for figure in figures.tenths_mm]
        lost, suspect = figures.places(lost=True), figures.places(lost=False)
        still_open = [place for place, missing in enumerate(is_missing) if missing and place not in lost]
        tenths_mm = [figure or 0 for figure in figures.tenths_mm]

        def bounds(doubt: UndeterminedReason | None) -> Bounds:
            least = RunningSums(first_hour=first_hour, tenths_mm=tenths_mm)
            if not still_open:
                return Bounds(least, least, doubt)
            possible = _raised(tenths_mm, still_open, most_in_an_hour)
            return Bounds(least, RunningSums(first_hour=first_hour, tenths_mm=possible), doubt)

        self.bounds = [bounds(None)]
        self.known = self.trusted = self.bounds[0].least
        if suspect:
            trusted = [0 if place in suspect else rain for place, rain in enumerate(tenths_mm)]
            self.trusted = RunningSums(first_hour=first_hour, tenths_mm=trusted)
        for places, doubt in ((lost, UndeterminedReason.LOST_HOURS), (suspect, UndeterminedReason.SUSPECT_FIGURES)):
            if places:
                tenths_mm = _raised(tenths_mm, places, most_in_an_hour)
                self.bounds.append(bounds(doubt))
        self.most = self.bounds[-1].most
        if True in is_missing:
            self._missing = RunningSums(first_hour=first_hour, tenths_mm=is_missing)
        if still_open:
            self.last_open_hour = first_hour + still_open[-1]

    def missing_in(self, hours: HourSpan) -> int:
        """Count the hours of `hours` that have no figure."""
        return self._missing.between(hours.first - 1, hours.last) if self._missing else 0

    def has_any_in(self, hours: HourSpan) -> bool:
        """Whether an hour of `hours` has a figure."""
        return self.missing_in(hours) < len(hours.numbers)


def _raised(tenths_mm: Sequence[int], places: Iterable[int], at_least: int) -> list[int]:
    raised = list(tenths_mm)
    for place in places:
        raised[place] = max(raised[place], at_least)
    return raised


class FoundWindow(NamedTuple):
    """A window by the hour it ends with, and the first hour of the loss for which it was found."""

    end: int
    loss_hour: int


class Position(NamedTuple):
    """How a window must lie around an hour of loss to count for it.

    It contains the hour, or it ended at most `may_lag_hours` before the moment of loss in that hour; and of its rain
    `rain_before_loss_tenths_mm` had fallen by the end of the hour.
    """

    may_lag_hours: int
    rain_before_loss_tenths_mm: int

    def ends(self, loss: HourSpan, *, length: int) -> HourSpan:
        """Return the ends of all windows that can count for an hour of `loss`, whatever rain fell."""
        return HourSpan(loss.first - self.may_lag_hours, loss.last + length - 1)

    def loss_hours(self, ends: HourSpan, *, length: int, loss: HourSpan, sums: RunningSums) -> HourSpan | None:
        """Return the hours of `loss` for which windows with consecutive `ends` count; None when there are none.

        Each of them must hold `rain_before_loss_tenths_mm`. What the next one counts for begins no earlier, ends an
        hour later and leaves no gap, so together they count for one span.
        """
        if ends.last + self.may_lag_hours < loss.first:
            return None
        start = ends.first - length
        by_the_loss = sums.hour_by_which(self.rain_before_loss_tenths_mm, after=start)
        # The moment of loss in a later hour than the first is its beginning, the border at which the hour before ends.
        hours = HourSpan(max(loss.first, start + 1, by_the_loss), min(loss.last, ends.last + self.may_lag_hours + 1))
        return hours if hours.first <= hours.last else None

    def reached_for(self, threshold: Threshold, *, loss: HourSpan, sums: RunningSums, spare_hours: int = 0) -> set[int]:
        """Return the hours of `loss` for which a window, `spare_hours` longer than asked, reaches `threshold`."""
        length = threshold.within_hours + spare_hours
        hours: set[int] = set()
        for run in self._reaching(threshold, length=length, loss=loss, sums=sums):
            counted = self.loss_hours(run, length=length, loss=loss, sums=sums)
            if counted is not None:
                hours.update(counted.numbers)
                if counted == loss:
                    break
        return hours

    def wettest_reaching(self, threshold: Threshold, *, loss: HourSpan, sums: RunningSums) -> FoundWindow | None:
        """Return the window with the most rain of those that count and reach `threshold`; of equals the earliest."""
        length = threshold.within_hours
        reaching = self._reaching(threshold, length=length, loss=loss, sums=sums)
        ends = [end for run in reaching for end in run.numbers]
        for end in sorted(ends, key=lambda end: -sums.of_window(end, length=length)):
            hours = self.loss_hours(HourSpan(end, end), length=length, loss=loss, sums=sums)
            if hours is not None:
                return FoundWindow(end, hours.first)
        return None

    def _reaching(self, threshold: Threshold, *, length: int, loss: HourSpan, sums: RunningSums) -> Iterator[HourSpan]:
        at_least = max(threshold.at_least_tenths_mm, self.rain_before_loss_tenths_mm)
        return sums.reaching(self.ends(loss, length=length), length=length, at_least=at_least)

    def wettest(self, *, length: int, loss: HourSpan, sums: RunningSums) -> FoundWindow:
        """Return the window with the most rain of those that can count; of equals the earliest."""
        ends = self.ends(loss, length=length)
        windows = sums.of_windows(ends, length=length)
        end = ends.first + windows.index(max(windows))
        return FoundWindow(end, max(loss.first, end - length + 1))
