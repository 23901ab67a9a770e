"""`water health | lag | timers | outbox | stations`: figures of every service, and exit codes for scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from described_platform import DescribedPlatform, example

FAILING = {"healthy": False, "problems": [{"part": "relay", "problem": "has failed for 31 s: Kafka"}]}


def timers(**changed: object) -> dict[str, Any]:
    told = example("claims-svc", "/operations/timers")
    (kind,) = told["kinds"]
    return {**told, "kinds": [{**kind, **changed}]}


def test_all_is_well_as_described(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("health", "lag", "timers", "outbox", "stations"):
        assert platform.run(command) == 0, command
        assert capsys.readouterr().err == ""


def test_health_names_the_part_that_fails(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    platform.answer("claims-svc", "/operations/health", {"service": "claims-svc", **FAILING})

    assert platform.run("health") == 1

    assert "relay: has failed for 31 s: Kafka" in capsys.readouterr().out


def test_a_service_that_is_away_does_not_work(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    platform.away = {"weather-svc"}

    assert platform.run("health") == 1

    assert "weather-svc cannot be reached" in capsys.readouterr().out


def test_where_nobody_can_be_asked_nothing_is_known(platform: DescribedPlatform) -> None:
    platform.away = {"auth-svc", "claims-svc", "notify-svc", "policy-svc", "weather-svc"}

    assert platform.run("health") == 2


def test_a_lag_that_kafka_does_not_tell_is_unknown_and_not_nothing(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    told = example("claims-svc", "/operations/lag")
    told["consumers"][0]["records"] = None
    platform.answer("claims-svc", "/operations/lag", told)

    assert platform.run("lag") == 1

    assert "unknown: Kafka did not tell in time" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"overdue": 0, "oldest_due_at": "2026-11-27T04:00:00Z"}, 0),
        ({"overdue": 3, "oldest_due_at": "2026-11-27T03:04:00Z"}, 0),
        ({"overdue": 3, "oldest_due_at": "2026-11-27T03:00:00Z"}, 1),
        ({"failing": 1, "failure": "ZeroDivisionError"}, 1),
    ],
    ids=["not due", "due just now", "overdue", "failing"],
)
def test_timers_that_are_overdue_or_fail_are_something_to_look_at(
    platform: DescribedPlatform, changed: dict[str, Any], code: int
) -> None:
    platform.answer("claims-svc", "/operations/timers", timers(**changed))

    assert platform.run("timers") == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"oldest_seconds": 61}, 1),
        ({"oldest_seconds": 59}, 0),
        (
            {
                "undeliverable": [
                    {"event_id": "e", "topic": "t", "reason": "MessageSizeTooLargeError", "held_up": 2},
                ]
            },
            1,
        ),
    ],
    ids=["waits long", "waits", "not accepted"],
)
def test_events_that_wait_long_or_are_not_accepted_are_something_to_look_at(
    platform: DescribedPlatform, changed: dict[str, Any], code: int
) -> None:
    platform.answer("claims-svc", "/operations/outbox", {**example("claims-svc", "/operations/outbox"), **changed})

    assert platform.run("outbox") == code


def test_a_station_that_is_late_is_named(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    told = example("weather-svc", "/operations/stations")
    told["late"], told["stations"][0]["is_late"] = 1, True
    platform.answer("weather-svc", "/operations/stations", told)

    assert platform.run("stations") == 1

    assert "Ell" in capsys.readouterr().out


def test_programs_get_the_answers_and_what_is_missing(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.away = {"policy-svc"}

    assert platform.run("outbox", "--json") == 2

    told = json.loads(capsys.readouterr().out)
    assert told["claims-svc"] == example("claims-svc", "/operations/outbox")
    assert "cannot be reached" in told["policy-svc"]["missing"]
