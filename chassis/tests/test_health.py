"""Promise i: `/live`, `/ready` and `/metrics` tell the truth, soon, and name the server that is to blame."""

from __future__ import annotations

import asyncio
import http.client
import operator
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from prometheus_client import REGISTRY
from specimen.app import consumed_topic, published_topic
from specimen_driver import Driver, contact, until
from specimen_records import TOPIC, message
from structlog.testing import capture_logs

from chassis.consuming import subscription
from chassis.consuming.delivery import Batch
from chassis.consuming.subscription import Subscription
from chassis.errors import PositionMovedError
from chassis.lifecycle import RunningService
from chassis.service import Consumer, Service
from chassis.testing import Harness, harness
from chassis.unit_of_work import Work
from contracts.envelope import Message
from contracts.policy import ContactChanged
from contracts.topic import Topic
from devstack.kafka.mock_cluster import MockCluster

IMPATIENT = "1"
SOON_SECONDS = 15.0
LOCK_SECONDS = 10.0
"""After these a batch that waits for a lock is tried again."""
FLOOD_SECONDS, FLOOD_REQUESTS, MOST_TRANSACTIONS = 2.0, 500, 100

Problems = Mapping[str, str]


def group_of(driver: Driver) -> str:
    return f"specimen.{driver.suffix}.consumed.v1"


async def problems_where(driver: Driver, holds: Callable[[Problems], bool]) -> Problems | None:
    """The problems of /ready, once they are as expected."""
    body = await driver.not_ready()
    return body["problems"] if body is not None and holds(body["problems"]) else None


async def metric(driver: Driver, name: str, labels: str = "") -> float:
    _, page = await asyncio.to_thread(driver.get, "/metrics")
    found = re.search(rf"^{re.escape(name + labels)} (\S+)$", str(page), flags=re.MULTILINE)
    return float(found[1]) if found else -1.0


def is_measured(
    driver: Driver, name: str, labels: str, holds: Callable[[float], bool]
) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return holds(await metric(driver, name, labels))

    return check


@asynccontextmanager
async def full_disk(driver: Driver, *, where: str = "true") -> AsyncIterator[None]:
    """Let effects that are as `where` says be refused as if the disk of PostgreSQL were full."""
    connection = await asyncpg.connect(driver.database_url)
    await connection.execute(
        f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON effect FOR EACH ROW WHEN ({where}) EXECUTE FUNCTION refuse();
        """
    )
    try:
        yield
    finally:
        await connection.execute("DROP TRIGGER refuse ON effect")
        await connection.close()


@asynccontextmanager
async def locked(driver: Driver, customer_id: UUID) -> AsyncIterator[None]:
    """Hold the lock that the specimen needs for events of this customer, as a forgotten session would."""
    connection = await asyncpg.connect(driver.database_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM state WHERE customer_id = $1 FOR UPDATE", customer_id)
            yield
    finally:
        await connection.close()


async def ask_kafka(driver: Driver, ask: Callable[[AIOKafkaAdminClient], Awaitable[object]]) -> None:
    """Let an operator change topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=driver.stack.kafka_bootstrap_servers)
    await admin.start()
    try:
        await ask(admin)
    finally:
        await admin.close()


async def test_what_can_be_counted_is_counted_from_nothing_on(driver: Driver) -> None:
    await driver.start()

    consumer = f'{{consumer="{group_of(driver)}",result="dead_lettered"}}'
    assert await metric(driver, "messaging_client_consumed_messages_total", consumer) == 0
    sent = f'{{topic="{published_topic(driver.suffix).name}"}}'
    assert await metric(driver, "messaging_client_sent_messages_total", sent) == 0
    assert await metric(driver, "timers_fired_total", '{kind="remind",result="failed"}') == 0


async def test_ready_names_a_database_that_is_away_and_live_does_not_mind(driver: Driver) -> None:
    await driver.start(TOLERATED_FAILURE_SECONDS=IMPATIENT)
    parts = {"database", "relay", "timers"}
    await asyncio.to_thread(driver.stack.postgres.stop)
    try:
        problems = await until(lambda: problems_where(driver, lambda found: set(found) >= parts), what="all named")
        assert {name for name, problem in problems.items() if "PostgreSQL, " in problem} == set(problems)
        assert (await asyncio.to_thread(driver.get, "/live"))[0] == 200
    finally:
        await asyncio.to_thread(driver.stack.postgres.start)
    await until(driver.ready, what="ready again")


