"""Promises a, b and f: an effect, its inbox row and its event are one; wherever the process dies, once is once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from specimen.app import published_topic
from specimen_driver import Driver, contact, until

from contracts.envelope import decode

KILLED = 137


@pytest.mark.parametrize(
    "point",
    [
        "consumer.before_commit",
        "consumer.after_commit",
        "consumer.before_acknowledge",
        "relay.after_hand_over",
        "relay.after_send",
    ],
)
async def test_a_kill_at_any_point_loses_nothing_and_doubles_no_effect(driver: Driver, point: str) -> None:
    customers = [uuid4() for _ in range(40)]
    await driver.publish([driver.message(contact(customer, 1)) for customer in customers])

    await driver.launch(CRASH_AT=point)
    assert await driver.wait_for_exit() == KILLED
    await driver.start()
    await until(lambda: _all_published(driver, 40), what="everything published")

    assert sorted(await driver.effects()) == sorted((customer, 1) for customer in customers)


async def _all_published(driver: Driver, count: int) -> bool:
    """An event may be on the wire twice; each effect has exactly one identity there."""
    topic = published_topic(driver.suffix)
    received = [
        decode(topic, headers=record.headers, key=record.key, value=record.value) for record in await driver.published()
    ]
    identities = {(one.source, one.event_id) for one in received}
    assert len(identities) <= count
    return len(identities) == count


async def test_the_same_message_three_times_in_one_batch_and_again_after_a_restart_changes_nothing(
    driver: Driver,
) -> None:
    customer = uuid4()
    message = driver.message(contact(customer, 1), event_id="one-and-the-same")
    await driver.publish([message, message, message])
    await driver.start()
    await until(driver.effects, what="first effect")
    await driver.publish([message])
    assert await driver.terminate() == 0

    await driver.publish([message, driver.message(contact(customer, 2))])
    await driver.start()
    await until(lambda: _has_effect(driver, 2), what="the message behind the duplicates")

    assert await driver.effects() == [(customer, 1), (customer, 2)]
    assert len(await driver.rows("SELECT FROM messaging.inbox_entry")) == 2


async def _has_effect(driver: Driver, version: int) -> bool:
    return any(seen == version for _, seen in await driver.effects())


async def test_the_same_id_from_another_source_is_another_event(driver: Driver) -> None:
    customer = uuid4()
    first = driver.message(contact(customer, 1), event_id="7")
    headers = tuple((name, b"/elsewhere" if name == "ce_source" else value) for name, value in first.headers)
    await driver.publish([first, (first.topic, first.key, first.value, list(headers))])
    await driver.start()

    await until(lambda: _count_is(driver, 2), what="both effects")


async def _count_is(driver: Driver, count: int) -> bool:
    return len(await driver.effects()) == count


async def test_offsets_are_acknowledged_only_after_the_commit(driver: Driver) -> None:
    """Killed before its commit, the batch is delivered again although nobody publishes it again."""
    await driver.publish([driver.message(contact(uuid4(), 1))])
    await driver.launch(CRASH_AT="consumer.before_commit")
    assert await driver.wait_for_exit() == KILLED
    assert await driver.effects() == []

    await driver.start()

    await until(lambda: _count_is(driver, 1), what="the effect")
