from __future__ import annotations

from datetime import timedelta

import pytest
from claim_events import LOSS_AT, report
from claims_driver import OPENED_AT
from msgspec.structs import replace

from claims_svc.domain.intake import REPORTED_IN_THE_FUTURE, refusal_of


@pytest.mark.parametrize("early", [timedelta(days=-400), timedelta(0), timedelta(minutes=15)])
def test_a_report_from_before_now_or_a_few_minutes_ahead_of_our_clock_is_accepted(early: timedelta) -> None:
    reported_at = OPENED_AT + early
    reported = replace(report(loss_at=min(LOSS_AT, reported_at)), reported_at=reported_at)

    assert refusal_of(reported, now=OPENED_AT) is None


def test_a_report_from_the_future_is_refused_with_what_to_change() -> None:
    reported = replace(report(), reported_at=OPENED_AT + timedelta(minutes=15, microseconds=1))

    refusal = refusal_of(reported, now=OPENED_AT)

    assert refusal is not None
    assert refusal.code == REPORTED_IN_THE_FUTURE == "reported-in-the-future"
    assert refusal.reason == (
        "reported_at must not be later than now (15 minutes are tolerated); send the time at which the report was made"
    )
