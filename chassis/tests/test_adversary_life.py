"""A service whose broker goes away, whose port is taken, whose collector is dead."""

from __future__ import annotations

import asyncio
import socket
import time
from uuid import uuid4

import pytest
from driving import Driver, contact, until
from specimen.app import catalogue

from devstack.kafka.mock_cluster import MockCluster


@pytest.fixture
def broker(driver: Driver) -> MockCluster:
    """A broker of this test's own, that can be taken down."""
    cluster = MockCluster()
    for topic in catalogue(driver.suffix).topics:
        cluster.create_topic(name=topic.name, partitions=topic.partitions)
    driver.environment["KAFKA_BOOTSTRAP_SERVERS"] = cluster.bootstrap_servers
    return cluster


async def test_ready_says_when_the_broker_is_away(driver: Driver, broker: MockCluster) -> None:
    await driver.start()
    broker.go_down()

    async def not_ready() -> bool:
        return not await driver.ready()

    await until(not_ready, what="not ready without a broker", seconds=30)


async def test_a_stop_without_a_broker_keeps_its_deadline_and_is_no_failure(
    driver: Driver, broker: MockCluster
) -> None:
    await driver.start(STOP_TIMEOUT_SECONDS="6")
    broker.go_down()
    await asyncio.sleep(2)
    began = time.monotonic()

    code = await driver.terminate()

    assert time.monotonic() - began < 9
    assert code == 0, driver.log()[-1500:]


async def test_a_port_that_is_taken_stops_the_start_with_one_sentence(driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        await driver.launch(HTTP_PORT=str(taken.getsockname()[1]))
        code = await driver.wait_for_exit()

    assert code != 0
    assert "change HTTP_HOST or HTTP_PORT" in driver.log()


async def test_a_collector_that_never_answers_does_not_hold_up_a_stop(driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        await driver.start(
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{silent.getsockname()[1]}", STOP_TIMEOUT_SECONDS="6"
        )
        await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(700)])

        async def all_there() -> bool:
            return len(await driver.effects()) == 700

        await until(all_there, what="effects")
        began = time.monotonic()
        code = await driver.terminate()

    assert code == 0
    assert time.monotonic() - began < 9
