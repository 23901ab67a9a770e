"""Hourly figures in memory: an hour is read from the database once, afterwards only what was recorded since.

Cached in blocks of hours per station, loaded when first asked for; all hours since 2011 would be some 4,500 blocks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chassis.database import Connection
from contracts.vocabulary import Station
from weather_svc.domain.assessment import Conclusion, Inquiry, Measured, Question, Span, StationKey, conclude, measure
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.windows import Figures
from weather_svc.repository import observations
from weather_svc.repository.observations import Newest, Observation

_BLOCK_HOURS = 1_024
"""Six weeks: a storm and the windows around it lie in one or two blocks."""
_MAX_BLOCKS = 8_192
"""75 MB. More are only asked for by losses at dates without any rain figures; the cache is then emptied."""
_MAX_NEW_ROWS = 50_000
"""After a larger import it is cheaper to empty the cache than to read every new row."""
_MAX_MEMOISED = 6_000
"""Three days of loss hours at every station are 2,400 questions of 7 kB, and as many of 17 kB about groundwater too."""


class _BlockKey(NamedTuple):
    station: StationKey
    number: int


class _Block(NamedTuple):
    tenths_mm: list[int | None]
    provisional: bytearray


class HourCache:
    """The figure that counts for every hour that was asked for, and memoised answers to recent questions."""

    def __init__(self) -> None:
        self._blocks: dict[_BlockKey, _Block] = {}
        self._newest: Newest | None = None
        self._refreshing = asyncio.Lock()
        self._measured: dict[tuple[Question, Span], Measured] = {}
        self._conclusions: dict[tuple[Question, tuple[Station, ...]], Conclusion] = {}

    async def refresh(self, connection: Connection, *, spans: Iterable[Span]) -> None:
        """Apply what was recorded since the last refresh, and load what of `spans` is not cached yet."""
        wanted = {block for span in set(spans) for block in _blocks_of(span)}
        async with self._refreshing:
            await self._apply_new_rows(connection)
            if len(self._blocks) + len(wanted) > _MAX_BLOCKS:
                self._blocks.clear()
            if absent := sorted(wanted - self._blocks.keys()):
                rows = await observations.recorded_in(connection, spans=[_span_of(key) for key in absent])
                for key in absent:
                    self._blocks[key] = _Block([None] * _BLOCK_HOURS, bytearray(_BLOCK_HOURS))
                self._apply(rows)

    async def _apply_new_rows(self, connection: Connection) -> None:
        before, newest = self._newest, await observations.newest(connection)
        if newest == before:
            return
        self._measured.clear()
        self._conclusions.clear()
        if before is None or newest is None or not await observations.is_recorded(connection, observation=before):
            self._blocks.clear()  # the database is new to this cache, or was restored from an older backup
        elif newest.observation_id - before.observation_id > _MAX_NEW_ROWS:
            self._blocks.clear()
        elif self._blocks:
            self._apply(await observations.recorded_after(connection, observation_id=before.observation_id))
        self._newest = newest

    def _apply(self, rows: Sequence[Observation]) -> None:
        for row in rows:
            number, offset = divmod(row.hour, _BLOCK_HOURS)
            block = self._blocks.get(_BlockKey(row.station, number))
            if block is not None:
                block.tenths_mm[offset] = row.tenths_mm
                block.provisional[offset] = row.is_provisional and row.tenths_mm is not None

    def conclusion(self, inquiry: Inquiry) -> Conclusion:
        """Return the memoised conclusion about `inquiry`, whose spans must have been loaded."""
        key = inquiry.question, inquiry.stations
        if key not in self._conclusions:
            if len(self._conclusions) >= _MAX_MEMOISED:
                self._conclusions.clear()
            measured = [self.measured(inquiry.question, span=span) for span in inquiry.spans]
            self._conclusions[key] = conclude(measured, question=inquiry.question)
        return self._conclusions[key]

    def measured(self, question: Question, *, span: Span) -> Measured:
        """Return the memoised answer to `question` from the figures of `span`, which must have been loaded."""
        key = question, span
        if key not in self._measured:
            if len(self._measured) >= _MAX_MEMOISED:
                self._measured.clear()
            self._measured[key] = measure(self.figures_of(span), question=question)
        return self._measured[key]

    def figures_of(self, span: Span) -> Figures:
        """Return the figures of `span`, which must have been loaded."""
        tenths_mm: list[int | None] = []
        provisional = bytearray()
        for key in _blocks_of(span):
            block, start = self._blocks[key], key.number * _BLOCK_HOURS
            hours = slice(max(0, span.hours.first - start), span.hours.last + 1 - start)
            tenths_mm += block.tenths_mm[hours]
            provisional += block.provisional[hours]
        return Figures(span.hours.first, tuple(tenths_mm), has_provisional=1 in provisional)


def _blocks_of(span: Span) -> Sequence[_BlockKey]:
    first, last = span.hours.first // _BLOCK_HOURS, span.hours.last // _BLOCK_HOURS
    return [_BlockKey(span.station, number) for number in range(first, last + 1)]


def _span_of(key: _BlockKey) -> Span:
    first = key.number * _BLOCK_HOURS
    return Span(key.station, HourSpan(first, first + _BLOCK_HOURS - 1))
