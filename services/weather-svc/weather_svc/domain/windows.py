"""Windows of whole hours around a loss: which there are, how much rain fell in them, and whether a threshold was met.

A window of n hours may begin at any moment, but KNMI publishes whole hours. Windows that begin on an hour border are
summed exactly. One that begins in between lies within n + 1 whole hours, a *stretch*: when no window reaches the
threshold but a stretch does, it is undetermined. Hours without a figure have no upper bound, so a single one in any
window or stretch rules NOT_ESTABLISHED out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from contracts.vocabulary import Establishment, Truth, WindowReading
from contracts.weather import WindowAssessment
from weather_svc.domain.hours import HourSpan, LossHours, border_at


class Figures:
    """Hourly sums of one station over consecutive hours; None is an hour without a figure."""

    __slots__ = ("_missing", "_sums", "has_provisional", "highest_tenths_mm", "span", "tenths_mm")

    def __init__(self, *, first_hour: int, tenths_mm: Sequence[int | None], has_provisional: bool = False) -> None:
        self.span = HourSpan(first_hour, first_hour + len(tenths_mm) - 1)
        self.tenths_mm = tuple(tenths_mm)
        self.has_provisional = has_provisional
        known = [0 if figure is None else figure for figure in self.tenths_mm]
        self.highest_tenths_mm = max(known)
        self._sums = list(accumulate(known, initial=0))
        self._missing: list[int] | None = None
        if None in self.tenths_mm:
            self._missing = list(accumulate((figure is None for figure in self.tenths_mm), initial=0))

    def missing_in(self, hours: HourSpan) -> int:
        """Count the hours of `hours` that have no figure."""
        if self._missing is None:
            return 0
        return self._missing[hours.last + 1 - self.span.first] - self._missing[hours.first - self.span.first]

    def sums_of_windows(self, ends: range, *, length: int) -> list[int]:
        """Return the known rain of each window of `length` hours, one for each end in `ends`."""
        first, last = ends.start + 1 - self.span.first, ends.stop + 1 - self.span.first
        return list(map(sub, self._sums[first:last], self._sums[first - length : last - length]))


class Threshold(NamedTuple):
    """At least this much rain within this many hours."""

    within_hours: int
    at_least_tenths_mm: int


class WindowEnds(NamedTuple):
    """The last hours of all windows of one length, and of all stretches one hour longer, around a loss.

    `window_hours` are all hours that lie in a window, `hours` all that lie in a window or a stretch.
    """

    windows: range
    stretches: range
    length: int
    window_hours: HourSpan
    hours: HourSpan


@lru_cache(maxsize=4_096)
def window_ends(loss: LossHours, *, length: int, reading: WindowReading) -> WindowEnds:
    """Return where the windows of `length` hours around `loss` end.

    Both readings ask that a window contains the moment of loss or overlaps the interval; a window that begins or ends
    exactly at the loss does. `ENDS_BY_LOSS` also asks that it ends no later than the hour in which the loss ended.
    """
    first = loss.earliest_after
    last = loss.latest_after if reading is WindowReading.ENDS_BY_LOSS else loss.latest_before + length
    first_stretch = loss.earliest_before + 1
    last_stretch = loss.latest_after + (0 if reading is WindowReading.ENDS_BY_LOSS else length)
    window_hours = HourSpan(first - length + 1, last)
    return WindowEnds(
        windows=range(first, last + 1),
        stretches=range(first_stretch, last_stretch + 1),
        length=length,
        window_hours=window_hours,
        hours=HourSpan(min(window_hours.first, first_stretch - length), max(last, last_stretch)),
    )


def assess_window(figures: Figures, *, threshold: Threshold, ends: WindowEnds) -> WindowAssessment:
    """Assess whether `threshold` was reached. Of several windows with the highest sum the earliest is reported."""
    length, at_least = threshold
    missing_hours = figures.missing_in(ends.hours)
    if missing_hours and figures.missing_in(ends.window_hours) == ends.window_hours.length:
        best_sum, starts_at, ends_at = None, None, None
    else:
        sums = figures.sums_of_windows(ends.windows, length=length)
        best_sum = max(sums)
        last_hour = ends.windows.start + sums.index(best_sum)
        starts_at, ends_at = border_at(last_hour - length), border_at(last_hour)
    if best_sum is not None and best_sum >= at_least:
        establishment = Establishment.ESTABLISHED
    elif missing_hours or _a_stretch_reaches(at_least, figures=figures, ends=ends, best_sum=best_sum or 0):
        establishment = Establishment.UNDETERMINED
    else:
        establishment = Establishment.NOT_ESTABLISHED
    return WindowAssessment(
        within_hours=length,
        at_least_tenths_mm=at_least,
        best_sum_tenths_mm=best_sum,
        starts_at=starts_at,
        ends_at=ends_at,
        missing_hours=missing_hours,
        establishment=establishment,
    )


def _a_stretch_reaches(at_least: int, *, figures: Figures, ends: WindowEnds, best_sum: int) -> bool:
    """Whether a stretch reaches `at_least`. A stretch is a window and one hour, so most questions need no sums."""
    if best_sum + figures.highest_tenths_mm < at_least:
        return False
    return max(figures.sums_of_windows(ends.stretches, length=ends.length + 1), default=0) >= at_least


def measured_cloudburst(figures: Figures, *, threshold: Threshold, ends: WindowEnds) -> Truth:
    """Return whether whole hours around the loss measured a cloudburst.

    It is sought in the windows that the reading allows for its own length: for one hour, the hour of the loss. A
    cloudburst raises what the customer pays, so one that may lie between whole hours does not count.
    """
    if max(figures.sums_of_windows(ends.windows, length=ends.length)) >= threshold.at_least_tenths_mm:
        return Truth.TRUE
    return Truth.UNKNOWN if figures.missing_in(ends.window_hours) else Truth.FALSE
