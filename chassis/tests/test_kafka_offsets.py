"""Kafka is told how far a consumer has come: soon, at the last moment, and never by who has lost the partition."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CoordinatorNotAvailableError, IllegalStateError, UnknownTopicOrPartitionError
from specimen.app import consumed_topic
from specimen_driver import Driver, contact, until
from typing_extensions import override

from chassis.backoff import Backoff
from chassis.consuming import kafka_offsets
from chassis.consuming.kafka_offsets import KafkaOffsets

FIRST, SECOND = TopicPartition("some.topic.v1", 0), TopicPartition("some.topic.v1", 1)


class Client:
    """A consumer that notes what it is to commit; `failures` are raised first, one at each commit."""

    def __init__(self, *failures: BaseException) -> None:
        self.owned = {FIRST, SECOND}
        self.commits: list[Mapping[TopicPartition, int]] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self._failures = list(failures)

    def assignment(self) -> set[TopicPartition]:
        return self.owned

    async def commit_once(self, offsets: Mapping[TopicPartition, int]) -> None:
        await asyncio.sleep(0)
        if self._failures:
            self.meanwhile()
            raise self._failures.pop(0)
        self.commits.append(offsets)


def offsets_of(client: Any) -> KafkaOffsets:
    return KafkaOffsets(group="g", client=lambda: client, backoff=Backoff(asyncio.Event()))


class ClosedClient(Client):
    """Fails at once, as aiokafka does once it has begun to close, and for a test not for ever."""

    @override
    async def commit_once(self, offsets: Mapping[TopicPartition, int]) -> None:
        if len(self.commits) < 100:
            self.commits.append(offsets)
            raise CoordinatorNotAvailableError


@pytest.fixture
def _never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_offsets, "EVERY_SECONDS", 1_000)


async def test_the_newest_offsets_are_committed_together_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_offsets, "EVERY_SECONDS", 0.01)
    client = Client()
    offsets = offsets_of(client)
    offsets.reach({FIRST: 3})
    offsets.reach({FIRST: 5, SECOND: 1})

    await until(lambda: client.commits, what="a commit")
    await offsets.commit_last()

    assert client.commits == [{FIRST: 5, SECOND: 1}]


@pytest.mark.parametrize(
    "failure", [CoordinatorNotAvailableError(), AttributeError("of a newer aiokafka"), asyncio.CancelledError()]
)
async def test_what_could_not_be_committed_is_committed_later_with_what_came_meanwhile(
    monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    monkeypatch.setattr(kafka_offsets, "EVERY_SECONDS", 0.01)
    client = Client(failure)
    offsets = offsets_of(client)
    client.meanwhile = lambda: offsets.reach({FIRST: 5})
    offsets.reach({FIRST: 3, SECOND: 1})
    await until(lambda: offsets.trouble.seconds > 0, what="the trouble")

    await until(lambda: client.commits, what="a commit")
    await until(lambda: offsets.trouble.seconds == 0, what="the end of the trouble")

    assert client.commits == [{FIRST: 5, SECOND: 1}]


@pytest.mark.usefixtures("_never_by_itself")
async def test_before_partitions_are_lost_their_offsets_are_committed_and_forgotten() -> None:
    client = Client()
    offsets = offsets_of(client)
    offsets.reach({FIRST: 3})

    await offsets.on_partitions_revoked({FIRST})
    await offsets.commit_last()

    assert client.commits == [{FIRST: 3}]


@pytest.mark.usefixtures("_never_by_itself")
@pytest.mark.parametrize("failure", [CoordinatorNotAvailableError(), AttributeError("of a newer aiokafka")])
async def test_what_fails_at_the_last_moment_keeps_nobody_from_leaving(failure: BaseException) -> None:
    client = Client(failure)
    offsets = offsets_of(client)
    offsets.reach({FIRST: 3})

    await offsets.on_partitions_revoked({FIRST})
    await offsets.commit_last()

    assert client.commits == [], "another member goes on from there"


async def test_what_another_member_commits_now_is_no_trouble_any_more() -> None:
    client = Client(*[CoordinatorNotAvailableError() for _ in range(20)])
    offsets = offsets_of(client)
    offsets.reach({FIRST: 3})
    await until(lambda: offsets.trouble.seconds > 0, what="the trouble")

    await offsets.on_partitions_revoked({FIRST})

    assert offsets.trouble.seconds == 0


async def test_what_is_committed_at_the_last_moment_ends_the_trouble() -> None:
    client = Client(CoordinatorNotAvailableError())
    offsets = offsets_of(client)
    offsets.reach({FIRST: 3})
    await until(lambda: offsets.trouble.seconds > 0, what="the trouble")

    await offsets.commit_last()

    assert client.commits == [{FIRST: 3}]
    await until(lambda: offsets.trouble.seconds == 0, what="the end of the trouble")


@pytest.mark.usefixtures("_never_by_itself")
async def test_nobody_is_set_back_by_a_member_that_has_lost_the_partition() -> None:
    client = Client(IllegalStateError("the group is rebalancing"))
    offsets = offsets_of(client)
    offsets.reach({FIRST: 3})
    await offsets.on_partitions_revoked({FIRST})
    client.owned = {SECOND}
    offsets.reach({FIRST: 4, SECOND: 7})

    await offsets.commit_last()

    assert client.commits == [{SECOND: 7}]


async def test_offsets_of_a_topic_that_is_gone_are_not_committed_to_its_successor() -> None:
    client = Client(UnknownTopicOrPartitionError())
    offsets = offsets_of(client)
    offsets.reach({FIRST: 3})

    await offsets.commit_last()
    await offsets.commit_last()

    assert client.commits == []


async def test_who_looks_at_the_group_sees_how_far_it_has_come(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(30)])
    await driver.start()

    await until(lambda: _all_committed(driver), what="the offsets of all that was published")


async def test_a_stop_commits_what_took_effect_a_moment_before(driver: Driver) -> None:
    await driver.start()
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(30)])
    await until(lambda: _count_is(driver, 30), what="effects")

    assert await driver.terminate() == 0

    assert await _all_committed(driver)


async def _count_is(driver: Driver, count: int) -> bool:
    return len(await driver.effects()) == count


async def _all_committed(driver: Driver) -> bool:
    topic = consumed_topic(driver.suffix)
    ends = await driver.ends(topic.name)
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=driver.stack.kafka_bootstrap_servers,
        group_id=topic.group_of("specimen"),
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        committed = {number: await consumer.committed(TopicPartition(topic.name, number)) for number in ends}
    finally:
        await consumer.stop()
    return {number: offset or 0 for number, offset in committed.items()} == ends


async def test_a_service_that_stops_does_not_try_again_without_a_pause() -> None:
    """A stop that took too long leaves a consumer that is closed by half."""
    client, stopping = ClosedClient(), asyncio.Event()
    offsets = KafkaOffsets(group="g", client=lambda: cast("AIOKafkaConsumer", client), backoff=Backoff(stopping))
    stopping.set()

    offsets.reach({FIRST: 3})
    await until(lambda: client.commits, what="an attempt")
    await asyncio.sleep(0)

    assert len(client.commits) == 1
