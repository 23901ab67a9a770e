"""Promise e: events of one key take effect and leave in order, also across restarts and failed sends."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from uuid import UUID, uuid4

import pytest
from specimen_driver import Driver, contact, until

from contracts.vocabulary import Version

KILLED = 137
KEYS, VERSIONS = 20, 30


async def _first_published(driver: Driver) -> dict[str, list[Version]]:
    """Per key, the versions in the order in which a consumer that drops duplicates sees them."""
    seen: set[bytes | None] = set()
    order: dict[str, list[Version]] = defaultdict(list)
    for record in await driver.published():
        identity = dict(record.headers)["ce_id"]
        if identity not in seen:
            seen.add(identity)
            order[(record.key or b"").decode()].append(json.loads(record.value or b"")["claim_version"])
    return order


async def _all_published(driver: Driver) -> bool:
    return sum(map(len, (await _first_published(driver)).values())) == KEYS * VERSIONS


def _in_order(customers: list[UUID], published: dict[str, list[Version]]) -> bool:
    return all(published[str(customer)] == list(range(1, VERSIONS + 1)) for customer in customers)


async def test_events_of_one_key_leave_in_order_across_restarts_of_the_relay(driver: Driver) -> None:
    customers = [uuid4() for _ in range(KEYS)]
    messages = [
        driver.message(contact(customer, version)) for version in range(1, VERSIONS + 1) for customer in customers
    ]
    for start in range(0, len(messages), 200):
        await driver.publish(messages[start : start + 200])
        await driver.launch(CRASH_AT="relay.after_hand_over", BATCH_MAX_RECORDS="50")
        assert await driver.wait_for_exit() == KILLED
    await driver.start(BATCH_MAX_RECORDS="50")

    await until(lambda: _all_published(driver), what="everything published")

    assert _in_order(customers, await _first_published(driver))
    assert sorted(await driver.effects(), key=lambda effect: effect[0]) == [
        (customer, version) for customer in sorted(customers) for version in range(1, VERSIONS + 1)
    ]


@pytest.mark.timeout(240)
async def test_events_of_one_key_leave_in_order_when_sends_fail_in_between(driver: Driver) -> None:
    customers = [uuid4() for _ in range(KEYS)]
    messages = [
        driver.message(contact(customer, version)) for version in range(1, VERSIONS + 1) for customer in customers
    ]
    await driver.start(BATCH_MAX_RECORDS="20")
    for start in range(0, len(messages), 200):
        await driver.publish(messages[start : start + 200])
        await asyncio.to_thread(driver.stack.kafka.stop)
        await asyncio.to_thread(driver.stack.kafka.start)

    # A topic that failed again and again is tried after half a minute, and a transaction that was cut off may have to
    # time out first.
    await until(lambda: _all_published(driver), what="everything published", seconds=100)

    assert _in_order(customers, await _first_published(driver))
