from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.vocabulary import Channel
from notify_svc.domain.waiting import DECISIONS, Progress, Waiting, progress

NOW = datetime(2021, 7, 16, 10, 0, tzinfo=UTC)


def waiting(count: int) -> Waiting:
    return Waiting(channel=Channel.SMS, lane=DECISIONS, waiting=count, later=0, oldest_due_at=NOW)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (25_000, 24_000, Progress(leaving_per_second=100.0, expected_end_at=NOW + timedelta(seconds=240))),
        (24_000, 25_000, Progress(leaving_per_second=-100.0, expected_end_at=None)),
        (500, 500, Progress(leaving_per_second=0.0, expected_end_at=None)),
        (500, 0, Progress(leaving_per_second=50.0, expected_end_at=NOW)),
        (None, 500, Progress(leaving_per_second=-50.0, expected_end_at=None)),
    ],
)
def test_the_end_is_expected_at_the_speed_at_which_they_become_fewer(
    before: int | None, after: int, told: Progress
) -> None:
    first = None if before is None else waiting(before)

    assert progress(first, waiting(after), seconds=10, now=NOW) == told


def test_two_looks_at_once_expect_no_end() -> None:
    assert progress(waiting(5), waiting(4), seconds=0, now=NOW).expected_end_at is None
