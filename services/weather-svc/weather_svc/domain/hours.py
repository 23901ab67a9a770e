"""Hours as whole numbers: hour n ends n hours after 1970-01-01 00:00 UTC. Like KNMI's, an hour is named by its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from contracts.vocabulary import LossInterval

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


# The claims of one storm are about the same hours.
@lru_cache(maxsize=4_096)
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
    def numbers(self) -> range:
        return range(self.first, self.last + 1)


def hours_touched(loss: LossInterval) -> HourSpan:
    """Return the hours of a loss. A moment on the border of two hours lies in both: nobody saw on which side it was."""
    return HourSpan(next_border(loss.from_at), last_border(loss.until_at) + 1)
