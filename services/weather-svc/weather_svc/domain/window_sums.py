"""Sums of many windows of one station: its figures are summed once, and any window of them is a subtraction."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from itertools import accumulate
from typing import NamedTuple

from weather_svc.domain.blocks import BLOCK_HOURS, NOT_STATED, TRACE
from weather_svc.domain.hours import HourSpan


class WindowSum(NamedTuple):
    """What fell in a window: hours with a trace count 0, hours without a figure are missing."""

    sum_tenths_mm: int
    missing_hours: int
    trace_hours: int


class StationSums:
    """The running sums of one station over all blocks that are known of it; outside of them every hour is missing."""

    __slots__ = ("_first", "_hours", "_missing", "_tenths_mm", "_traces")

    def __init__(self, figures: Mapping[int, array[int]]) -> None:
        """`figures` are those of blocks, by their number."""
        first_block, last_block = min(figures), max(figures)
        unknown = array("h", [NOT_STATED]) * BLOCK_HOURS
        joined = array("h")
        for number in range(first_block, last_block + 1):
            joined += figures.get(number, unknown)
        self._first = first_block * BLOCK_HOURS
        self._hours = len(joined)
        self._tenths_mm = array("l", accumulate((max(0, figure) for figure in joined), initial=0))
        self._missing = array("l", accumulate((figure < TRACE for figure in joined), initial=0))
        self._traces = array("l", accumulate((figure == TRACE for figure in joined), initial=0))

    def of(self, window: HourSpan) -> WindowSum:
        """Return what fell in `window`, which may hold no hour at all."""
        start = min(max(window.first - self._first, 0), self._hours)
        end = min(max(window.last + 1 - self._first, 0), self._hours)
        unknown_hours = window.last + 1 - window.first - (end - start)
        return WindowSum(
            self._tenths_mm[end] - self._tenths_mm[start],
            self._missing[end] - self._missing[start] + unknown_hours,
            self._traces[end] - self._traces[start],
        )
