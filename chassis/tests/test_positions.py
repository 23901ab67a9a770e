"""Each consumer's position is stored with its effects: it stays right when a database, a topic or records go back."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from asked_statements import note_statements
from specimen.app import consumed_topic
from specimen_driver import Driver, contact, until
from specimen_records import TOPIC, dead_letters, effects, message

from chassis.consuming import positions
from chassis.consuming.batch_processor import BatchProcessor
from chassis.consuming.delivery import Batch, Record
from chassis.consuming.placement import Start, find_start
from chassis.consuming.positions import Advance
from chassis.errors import PositionMovedError
from chassis.service import Consumer, Service
from chassis.testing import Harness, harness
from chassis.unit_of_work import Work
from contracts.envelope import Message
from contracts.policy import ContactChanged

POSITION = "SELECT partition, next_offset FROM messaging.consumer_position"


@pytest.mark.parametrize(
    ("stored", "committed", "start"),
    [
        (None, None, Start(offset=10, before=0)),
        (None, 50, Start(offset=10, before=50)),
        (None, 7, Start(offset=10, before=7, gap_from=7)),
        (50, None, Start(offset=10, before=50)),
        (50, 50, Start(offset=50, before=50)),
        (30, 50, Start(offset=30, before=50)),
        (50, 30, Start(offset=30, before=50)),
        (50, 5, Start(offset=10, before=50)),
        (10, 10, Start(offset=10, before=10)),
        (100, 100, Start(offset=100, before=100)),
        (7, 7, Start(offset=10, before=7, gap_from=7)),
        (7, 50, Start(offset=10, before=50, gap_from=7)),
        (7, None, Start(offset=10, before=7, gap_from=7)),
        (101, 101, Start(offset=10, before=101, is_made_anew=True)),
        (101, None, Start(offset=10, before=101, is_made_anew=True)),
        (50, 101, Start(offset=10, before=101, is_made_anew=True)),
    ],
)
def test_the_lower_position_is_right_if_the_broker_still_has_it(
    stored: int | None, committed: int | None, start: Start
) -> None:
    assert find_start(stored=stored, committed=committed, first=10, end=100) == start


async def test_a_position_moves_with_the_effects_or_not_at_all(service: Service) -> None:
    async def be_without_a_database(_: Batch[ContactChanged], __: Work) -> None:
        raise ConnectionError

    async with harness(replace(service, consumers=(Consumer(TOPIC, be_without_a_database),))) as running:
        record = await first_record(running)
        with pytest.raises(ConnectionError):
            await running.process(TOPIC, [record], advances=[Advance(0, 0, 1)])

        assert [tuple(row) for row in await running.pool.fetch(POSITION)] == [(0, 0)]


async def test_a_position_moves_also_when_a_batch_was_halved(service: Service) -> None:
    async def fail(_: Batch[ContactChanged], __: Work) -> None:
        raise ZeroDivisionError

    async with harness(replace(service, consumers=(Consumer(TOPIC, fail),))) as running:
        await running.process(TOPIC, [await first_record(running)], advances=[Advance(0, 0, 1)])

        assert [tuple(row) for row in await running.pool.fetch(POSITION)] == [(0, 1)]


async def test_no_part_of_a_batch_takes_effect_in_a_database_that_was_restored(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its effects would come before those of older events, which that database has yet to consume again."""
    handled: list[str] = []

    async def fail_for_bad(batch: Batch[ContactChanged], work: Work) -> None:
        names = [delivery.event.name for delivery in batch]
        if "bad" in names:
            raise ZeroDivisionError
        work.after_commit(partial(handled.extend, names))

    isolate = BatchProcessor[ContactChanged]._isolate

    async def isolate_after_a_restore(*arguments: Any, **named: Any) -> None:
        await running.pool.execute("UPDATE messaging.consumer_position SET next_offset = 0")
        await isolate(*arguments, **named)

    monkeypatch.setattr(BatchProcessor, "_isolate", isolate_after_a_restore)
    async with harness(replace(service, consumers=(Consumer(TOPIC, fail_for_bad),))) as running:
        await first_record(running)
        await running.process(TOPIC, [], advances=[Advance(0, 0, 1)])
        records = [running.record(message(contact(uuid4(), 1, name=name))) for name in ("good", "bad", "fine")]

        with pytest.raises(PositionMovedError):
            await running.process(TOPIC, records, advances=[Advance(0, 1, 4)])

        assert handled == []
        assert await dead_letters(running) == []


async def test_nothing_is_handled_where_another_instance_has_moved_the_position(service: Service) -> None:
    handled: list[int] = []

    async def handle(batch: Batch[ContactChanged], _: Work) -> None:
        handled.append(len(batch))

    async with harness(replace(service, consumers=(Consumer(TOPIC, handle),))) as running:
        record = await first_record(running)
        for wrong in ([Advance(0, 7, 8)], [Advance(0, 0, 1), Advance(1, 0, 1)]):
            with pytest.raises(PositionMovedError):
                await running.process(TOPIC, [record], advances=wrong)
        assert handled == []
        assert [tuple(row) for row in await running.pool.fetch(POSITION)] == [(0, 0)]

        await running.process(TOPIC, [record], advances=[Advance(0, 0, 1)])

    assert handled == [1], "what was refused is not in the inbox"


