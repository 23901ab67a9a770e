"""What a process commits reaches the relay without being read again, and in every order of events it is woken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from published_ids import published_ids
from refusing_broker import NO_ERROR, TOPIC_AUTHORIZATION_FAILED, RefusingBroker
from specimen.app import NAME, Settings, build, published_topic
from specimen_driver import until

from chassis.backoff import pause
from chassis.database import Connection
from chassis.publishing import handoff, outbox, relay
from chassis.publishing.handoff import Handoff
from chassis.publishing.outbox import OutboxMessage, OutboxRows
from chassis.publishing.relay import Relay
from chassis.publishing.sender import Sender
from chassis.testing import Harness, harness
from chassis.unit_of_work import WorkFactory
from contracts.notify import MessageSettled, Settlement
from contracts.vocabulary import Channel

TOPIC = replace(published_topic("handoff"), name="handoff.v1")


@pytest.fixture(scope="module")
def broker() -> RefusingBroker:
    broker = RefusingBroker()
    broker.create_topic(name=TOPIC.name, partitions=1)
    return broker


@pytest.fixture
async def running(database: str, broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Harness]:
    """Nobody looks by himself: whoever is not woken never finds out."""
    monkeypatch.setattr(relay, "POLL_SECONDS", 3_600.0)
    settings = Settings(
        kafka_bootstrap_servers=broker.bootstrap_servers, kafka_transactions=False, database_url=database
    )
    async with harness(build(settings)) as running:
        yield running


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The positions whose rows were read whole."""
    positions_read: list[int] = []
    read = outbox._read

    async def note(connection: Connection, *, positions: Sequence[int]) -> OutboxRows:
        positions_read.extend(positions)
        return await read(connection, positions=positions)

    monkeypatch.setattr(outbox, "_read", note)
    return positions_read


@asynccontextmanager
async def relaying(
    running: Harness, work: WorkFactory, *, events_may_wait_seconds: float = 0.0
) -> AsyncIterator[Relay]:
    stopping = asyncio.Event()
    one = Relay(
        settings=running.service.settings,
        service=NAME,
        tracing=running.runtime.tracing,
        handoff=work.handoff,
        stopping=stopping,
        events_may_wait_seconds=events_may_wait_seconds,
    )
    task = asyncio.create_task(one.run())
    try:
        yield one
    finally:
        stopping.set()
        work.handoff.changed.set()
        await asyncio.wait_for(task, 20)


def another_process(running: Harness) -> WorkFactory:
    return replace(running.runtime.work, handoff=Handoff())


def event() -> MessageSettled:
    return MessageSettled(
        message_id=uuid4(),
        claim_id=uuid4(),
        claim_version=1,
        channel=Channel.SMS,
        settlement=Settlement.SENT,
        attempts=1,
    )


async def publish(work: WorkFactory, count: int = 1) -> list[UUID]:
    async with work.transaction() as unit:
        for _ in range(count):
            unit.publish_to(TOPIC, event(), trace=None)
    return [message.event_id for message in unit.published]


def message() -> OutboxMessage:
    return OutboxMessage(uuid4(), TOPIC.name, "key", TOPIC.event_type, b"{}", None, datetime.now(UTC))


async def all_sent(running: Harness) -> bool:
    return bool(await running.pool.fetchval("SELECT count(*) FROM messaging.outbox") == 0)


async def test_what_this_process_commits_is_sent_without_being_read(
    running: Harness, broker: RefusingBroker, reads: list[int]
) -> None:
    work = running.runtime.work
    async with relaying(running, work):
        await until(lambda: work.handoff._is_leading, what="it leads")
        ids = await publish(work, 3)
        await until(lambda: all_sent(running), what="sent")
        assert not work.handoff.messages, "what has left is forgotten"

    assert reads == []
    assert [one for one in await published_ids(broker, TOPIC.name) if one in ids] == ids


