"""Hourly figures in memory: a block is read from the database once, and again when something else counts in it.

Loaded when first asked for; all hours since 2011 would be some 4,500 blocks.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from chassis.database import Connection
from contracts.weather import DoubtKind, Quality, RainSource
from weather_svc.domain.blocks import NO_FIGURE, TRACE, Block, BlockKey, Grade, Span, Suspicion
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.publication import ATTRIBUTION
from weather_svc.domain.windows import Doubt, Figures
from weather_svc.repository import blocks, publications
from weather_svc.repository.publications import Newest, PublicationRow

_MAX_BLOCKS = 16_384
"""110 MB. More are only asked for by losses at dates all over the years; the cache is then emptied."""
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
    """What counts of every hour that was asked for; `sources` are the publications that it comes from, by their ids."""

    def __init__(self) -> None:
        self._blocks: dict[BlockKey, Block] = {}
        self.sources: dict[int, RainSource] = {}
        self._newest: Newest | None = None

    async def refresh(self, connection: Connection, *, spans: Iterable[Span]) -> Collection[BlockKey] | None:
        """Drop what was changed since the last refresh and load what of `spans` is not cached.

        Return the blocks in which something else counts now; None when it may be any.

        One caller at a time, until it has used the figures. The connection holds the lock by which nothing that was
        recorded becomes visible meanwhile.
        """
        if len(self._blocks) > _MAX_BLOCKS:
            self._blocks.clear()
        changed = await self._drop_changed_blocks(connection)
        await self.load(connection, spans=spans)
        return changed

    async def load(self, connection: Connection, *, spans: Iterable[Span]) -> None:
        """Load what of `spans` is not cached."""
        absent = {key for span in set(spans) for key in span.blocks} - self._blocks.keys()
        if not absent:
            return
        counting = await blocks.counting(connection, keys=absent)
        for key in absent:
            self._blocks[key] = counting.get(key) or _NOTHING
        ids = {source.publication_id for block in counting.values() for source in block.sources}
        if unknown := ids - self.sources.keys():
            rows = await publications.by_id(connection, publication_ids=unknown)
            self.sources |= {publication_id: _source(row) for publication_id, row in rows.items()}

    async def _drop_changed_blocks(self, connection: Connection) -> Collection[BlockKey] | None:
        before, newest = self._newest, await publications.newest(connection)
        if newest == before:
            return ()
        if before is None or newest is None or not await publications.is_recorded(connection, publication=before):
            self._blocks.clear()  # the database is new to this cache, or was restored from an older backup
            self.sources.clear()
            self._newest = newest
            return None
        changed = await blocks.changed_after(connection, publication_id=before.publication_id)
        for key in changed:
            self._blocks.pop(key, None)
        self._newest = newest
        return frozenset(changed)

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
