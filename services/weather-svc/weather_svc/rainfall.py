"""The figures in memory: what was asked for once is not read from the database again, only what was recorded since.

Kept in blocks of hours per station, loaded when first asked for; all hours since 2011 would be some 4,500 blocks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chassis.database import Connection
from weather_svc import repository
from weather_svc.domain.assessment import Measured, Question, Span, StationKey, measure
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.windows import Figures
from weather_svc.repository import Observation

_BLOCK_HOURS = 1_024
"""Six weeks: a storm and the windows around it lie in one or two blocks."""
_MOST_BLOCKS = 8_192
"""75 MB. More are only asked for by losses at dates without any rain figures; then loading starts afresh."""
_MOST_TO_CATCH_UP = 50_000
"""After a larger import it is cheaper to forget all blocks than to read every new row."""
_MOST_REMEMBERED = 10_000
"""Three days of loss hours at every station are 2,400 questions, of about 4 kB each."""


class _BlockKey(NamedTuple):
    station: StationKey
    number: int


class _Block(NamedTuple):
    tenths_mm: list[int | None]
    provisional: bytearray


class Rainfall:
    """The newest recorded figure of every hour that was asked for."""

    def __init__(self) -> None:
        self._blocks: dict[_BlockKey, _Block] = {}
        self._known_through = 0
        self._turn = asyncio.Lock()
        self._measured: dict[tuple[Question, Span], Measured] = {}

    async def bring_up_to_date(self, connection: Connection, *, spans: Iterable[Span]) -> None:
        """Take in what was recorded since, and load what of `spans` is not in memory yet."""
        wanted = {block for span in set(spans) for block in _blocks_of(span)}
        async with self._turn:
            await self._catch_up(connection)
            if len(self._blocks) + len(wanted) > _MOST_BLOCKS:
                self._blocks.clear()
            if absent := sorted(wanted - self._blocks.keys()):
                observations = await repository.observations_in(connection, spans=[_span_of(key) for key in absent])
                for key in absent:
                    self._blocks[key] = _Block([None] * _BLOCK_HOURS, bytearray(_BLOCK_HOURS))
                self._take_in(observations)

    async def _catch_up(self, connection: Connection) -> None:
        newest = await repository.newest_observation_id(connection)
        if newest == self._known_through:
            return
        self._measured.clear()
        if newest - self._known_through > _MOST_TO_CATCH_UP:
            self._blocks.clear()
        if self._blocks:
            self._take_in(await repository.observations_after(connection, observation_id=self._known_through))
        self._known_through = newest

    def _take_in(self, observations: Sequence[Observation]) -> None:
        for observation in observations:
            number, offset = divmod(observation.hour, _BLOCK_HOURS)
            block = self._blocks.get(_BlockKey(observation.station, number))
            if block is not None:
                block.tenths_mm[offset] = observation.tenths_mm
                block.provisional[offset] = observation.is_provisional and observation.tenths_mm is not None

    def measured(self, question: Question, *, span: Span) -> Measured:
        """Return what `span`, which must have been loaded, says to `question`: worked out once in every storm."""
        key = question, span
        if key not in self._measured:
            if len(self._measured) >= _MOST_REMEMBERED:
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
        return Figures(first_hour=span.hours.first, tenths_mm=tenths_mm, has_provisional=1 in provisional)


def _blocks_of(span: Span) -> Sequence[_BlockKey]:
    first, last = span.hours.first // _BLOCK_HOURS, span.hours.last // _BLOCK_HOURS
    return [_BlockKey(span.station, number) for number in range(first, last + 1)]


def _span_of(key: _BlockKey) -> Span:
    first = key.number * _BLOCK_HOURS
    return Span(key.station, HourSpan(first, first + _BLOCK_HOURS - 1))
