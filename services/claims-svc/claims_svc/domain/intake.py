"""Which reports are refused before they open or correct a claim: the same for Kafka and for HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from contracts.loss_reports import LOSS_AFTER_REPORT_TOLERANCE, LossReported

REPORTED_IN_THE_FUTURE = "reported-in-the-future"


class Refusal(NamedTuple):
    """Why a report is refused: a stable code, and words for the people who sent it that say what to change."""

    code: str
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
        f"reported_at must not be later than now ({minutes} minutes are tolerated); "
        "send the time at which the report was made",
    )
