"""Dutch clocks and calendars: days of policies and promises are theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DUTCH_TIME: Final = ZoneInfo("Europe/Amsterdam")


def dutch_day(moment: datetime) -> date:
    """Return the Dutch calendar day on which `moment` lies."""
    return moment.astimezone(DUTCH_TIME).date()


def end_of(day: date) -> datetime:
    """Return the moment at which a Dutch day is over."""
    return datetime.combine(day + timedelta(days=1), time(), DUTCH_TIME).astimezone(UTC)