async def test_ready_names_the_parts_that_miss_their_broker(driver: Driver) -> None:
    await driver.start(TOLERATED_FAILURE_SECONDS=IMPATIENT)
    parts = {group_of(driver), "kafka", "relay"}
    await asyncio.to_thread(driver.stack.kafka.stop)
    try:
        problems = await until(lambda: problems_where(driver, lambda found: set(found) == parts), what="all named")
        assert problems["kafka"].startswith("does not answer: Kafka, ")
        assert "PostgreSQL" not in str(problems)
    finally:
        await asyncio.to_thread(driver.stack.kafka.start)
    await until(driver.ready, what="ready again")


async def test_a_batch_that_fails_is_not_ready_soon_and_a_full_disk_is_named(driver: Driver) -> None:
    await driver.start()
    group = group_of(driver)
    async with full_disk(driver):
        began = time.monotonic()
        await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(5)])
        problems = await until(lambda: problems_where(driver, lambda found: group in found), what="it is named")
        took = time.monotonic() - began

        assert re.fullmatch(
            r"has failed for \d+ s: the disk of PostgreSQL is full, DiskFullError \(53100\)", problems[group]
        )
        assert took < SOON_SECONDS
        assert await metric(driver, "part_failing_seconds", f'{{part="{group}"}}') > 5
        assert (await asyncio.to_thread(driver.get, "/live"))[0] == 200
    await until(driver.ready, what="ready again")
    events = re.findall(r'"event": "(trouble\.\w+)"', driver.log())
    assert events == ["trouble.began", "trouble.ended"]


async def test_a_batch_that_waits_for_a_lock_is_not_ready_soon(driver: Driver) -> None:
    key, group = uuid4(), group_of(driver)
    await driver.start(TOLERATED_FAILURE_SECONDS=IMPATIENT)
    await driver.publish([driver.message(contact(key, 1))])
    await until(driver.effects, what="the first effect")
    async with locked(driver, key):
        await driver.publish([driver.message(contact(key, version)) for version in range(2, 40)])

        problems = await until(lambda: problems_where(driver, lambda found: group in found), what="it is named")

        assert re.fullmatch(r"has been at the same work for \d+ s", problems[group])
    await until(driver.ready, what="ready again")


async def test_a_partition_that_works_does_not_hide_one_that_fails(driver: Driver) -> None:
    group, stuck = group_of(driver), uuid4()
    await driver.start(TOLERATED_FAILURE_SECONDS=IMPATIENT, BATCH_MAX_RECORDS="1")

    async def named_while_others_take_effect() -> bool:
        await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(6)])
        problems = await problems_where(driver, lambda found: group in found)
        return problems is not None and "DiskFullError" in problems[group] and len(await driver.effects()) > 3

    async with full_disk(driver, where=f"NEW.customer_id = '{stuck}'"):
        await driver.publish([driver.message(contact(stuck, 1))])
        await until(named_while_others_take_effect, what="it is named while others take effect")
        assert "trouble.ended" not in driver.log()
    await until(driver.ready, what="ready again")


@pytest.mark.parametrize("way", ["lost", "consumed elsewhere"])
async def test_what_failed_and_concerns_another_instance_now_is_forgotten(service: Service, way: str) -> None:
    """No record comes that could succeed instead."""
    attempts = 0

    async def fail(_: Batch[ContactChanged], __: Work) -> None:
        nonlocal attempts
        attempts += 1
        raise PositionMovedError

    first = TopicPartition(TOPIC.name, 0)
    cluster = MockCluster()
    cluster.create_topic(name=TOPIC.name, partitions=1)
    settings = service.settings.model_copy(update={"kafka_bootstrap_servers": cluster.bootstrap_servers})
    service = replace(service, settings=settings, consumers=(Consumer(TOPIC, fail),))
    async with harness(service) as running:
        await publish(cluster, message(contact(uuid4(), 1)))
        with capture_logs() as logs:
            async with subscribed(running) as consuming:
                await until(lambda: attempts > 2, what="it fails again and again")
                assert consuming.trouble.seconds > 0
                client: Any = consuming.subscriber.consumer
                if way == "lost":
                    client._subscription.assign_from_subscribed(set())
                else:
                    await running.pool.execute("UPDATE messaging.consumer_position SET next_offset = 1")
                    await client.commit({first: 1})

                await until(lambda: consuming.trouble.seconds == 0, what="it is forgotten")

                assert consuming.problem(tolerated_seconds=0) is None

    (ended,) = [line for line in logs if line["event"] == "trouble.ended"]
    assert ended["failures"] == attempts


