"""The relay against a broker that refuses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError
from prometheus_client import REGISTRY
from published_ids import published_ids
from refusing_broker import (
    CLUSTER_AUTHORIZATION_FAILED,
    INVALID_TIMESTAMP,
    MESSAGE_TOO_LARGE,
    NO_ERROR,
    NOT_ENOUGH_REPLICAS,
    TOPIC_AUTHORIZATION_FAILED,
    UNKNOWN_SERVER_ERROR,
    RefusingBroker,
)
from specimen.app import NAME, Settings, build
from specimen_driver import until

from chassis.clock import elapsed_seconds
from chassis.database import Connection
from chassis.publishing import blocked_topics, lease, outbox, relay, sender
from chassis.publishing.blocked_topics import BlockedTopics
from chassis.publishing.handoff import Handoff
from chassis.publishing.outbox import (
    OutboxMessage,
    insert,
    list_undeliverable,
    next_rows,
    notify,
    oldest_waiting,
    resend_undeliverable,
)
from chassis.publishing.relay import Relay
from chassis.publishing.sender import Sender
from chassis.telemetry import metrics
from chassis.testing import Harness, harness

TOPIC, OTHER_TOPIC = "relay.v1", "other.v1"


@pytest.fixture(scope="module")
def broker() -> RefusingBroker:
    broker = RefusingBroker()
    for topic in (TOPIC, OTHER_TOPIC):
        broker.create_topic(name=topic, partitions=1)
    return broker


@pytest.fixture
async def running(database: str, broker: RefusingBroker) -> AsyncIterator[Harness]:
    settings = Settings(
        kafka_bootstrap_servers=broker.bootstrap_servers, kafka_transactions=False, database_url=database
    )
    async with harness(build(settings)) as running:
        yield running


async def fill(running: Harness, count: int, *, payload: bytes, key: str = "one-key", topic: str = TOPIC) -> list[UUID]:
    rows = [OutboxMessage(uuid4(), topic, key, "type", payload, None, datetime.now(UTC)) for _ in range(count)]
    async with running.pool.acquire() as connection:
        await insert(connection, messages=rows)
        await notify(connection)
    return [row.event_id for row in rows]


def new_relay(running: Harness, stopping: asyncio.Event) -> Relay:
    return Relay(
        settings=running.service.settings,
        service=NAME,
        tracing=running.runtime.tracing,
        handoff=Handoff(),
        stopping=stopping,
    )


@asynccontextmanager
async def relaying(running: Harness) -> AsyncIterator[Relay]:
    stopping = asyncio.Event()
    leader = new_relay(running, stopping)
    task = asyncio.create_task(leader.run())
    try:
        yield leader
    finally:
        stopping.set()
        await asyncio.wait_for(task, 20)


@asynccontextmanager
async def sending(running: Harness) -> AsyncIterator[tuple[Connection, Sender]]:
    """A sender that holds the lease by this connection."""
    async with running.pool.acquire() as connection:
        held = lease.Lease("relay")
        await held.acquire(connection)
        leading = Sender(running.service.settings, service=NAME, lease=held)
        await leading.start()
        try:
            yield connection, leading
        finally:
            await leading.stop()


async def left(running: Harness, ids: list[UUID]) -> bool:
    """Whether the outbox holds just these."""
    async with running.pool.acquire() as connection:
        return [row.event_id for row in (await next_rows(connection, limit=10_000)).values()] == ids


async def run_until_empty(running: Harness) -> None:
    async def empty() -> bool:
        async with running.pool.acquire() as connection:
            return await oldest_waiting(connection) is None

    async with relaying(running):
        await until(empty, what="outbox sent", seconds=60)


async def undeliverable(running: Harness) -> list[UUID]:
    async with running.pool.acquire() as connection:
        return [row.event_id for row in await list_undeliverable(connection)]


async def test_nothing_of_a_key_overtakes_what_the_broker_refused_once(
    running: Harness, broker: RefusingBroker
) -> None:
    ids = await fill(running, 900, payload=b"x" * 1_000)
    broker.refuse_next(UNKNOWN_SERVER_ERROR)

    await run_until_empty(running)

    published = await published_ids(broker, TOPIC)
    own = set(ids)
    first_time_seen = list(dict.fromkeys(event_id for event_id in published if event_id in own))
    assert first_time_seen == ids


@pytest.mark.parametrize("code", [UNKNOWN_SERVER_ERROR, CLUSTER_AUTHORIZATION_FAILED])
async def test_an_event_is_not_undeliverable_for_what_is_wrong_with_the_broker(
    running: Harness, broker: RefusingBroker, code: int
) -> None:
    ids = await fill(running, 1, payload=b"sound")
    broker.refuse_next(*[code] * 6)

    await run_until_empty(running)

    assert await undeliverable(running) == []
    assert set(ids) <= set(await published_ids(broker, TOPIC))


async def test_an_event_the_broker_will_never_accept_holds_up_its_key_and_nothing_else(
    running: Harness, broker: RefusingBroker
) -> None:
    refused, behind = await fill(running, 2, payload=b"sound")
    others = await fill(running, 3, payload=b"sound", key="another-key")
    broker.refuse_next(MESSAGE_TOO_LARGE, MESSAGE_TOO_LARGE)  # in a batch, then alone

    await run_until_empty(running)

    assert await undeliverable(running) == [refused]
    published = await published_ids(broker, TOPIC)
    assert [event_id for event_id in published if event_id in {refused, behind, *others}] == others


async def test_a_key_goes_on_in_order_when_what_held_it_up_is_sent_again(
    running: Harness, broker: RefusingBroker
) -> None:
    ids = await fill(running, 3, payload=b"sound")
    broker.refuse_next(MESSAGE_TOO_LARGE, MESSAGE_TOO_LARGE)
    await run_until_empty(running)

    async with running.pool.acquire() as connection:
        assert await resend_undeliverable(connection) == 1
    await run_until_empty(running)

    assert [event_id for event_id in await published_ids(broker, TOPIC) if event_id in ids] == ids


async def test_many_refused_events_of_a_topic_are_found_without_waiting_longer_each_time(
    running: Harness, broker: RefusingBroker
) -> None:
    for number in range(8):
        await fill(running, 1, payload=b"sound", key=f"key-{number}")
    broker.refuse_next(*[MESSAGE_TOO_LARGE] * 9)
    began = asyncio.get_running_loop().time()

    await run_until_empty(running)

    assert len(await undeliverable(running)) == 8
    assert asyncio.get_running_loop().time() - began < 15


async def test_a_host_whose_clock_the_broker_refuses_waits_and_sets_nothing_aside(
    running: Harness, broker: RefusingBroker
) -> None:
    ids = await fill(running, 2, payload=b"sound")
    broker.refuse_next(*[INVALID_TIMESTAMP] * 3)

    with structlog.testing.capture_logs() as logs:
        await run_until_empty(running)

    assert await undeliverable(running) == []
    assert [event_id for event_id in await published_ids(broker, TOPIC) if event_id in ids] == ids
    (began,) = (line for line in logs if line["event"] == "trouble.began")
    assert (began["part"], began["server"]) == (f"relay of {TOPIC}", "Kafka")
    assert began["reason"] == "InvalidTimestampError: the broker refuses the time of this host's clock"


async def test_a_topic_that_fails_waits_and_does_not_hold_up_the_others(
    running: Harness, broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LONGEST_SILENCE_SECONDS", 1.0)
    refused = await fill(running, 2, payload=b"sound")
    others = await fill(running, 5, payload=b"sound", topic=OTHER_TOPIC, key="other")
    broker.refuse_topic(TOPIC, TOPIC_AUTHORIZATION_FAILED)

    async with relaying(running) as leader:
        await until(lambda: left(running, refused), what="the other topic left")
        named = re.compile(rf"{TOPIC} has been blocked for .*TopicAuthorizationFailedError")
        await until(lambda: named.search(str(leader.problem())), what="the problem is named", seconds=40)
        broker.refuse_topic(TOPIC, NO_ERROR)
        await until(lambda: left(running, []), what="the blocked topic left", seconds=60)
        await until(lambda: leader.problem() is None, what="no problem is left")

    assert [event_id for event_id in await published_ids(broker, TOPIC) if event_id in refused] == refused
    assert [event_id for event_id in await published_ids(broker, OTHER_TOPIC) if event_id in others] == others


async def test_blocked_topics_that_are_tried_again_and_again_do_not_hold_up_the_others(
    running: Harness, broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when several topics are blocked and each try takes seconds: one of them is always due."""
    monkeypatch.setattr(blocked_topics, "LONGEST_WAIT_SECONDS", 0.0)
    refused = await fill(running, 2, payload=b"sound")
    await fill(running, 5, payload=b"sound", topic=OTHER_TOPIC, key="other")
    broker.refuse_topic(TOPIC, TOPIC_AUTHORIZATION_FAILED)

    async with relaying(running):
        await until(lambda: left(running, refused), what="the other topic left")
        broker.refuse_topic(TOPIC, NO_ERROR)
        await until(lambda: left(running, []), what="the blocked topic left")


