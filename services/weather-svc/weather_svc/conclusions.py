"""What the figures in memory establish, worked out once for all claims that ask the same near the same stations."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from chassis.database import Connection
from contracts.vocabulary import Station
from weather_svc.domain.assessment import Conclusion, Inquiry, Measured, Question, conclude, measure
from weather_svc.domain.blocks import BlockKey, Span, StationKey
from weather_svc.domain.stations import StationTable
from weather_svc.domain.suspicion import NEIGHBOURS, suspect_hours
from weather_svc.hour_cache import HourCache

_MAX_MEMOISED = 6_000
"""Three days of loss hours at every station are 2,400 questions of 7 kB, and as many of 17 kB about groundwater too."""


class Conclusions:
    """Memoised conclusions. A station that says no is heard beside those around it: they may contradict its gauge."""

    def __init__(self) -> None:
        self.hours = HourCache()
        self._stations: StationTable | None = None
        self._concluding = asyncio.Lock()
        self._measured: dict[tuple[Question, Span], Measured] = {}
        self._looked_at: dict[tuple[Question, Span], tuple[Span, ...]] = {}
        self._conclusions: dict[tuple[Question, tuple[Station, ...]], Conclusion] = {}

    async def of(
        self, connection: Connection, inquiries: Sequence[Inquiry], *, stations: StationTable
    ) -> Sequence[Conclusion]:
        """Return what is concluded about each inquiry, from what counts at this moment.

        The connection holds the lock by which nothing that was recorded becomes visible meanwhile.
        """
        async with self._concluding:
            spans = [span for inquiry in inquiries for span in inquiry.spans]
            changed = await self.hours.refresh(connection, spans=spans)
            is_full = max(len(self._measured), len(self._conclusions)) >= _MAX_MEMOISED
            if changed is None or is_full or stations is not self._stations:
                self._measured.clear()
                self._looked_at.clear()
                self._stations = stations
            elif changed:
                self._forget_about(changed)
            if changed or not self._measured:
                self._conclusions.clear()
            await self._measure(connection, inquiries, stations)
            return [self._conclusion(inquiry) for inquiry in inquiries]

    def _forget_about(self, changed: Collection[BlockKey]) -> None:
        for key in list(self._measured):
            if any(block in changed for span in (key[1], *self._looked_at.get(key, ())) for block in span.blocks):
                del self._measured[key]
                self._looked_at.pop(key, None)

    async def _measure(self, connection: Connection, inquiries: Sequence[Inquiry], stations: StationTable) -> None:
        """Work out what each station measured that is not known yet."""
        measured: dict[tuple[Question, Span], Measured] = {}
        looked_at: dict[tuple[Question, Span], tuple[Span, ...]] = {}
        for inquiry in inquiries:
            if (inquiry.question, inquiry.stations) in self._conclusions:
                continue
            for station, span in zip(inquiry.stations, inquiry.spans, strict=True):
                key = inquiry.question, span
                if key in self._measured or key in measured:
                    continue
                measured[key] = measure(self.hours.figures_of(span), question=inquiry.question)
                if measured[key].says_no:
                    around = stations.neighbours(station, loss=inquiry.request.loss, at_most=NEIGHBOURS)
                    looked_at[key] = tuple([span._replace(station=_key(each)) for each in around])
        if looked_at:
            await self.hours.load(connection, spans=[span for spans in looked_at.values() for span in spans])
            for key, spans in looked_at.items():
                measured[key] = self._beside(measured[key], key, around=spans)
        # Only now: a no that is remembered was heard beside the stations around, whatever failed meanwhile.
        self._measured |= measured
        self._looked_at |= looked_at

    def _beside(self, measured: Measured, key: tuple[Question, Span], *, around: Sequence[Span]) -> Measured:
        """Return what a station that says no measured, heard beside those around it."""
        question, span = key
        figures = self.hours.figures_of(span)
        suspect = tuple(suspect_hours(figures, neighbours=(self.hours.figures_of(each) for each in around)))
        if not suspect:
            return measured
        doubts = sorted((*figures.doubts, *suspect), key=lambda doubt: doubt.hours)
        return measure(figures._replace(doubts=tuple(doubts)), question=question)

    def _conclusion(self, inquiry: Inquiry) -> Conclusion:
        key = inquiry.question, inquiry.stations
        if key not in self._conclusions:
            keys = [(inquiry.question, span) for span in inquiry.spans]
            concluded = conclude(
                [self._measured[each] for each in keys],
                question=inquiry.question,
                is_before_register=inquiry.is_before_register,
            )
            looked_at = tuple([span for each in keys for span in self._looked_at.get(each, ())])
            self._conclusions[key] = replace(concluded, looked_at=looked_at)
        return self._conclusions[key]


def _key(station: Station) -> StationKey:
    return StationKey(station.network, station.number)