@pytest.mark.parametrize("what", ["duplicates", "malformed", "nothing"])
async def test_a_position_moves_also_when_nothing_takes_effect(service: Service, what: str) -> None:
    async with harness(service) as running:
        record = await first_record(running)
        await running.process(TOPIC, [record], advances=[Advance(0, 0, 1)])
        records = {"duplicates": [record, record], "malformed": [replace(record, headers=())], "nothing": []}

        await running.process(TOPIC, records[what], advances=[Advance(0, 1, 9)])

        assert [tuple(row) for row in await running.pool.fetch(POSITION)] == [(0, 9)]
        assert len(await effects(running)) == 1


async def test_a_batch_comes_in_by_one_statement(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(_: Batch[ContactChanged], __: Work) -> None:
        pass

    async with harness(replace(service, consumers=(Consumer(TOPIC, handle),))) as running:
        await running.process(TOPIC, [await first_record(running)], advances=[Advance(0, 0, 1)])  # asyncpg learns types
        records = [running.record(message(contact(uuid4(), 1))) for _ in range(3)]
        statements = note_statements(monkeypatch)

        await running.process(TOPIC, records, advances=[Advance(0, 1, 4)])

    begin, arrive, commit = statements
    assert (begin, commit) == ("BEGIN;", "COMMIT;")
    assert "INSERT INTO messaging.inbox_entry" in arrive


async def first_record(running: Harness) -> Record:
    async with running.pool.acquire() as connection:
        await positions.insert(connection, consumer=TOPIC.group_of("specimen"), offsets={0: 0})
    return running.record(message(contact(uuid4(), 1)))


async def test_the_position_is_stored_with_the_effects(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(30)])
    await driver.start()

    await until(lambda: count_is(driver, 30), what="effects")

    assert sum(row["next_offset"] for row in await driver.rows(POSITION)) == 30


async def test_a_database_restored_from_an_older_backup_loses_no_effect(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(50)])
    await driver.start()
    await until(lambda: count_is(driver, 50), what="the effects before the backup")
    await driver.terminate()
    async with backup(driver):
        await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(30)])
        await driver.start()
        await until(lambda: count_is(driver, 80), what="the effects after the backup")
        await driver.terminate()

    assert await count_is(driver, 50)
    await driver.start()

    await until(lambda: count_is(driver, 80), what="every effect in the restored database")
    assert "partition.set_back" in driver.log()


async def test_a_database_restored_under_a_running_service_is_noticed_by_the_next_batch(driver: Driver) -> None:
    customers = [uuid4() for _ in range(50)]
    await driver.publish([driver.message(contact(customer, 1)) for customer in customers])
    await driver.start()
    await until(lambda: count_is(driver, 50), what="effects")

    await driver.rows(
        """
        WITH position AS (UPDATE messaging.consumer_position SET next_offset = 0),
             inbox AS (DELETE FROM messaging.inbox_entry)
        DELETE FROM effect
        """
    )
    await driver.publish([driver.message(contact(customer, 2)) for customer in customers])

    await until(lambda: count_is(driver, 100), what="every effect once more, and the new ones")
    assert await driver.rows("SELECT FROM messaging.dead_letter") == []


async def test_a_topic_that_holds_less_than_was_consumed_is_consumed_from_its_beginning(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(5)])
    topic = consumed_topic(driver.suffix)
    await driver.rows(
        "INSERT INTO messaging.consumer_position SELECT $1, partition, 1000 FROM generate_series(0, $2) AS partition",
        topic.group_of("specimen"),
        topic.partitions - 1,
    )

    await driver.start()

    await until(lambda: count_is(driver, 5), what="effects")
    assert driver.log().count("partition.made_anew") == topic.partitions
    assert 'messaging_consumer_partitions_made_anew_total{consumer="' in str(driver.get("/metrics")[1])


async def test_an_open_gap_is_not_ready_until_it_is_acknowledged(driver: Driver) -> None:
    await driver.start()
    [gap] = await driver.rows(
        """
        INSERT INTO messaging.consumer_gap VALUES (gen_random_uuid(), 'someone', 'some.topic.v1', 3, 7, 10, now())
        RETURNING gap_id
        """
    )

    problem = await until(lambda: has_problem_with_gaps(driver), what="not ready for the gap")
    assert problem.endswith("run: specimen gaps list")
    code, printed = await driver.run_command("gaps", "list")
    assert (code, json.loads(printed)["first_offset"], json.loads(printed)["next_offset"]) == (0, 7, 10)
    gap_id = str(gap["gap_id"])
    assert await driver.run_command("gaps", "acknowledge", gap_id, "--because", "read from the archive") == (
        0,
        "1 acknowledged, 0 not\n",
    )

    await until(driver.ready, what="ready again")
    assert await driver.run_command("gaps", "list") == (0, "")
    assert json.loads((await driver.run_command("gaps", "list", "--all"))[1])["because"] == "read from the archive"
    assert (await driver.run_command("gaps", "acknowledge", gap_id, "--because", "again"))[0] == 1