@asynccontextmanager
async def subscribed(running: Harness) -> AsyncIterator[Subscription]:
    """Consume for the only consumer of a service, as its process would."""
    service, runtime = running.service, running.runtime
    broker = subscription.new_broker(service.settings, service=service.name)
    (consumer,) = service.consumers
    consuming = Subscription(
        consumer,
        broker=broker,
        settings=service.settings,
        work=runtime.work,
        stopping=runtime.stopping,
        report_failure=lambda _: None,
    )
    await subscription.start(broker, [consuming])
    try:
        yield consuming
    finally:
        await broker.stop()


async def publish(cluster: MockCluster, record: Message) -> None:
    producer: Any = AIOKafkaProducer(bootstrap_servers=cluster.bootstrap_servers)
    await producer.start()
    await producer.send_and_wait(record.topic, record.value, key=record.key, headers=list(record.headers))
    await producer.stop()


async def test_the_gauge_tells_also_of_polls_and_of_the_clean_up(service: Service) -> None:
    async with harness(service) as running:
        whole = RunningService(running.service, running.runtime)
        polling = whole._subscriptions[0]
        client = polling.new_client(group_id=polling.group)
        polling.subscriber.consumer = client
        for trouble in (client.trouble, whole._clean_up_trouble):
            trouble.failed(OSError())

        whole._measure()
        await client.stop()

        for part in (f"{polling.group} polling", "clean-up"):
            seconds = REGISTRY.get_sample_value("part_failing_seconds", {"part": part})
            assert seconds is not None
            assert seconds > 0


async def test_the_age_of_the_outbox_is_measured_when_nobody_asks_ready(driver: Driver) -> None:
    await driver.start(TOLERATED_FAILURE_SECONDS=IMPATIENT)
    await asyncio.to_thread(driver.stack.kafka.stop)
    try:
        await driver.rows(
            """
            INSERT INTO messaging.outbox (id, aggregatetype, aggregateid, type, payload, occurred_at)
            VALUES (gen_random_uuid(), $1, 'key', 'type', 'payload', now() - interval '10 minutes')
            """,
            published_topic(driver.suffix).name,
        )

        await until(
            is_measured(driver, "outbox_oldest_age_seconds", "", lambda age: 600 <= age < 660), what="it is measured"
        )
        assert 0 <= await metric(driver, "measurement_age_seconds", '{measurement="database"}') < SOON_SECONDS
    finally:
        await asyncio.to_thread(driver.stack.kafka.start)


async def test_what_runs_and_what_stands_in_its_tables_is_measured_from_the_start(driver: Driver) -> None:
    await driver.start(BUILD_COMMIT="4f2a9c1")

    labels = f'{{consumer="{group_of(driver)}"}}'
    await until(is_measured(driver, "dead_letters_open", labels, lambda count: count == 0), what="it is measured")
    assert 0 <= await metric(driver, "measurement_age_seconds", '{measurement="tables"}') < SOON_SECONDS
    assert await metric(driver, "timers_oldest_overdue_seconds", "") == 0
    built = '{commit="4f2a9c1",service="specimen",version="unknown"}'
    assert await metric(driver, "build_info", built) == 1


async def test_the_lag_of_a_consumer_that_is_stuck_grows(driver: Driver) -> None:
    key, lag = uuid4(), ("messaging_consumer_lag_records", f'{{consumer="{group_of(driver)}"}}')
    await driver.start(TOLERATED_FAILURE_SECONDS=IMPATIENT)
    await driver.publish([driver.message(contact(key, 1))])
    await until(driver.effects, what="the first effect")
    async with locked(driver, key):
        await driver.publish([driver.message(contact(key, 2))])
        for most in (200, 400, 600):  # what is fetched while the first batch waits is not fetched again
            await driver.publish([driver.message(contact(key, version)) for version in range(most, most + 200)])
            await until(
                is_measured(driver, *lag, partial(operator.le, most - 20)),
                what=f"a lag of {most}",
                seconds=LOCK_SECONDS / 2,
            )
    await until(is_measured(driver, *lag, lambda lag: lag == 0), what="none is left")


