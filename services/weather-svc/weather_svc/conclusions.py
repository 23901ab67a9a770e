"""What the figures in memory establish, worked out once for all claims that ask the same near the same stations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from chassis.database import Connection
from contracts.vocabulary import Station
from weather_svc.domain.assessment import Conclusion, Inquiry, Measured, Question, conclude, measure
from weather_svc.domain.blocks import Span, StationKey
from weather_svc.domain.stations import StationTable
from weather_svc.domain.suspicion import NEIGHBOURS, suspect_hours
from weather_svc.domain.windows import Figures
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
            is_changed = await self.hours.refresh(connection, spans=spans)
            is_full = max(len(self._measured), len(self._conclusions)) >= _MAX_MEMOISED
            if is_changed or is_full or stations is not self._stations:
                self._forget()
                self._stations = stations
            await self._measure(connection, inquiries, stations)
            return [self._conclusion(inquiry) for inquiry in inquiries]

    def _forget(self) -> None:
        self._measured.clear()
        self._looked_at.clear()
        self._conclusions.clear()

    async def _measure(self, connection: Connection, inquiries: Sequence[Inquiry], stations: StationTable) -> None:
        """Work out what each station measured that is not known yet."""
        doubted: dict[tuple[Question, Span], Figures] = {}
        for inquiry in inquiries:
            if (inquiry.question, inquiry.stations) in self._conclusions:
                continue
            for station, span in zip(inquiry.stations, inquiry.spans, strict=True):
                key = inquiry.question, span
                if key in self._measured:
                    continue
                figures = self.hours.figures_of(span)
                self._measured[key] = measure(figures, question=inquiry.question)
                if self._measured[key].says_no:
                    around = stations.neighbours(station, loss=inquiry.request.loss, at_most=NEIGHBOURS)
                    self._looked_at[key] = tuple([span._replace(station=_key(each)) for each in around])
                    doubted[key] = figures
        if doubted:
            await self.hours.load(connection, spans=[span for key in doubted for span in self._looked_at[key]])
            for key, figures in doubted.items():
                self._doubt(key, figures)

    def _doubt(self, key: tuple[Question, Span], figures: Figures) -> None:
        """Hear the stations around one that says no."""
        around = (self.hours.figures_of(span) for span in self._looked_at[key])
        if suspect := tuple(suspect_hours(figures, neighbours=around)):
            doubts = sorted((*figures.doubts, *suspect), key=lambda doubt: doubt.hours)
            self._measured[key] = measure(figures._replace(doubts=tuple(doubts)), question=key[0])

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
