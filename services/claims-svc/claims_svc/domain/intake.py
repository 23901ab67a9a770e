"""What a report must be to open or correct a claim: the same for Kafka and for HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from contracts.loss_reports import LOSS_AFTER_REPORT_TOLERANCE, LossReported
from contracts.malformed_reasons import WrongField
from contracts.vocabulary import LossInterval

_DUTCH_TIME: Final = ZoneInfo("Europe/Amsterdam")
_FIRST_DAY: Final = date(1901, 1, 1)
MOST_DAYS: Final = 30
"""In how many days a loss can have happened of which only days are known: contracts allow 31 days of 24 hours."""
REPORTED_IN_THE_FUTURE = "reported-in-the-future"


class Refusal(NamedTuple):
    """Why a report is refused: a stable code, the field, and words for who sent it that say what to change."""

    code: str
    field: str
    reason: str


def refusal_of(report: LossReported, *, now: datetime) -> Refusal | None:
    """Return why `report` is refused; None when it is not.

    A report holds no loss later than itself (contracts), so that without a report from the future there is no loss in
    the future. Both have the same tolerance, because clocks differ.

    Source: domain.md, "When the machine must not decide alone".
    """
    if report.reported_at - now <= LOSS_AFTER_REPORT_TOLERANCE:
        return None
    minutes = int(LOSS_AFTER_REPORT_TOLERANCE.total_seconds() // 60)
    return Refusal(
        REPORTED_IN_THE_FUTURE,
        "reported_at",
        f"reported_at must not be later than now ({minutes} minutes are tolerated); "
        "send the time at which the report was made",
    )


class DaysRefusedError(Exception):
    """Days that can be no loss; `fault` says which of the two is to be changed, and how."""

    def __init__(self, field: str, change: str) -> None:
        super().__init__(change)
        self.fault = WrongField(field, change)


def loss_on(day: date, until_day: date, *, now: datetime) -> LossInterval:
    """Return the time within which a loss of these Dutch days has happened: not later than now.

    Raises:
        DaysRefusedError: the days lie in the future or too far back, in the wrong order, or are too many.
    """
    if day < _FIRST_DAY:
        raise DaysRefusedError("day", f"must not lie before {_FIRST_DAY}")
    from_at = _midnight(day)
    if from_at > now:
        raise DaysRefusedError("day", "must not lie in the future")
    if not day <= until_day < day + timedelta(days=MOST_DAYS):
        raise DaysRefusedError("until_day", f"must not lie before day, nor {MOST_DAYS} days after it")
    last_moment = _midnight(until_day + timedelta(days=1)) - timedelta(seconds=1)
    return LossInterval(from_at=from_at, until_at=min(last_moment, now))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, _DUTCH_TIME).astimezone(UTC)
