"""A handler refuses some messages of a batch: they become dead letters with the effects of the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from specimen_driver import contact
from specimen_records import TOPIC, dead_letters, effects, message

from chassis.consuming.delivery import Batch
from chassis.consuming.replay import replay
from chassis.service import Consumer, Service
from chassis.testing import Harness, harness
from chassis.unit_of_work import Work
from contracts.dead_letters import MessageDeadLettered
from contracts.policy import ContactChanged

REASON = "its version must not be above 1; publish the first one"


async def _refuse_later_versions(batch: Batch[ContactChanged], work: Work) -> None:
    calls.append(len(batch))
    for delivery in batch:
        if delivery.event.version > 1:
            work.refuse(delivery, code="too-late", reason=REASON)
        else:
            await work.connection.execute(
                "INSERT INTO effect (customer_id, version) VALUES ($1, $2)", delivery.event.customer_id, 1
            )


calls: list[int] = []


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    calls.clear()
    async with harness(replace(service, consumers=(Consumer(TOPIC, _refuse_later_versions),))) as harnessed:
        yield harnessed


def _consumed(running: Harness, result: str) -> float:
    (consumer,) = running.service.consumers
    labels = {"consumer": consumer.group(running.service.name), "result": result}
    return REGISTRY.get_sample_value("messaging_client_consumed_messages_total", labels) or 0


async def test_a_refused_message_is_dead_lettered_and_the_batch_takes_effect_in_one_go(running: Harness) -> None:
    before, after = uuid4(), uuid4()
    counted = {result: _consumed(running, result) for result in ("applied", "duplicate", "dead_lettered")}

    await running.deliver(TOPIC, contact(before, 1), contact(uuid4(), 2), contact(after, 1))

    assert calls == [3]
    assert await effects(running) == [(before, 1), (after, 1)]
    assert await dead_letters(running) == [("too-late", REASON)]
    (published,) = await running.published()
    assert isinstance(published, MessageDeadLettered)
    assert (published.topic, published.reason_code, published.reason) == (TOPIC.name, "too-late", REASON)
    assert {result: _consumed(running, result) - count for result, count in counted.items()} == {
        "applied": 2,
        "duplicate": 0,
        "dead_lettered": 1,
    }


async def test_a_refused_message_that_is_delivered_again_is_dead_lettered_once(running: Harness) -> None:
    record = running.record(message(contact(uuid4(), 2)))

    await running.process(TOPIC, [record])
    await running.process(TOPIC, [record])

    assert calls == [1, 1]
    assert len(await dead_letters(running)) == 1
    assert len(await running.published()) == 1


async def test_what_is_refused_is_stored_only_with_the_effects_of_its_batch(service: Service) -> None:
    async def refuse_and_fail_together(batch: Batch[ContactChanged], work: Work) -> None:
        await _refuse_later_versions(batch, work)
        if len(batch) > 1:
            raise ZeroDivisionError

    good, bad = uuid4(), uuid4()
    async with harness(replace(service, consumers=(Consumer(TOPIC, refuse_and_fail_together),))) as running:
        await running.deliver(TOPIC, contact(good, 1), contact(bad, 2))

        assert await effects(running) == [(good, 1)]
        assert await dead_letters(running) == [("too-late", REASON)]


async def _replayed(running: Harness) -> list[tuple[UUID, str | None]]:
    return [outcome async for outcome in replay(running.service.consumers, running.runtime.work, only=None)]


async def test_a_replay_asks_the_handler_again_and_is_refused_the_same_way(running: Harness) -> None:
    await running.deliver(TOPIC, contact(uuid4(), 2))
    (letter,) = await running.pool.fetch("SELECT dead_letter_id FROM messaging.dead_letter")

    assert await _replayed(running) == [(letter["dead_letter_id"], REASON)]

    assert calls == [1, 1]
    (row,) = await running.pool.fetch("SELECT reason_code, attempts, replayed_at FROM messaging.dead_letter")
    assert tuple(row) == ("too-late", 2, None)
    assert await running.pool.fetchval("SELECT count(*) FROM messaging.inbox_entry") == 0


async def test_a_replay_that_is_no_longer_refused_takes_effect(running: Harness) -> None:
    refused = uuid4()
    await running.deliver(TOPIC, contact(refused, 2))

    async def accept(batch: Batch[ContactChanged], work: Work) -> None:
        for delivery in batch:
            await work.connection.execute(
                "INSERT INTO effect (customer_id, version) VALUES ($1, 2)", delivery.event.customer_id
            )

    outcomes = [outcome async for outcome in replay([Consumer(TOPIC, accept)], running.runtime.work, only=None)]

    assert [reason for _, reason in outcomes] == [None]
    assert await effects(running) == [(refused, 2)]