@pytest.fixture
def sends(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages each transaction took."""
    sizes: list[int] = []
    send = Sender.send

    async def note(sender: Sender, messages: Sequence[OutboxMessage], *, longest_seconds: float) -> None:
        await send(sender, messages, longest_seconds=longest_seconds)
        sizes.append(len(messages))

    monkeypatch.setattr(Sender, "send", note)
    return sizes


async def test_what_follows_a_transaction_gathers_and_an_event_that_comes_alone_does_not_wait(
    running: Harness, broker: RefusingBroker, sends: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = running.runtime.work
    gathered: list[UUID] = []
    sent_before_gathering: list[int] = []

    async with relaying(running, work) as leader:

        async def gather(event: asyncio.Event, seconds: float) -> bool:
            if event is not leader._stopping:
                return await pause(event, seconds)
            sent_before_gathering.append(len(sends))
            if not gathered:
                gathered.extend([*await publish(work), *await publish(work)])
            return False

        monkeypatch.setattr(relay, "pause", gather)
        await until(lambda: work.handoff._is_leading, what="it leads")
        ids = await publish(work)
        await until(lambda: len(gathered) == 2, what="the first is sent")
        await until(lambda: all_sent(running), what="what gathered is sent")

    assert sends == [1, 2]
    assert sent_before_gathering == [1, 2], "nobody waits for more before the first has left"
    assert [one for one in await published_ids(broker, TOPIC.name) if one in {*ids, *gathered}] == [*ids, *gathered]


async def test_events_that_may_wait_leave_with_those_that_come_meanwhile(
    running: Harness, broker: RefusingBroker, sends: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    work, longest = running.runtime.work, 3_600.0
    gathered: list[UUID] = []

    async with relaying(running, work, events_may_wait_seconds=longest) as leader:

        async def gather(event: asyncio.Event, seconds: float) -> bool:
            if event is leader._stopping and seconds == longest and not gathered:
                gathered.extend([*await publish(work), *await publish(work)])
                return False
            return await pause(event, seconds)

        monkeypatch.setattr(relay, "pause", gather)
        await until(lambda: work.handoff._is_leading, what="it leads")
        ids = await publish(work)
        await until(lambda: len(sends) == 1, what="sent")

    assert sends == [3]
    assert [one for one in await published_ids(broker, TOPIC.name) if one in {*ids, *gathered}] == [*ids, *gathered]


async def test_a_stop_sends_at_once_what_may_wait(running: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    work, longest, waits = running.runtime.work, 1_800.0, asyncio.Event()

    async def note(event: asyncio.Event, seconds: float) -> bool:
        if seconds == longest:
            waits.set()
        return await pause(event, seconds)

    monkeypatch.setattr(relay, "pause", note)
    async with relaying(running, work, events_may_wait_seconds=longest):
        await until(lambda: work.handoff._is_leading, what="it leads")
        await publish(work)
        await asyncio.wait_for(waits.wait(), 20)
        assert not await all_sent(running)

    assert await all_sent(running)


async def test_rows_gather_for_longer_the_more_were_sent_or_the_longer_that_took_and_never_for_long() -> None:
    assert relay.gathering_seconds(1, took_seconds=0.01) == 0.01
    assert relay.gathering_seconds(relay.FEW_ROWS, took_seconds=0.01) == 0.01
    assert relay.gathering_seconds(100, took_seconds=0.01) == pytest.approx(0.025)
    assert relay.gathering_seconds(100, took_seconds=0.03) == 0.03
    assert relay.gathering_seconds(relay.BATCH_ROWS, took_seconds=0.01) == relay.LONGEST_GATHERING_SECONDS
    assert relay.gathering_seconds(1, took_seconds=5.0) == relay.LONGEST_GATHERING_SECONDS


async def test_a_message_that_is_not_in_the_table_is_never_sent(running: Harness, broker: RefusingBroker) -> None:
    work, ghost = running.runtime.work, message()
    async with relaying(running, work):
        await until(lambda: work.handoff._is_leading, what="it leads")
        work.handoff.committed([ghost])
        ids = await publish(work)
        await until(lambda: all_sent(running), what="sent")

    assert {ghost.event_id, *ids} & set(await published_ids(broker, TOPIC.name)) == set(ids)


async def test_what_was_rolled_back_is_not_kept(running: Harness) -> None:
    work = running.runtime.work
    work.handoff.lead()
    await running.pool.execute(
        "CREATE TABLE parent (id integer PRIMARY KEY);"
        "CREATE TABLE child (id integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
    )
    with suppress(asyncpg.ForeignKeyViolationError):  # by the commit itself
        async with work.transaction() as unit:
            unit.publish_to(TOPIC, event(), trace=None)
            await unit.connection.execute("INSERT INTO child VALUES (1)")

    assert not work.handoff.messages
    assert not work.handoff.changed.is_set()
    assert await all_sent(running)


@pytest.mark.parametrize(
    "lost_by", [asyncpg.ConnectionDoesNotExistError, asyncpg.AdminShutdownError, OSError, asyncio.CancelledError]
)
async def test_whoever_does_not_learn_of_his_commit_has_it_looked_for(
    running: Harness, monkeypatch: pytest.MonkeyPatch, lost_by: type[BaseException]
) -> None:
    connection = WorkFactory.connection

    @asynccontextmanager
    async def lose_the_answer(factory: WorkFactory) -> AsyncIterator[Connection]:
        async with connection(factory) as one:
            yield one
        raise lost_by

    monkeypatch.setattr(WorkFactory, "connection", lose_the_answer)
    work = running.runtime.work
    async with relaying(running, work):
        await until(lambda: work.handoff._is_leading, what="it leads")
        with pytest.raises(lost_by):
            await publish(work)
        assert work.timers_changed.is_set()
        await until(lambda: all_sent(running), what="sent")


async def test_events_of_other_processes_keep_their_place(
    running: Harness, broker: RefusingBroker, reads: list[int]
) -> None:
    own, other = running.runtime.work, another_process(running)
    async with relaying(running, own):
        await until(lambda: own.handoff._is_leading, what="it leads")
        broker.refuse_topic(TOPIC.name, TOPIC_AUTHORIZATION_FAILED)
        try:
            ids = [*await publish(own), *await publish(other), *await publish(own), *await publish(other, 2)]
        finally:
            broker.refuse_topic(TOPIC.name, NO_ERROR)
        await until(lambda: all_sent(running), what="sent")

    assert list(dict.fromkeys(one for one in await published_ids(broker, TOPIC.name) if one in ids)) == ids
    assert reads, "what others have committed is read"


async def test_what_was_committed_before_a_restart_is_sent_from_the_table(
    running: Harness, broker: RefusingBroker, reads: list[int]
) -> None:
    work = another_process(running)
    work.handoff.lead()
    ids = await publish(work, 3)

    async with relaying(running, running.runtime.work):
        await until(lambda: all_sent(running), what="sent")

    assert len(reads) == 3
    assert [one for one in await published_ids(broker, TOPIC.name) if one in ids] == ids


async def test_who_does_not_lead_keeps_nothing(running: Harness) -> None:
    kept = running.runtime.work.handoff
    kept.committed([message()])
    assert not kept.messages

    kept.lead()
    kept.committed([message()])
    assert len(kept.messages) == 1
    kept.follow()
    kept.committed([message()])
    assert not kept.messages


async def test_little_is_kept_of_much_and_the_rest_is_read(
    running: Harness, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handoff, "_LARGEST_BYTES", 5 * outbox.HEADER_ALLOWANCE_BYTES)
    work = running.runtime.work
    work.handoff.lead()
    await publish(work, 100)
    assert 0 < len(work.handoff.messages) < 10
    async with relaying(running, work):
        await until(lambda: all_sent(running), what="sent")
        assert len(reads) > 90
        kept = work.handoff
        await publish(work)
        await until(lambda: all_sent(running), what="sent, with room again")

    assert kept._bytes == 0


@asynccontextmanager
async def listening(running: Harness) -> AsyncIterator[asyncio.Event]:
    """As the relay of another process would."""
    told = asyncio.Event()

    def note(*_: object) -> None:
        told.set()

    async with running.pool.acquire() as connection:
        await connection.add_listener("outbox", note)
        try:
            yield told
            await connection.execute("SELECT")  # what was sent before is here before the answer
        finally:
            await connection.remove_listener("outbox", note)


async def test_a_process_that_leads_disturbs_no_other(running: Harness) -> None:
    work = running.runtime.work
    async with listening(running) as told, relaying(running, work):
        await until(lambda: work.handoff._is_leading, what="it leads")
        await publish(work)
        await until(lambda: all_sent(running), what="sent")

    assert not told.is_set()


async def test_a_process_that_stands_by_wakes_the_one_that_leads(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "STANDBY_SECONDS", 3_600.0)
    leading, standing_by = running.runtime.work, another_process(running)
    async with relaying(running, leading):
        await until(lambda: leading.handoff._is_leading, what="it leads")
        async with relaying(running, standing_by) as other:
            await until(lambda: other._standing_by, what="the other stands by")
            for _ in range(3):
                await publish(standing_by)
                await until(lambda: all_sent(running), what="sent")


async def test_a_process_without_a_relay_wakes_the_one_that_leads(running: Harness) -> None:
    leading, command = running.runtime.work, another_process(running)
    async with relaying(running, leading):
        await until(lambda: leading.handoff._is_leading, what="it leads")
        for _ in range(3):
            await publish(command)
            await until(lambda: all_sent(running), what="sent")


async def test_what_was_committed_when_a_process_ceased_to_lead_is_told_to_the_next(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit wakes a relay that finds out only then that another leads."""
    monkeypatch.setattr(relay, "STANDBY_SECONDS", 3_600.0)
    work = running.runtime.work
    async with running.pool.acquire() as next_leader, listening(running) as told, relaying(running, work) as former:
        await until(lambda: work.handoff._is_leading, what="it leads")
        await next_leader.execute("UPDATE messaging.lease SET holder = $1, session = pg_backend_pid()", uuid4())
        former._lease._ends_at = 0.0

        await publish(work)
        await asyncio.wait_for(told.wait(), 20)
        assert not await all_sent(running)


async def test_what_is_kept_after_it_has_left_is_forgotten_when_nothing_waits(running: Harness) -> None:
    """A row can be read and sent before its own process learns that it is committed."""
    work = running.runtime.work
    async with relaying(running, work):
        await until(lambda: work.handoff._is_leading, what="leading")
        work.handoff.committed([message()])
        assert work.handoff.messages

        await until(lambda: not work.handoff.messages, what="forgotten")
