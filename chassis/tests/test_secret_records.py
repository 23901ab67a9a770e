"""On a topic whose records hold secrets, a dead letter keeps no value that may show one."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from specimen_driver import contact
from specimen_records import TOPIC, message

from chassis.consuming.delivery import Batch
from chassis.consuming.replay import replay
from chassis.service import Consumer, Service
from chassis.testing import harness
from chassis.unit_of_work import Work
from contracts.dead_letters import MessageDeadLettered
from contracts.policy import ContactChanged

SECRET_TOPIC = replace(TOPIC, holds_secrets=True)
SECRET = "8305961742"


async def refuse(batch: Batch[ContactChanged], work: Work) -> None:
    for delivery in batch:
        work.refuse(delivery, code="cannot-open", reason="encrypt it to the right key")


async def fail(batch: Batch[ContactChanged], work: Work) -> None:  # noqa: ARG001 - the handler's form
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("value", "code"),
    [(None, "cannot-open"), (b'{"code": "8305961742"}', "wrong-schema"), (b"8305961742{", "not-json")],
)
async def test_a_record_that_is_wrong_becomes_a_dead_letter_without_its_value(
    service: Service, value: bytes | None, code: str
) -> None:
    sent = message(contact(uuid4(), 1, name=SECRET))
    sent = sent if value is None else replace(sent, value=value)
    async with harness(replace(service, consumers=(Consumer(SECRET_TOPIC, refuse),))) as running:
        await running.process(SECRET_TOPIC, [running.record(sent)])

        (row,) = await running.pool.fetch("SELECT * FROM messaging.dead_letter")
        (published,) = await running.published()
        chosen = row["dead_letter_id"]
        outcomes = [one async for one in replay(running.service.consumers, running.runtime.work, only={chosen})]
        stored = await running.pool.fetchval("SELECT dead_letter::text FROM messaging.dead_letter")

    assert (row["reason_code"], row["value"], row["key"]) == (code, None, sent.key)
    assert isinstance(published, MessageDeadLettered)
    assert (published.reason_code, published.value_base64) == (code, None)
    assert len(published.headers) == len(sent.headers)
    assert SECRET.encode().hex() not in stored
    assert SECRET not in stored
    assert SECRET not in repr(published)
    assert outcomes == [(chosen, "its contents were not kept, or were erased; publish it anew if it is still true")]


async def test_a_record_that_is_right_and_failed_is_kept_whole_to_be_replayed(service: Service) -> None:
    sent = message(contact(uuid4(), 1))
    async with harness(replace(service, consumers=(Consumer(SECRET_TOPIC, fail),))) as running:
        await running.process(SECRET_TOPIC, [running.record(sent)])

        row = await running.pool.fetchrow("SELECT reason_code, value FROM messaging.dead_letter")

    assert row is not None
    assert (row["reason_code"], row["value"]) == ("handler-failed", sent.value)


async def test_on_any_other_topic_a_wrong_record_is_kept_whole(service: Service) -> None:
    sent = message(contact(uuid4(), 1))
    async with harness(replace(service, consumers=(Consumer(TOPIC, refuse),))) as running:
        await running.process(TOPIC, [running.record(sent)])

        assert await running.pool.fetchval("SELECT value FROM messaging.dead_letter") == sent.value