@pytest.mark.real_kafka
async def test_records_that_an_open_transaction_holds_up_are_part_of_the_lag(driver: Driver) -> None:
    lag = ("messaging_consumer_lag_records", f'{{consumer="{group_of(driver)}"}}')
    await driver.start(TOLERATED_FAILURE_SECONDS=IMPATIENT)
    producer: Any = AIOKafkaProducer(
        bootstrap_servers=driver.stack.kafka_bootstrap_servers, transactional_id=str(uuid4())
    )
    await producer.start()
    try:
        await producer.begin_transaction()
        for version in range(1, 6):
            held_up = driver.message(contact(uuid4(), version))
            await producer.send_and_wait(held_up.topic, held_up.value, key=held_up.key, headers=list(held_up.headers))

        await until(is_measured(driver, *lag, partial(operator.eq, 5)), what="the lag")

        await producer.commit_transaction()
        await until(is_measured(driver, *lag, lambda lag: lag == 0), what="none is left")
    finally:
        await producer.stop()


def _ask_again_and_again(port: int) -> int:
    """Ask /ready over one connection for a while, and at least so often; return how often it was ready."""
    connection, began = http.client.HTTPConnection("127.0.0.1", port, timeout=5), time.monotonic()
    answers: list[int] = []
    while len(answers) < FLOOD_REQUESTS or time.monotonic() - began < FLOOD_SECONDS:
        connection.request("GET", "/ready")
        answer = connection.getresponse()
        answer.read()
        answers.append(answer.status)
    connection.close()
    return answers.count(200)


async def test_a_flood_of_questions_costs_the_database_nothing(driver: Driver) -> None:
    await driver.start()
    connection = await asyncpg.connect(driver.database_url)
    count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL stats_fetch_consistency = none")
            before = await connection.fetchval(count)

            assert await asyncio.to_thread(_ask_again_and_again, driver.port()) >= FLOOD_REQUESTS

            assert await connection.fetchval(count) - before < MOST_TRANSACTIONS
    finally:
        await connection.close()


@pytest.mark.real_kafka
async def test_partitions_added_to_a_running_service_are_named_soon(driver: Driver) -> None:
    await driver.start()
    topic = published_topic(driver.suffix).name
    await ask_kafka(driver, lambda admin: admin.create_partitions({topic: NewPartitions(5)}))

    problems = await until(
        lambda: problems_where(driver, lambda found: topic in found), what="named", seconds=SOON_SECONDS
    )

    assert problems[topic] == (
        f"topic {topic} has 5 partitions and contracts say 3; order per key needs both to agree, change one of them"
    )


@pytest.mark.real_kafka
@pytest.mark.parametrize("topic_of", [consumed_topic, published_topic])
async def test_a_topic_that_disappears_from_a_running_service_is_named_soon(
    driver: Driver, topic_of: Callable[[str], Topic[Any]]
) -> None:
    await driver.start()
    topic = topic_of(driver.suffix)
    await ask_kafka(driver, lambda admin: admin.delete_topics([topic.name]))

    problems = await until(
        lambda: problems_where(driver, lambda found: topic.name in found), what="named", seconds=SOON_SECONDS
    )

    assert problems[topic.name].startswith(f"topic {topic.name} does not exist")
    await asyncio.to_thread(driver.stack.create_topics, [topic])
    await until(driver.ready, what="ready again")


@pytest.mark.real_kafka
async def test_an_instance_without_partitions_is_ready_and_takes_over(driver: Driver, tmp_path: Path) -> None:
    others = [replace(driver, log_path=tmp_path / f"{number}.log", process=None) for number in range(3)]
    await driver.start()
    for other in others:
        await other.launch()
    try:
        instances = (driver, *others)

        async def all_are_ready() -> bool:
            # At once: whoever is spare in the end may have had a partition, and been ready, before all had joined.
            return all([await instance.ready() for instance in instances])

        await until(all_are_ready, what="all ready")
        for instance in instances[:3]:
            instance.kill()
        await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(30)])

        async def all_took_effect() -> bool:
            return len(await driver.effects()) == 30

        await until(all_took_effect, what="effects")
        await until(others[2].ready, what="ready")
    finally:
        for other in others:
            other.close()


async def test_metrics_count_what_was_applied(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(3)])
    await driver.start(TOLERATED_FAILURE_SECONDS=IMPATIENT)
    consumer = f'{{consumer="{group_of(driver)}"}}'
    applied = f'{{consumer="{group_of(driver)}",result="applied"}}'

    await until(
        is_measured(driver, "messaging_client_consumed_messages_total", applied, lambda count: count == 3),
        what="three applied",
    )
    await until(is_measured(driver, "messaging_consumer_lag_records", consumer, lambda lag: lag == 0), what="no lag")