@pytest.mark.real_kafka
async def test_records_deleted_before_they_were_read_are_a_gap_that_is_reported(driver: Driver) -> None:
    key = uuid4()
    await driver.publish([driver.message(contact(key, version)) for version in range(1, 11)])
    await driver.start()
    await until(lambda: count_is(driver, 10), what="the effects before")
    await driver.terminate()
    await driver.publish([driver.message(contact(key, version)) for version in range(11, 31)])
    [partition] = {record.partition for record in await driver.read(consumed_topic(driver.suffix).name)}
    await delete_records(driver, partition=partition, before=25)

    await driver.launch()

    await until(lambda: has_problem_with_gaps(driver), what="not ready for the gap")
    await until(lambda: count_is(driver, 15), what="the effects behind the gap")
    [gap] = await driver.rows("SELECT partition, first_offset, next_offset FROM messaging.consumer_gap")
    assert tuple(gap) == (partition, 10, 25)
    assert re.search(r"messaging_consumer_missed_records_total\{[^}]*\} 15\.0", str(driver.get("/metrics")[1]))


@pytest.mark.real_kafka
async def test_an_aborted_transaction_has_no_effect_and_leaves_no_gap(driver: Driver) -> None:
    committed, aborted = (driver.message(contact(uuid4(), version)) for version in (1, 2))
    await driver.start()
    await publish_in_transaction(driver, committed, commits=True)
    await until(lambda: count_is(driver, 1), what="the committed one")
    await publish_in_transaction(driver, aborted, commits=False)

    await until(lambda: has_stored_everything(driver), what="positions behind what was aborted")

    assert [version for _, version in await driver.effects()] == [1]


@pytest.mark.real_kafka
@pytest.mark.timeout(180)
async def test_a_topic_made_anew_while_running_is_consumed_within_seconds(driver: Driver) -> None:
    topic = consumed_topic(driver.suffix)
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(30)])
    await driver.start()
    await until(lambda: count_is(driver, 30), what="the effects before")

    await delete_topic(driver, topic.name)
    # By then the consumer knows as well: it has no partitions, asks for none, and no answer tells it of the new topic.
    await until(lambda: misses(driver, topic.name), what="the topic is missed")
    driver.stack.create_topics([topic])
    await driver.publish([driver.message(contact(uuid4(), 2)) for _ in range(30)])

    await until(lambda: count_is(driver, 60), what="the effects of the new topic", seconds=60)
    await until(driver.ready, what="ready again")


async def count_is(driver: Driver, count: int) -> bool:
    return len(await driver.effects()) == count


async def misses(driver: Driver, topic: str) -> bool:
    body = await driver.not_ready()
    return body is not None and f"{topic} does not exist" in str(body["problems"])


async def has_problem_with_gaps(driver: Driver) -> str | None:
    body = await driver.not_ready()
    return body["problems"].get("gaps") if body else None


@asynccontextmanager
async def backup(driver: Driver) -> AsyncIterator[None]:
    """Copy the database, and put the copy in its place at the end."""
    name, owner = driver.database_url.rsplit("/", 1)[1], re.search(r"//([^:]+):", driver.database_url)
    assert owner is not None
    admin = await asyncpg.connect(driver.stack.database_url)
    try:
        await admin.execute(f"CREATE DATABASE {name}_backup TEMPLATE {name}")
        yield
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {name}_backup OWNER {owner[1]}")
        await admin.execute(f"DROP DATABASE {name}_backup")
    finally:
        await admin.close()


@asynccontextmanager
async def admin_client(driver: Driver) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(bootstrap_servers=driver.stack.kafka_bootstrap_servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def delete_records(driver: Driver, *, partition: int, before: int) -> None:
    topic = consumed_topic(driver.suffix).name
    async with admin_client(driver) as admin:
        deletable = {"cleanup.policy": "delete"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=deletable)])
        await admin.delete_records({TopicPartition(topic, partition): RecordsToDelete(before_offset=before)})


async def delete_topic(driver: Driver, topic: str) -> None:
    async with admin_client(driver) as admin:
        await admin.delete_topics([topic])

        async def is_gone() -> bool:
            return topic not in await admin.list_topics()

        await until(is_gone, what="the topic is deleted")


async def publish_in_transaction(driver: Driver, message: Message, *, commits: bool) -> None:
    producer: Any = AIOKafkaProducer(
        bootstrap_servers=driver.stack.kafka_bootstrap_servers, transactional_id=str(uuid4())
    )
    await producer.start()
    try:
        await producer.begin_transaction()
        await producer.send_and_wait(message.topic, message.value, key=message.key, headers=list(message.headers))
        await (producer.commit_transaction() if commits else producer.abort_transaction())
    finally:
        await producer.stop()


async def has_stored_everything(driver: Driver) -> bool:
    """Whether the stored positions are the ends of the partitions, markers of transactions included."""
    topic = consumed_topic(driver.suffix)
    stored = {row["partition"]: row["next_offset"] for row in await driver.rows(POSITION)}
    return stored == await driver.ends(topic.name)
