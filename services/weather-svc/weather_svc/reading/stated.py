"""Collects what one file or reply says of hours, in blocks."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from contracts.vocabulary import Network
from weather_svc.domain.blocks import (
    BLOCK_HOURS,
    NO_FIGURE,
    NOT_STATED,
    BlockKey,
    Span,
    Statement,
    StationKey,
    Suspicion,
)
from weather_svc.domain.hours import HourSpan
from weather_svc.reading.refusal import LISTED_AT_MOST


def suspicion_of(figure: int, lasted_tenths_of_an_hour: int | None) -> int:
    """How the rain of an hour contradicts its duration. A trace, or no duration, contradicts nothing."""
    if figure > 0 and lasted_tenths_of_an_hour == 0:
        return int(Suspicion.RAIN_WITHOUT_DURATION)
    if figure == 0 and lasted_tenths_of_an_hour:
        return int(Suspicion.DURATION_WITHOUT_RAIN)
    return 0


class Contradiction(NamedTuple):
    """A row that says something else of an hour than one before; `place` is its line."""

    place: int
    station: int
    hour: int
    figure: int

    def reason(self, before: str, figure_before: int) -> str:
        becomes, was = ("empty" if figure == NO_FIGURE else str(figure) for figure in (self.figure, figure_before))
        return f"RH is {becomes} where {before} says {was} for the same hour of station {self.station}"


class StatedHours:
    """What was read of automatic stations so far, and where the first row of each stands.

    An hour is stated once; `contradictions` are the first rows that say something else of one. `unit` is what rows are
    counted in.
    """

    def __init__(self) -> None:
        self.unit = "line"
        self.first_rows: dict[int, int] = {}
        self.contradictions: list[Contradiction] = []
        self.contradicting = 0
        self._blocks: dict[int, dict[int, Statement]] = {}
        self._station = 0
        self._first_hour = 0
        self._current = Statement()

    def state(self, place: int, station: int, hour: int, figure: int, suspicion: int) -> None:
        """Note NO_FIGURE, TRACE or tenths, unless something else was noted of the hour before."""
        offset = hour - self._first_hour
        if station != self._station or not 0 <= offset < BLOCK_HOURS:
            self.first_rows.setdefault(station, place)
            offset = self._turn_to(station, hour)
        figures = self._current.figures
        was = figures[offset]
        if was == NOT_STATED:
            figures[offset] = figure
        elif was != figure:
            self._contradict(Contradiction(place, station, hour, figure))
            return
        if suspicion:
            self._current.suspicions[offset] |= suspicion

    def _contradict(self, row: Contradiction) -> None:
        self.contradicting += 1
        if len(self.contradictions) < LISTED_AT_MOST:
            self.contradictions.append(row)

    def _turn_to(self, station: int, hour: int) -> int:
        block, offset = divmod(hour, BLOCK_HOURS)
        blocks = self._blocks.setdefault(station, {})
        if block not in blocks:
            blocks[block] = Statement()
        self._station, self._first_hour, self._current = station, hour - offset, blocks[block]
        return offset

    @property
    def stations(self) -> list[int]:
        return sorted(self._blocks)

    def count(self, station: int, *, least: int = NO_FIGURE) -> int:
        """How many hours of a station were stated with at least `least`: all, or from TRACE on those with a figure."""
        return sum(len(_offsets(statement, least)) for statement in self._blocks[station].values())

    def last_hour(self, station: int, *, least: int = NO_FIGURE) -> int | None:
        """The last hour that was stated of a station with at least `least`."""
        for block in sorted(self._blocks[station], reverse=True):
            if offsets := _offsets(self._blocks[station][block], least):
                return block * BLOCK_HOURS + offsets[-1]
        return None

    def statements(self, stations: Iterable[int]) -> dict[BlockKey, Statement]:
        """What was said of `stations`. Between its first and last hour nothing said of an hour means no figure."""
        statements: dict[BlockKey, Statement] = {}
        for station in stations:
            key, blocks = StationKey(Network.AWS, station), self._blocks[station]
            statements |= {BlockKey(key, block): statement for block, statement in blocks.items()}
            first, last = min(blocks), max(blocks)
            span = HourSpan(
                first * BLOCK_HOURS + _offsets(blocks[first], NO_FIGURE)[0],
                last * BLOCK_HOURS + _offsets(blocks[last], NO_FIGURE)[-1],
            )
            cover(statements, Span(key, span))
        return statements


def _offsets(statement: Statement, least: int) -> list[int]:
    return [offset for offset, figure in enumerate(statement.figures) if figure >= least]


def cover(statements: dict[BlockKey, Statement], span: Span) -> None:
    """Let `statements` say of every hour of `span` that it has no figure, unless they say something else of it."""
    for key in span.blocks:
        figures = statements.setdefault(key, Statement()).figures
        first = max(span.hours.first - key.first_hour, 0)
        end = min(span.hours.last - key.first_hour + 1, BLOCK_HOURS)
        if NOT_STATED in figures[first:end]:
            figures[first:end] = array(
                "h", (NO_FIGURE if figure == NOT_STATED else figure for figure in figures[first:end])
            )
