"""Hours as whole numbers: hour n ends n hours after 1970-01-01 00:00 UTC. Like KNMI's, an hour is named by its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from contracts.vocabulary import LossInterval

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def border_at(number: int) -> datetime:
    """Return the moment at which hour `number` ends."""
    return _EPOCH + number * _HOUR


def last_border(moment: datetime) -> int:
    """Return the hour that ended last at `moment`; at a border the hour that ends there."""
    return (moment - _EPOCH) // _HOUR


def next_border(moment: datetime) -> int:
    """Return the hour that runs at `moment`; at a border the hour that ends there."""
    return -((_EPOCH - moment) // _HOUR)


class HourSpan(NamedTuple):
    """Consecutive hours, both ends included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class HourlyFigure(NamedTuple):
    """The rain of one hour at a station. `tenths_mm` is None without a figure; a trace (< 0.05 mm) counts as 0."""

    station_number: int
    hour: int
    tenths_mm: int | None
    is_trace: bool


class LossHours(NamedTuple):
    """A loss interval between the hour borders around it.

    `earliest_after` is the first border at or after the earliest moment of loss, `latest_before` the last border at or
    before the latest, and so on. A moment exactly on a border is its own border on either side: it belongs to the hour
    that ends there and to the hour that begins there, because nobody can say on which side of it the water came.
    """

    earliest_before: int
    earliest_after: int
    latest_before: int
    latest_after: int

    @classmethod
    def of(cls, loss: LossInterval) -> Self:
        return cls(
            last_border(loss.from_at), next_border(loss.from_at), last_border(loss.until_at), next_border(loss.until_at)
        )
