"""Hourly figures of a station in blocks: what a publication says of them, and what counts.

What counts follows from the publications in the order of their publication and from nothing else (`folding`), so the
store is the same whatever the order of import. Folding only those published, or known, until a moment gives what was
published or known then.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import NamedTuple

from typing_extensions import override

from contracts.vocabulary import Network
from weather_svc.domain.hours import HourSpan

BLOCK_HOURS = 1_024
"""Six weeks: a storm and the windows around it lie in one or two blocks."""
NOT_STATED, NO_FIGURE, TRACE = -3, -2, -1
"""Beside figures in tenths of a millimetre: nothing said of the hour; an hour without a figure; less than 0.05 mm."""


class StationKey(NamedTuple):
    """Identifies a station: a number is unique only within its network."""

    network: Network
    number: int


class Span(NamedTuple):
    """Consecutive hours of one station."""

    station: StationKey
    hours: HourSpan

    @property
    def blocks(self) -> Sequence[BlockKey]:
        first, last = self.hours.first // BLOCK_HOURS, self.hours.last // BLOCK_HOURS
        return [BlockKey(self.station, number) for number in range(first, last + 1)]


class BlockKey(NamedTuple):
    """The hours `number * BLOCK_HOURS` up to before the next block's of one station."""

    station: StationKey
    number: int

    @property
    def first_hour(self) -> int:
        return self.number * BLOCK_HOURS


class Grade(IntEnum):
    """What is known of an hour. A lower one never replaces a higher one."""

    OPEN = 0
    """No figure; KNMI may still publish it."""
    LOST = 1
    """Published without a figure when KNMI had corrected the hour."""
    TEN_MINUTE = 2
    PROVISIONAL = 3
    VALIDATED = 4


class Suspicion(IntFlag):
    """How an hour contradicts itself."""

    RAIN_WITHOUT_DURATION = 1
    DURATION_WITHOUT_RAIN = 2


class Statement:
    """What one publication says about the hours of a block. `figures` holds NOT_STATED, NO_FIGURE, TRACE or tenths."""

    __slots__ = ("figures", "suspicions")

    def __init__(self, figures: array[int] | None = None, suspicions: bytearray | None = None) -> None:
        self.figures = array("h", [NOT_STATED]) * BLOCK_HOURS if figures is None else figures
        self.suspicions = bytearray(BLOCK_HOURS) if suspicions is None else suspicions

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Statement) and self.figures == other.figures and self.suspicions == other.suspicions

    __hash__ = None  # type: ignore[assignment]  # it changes while it is read


class Published(NamedTuple):
    """A publication as folding sees it; they are folded in this order.

    `validated_until` is the last hour that KNMI had corrected by then. `publication_id` tells equal times apart: of two
    that say when they were published alike, the one recorded later counts.
    """

    published_at: datetime
    publication_id: int
    validated_until: int
    is_ten_minute: bool
    is_forced: bool


class Block:
    """What counts of each hour: its figure, its grade, what is suspect, and the place of its source in `sources`.

    A source is the publication since which the figure stands as it is with this grade. Place 0 is none.
    """

    __slots__ = ("figures", "grades", "places", "sources", "suspicions")

    def __init__(self) -> None:
        self.figures = array("h", [NOT_STATED]) * BLOCK_HOURS
        self.grades = bytearray(BLOCK_HOURS)
        self.suspicions = bytearray(BLOCK_HOURS)
        self.places = array("H", [0]) * BLOCK_HOURS
        self.sources: list[Published] = []

    def copy(self) -> Block:
        copied = Block()
        copied.figures, copied.grades, copied.suspicions = self.figures[:], self.grades[:], self.suspicions[:]
        copied.places, copied.sources = self.places[:], self.sources[:]
        return copied
