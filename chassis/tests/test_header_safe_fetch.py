"""A record whose header name is not UTF-8: any client of librdkafka can write one, and aiokafka cannot read it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer
from specimen.app import consumed_topic
from specimen_driver import Driver, contact, until
from unusual_records import BUILDER, PLACEHOLDER, BinaryHeaderName


async def send(driver: Driver, customers: Sequence[UUID], *, partition: int) -> None:
    """Write sound records to one partition."""
    producer = AIOKafkaProducer(bootstrap_servers=driver.stack.kafka_bootstrap_servers)
    await producer.start()
    try:
        for customer in customers:
            message = driver.message(contact(customer, 1))
            headers = list(message.headers)
            await producer.send_and_wait(
                message.topic, message.value, key=message.key, partition=partition, headers=headers
            )
    finally:
        await producer.stop()


async def send_unreadable(driver: Driver, monkeypatch: pytest.MonkeyPatch, *, partition: int) -> None:
    """Write one record with a binary header name."""
    with monkeypatch.context() as patch:
        patch.setattr(BUILDER, BinaryHeaderName)
        producer = AIOKafkaProducer(bootstrap_servers=driver.stack.kafka_bootstrap_servers)
        await producer.start()
        try:
            headers = [(PLACEHOLDER.decode(), b"x")]
            topic = consumed_topic(driver.suffix).name
            await producer.send_and_wait(topic, b"{}", key=b"unreadable", partition=partition, headers=headers)
        finally:
            await producer.stop()


async def test_an_unreadable_record_loses_no_record_of_another_partition(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = [uuid4() for _ in range(20)]
    await send(driver, customers[:10], partition=0)
    await send(driver, customers[10:], partition=1)
    await send_unreadable(driver, monkeypatch, partition=2)
    await driver.launch()

    async def all_there() -> bool:
        return sorted(customers) == sorted(customer for customer, _ in await driver.effects())

    await until(all_there, what="all sound records took effect")
    assert await until(lambda: _dead_letters(driver), what="the dead letter") == [2]


async def test_an_unreadable_record_holds_up_nothing_behind_it(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = uuid4(), uuid4()
    await send(driver, [before], partition=0)
    await send_unreadable(driver, monkeypatch, partition=0)
    await send(driver, [after], partition=0)
    await driver.launch()

    async def both_there() -> bool:
        return [customer for customer, _ in await driver.effects()] == [before, after]

    await until(both_there, what="both sound records took effect")
    assert await _dead_letters(driver) == [0]


async def _dead_letters(driver: Driver) -> list[int]:
    return [row["partition"] for row in await driver.rows("SELECT partition FROM messaging.dead_letter")]
