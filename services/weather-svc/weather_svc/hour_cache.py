"""Hourly figures in memory: a block is read from the database once, and again when something else counts in it.

Loaded when first asked for; all hours since 2011 would be some 4,500 blocks.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby

from chassis.database import Connection
from contracts.vocabulary import Station
from contracts.weather import DoubtKind, Quality, RainSource
from weather_svc.domain.assessment import Conclusion, Inquiry, Measured, Question, conclude, measure
from weather_svc.domain.blocks import NO_FIGURE, TRACE, Block, BlockKey, Grade, Span, Suspicion
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.publication import ATTRIBUTION
from weather_svc.domain.windows import Doubt, Figures
from weather_svc.repository import blocks, publications
from weather_svc.repository.publications import Newest, PublicationRow

_MAX_BLOCKS = 16_384
"""110 MB. More are only asked for by losses at dates all over the years; the cache is then emptied."""
_MAX_MEMOISED = 6_000
"""Three days of loss hours at every station are 2,400 questions of 7 kB, and as many of 17 kB about groundwater too."""
_QUALITIES = {
    Grade.TEN_MINUTE: Quality.TEN_MINUTE,
    Grade.PROVISIONAL: Quality.PROVISIONAL,
    Grade.VALIDATED: Quality.VALIDATED,
}
_SUSPECT_KINDS = {
    Suspicion.RAIN_WITHOUT_DURATION: DoubtKind.RAIN_WITHOUT_DURATION,
    Suspicion.DURATION_WITHOUT_RAIN: DoubtKind.DURATION_WITHOUT_RAIN,
}


class HourCache:
    """What counts of every hour that was asked for, and memoised answers to recent questions.

    `sources` are the publications of what is cached, by their ids.
    """

    def __init__(self) -> None:
        self._blocks: dict[BlockKey, Block] = {}
        self.sources: dict[int, RainSource] = {}
        self._newest: Newest | None = None
        self._refreshing = asyncio.Lock()
        self._measured: dict[tuple[Question, Span], Measured] = {}
        self._conclusions: dict[tuple[Question, tuple[Station, ...]], Conclusion] = {}

    async def refresh(self, connection: Connection, *, spans: Iterable[Span]) -> None:
        """Drop what was changed since the last refresh, and load what of `spans` is not cached.

        The connection holds the lock by which nothing that was recorded becomes visible meanwhile.
        """
        wanted = {key for span in set(spans) for key in span.blocks}
        async with self._refreshing:
            await self._drop_changed_blocks(connection)
            if len(self._blocks) + len(wanted) > _MAX_BLOCKS:
                self._blocks.clear()
            if absent := wanted - self._blocks.keys():
                await self._load(connection, absent)

    async def _drop_changed_blocks(self, connection: Connection) -> None:
        before, newest = self._newest, await publications.newest(connection)
        if newest == before:
            return
        self._measured.clear()
        self._conclusions.clear()
        if before is None or newest is None or not await publications.is_recorded(connection, publication=before):
            self._blocks.clear()  # the database is new to this cache, or was restored from an older backup
            self.sources.clear()
        elif self._blocks:
            for key in await blocks.changed_after(connection, publication_id=before.publication_id):
                self._blocks.pop(key, None)
        self._newest = newest

    async def _load(self, connection: Connection, keys: Iterable[BlockKey]) -> None:
        counting = await blocks.counting(connection, keys=list(keys))
        for key in keys:
            self._blocks[key] = counting.get(key) or _NOTHING
        ids = {source.publication_id for block in counting.values() for source in block.sources}
        if unknown := ids - self.sources.keys():
            rows = await publications.by_id(connection, publication_ids=unknown)
            self.sources |= {publication_id: _source(row) for publication_id, row in rows.items()}

    def conclusion(self, inquiry: Inquiry) -> Conclusion:
        """Return the memoised conclusion about `inquiry`, whose spans must have been loaded."""
        key = inquiry.question, inquiry.stations
        if key not in self._conclusions:
            if len(self._conclusions) >= _MAX_MEMOISED:
                self._conclusions.clear()
            measured = [self.measured(inquiry.question, span=span) for span in inquiry.spans]
            self._conclusions[key] = conclude(
                measured, question=inquiry.question, is_before_register=inquiry.is_before_register
            )
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
        figures = array("h")
        grades, suspicions = bytearray(), bytearray()
        sources: set[int] = set()
        for key in span.blocks:
            block = self._blocks[key]
            hours = slice(max(0, span.hours.first - key.first_hour), span.hours.last + 1 - key.first_hour)
            figures += block.figures[hours]
            grades += block.grades[hours]
            suspicions += block.suspicions[hours]
            sources |= {block.sources[place - 1].publication_id for place in set(block.places[hours]) if place}
        return Figures(
            span.hours.first,
            tuple(figures) if min(figures) >= 0 else tuple(map(_counted, figures)),
            doubts=tuple(_doubts(span.hours.first, grades, suspicions)),
            quality=_worst(grades),
            sources=tuple(sorted(sources, key=lambda each: self.sources[each].published_at)),
        )


_NOTHING = Block()
"""Stands for every block of which nothing was published."""


def _counted(figure: int) -> int | None:
    if figure <= NO_FIGURE:
        return None
    return 0 if figure == TRACE else figure


def _worst(grades: bytearray) -> Quality | None:
    of_figures = {*grades} - {Grade.OPEN, Grade.LOST}
    return _QUALITIES[Grade(min(of_figures))] if of_figures else None


def _doubts(first_hour: int, grades: bytearray, suspicions: bytearray) -> Iterator[Doubt]:
    """Yield the hours that are lost or contradict themselves, in their order."""
    if Grade.LOST not in grades and not any(suspicions):
        return
    kinds = [
        DoubtKind.LOST if grade == Grade.LOST else _SUSPECT_KINDS.get(Suspicion(suspicion))
        for grade, suspicion in zip(grades, suspicions, strict=True)
    ]
    for kind, group in groupby(enumerate(kinds, start=first_hour), key=lambda place: place[1]):
        if kind is not None:
            hours = [hour for hour, _ in group]
            yield Doubt(kind, HourSpan(hours[0], hours[-1]))


def _source(row: PublicationRow) -> RainSource:
    return RainSource(
        sha256=row.sha256,
        name=row.member or row.name,
        data_set=row.data_set,
        published_at=row.published_at,
        attribution=ATTRIBUTION,
        licence=row.licence,
    )
