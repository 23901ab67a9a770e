"""What a part fails by is named by its server, and logged once instead of at every attempt and by every part."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Iterator

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    CoordinatorLoadInProgressError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NotEnoughReplicasError,
    TopicAuthorizationFailedError,
)
from stepped_time import SteppedTime
from structlog.testing import capture_logs

from chassis.errors import DatabaseUnavailableError
from chassis.telemetry.servers import Servers
from chassis.telemetry.trouble import REPEAT_SECONDS, SHORT_SECONDS, Trouble, is_away, server_of


@pytest.fixture
def time() -> SteppedTime:
    return SteppedTime()


@pytest.fixture
def servers(time: SteppedTime) -> Servers:
    return Servers(monotonic=time)


@pytest.fixture
def trouble(time: SteppedTime, servers: Servers) -> Trouble:
    return Trouble("part", servers=servers, monotonic=time)


def test_a_part_that_fails_for_three_minutes_is_four_lines(trouble: Trouble, time: SteppedTime) -> None:
    with capture_logs() as logs:
        for _ in range(1_800):
            trouble.failed(NotEnoughReplicasError())
            time.seconds += 0.1
        trouble.recovered()

    assert [line["event"] for line in logs] == ["trouble.began", *["trouble.continued"] * 2, "trouble.ended"]
    assert (logs[0]["server"], logs[0]["error"], logs[0]["failures"]) == ("Kafka", "NotEnoughReplicasError", 1)
    assert (logs[-1]["failures"], logs[-1]["seconds"]) == (1_800, 180.0)


def test_a_server_that_went_away_is_said_once_whoever_misses_it(
    trouble: Trouble, servers: Servers, time: SteppedTime
) -> None:
    parts = [trouble, *(Trouble(name, servers=servers, monotonic=time) for name in ("relay", "kafka", "lag"))]
    with capture_logs() as logs:
        for _ in range(1_300):
            for part in parts:
                part.failed(KafkaConnectionError())
            time.seconds += 0.1
        for part in parts[:-1]:
            part.recovered()
        assert logs[-1]["event"] == "server.still_away", "one part is still without it"
        parts[-1].recovered()

    assert [line["event"] for line in logs] == ["server.went_away", *["server.still_away"] * 2, "server.came_back"]
    assert (logs[0]["server"], logs[0]["part"], logs[0]["error"]) == ("Kafka", "part", "KafkaConnectionError")
    assert logs[1]["parts"] == ["kafka", "lag", "part", "relay"]
    assert (logs[-1]["server"], logs[-1]["failures"], logs[-1]["seconds"]) == ("Kafka", 5_200, 130.0)


def test_two_servers_that_are_away_are_two_things(trouble: Trouble, servers: Servers, time: SteppedTime) -> None:
    other = Trouble("other", servers=servers, monotonic=time)
    with capture_logs() as logs:
        trouble.failed(KafkaConnectionError())
        other.failed(asyncpg.CannotConnectNowError())
        other.recovered()
        trouble.recovered()

    assert [(line["event"], line["server"]) for line in logs] == [
        ("server.went_away", "Kafka"),
        ("server.went_away", "PostgreSQL"),
        ("server.came_back", "PostgreSQL"),
        ("server.came_back", "Kafka"),
    ]


def test_a_server_that_answers_at_last_and_refuses_is_back_and_the_part_tells_its_own_trouble(
    trouble: Trouble, time: SteppedTime
) -> None:
    with capture_logs() as logs:
        trouble.failed(KafkaConnectionError())
        time.seconds += 20
        trouble.failed(NotEnoughReplicasError())
        trouble.recovered()

    events = [line["event"] for line in logs]
    assert events == ["server.went_away", "server.came_back", "trouble.began", "trouble.ended"]
    assert trouble.seconds == 0


def test_a_part_that_is_about_itself_says_so_whatever_it_fails_by(servers: Servers, time: SteppedTime) -> None:
    trouble = Trouble("relay of a.topic", about_itself=True, servers=servers, monotonic=time)
    with capture_logs() as logs:
        trouble.failed(KafkaConnectionError())
        trouble.recovered()

    assert [line["event"] for line in logs] == ["trouble.began", "trouble.ended"]


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (CoordinatorLoadInProgressError(), True),
        (KafkaConnectionError(), True),
        (KafkaTimeoutError(), True),
        (KafkaError("no broker gave metadata"), True),
        (NotEnoughReplicasError(), False),
        (TopicAuthorizationFailedError(), False),
        (asyncpg.AdminShutdownError(), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (asyncpg.ClientConfigurationError("invalid DSN: closed"), False),
        (asyncpg.DeadlockDetectedError(), False),
        (asyncpg.DiskFullError(), False),
        (asyncpg.TooManyConnectionsError(), False),
        (DatabaseUnavailableError(), True),
        (OSError(), False),
        (MemoryError(), False),
    ],
    ids=repr,
)
def test_what_a_server_has_against_something_is_no_absence(error: Exception, *, away: bool) -> None:
    assert is_away(error) is away


FAILS_AND_IS_MENDED = pytest.mark.parametrize(
    ("error", "events"),
    [
        (NotEnoughReplicasError(), ["trouble.began", "trouble.ended"]),
        (KafkaConnectionError(), ["server.went_away", "server.came_back"]),
    ],
    ids=["a part", "a server"],
)


@FAILS_AND_IS_MENDED
def test_what_fails_again_and_again_for_a_moment_is_quiet(
    trouble: Trouble, time: SteppedTime, error: Exception, events: list[str]
) -> None:
    with capture_logs() as logs:
        for _ in range(300):
            trouble.failed(error)
            time.seconds += 0.1
            trouble.recovered()

    assert [line["event"] for line in logs] == events


@FAILS_AND_IS_MENDED
def test_an_outage_soon_after_another_is_logged_when_it_lasts(
    trouble: Trouble, time: SteppedTime, error: Exception, events: list[str]
) -> None:
    trouble.failed(error)
    trouble.recovered()
    with capture_logs() as logs:
        trouble.failed(error)
        time.seconds += SHORT_SECONDS + 1
        trouble.failed(error)
        trouble.recovered()

    assert [line["event"] for line in logs] == events
    assert SHORT_SECONDS < REPEAT_SECONDS


def test_a_problem_names_the_server_the_error_and_how_long(trouble: Trouble, time: SteppedTime) -> None:
    trouble.failed(asyncpg.LockNotAvailableError("canceling statement: the content of a row"))
    time.seconds += 12

    assert trouble.problem(tolerated_seconds=12) is None
    assert trouble.problem(tolerated_seconds=10) == "has failed for 12 s: PostgreSQL, LockNotAvailableError (55P03)"
    assert trouble.seconds == 12
    trouble.recovered()
    assert trouble.problem(tolerated_seconds=0) is None
    assert trouble.seconds == 0


def test_an_attempt_that_does_not_end_is_a_problem(trouble: Trouble, time: SteppedTime) -> None:
    with trouble.attempt():
        time.seconds += 17

        assert trouble.problem(tolerated_seconds=17) is None
        assert trouble.problem(tolerated_seconds=10) == "has been at the same work for 17 s"
    assert trouble.problem(tolerated_seconds=0) is None


def test_a_full_disk_is_named(trouble: Trouble, time: SteppedTime) -> None:
    trouble.failed(asyncpg.DiskFullError())
    time.seconds += 1

    assert trouble.problem(tolerated_seconds=0) == (
        "has failed for 1 s: the disk of PostgreSQL is full, DiskFullError (53100)"
    )


def test_a_database_that_gives_no_connection_is_named_by_what_it_said(trouble: Trouble, time: SteppedTime) -> None:
    error = DatabaseUnavailableError("no connection")
    error.__cause__ = asyncpg.TooManyConnectionsError()
    trouble.failed(error)
    time.seconds += 1

    assert trouble.problem(tolerated_seconds=0) == "has failed for 1 s: PostgreSQL, TooManyConnectionsError (53300)"


async def _raised_by(call: Awaitable[object]) -> Exception:
    try:
        await call
    except (OSError, TimeoutError, KafkaConnectionError) as error:
        return error
    raise AssertionError("nothing was raised")


async def _within(seconds: float, call: Awaitable[object]) -> object:
    async with asyncio.timeout(seconds):
        return await call


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        yield int(silent.getsockname()[1])


async def test_a_refused_connection_belongs_to_the_server_it_was_meant_for() -> None:
    assert server_of(await _raised_by(asyncpg.connect("postgresql://a:b@127.0.0.1:1/c"))) == "PostgreSQL"
    assert server_of(await _raised_by(asyncio.open_connection("127.0.0.1", 1))) == "this service"


async def test_a_timeout_belongs_to_the_server_that_did_not_answer(silent_port: int) -> None:
    database = asyncpg.connect(f"postgresql://a:b@127.0.0.1:{silent_port}/c")
    producer = AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{silent_port}")
    try:
        assert server_of(await _raised_by(_within(0.1, database))) == "PostgreSQL"
        assert server_of(await _raised_by(_within(0.1, producer.start()))) == "Kafka"
    finally:
        await producer.stop()
