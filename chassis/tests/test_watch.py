"""What is measured at intervals: a measurement that fails, hangs or grows old is reported as such."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

import asyncpg
import pytest
from structlog.testing import capture_logs

from chassis.telemetry.servers import SERVERS
from chassis.telemetry.watch import LONGEST_PAUSE_SECONDS, STALE_SECONDS, Watch


class SteppedTime:
    """A monotonic clock that is moved by hand."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Measurement:
    """Finds what the test says, fails as the test says, and waits while the test says so."""

    def __init__(self) -> None:
        self.found: Mapping[str, str] = {}
        self.error: BaseException | None = None
        self.can_end = asyncio.Event()
        self.can_end.set()
        self.begun = 0

    async def __call__(self) -> Mapping[str, str]:
        self.begun += 1
        while not self.can_end.is_set():
            with suppress(asyncio.CancelledError):
                await self.can_end.wait()
        if self.error is not None:
            raise self.error
        return self.found


@pytest.fixture
async def measurement() -> AsyncIterator[Measurement]:
    measurement = Measurement()
    yield measurement
    measurement.can_end.set()


@pytest.fixture
async def watch(measurement: Measurement) -> Watch:
    return Watch("server", measurement, every_seconds=0.01, longest_seconds=0.05)


async def test_what_was_found_last_can_be_read_without_measuring_again(watch: Watch, measurement: Measurement) -> None:
    assert watch.problems() == {"server": "has not been measured yet"}
    measurement.found = {"outbox": "is late"}
    await watch.measure_once()

    for _ in range(1_000):
        assert watch.problems() == {"outbox": "is late"}

    assert measurement.begun == 1


async def test_a_failure_names_the_server_and_lasts_until_a_measurement_succeeds(
    watch: Watch, measurement: Measurement
) -> None:
    measurement.error = asyncpg.TooManyConnectionsError()
    await watch.measure_once()
    assert watch.problems() == {"server": "does not answer: PostgreSQL, TooManyConnectionsError (53300)"}
    assert watch.trouble.seconds > 0

    measurement.error = None
    await watch.measure_once()

    assert watch.problems() == {}
    assert watch.trouble.seconds == 0


async def test_a_measurement_that_hangs_and_ignores_its_end_is_reported_and_not_begun_twice(
    watch: Watch, measurement: Measurement
) -> None:
    measurement.can_end.clear()
    running = asyncio.create_task(watch.run())
    for _ in range(3):
        await asyncio.wait([running], timeout=0.06)

    assert watch.problems() == {"server": "has not answered within 0 s"}
    assert measurement.begun == 1
    measurement.can_end.set()
    while watch.problems():
        await asyncio.wait([running], timeout=0.01)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


async def test_a_cancellation_inside_a_measurement_is_a_finding_and_not_the_end_of_the_watch(
    watch: Watch, measurement: Measurement
) -> None:
    measurement.error = asyncio.CancelledError()
    await watch.measure_once()
    assert watch.problems() == {"server": "does not answer: this service, CancelledError"}
    assert watch.trouble.seconds > 0

    measurement.error = None
    await watch.measure_once()

    assert watch.problems() == {}


async def test_a_measurement_that_took_too_long_and_ends_late_does_not_end_the_watch(
    watch: Watch, measurement: Measurement
) -> None:
    measurement.can_end.clear()
    measurement.error = asyncio.CancelledError()  # that of its time limit, once it listens
    await watch.measure_once()
    measurement.can_end.set()
    await watch.measure_once()
    assert watch.problems() == {"server": "has not answered within 0 s"}

    measurement.error = None
    await watch.measure_once()

    assert watch.problems() == {}
    assert measurement.begun == 2


async def test_only_a_measurement_that_succeeds_is_a_new_one(measurement: Measurement) -> None:
    time = SteppedTime()
    watch = Watch("server", measurement, every_seconds=5, longest_seconds=0.05, monotonic=time)
    await watch.measure_once()
    time.seconds += STALE_SECONDS + 1
    measurement.error = OSError()
    await watch.measure_once()
    assert watch.age_seconds == STALE_SECONDS + 1
    assert watch.problems() == {"server": "does not answer: this service, OSError"}
    measurement.can_end.clear()
    await watch.measure_once()
    assert watch.age_seconds == STALE_SECONDS + 1
    assert watch.problems() == {"server": "has not answered within 0 s"}

    measurement.error = None
    measurement.can_end.set()
    await watch.measure_once()

    assert watch.age_seconds == 0
    assert watch.problems() == {}


async def test_a_measurement_that_is_too_old_says_so(measurement: Measurement) -> None:
    time = SteppedTime()
    watch = Watch("server", measurement, every_seconds=5, monotonic=time)
    await watch.measure_once()
    time.seconds += STALE_SECONDS

    assert watch.problems() == {}
    time.seconds += 1
    assert watch.problems() == {"server": "was last measured 31 s ago"}
    assert watch.age_seconds == 31


@pytest.mark.parametrize(
    ("takes_seconds", "error", "pause_seconds"),
    [
        (0.0, None, 30),
        (2.0, None, 200),
        (4.5, None, LONGEST_PAUSE_SECONDS),
        (4.5, asyncpg.QueryCanceledError(), 30),
    ],
)
async def test_what_takes_long_is_measured_less_often_and_what_fails_as_often_as_ever(
    monkeypatch: pytest.MonkeyPatch, takes_seconds: float, error: BaseException | None, pause_seconds: float
) -> None:
    time = SteppedTime()
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        raise asyncio.CancelledError

    async def measure() -> Mapping[str, str]:
        time.seconds += takes_seconds
        if error is not None:
            raise error
        return {}

    watch = Watch("tables", measure, every_seconds=30, most_of_the_time=0.01, monotonic=time)
    monkeypatch.setattr(asyncio, "sleep", pause)
    with suppress(asyncio.CancelledError):
        await watch.run()

    assert pauses == [pause_seconds]


async def test_what_was_cut_off_is_measured_as_often_as_ever(
    monkeypatch: pytest.MonkeyPatch, measurement: Measurement
) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        raise asyncio.CancelledError

    measurement.can_end.clear()
    watch = Watch("tables", measurement, every_seconds=1, longest_seconds=0.05, most_of_the_time=0.01)
    monkeypatch.setattr(asyncio, "sleep", pause)
    with suppress(asyncio.CancelledError):
        await watch.run()

    assert pauses == [1]


@pytest.mark.parametrize(
    ("error", "leaves_absence_to_others", "events"),
    [
        (asyncpg.CannotConnectNowError(), False, ["server.went_away"]),
        (asyncpg.CannotConnectNowError(), True, []),
        (asyncpg.UndefinedTableError(), True, ["trouble.began"]),
    ],
)
async def test_what_is_measured_seldom_says_what_fails_and_not_for_how_long_a_server_is_away(
    measurement: Measurement, error: BaseException, *, leaves_absence_to_others: bool, events: list[str]
) -> None:
    SERVERS.forget()
    measurement.error = error
    watch = Watch("some", measurement, every_seconds=30, leaves_absence_to_others=leaves_absence_to_others)
    with capture_logs() as logs:
        await watch.measure_once()
    SERVERS.forget()

    assert [line["event"] for line in logs] == events
    assert (watch.trouble.seconds > 0) is bool(events)
    assert watch.problems()["some"].startswith("does not answer")
