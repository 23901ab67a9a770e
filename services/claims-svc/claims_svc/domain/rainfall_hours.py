"""What the hours in an answer about rain held, and could have held. Hour n ends n hours after 1970."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from contracts.weather import HourlySeries, UndeterminedReason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def hour_running_at(moment: datetime) -> int:
    """Return the hour that runs at `moment`; at a border the hour that ends there."""
    return -((_EPOCH - moment) // _HOUR)


def last_ended_at(moment: datetime) -> int:
    """Return the hour that ended last at `moment`; at a border the hour that ends there."""
    return (moment - _EPOCH) // _HOUR


def ended_at(hour: int) -> datetime:
    return _EPOCH + _HOUR * hour


class Hour(NamedTuple):
    """What one hour held, and what it could have held."""

    hour: int
    figure: int | None
    in_doubt: bool
    most: int

    @property
    def is_open(self) -> bool:
        return self.figure is None and not self.in_doubt

    def rain(self, *, if_open: int, lost: bool = False, suspect: bool = False) -> int:
        """Return its rain if an open hour held so much; a lost hour, or a suspect figure, is at its most when told."""
        if self.is_open:
            return if_open
        believed = self.in_doubt and (lost if self.figure is None else suspect)
        return max(self.figure or 0, self.most if believed else 0)


class Sums:
    """The sum over the hours after one hour up to and including another."""

    def __init__(self, hours: range, values: Iterable[int]) -> None:
        self._before = hours.start - 1
        self._sums = list(accumulate(values, initial=0))

    def __call__(self, after: int, until: int) -> int:
        return self._sums[until - self._before] - self._sums[after - self._before]


Believed = Sequence[tuple[Sums, UndeterminedReason | None]]
"""What the hours held, more believed each time, and what stays undetermined when only so much reaches."""


class Figures:
    """Sums over the hours asked.

    `outcomes` are what they may come to: every open hour dry, and every open hour at its most.
    """

    def __init__(self, series: HourlySeries, *, hours: range, most_in_an_hour: int) -> None:
        first = hour_running_at(series.first_hour_ends_at)
        by_hour = dict(enumerate(series.tenths_mm, start=first))
        in_doubt = _hours_in_doubt(series)
        self._hours = [Hour(hour, by_hour.get(hour), hour in in_doubt, most_in_an_hour) for hour in hours]
        self._asked = hours
        self.open_hours = [hour.hour for hour in self._hours if hour.is_open]
        self.outcomes = [self._believed(if_open) for if_open in ((0, most_in_an_hour) if self.open_hours else (0,))]
        self.known = self.outcomes[0][0][0]
        self.most = self.outcomes[-1][-1][0]
        self.trusted = self._sums(0 if hour.in_doubt else hour.figure or 0 for hour in self._hours)
        self.missing = self._sums(hour.figure is None for hour in self._hours)

    def none_known(self, after: int, until: int) -> bool:
        return self.missing(after, until) == until - after

    def _believed(self, if_open: int) -> Believed:
        stands = self._sums(hour.rain(if_open=if_open) for hour in self._hours)
        if not any(hour.in_doubt for hour in self._hours):
            return [(stands, None)]
        with_lost = self._sums(hour.rain(if_open=if_open, lost=True) for hour in self._hours)
        with_suspect = self._sums(hour.rain(if_open=if_open, lost=True, suspect=True) for hour in self._hours)
        return [
            (stands, None),
            (with_lost, UndeterminedReason.LOST_HOURS),
            (with_suspect, UndeterminedReason.SUSPECT_FIGURES),
        ]

    def _sums(self, values: Iterable[int]) -> Sums:
        return Sums(self._asked, values)


def _hours_in_doubt(series: HourlySeries) -> set[int]:
    spans = [
        (hour_running_at(one.first_hour_ends_at), hour_running_at(one.last_hour_ends_at)) for one in series.in_doubt
    ]
    return {hour for first, last in spans for hour in range(first, last + 1)}
