"""Dutch calendar days: insurance begins and ends at midnight in Amsterdam."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")


def dutch_day(moment: datetime) -> date:
    """Return the Dutch day on which `moment` lies."""
    return moment.astimezone(DUTCH_TIME).date()


def begin_of(day: date) -> datetime:
    """Return the moment, in UTC, at which a Dutch day begins."""
    return datetime.combine(day, time(), DUTCH_TIME).astimezone(UTC)
