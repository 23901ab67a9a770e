"""Dutch working days, by which promises to customers are counted. Holidays are those of the library `holidays`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

import holidays

from claims_svc.domain.dutch_time import DUTCH_TIME, dutch_day, end_of

_HOLIDAYS: Final = holidays.country_holidays("NL")
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_BEGINNING_OF_WORK: Final = time(9)


def is_working_day(day: date) -> bool:
    """Return whether people work on this day: Monday to Friday, without public holidays."""
    return day.weekday() < _SATURDAY and day not in _HOLIDAYS


# Memoised because the claims of one storm are counted from the same day.
@lru_cache(maxsize=1_024)
def working_days_later(day: date, days: int) -> date:
    """Return the working day that comes `days` working days after `day`, which itself does not count."""
    later = day
    for _ in range(days):
        later += _DAY
        while not is_working_day(later):
            later += _DAY
    return later


def due_at(now: datetime, *, working_days: int) -> datetime:
    """Return when something is late that was promised now within so many working days: as the last of them ends."""
    last = working_days_later(dutch_day(now), working_days)
    return end_of(last)


def last_day_of(due: datetime) -> date:
    """Return the Dutch day at whose end `due` is."""
    return dutch_day(due - timedelta(microseconds=1))


def warning_at(due: datetime) -> datetime:
    """Return when work begins on the last day before `due`: what is still not done then is at risk."""
    return datetime.combine(last_day_of(due), _BEGINNING_OF_WORK, DUTCH_TIME).astimezone(UTC)
