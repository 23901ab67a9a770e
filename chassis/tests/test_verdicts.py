"""What a record is dead-lettered for before its handler is asked, and when that says more about us than about it."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from specimen_driver import contact
from specimen_records import TOPIC, dead_letters, effects, message

from chassis.consuming.decoding import BatchDecoder, UnknownInARow
from chassis.consuming.delivery import Record
from chassis.consuming.replay import replay
from chassis.errors import HandlerBrokenError
from chassis.service import Service
from chassis.telemetry.tracing import Tracing
from chassis.testing import Harness, harness
from chassis.workarounds.header_safe_fetch import OversizedValue


async def test_the_same_id_with_other_contents_is_dead_lettered_with_a_reason(service: Service) -> None:
    customer = uuid4()
    async with harness(service) as running:
        first, other, third = (
            running.record(message(contact(customer, version), event_id="42")) for version in (1, 2, 3)
        )
        again = replace(first, offset=10)

        await running.process(TOPIC, [first, again, other])
        await running.process(TOPIC, [replace(first, offset=11), third])

        assert [letter[0] for letter in await dead_letters(running)] == ["id-used-twice"] * 2
        stored = await running.pool.fetch("SELECT value FROM messaging.dead_letter ORDER BY record_offset")
        assert [row["value"] for row in stored] == [other.value, third.value]
        assert await effects(running) == [(customer, 1)]
        reason = "its ce_source and ce_id belong to an event with other contents; publish it with an id of its own"
        replaying = replay(running.service.consumers, running.runtime.work, only=None)
        assert [failure async for _, failure in replaying] == [reason] * 2


async def test_an_event_stored_before_there_were_digests_is_a_duplicate(service: Service) -> None:
    customer = uuid4()
    async with harness(service) as running:
        await running.process(TOPIC, [running.record(message(contact(customer, 1), event_id="42"))])
        await running.pool.execute("UPDATE messaging.inbox_entry SET digest = NULL")

        await running.process(TOPIC, [running.record(message(contact(customer, 2), event_id="42"))])

        assert (await dead_letters(running), await effects(running)) == ([], [(customer, 1)])


async def test_a_record_whose_key_is_not_its_events_key_is_dead_lettered(service: Service) -> None:
    async with harness(service) as running:
        records = [running.record(message(contact(uuid4(), 1))) for _ in range(2)]

        await running.process(TOPIC, [replace(records[0], key=b"another"), replace(records[1], key=None)])

        reason = "the record's key is not the event's customer_id; send it as the key"
        assert await dead_letters(running) == [("wrong-key", reason)] * 2
        assert await effects(running) == []


def unknown_language(running: Harness, *, source: str = "/test") -> Record:
    sound = running.record(message(contact(uuid4(), 1), source=source))
    assert sound.value is not None
    return replace(sound, value=sound.value.replace(b'"language":"nl"', b'"language":"fy"'))


async def test_a_service_older_than_its_producer_stops_and_acknowledges_nothing_of_the_batch(service: Service) -> None:
    limit = service.settings.dead_letter_limit
    async with harness(service) as running:
        for _ in range(limit):
            await running.process(TOPIC, [unknown_language(running)])

        with pytest.raises(
            HandlerBrokenError, match=f"{limit + 1} records in a row hold values it does not know, last "
        ):
            await running.process(TOPIC, [unknown_language(running) for _ in range(3)])

        assert {code for code, _ in await dead_letters(running)} == {"unknown-value"}
        assert len(await dead_letters(running)) == limit


async def test_a_service_older_than_its_producer_dead_letters_nothing_more_when_it_is_started_again(
    service: Service,
) -> None:
    limit = service.settings.dead_letter_limit
    async with harness(service) as running:
        await running.process(TOPIC, [running.record(message(contact(uuid4(), 1)))])
        await running.process(TOPIC, [unknown_language(running) for _ in range(limit)])
    async with harness(service) as running:
        with pytest.raises(HandlerBrokenError, match=f"{limit + 1} records in a row"):
            await running.process(TOPIC, [unknown_language(running)])
        assert len(await dead_letters(running)) == limit

        await running.pool.execute("UPDATE messaging.dead_letter SET discarded_at = now()")
    async with harness(service) as running:
        await running.process(TOPIC, [unknown_language(running)])
        assert len(await dead_letters(running)) == limit + 1


async def test_the_spans_of_a_batch_that_is_refused_are_ended(service: Service) -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(service_name="specimen", exporter=exporter)
    decoder = BatchDecoder(service.consumers[0], group="specimen", tracing=tracing, unknown_limit=1)
    async with harness(service) as running:
        sound = running.record(message(contact(uuid4(), 1)))
        unknown = [unknown_language(running) for _ in range(2)]

    with pytest.raises(HandlerBrokenError):
        decoder.decode([sound, *unknown], after=UnknownInARow())

    await tracing.close()
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.status.status_code) == (f"process {TOPIC.name}", StatusCode.ERROR)


async def test_a_service_that_is_started_again_counts_only_what_came_after_the_last_sound_record(
    service: Service,
) -> None:
    limit = service.settings.dead_letter_limit
    async with harness(service) as running:
        await running.process(TOPIC, [unknown_language(running) for _ in range(limit)])
        await running.process(TOPIC, [running.record(message(contact(uuid4(), 1)))])
        await running.process(TOPIC, [unknown_language(running)])
    async with harness(service) as running:
        await running.process(TOPIC, [unknown_language(running) for _ in range(limit - 1)])

        with pytest.raises(HandlerBrokenError, match=f"{limit + 1} records in a row"):
            await running.process(TOPIC, [unknown_language(running)])


async def test_a_service_that_is_started_again_counts_only_the_last_producer(service: Service) -> None:
    limit = service.settings.dead_letter_limit
    async with harness(service) as running:
        others = [unknown_language(running, source="/other") for _ in range(limit)]
        await running.process(TOPIC, [*others, unknown_language(running)])
    async with harness(service) as running:
        await running.process(TOPIC, [unknown_language(running) for _ in range(limit - 1)])

        with pytest.raises(HandlerBrokenError, match=f"{limit + 1} records in a row"):
            await running.process(TOPIC, [unknown_language(running)])


async def test_a_sound_record_or_another_producer_between_them_keeps_the_service_running(service: Service) -> None:
    limit = service.settings.dead_letter_limit
    async with harness(service) as running:
        unknown = [unknown_language(running) for _ in range(limit)]
        sound = running.record(message(contact(uuid4(), 1)))
        others = [unknown_language(running, source="/other") for _ in range(limit)]

        await running.process(TOPIC, [*unknown, sound, *unknown, *others])

        assert len(await effects(running)) == 1


async def test_a_value_that_is_too_large_is_dead_lettered_without_it(service: Service) -> None:
    oversized = OversizedValue()
    oversized.reason = "unpacked it would have a gigabyte"
    async with harness(service) as running:
        record = running.record(message(contact(uuid4(), 1)))
        huge = replace(record, offset=1, value=b" " * (TOPIC.max_message_bytes + 1))

        await running.process(TOPIC, [replace(record, value=oversized), huge])

        assert await dead_letters(running) == [
            ("too-large", "unpacked it would have a gigabyte"),
            ("too-large", f"the value has {TOPIC.max_message_bytes + 1} bytes; {TOPIC.max_message_bytes} are allowed"),
        ]
        assert await running.pool.fetchval("SELECT bool_and(value IS NULL) FROM messaging.dead_letter")
