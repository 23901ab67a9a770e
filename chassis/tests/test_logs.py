"""Logs stay readable in a storm: short lines of valid JSON, and a library that repeats itself is counted."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Mapping

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from stepped_time import SteppedTime
from structlog.testing import capture_logs

from chassis.telemetry.log_limits import LONGEST_LINE_BYTES, REPEAT_SECONDS, RepeatLimit, render_line
from chassis.telemetry.logs import configure_logs, info_each, log_unhandled

Lines = Callable[[], list[dict[str, object]]]


def line_of(event: Mapping[str, object]) -> dict[str, object]:
    line = render_line(None, "warning", dict(event))
    assert len(f"{line}\n".encode()) <= LONGEST_LINE_BYTES
    assert "\n" not in line
    parsed: dict[str, object] = json.loads(line)
    return parsed


def test_a_line_that_is_short_enough_is_written_whole() -> None:
    assert line_of({"event": "claim.opened", "claim": "1", "count": 2}) == {
        "event": "claim.opened",
        "claim": "1",
        "count": 2,
    }


@pytest.mark.parametrize(
    "value",
    [
        "x" * 90_000,
        "é" * 90_000,
        "\U0001f4a7" * 90_000,
        '"\\\n' * 40_000,
        {"deep": ["é" * 200] * 500},
        list(range(50_000)),
        b"\xff" * 90_000,
        float("nan"),
        object(),
        {("a", "tuple"): 1},
    ],
    ids=["ascii", "latin", "emoji", "escaped", "nested", "list", "bytes", "nan", "object", "unusual-keys"],
)
def test_whatever_a_field_holds_the_others_stay_whole(value: object) -> None:
    line = line_of({"event": "storm.raged", "value": value, "consumer": "notify", "offset": 7})

    assert line | {"event": "storm.raged", "consumer": "notify", "offset": 7} == line


def test_a_line_that_lost_something_says_so_and_one_that_did_not_does_not() -> None:
    assert line_of({"event": "storm.raged", "value": "x" * 9_000})["cut"] is True
    assert "cut" not in line_of({"event": "storm.raged", "value": "x" * 7_000})


def test_of_very_many_fields_those_stay_by_which_the_line_is_found() -> None:
    found_by = {"event": "storm.raged", "trace_id": "4bf92f", "claim_id": "1", "report_id": "2", "level": "info"}

    line = line_of({**found_by, **{f"field_{number}": "x" * 300 for number in range(200)}})

    assert line | found_by == line
    assert (line["cut"], "field_0" in line, "field_199" in line) == (True, False, True)


def test_two_long_fields_share_the_room() -> None:
    line = line_of({"event": "storm.raged", "first": "a" * 50_000, "second": "b" * 50_000})

    assert [len(str(line[name])) > LONGEST_LINE_BYTES * 0.4 for name in ("first", "second")] == [True, True]
    assert str(line["first"]).startswith("aaa")
    assert str(line["first"]).endswith("a...")


def test_a_value_that_holds_itself_or_is_too_deep_is_named() -> None:
    circle: list[object] = []
    circle.append(circle)
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    assert line_of({"event": "e", "circle": circle, "deep": deep}) == {
        "event": "e",
        "circle": "a list that JSON cannot hold",
        "deep": "a list that JSON cannot hold",
    }


json_values = st.recursive(
    st.none()
    | st.integers()
    | st.floats()
    | st.binary(max_size=20)
    | st.text(max_size=20).map(lambda text: text * 700),
    lambda children: st.lists(children, max_size=5) | st.dictionaries(st.text(max_size=20), children, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=9).map(lambda text: text * 30), json_values, max_size=70))
def test_any_line_is_short_and_valid(event: dict[str, object]) -> None:
    line_of(event)


@pytest.fixture
def time() -> SteppedTime:
    return SteppedTime()


@pytest.fixture
def logged(time: SteppedTime, monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What was logged so far, as the process would write it, by a clock of the test's own."""
    monkeypatch.setattr("chassis.telemetry.logs._limit", RepeatLimit(monotonic=time))
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs(service="specimen", level="info")
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def storm(count: int) -> None:
    for attempt in range(count):
        logging.getLogger("aiokafka").error("Unable connect to node %d", attempt)