async def test_a_leader_that_is_to_stop_sends_what_failed_only_with_a_blocked_topic(
    running: Harness, broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = asyncio.Event()
    start = Sender.start

    async def start_and_stop(sender: Sender) -> None:
        await start(sender)
        stopping.set()

    monkeypatch.setattr(Sender, "start", start_and_stop)
    refused = await fill(running, 2, payload=b"sound")
    await fill(running, 5, payload=b"sound", topic=OTHER_TOPIC, key="other")
    broker.refuse_topic(TOPIC, TOPIC_AUTHORIZATION_FAILED)
    try:
        await asyncio.wait_for(new_relay(running, stopping).run(), 20)
    finally:
        broker.refuse_topic(TOPIC, NO_ERROR)

    assert await left(running, refused)


async def test_who_no_longer_leads_tells_of_no_blocked_topic(running: Harness, broker: RefusingBroker) -> None:
    async def is_told_no_more() -> bool:
        return not metrics.OUTBOX_TOPIC_BLOCKED.labels(TOPIC)._value.get()

    await fill(running, 2, payload=b"sound")
    broker.refuse_topic(TOPIC, TOPIC_AUTHORIZATION_FAILED)
    try:
        async with running.pool.acquire() as connection, relaying(running) as leader:
            await until(leader._blocked.names, what="the topic is blocked")
            assert not await is_told_no_more()
            await connection.execute("UPDATE messaging.lease SET holder = $1, session = pg_backend_pid()", uuid4())
            await until(is_told_no_more, what="another leads")
    finally:
        broker.refuse_topic(TOPIC, NO_ERROR)


async def test_a_leader_whose_machine_slept_through_its_lease_hands_over_nothing(
    running: Harness, broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard that works without transactions."""
    slept = 0.0
    find_leaders = Sender._find_leaders

    async def sleep_after(slow: Sender, topic: str) -> Sequence[int]:
        nonlocal slept
        partitions = await find_leaders(slow, topic)
        slept = lease.LEASE_SECONDS
        return partitions

    monkeypatch.setattr(lease, "elapsed_seconds", lambda: elapsed_seconds() + slept)
    monkeypatch.setattr(Sender, "_find_leaders", sleep_after)
    ids = await fill(running, 2, payload=b"sound")
    async with sending(running) as (connection, leading):
        with pytest.raises(lease.LeaseLostError):
            await leading.send(list((await next_rows(connection, limit=10)).values()), longest_seconds=10)

    assert set(ids).isdisjoint(await published_ids(broker, TOPIC))


async def test_a_leader_that_is_to_stop_leaves_to_others_what_they_go_on_adding(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete, stopping = outbox.delete, asyncio.Event()
    added: list[UUID] = []

    async def delete_and_add(connection: Connection, *, positions: Sequence[int]) -> None:
        await delete(connection, positions=positions)
        stopping.set()
        added.extend(await fill(running, 1, payload=b"added meanwhile"))

    monkeypatch.setattr(outbox, "delete", delete_and_add)
    await fill(running, 1, payload=b"there at the start")

    await asyncio.wait_for(new_relay(running, stopping).run(), 20)

    assert len(added) == 2, "what was there at the stop is sent"
    assert await left(running, added[1:])
    async with running.pool.acquire() as connection:
        await delete(connection, positions=list(await next_rows(connection, limit=9)))


async def test_one_refusal_does_not_make_the_relay_slow_for_a_thousand_events(
    running: Harness, broker: RefusingBroker
) -> None:
    broker.answer_after(60)
    await fill(running, 1_500, payload=b"small")
    broker.refuse_next(UNKNOWN_SERVER_ERROR)
    began = asyncio.get_running_loop().time()
    try:
        await run_until_empty(running)
    finally:
        broker.answer_after(0)

    assert asyncio.get_running_loop().time() - began < 20


@contextmanager
def never_acknowledging(broker: RefusingBroker) -> Iterator[None]:
    """An error that aiokafka retries, more often than it can within any test."""
    broker.refuse_next(*[NOT_ENOUGH_REPLICAS] * 5_000)
    try:
        yield
    finally:
        broker.refuse_no_more()


async def test_a_topic_that_acknowledges_nothing_is_blocked_by_its_name(
    running: Harness, broker: RefusingBroker
) -> None:
    ids = await fill(running, 2, payload=b"sound")

    with structlog.testing.capture_logs() as logs:
        async with relaying(running) as leader:
            with never_acknowledging(broker):
                await until(leader._blocked.names, what="a topic is blocked", seconds=20)
                assert leader._blocked.names() == [TOPIC]
            await until(lambda: left(running, []), what="the blocked topic left", seconds=60)

    assert "relay.lease_lost" not in {line["event"] for line in logs}
    (began,) = (line for line in logs if line["event"] == "trouble.began")
    assert (began["part"], began["server"], began["error"]) == (f"relay of {TOPIC}", "Kafka", "KafkaTimeoutError")
    assert [event_id for event_id in await published_ids(broker, TOPIC) if event_id in ids] == ids


async def test_a_broker_that_accepts_and_stays_silent_is_named(running: Harness, broker: RefusingBroker) -> None:
    async with relaying(running) as leader:
        await fill(running, 1, payload=b"sound")
        await until(lambda: left(running, []), what="it sends")
        broker.answer_after(60_000)
        try:
            await fill(running, 2, payload=b"sound")
            with structlog.testing.capture_logs() as logs:
                problem = await until(lambda: leader.trouble.problem(tolerated_seconds=0), what="told", seconds=30)
        finally:
            broker.answer_after(0)
        await until(lambda: left(running, []), what="it sends again", seconds=60)

    assert problem.endswith("Kafka, KafkaTimeoutError")
    assert "relay.lease_lost" not in {line["event"] for line in logs}


async def test_a_lease_that_is_lost_while_sending_is_told_by_what_held_the_leader_up(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = 0.0
    find_leaders = Sender._find_leaders

    async def fail_late_once(slow: Sender, topic: str) -> Sequence[int]:
        nonlocal slept
        if not slept:
            slept = lease.LEASE_SECONDS
            raise KafkaConnectionError
        return await find_leaders(slow, topic)

    monkeypatch.setattr(lease, "elapsed_seconds", lambda: elapsed_seconds() + slept)
    monkeypatch.setattr(Sender, "_find_leaders", fail_late_once)
    await fill(running, 1, payload=b"sound")

    with structlog.testing.capture_logs() as logs:
        await run_until_empty(running)

    lost, away, *_ = (line for line in logs if line["event"] in {"relay.lease_lost", "server.went_away"})
    assert (lost["event"], away["event"]) == ("relay.lease_lost", "server.went_away")
    assert (away["part"], away["server"], away["error"]) == ("relay", "Kafka", "KafkaConnectionError")


async def test_an_event_counts_as_undeliverable_once_it_is_marked(
    running: Harness, broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, failures = outbox.mark_undeliverable, [OSError("the connection was lost")]

    async def fail_once(connection: Connection, *, position: int, reason: str) -> None:
        if failures:
            raise failures.pop()
        await mark(connection, position=position, reason=reason)

    def counted() -> float:
        return REGISTRY.get_sample_value("outbox_undeliverable_total", {"topic": TOPIC}) or 0.0

    monkeypatch.setattr(outbox, "mark_undeliverable", fail_once)
    (refused,) = await fill(running, 1, payload=b"sound")
    broker.refuse_next(*[MESSAGE_TOO_LARGE] * 3)  # in a batch, alone without being marked, alone
    before = counted()

    with structlog.testing.capture_logs() as logs:
        await run_until_empty(running)

    assert await undeliverable(running) == [refused]
    assert counted() - before == 1
    assert len([line for line in logs if line["event"] == "event.undeliverable"]) == 1


async def test_a_relay_that_takes_over_after_a_long_time_is_not_at_fault_while_it_starts(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "STANDBY_SECONDS", 0.05)
    monkeypatch.setattr(relay, "LONGEST_SILENCE_SECONDS", 1.0)
    start, problems, now = Sender.start, [], asyncio.get_running_loop().time

    async def start_watched(starting: Sender) -> None:
        problems.append(leader.problem())
        await start(starting)

    monkeypatch.setattr(Sender, "start", start_watched)
    async with running.pool.acquire() as connection:
        await lease.Lease("relay").acquire(connection)
        async with relaying(running) as leader:
            began = now()
            await until(lambda: leader._standing_by and now() - began > 1.5, what="it has stood by for long")
            assert leader.problem() is None
            await connection.execute("DELETE FROM messaging.lease")
            await until(lambda: problems, what="it takes over")

    assert problems == [None]


async def test_a_topic_is_blocked_also_when_its_producer_does_not_stop_cleanly(
    running: Harness, broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = AIOKafkaProducer.stop

    async def fail_after(producer: AIOKafkaProducer) -> None:
        await stop(producer)
        raise KafkaError("its sender had failed")

    monkeypatch.setattr(AIOKafkaProducer, "stop", fail_after)
    await fill(running, 1, payload=b"sound")
    broker.refuse_topic(TOPIC, TOPIC_AUTHORIZATION_FAILED)
    try:
        async with relaying(running) as leader:
            await until(lambda: leader._blocked.names() == [TOPIC], what="the topic is blocked")
            broker.refuse_topic(TOPIC, NO_ERROR)
            await until(lambda: left(running, []), what="the event left")
    finally:
        broker.refuse_topic(TOPIC, NO_ERROR)


async def test_a_defect_of_this_code_is_not_held_against_a_topic(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise AssertionError("a defect")

    monkeypatch.setattr(sender, "headers_of", broken)
    await fill(running, 1, payload=b"sound")

    async with sending(running) as (connection, leading):
        with pytest.raises(AssertionError, match="a defect"):
            await leading.send(list((await next_rows(connection, limit=10)).values()), longest_seconds=10)


async def test_a_topic_that_stays_blocked_is_one_thing_that_happened() -> None:
    blocked = BlockedTopics()

    with structlog.testing.capture_logs() as logs:
        for _ in range(50):
            blocked.block(TOPIC, KafkaConnectionError(), reason="for a reason")
        blocked.unblock(TOPIC)

    assert [(line["event"], line["part"]) for line in logs] == [
        ("trouble.began", f"relay of {TOPIC}"),
        ("trouble.ended", f"relay of {TOPIC}"),
    ]