def test_a_library_that_repeats_itself_is_logged_once_and_counted_once_a_minute(
    logged: Lines, time: SteppedTime
) -> None:
    for _ in range(3):
        storm(470)
        time.seconds += REPEAT_SECONDS

    structlog.get_logger("specimen").info("something.happened")

    lines = logged()
    counts = [(line["event"], line.get("lines")) for line in lines]
    assert counts == [
        ("Unable connect to node 0", None),
        ("library.lines_held_back", 469),
        ("library.lines_held_back", 470),
        ("library.lines_held_back", 470),
        ("something.happened", None),
    ]
    assert lines[1]["logger"] == "aiokafka"
    assert str(lines[1]["place"]).startswith("test_logs.py:")


def test_what_a_library_has_not_said_is_counted_for_who_watches(logged: Lines) -> None:
    def held_back() -> float:
        return REGISTRY.get_sample_value("log_lines_held_back_total", {"library": "aiokafka"}) or 0

    before = held_back()
    storm(470)
    logging.getLogger("aiokafka.consumer.fetcher").error("another")

    assert held_back() - before == 469
    assert len(logged()) == 2


def test_a_library_says_each_thing_once_a_second_at_most(logged: Lines, time: SteppedTime) -> None:
    for _ in range(100):
        storm(47)
        time.seconds += 0.1

    assert len(logged()) <= 10


def test_after_a_quiet_minute_a_library_is_heard_at_once(logged: Lines, time: SteppedTime) -> None:
    storm(1)
    time.seconds += REPEAT_SECONDS
    storm(1)

    assert [line["event"] for line in logged()] == ["Unable connect to node 0"] * 2


def test_what_differs_is_not_held_back(logged: Lines) -> None:
    logging.getLogger("aiokafka").error("one")
    logging.getLogger("aiokafka").error("another")
    for error in (ValueError(), KeyError()):
        logging.getLogger("uvicorn").error("failed", exc_info=error)
    for _ in range(3):
        structlog.get_logger("specimen").info("claim.opened")

    assert [line["event"] for line in logged()] == ["one", "another", "failed", "failed", *["claim.opened"] * 3]


def test_what_happened_to_many_is_a_line_for_each(logged: Lines) -> None:
    storm(3)
    info_each("claim.opened", [{"claim_id": "1", "note": "é" * 9_000}, {"claim_id": "2"}])
    structlog.get_logger("specimen").info("claim.opened", claim_id="3")

    *_, first, second, third = logged()
    assert [line["claim_id"] for line in (first, second, third)] == ["1", "2", "3"]
    assert second.keys() == third.keys()
    assert [second[name] for name in ("event", "level", "service")] == ["claim.opened", "info", "specimen"]
    assert str(second["timestamp"])[:10] == str(third["timestamp"])[:10]
    assert first["cut"] is True


def test_what_happened_to_many_is_as_quiet_as_everything_else(logged: Lines) -> None:
    configure_logs(service="specimen", level="warning")
    info_each("claim.opened", [{"claim_id": "1"}])

    assert logged() == []


def test_a_test_sees_what_happened_to_many() -> None:
    with capture_logs() as logs:
        info_each("claim.opened", [{"claim_id": "1"}, {"claim_id": "2"}])

    assert [(line["event"], line["claim_id"]) for line in logs] == [("claim.opened", "1"), ("claim.opened", "2")]


@pytest.mark.usefixtures("logged")
def test_what_python_warns_of_is_a_line_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        configure_logs(service="specimen", level="info")
        warnings.warn("Ada's address", UserWarning, stacklevel=1)

    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert (line["event"], line["category"]) == ("python.warned", "UserWarning")
    assert str(line["place"]).startswith("test_logs.py:")
    assert "Ada" not in str(line)


async def test_what_nobody_awaited_is_logged_without_its_text(logged: Lines) -> None:
    loop = asyncio.get_running_loop()

    log_unhandled(loop, {"message": "Task exception was never retrieved", "exception": ValueError("Ada's address")})

    assert [line["event"] for line in logged()] == ["Task exception was never retrieved: ValueError"]
