"""What becomes of a batch whose handler fails: applied, dead-lettered, retried, or the end of the service."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest
from specimen.panic import Panic
from specimen_driver import contact
from specimen_records import TOPIC, dead_letters, message
from structlog.testing import capture_logs

from chassis.clock import Clock, DatabaseClock, SettableClock
from chassis.consuming import decoding
from chassis.consuming.batch_processor import TOO_SLOW_ATTEMPTS
from chassis.consuming.delivery import Batch
from chassis.errors import HandlerBrokenError, UnprocessableMessage
from chassis.service import Consumer, Service
from chassis.testing import harness
from chassis.unit_of_work import Work
from contracts.policy import ContactChanged


async def test_messages_whose_value_the_database_cannot_hold_are_dead_lettered_and_not_retried(
    service: Service,
) -> None:
    async def store(batch: Batch[ContactChanged], work: Work) -> None:
        await work.connection.execute("SELECT $1::text", [delivery.event.name for delivery in batch])

    async with harness(replace(service, consumers=(Consumer(TOPIC, store),))) as running:
        await running.deliver(TOPIC, contact(uuid4(), 1, name="Van Closteren"), contact(uuid4(), 1, name="closed"))

        assert await dead_letters(running) == [("handler-failed", "DataError in the handler")] * 2


@pytest.mark.parametrize(
    "clock", [DatabaseClock(), SettableClock(datetime(2021, 7, 14, tzinfo=UTC))], ids=["database", "settable"]
)
async def test_a_batch_is_handled_at_the_moment_of_its_services_clock(service: Service, clock: Clock) -> None:
    moments: list[tuple[datetime, datetime]] = []

    async def handle(_: Batch[ContactChanged], work: Work) -> None:
        moments.append((work.now, await clock.now(work.connection)))

    async with harness(replace(service, clock=clock, consumers=(Consumer(TOPIC, handle),))) as running:
        await running.deliver(TOPIC, contact(uuid4(), 1))

    ((now, expected),) = moments
    assert now == expected
    assert now.tzinfo is UTC


async def test_the_line_of_a_dead_letter_carries_the_ids_by_which_it_is_found(service: Service) -> None:
    async def refuse(_: Batch[ContactChanged], __: Work) -> None:
        raise UnprocessableMessage("test", "a test refuses everything")

    event_id, trace = str(uuid4()), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    about = uuid4()
    sound = message(contact(uuid4(), 1), event_id=event_id)
    sound = replace(sound, headers=(*sound.headers, ("traceparent", trace.encode())))
    text = f'{{"claim_id": "{about}", "report_id" : "{about}", "name": "Van Closteren"}}'.encode()
    strange = replace(message(contact(uuid4(), 1), event_id="Van Closteren"), value=text)
    async with harness(replace(service, consumers=(Consumer(TOPIC, refuse),))) as running:
        with capture_logs() as logs:
            await running.process(TOPIC, [running.record(sound)])
            await running.process(TOPIC, [running.record(strange)])
        letters = await running.pool.fetch("SELECT dead_letter_id FROM messaging.dead_letter ORDER BY record_offset")

    first, second = (line for line in logs if line["event"] == "message.dead_lettered")
    assert (first["ce_id"], first["trace_id"]) == (event_id, trace[3:35])
    assert [line["dead_letter_id"] for line in (first, second)] == [str(row["dead_letter_id"]) for row in letters]
    assert [(line["topic"], line["partition"], line["offset"]) for line in (first, second)] == [
        (TOPIC.name, 0, 0),
        (TOPIC.name, 0, 1),
    ]
    assert (second["claim_id"], second["report_id"]) == (str(about), str(about))
    assert "ce_id" not in second
    assert "Closteren" not in str(logs)


async def test_a_message_that_is_always_too_slow_is_dead_lettered_and_delays_the_others_no_longer(
    service: Service,
) -> None:
    done: list[str] = []

    async def handle(batch: Batch[ContactChanged], work: Work) -> None:
        if any(delivery.event.name == "slow" for delivery in batch):
            await work.connection.execute("SET LOCAL statement_timeout = '50ms'")
            await work.connection.execute("SELECT pg_sleep(5)")
        done.extend(delivery.event.name for delivery in batch)

    async with harness(replace(service, consumers=(Consumer(TOPIC, handle),))) as running:
        names = ("slow", "first", "second", "third")
        records = [running.record(message(contact(uuid4(), 1, name=name))) for name in names]
        for _ in range(TOO_SLOW_ATTEMPTS - 1):
            with pytest.raises(asyncpg.QueryCanceledError):
                await running.process(TOPIC, records)

        await running.process(TOPIC, records)

        assert await dead_letters(running) == [("handler-failed", "QueryCanceledError in the handler")]
    assert done == ["first", "second", "third"]


async def test_a_migration_under_a_running_service_dead_letters_no_message(service: Service) -> None:
    async def look(_: Batch[ContactChanged], work: Work) -> None:
        await work.connection.fetch("SELECT * FROM state")

    async with harness(replace(service, consumers=(Consumer(TOPIC, look),))) as running:
        await running.deliver(TOPIC, contact(uuid4(), 1))
        other = await asyncpg.connect(service.settings.database_url)
        await other.execute("ALTER TABLE state ADD COLUMN note text")
        await other.close()
        record = running.record(message(contact(uuid4(), 2)))
        with pytest.raises(asyncpg.InvalidCachedStatementError):  # transient: the subscription retries the batch
            await running.process(TOPIC, [record])

        await running.process(TOPIC, [record])

        assert await dead_letters(running) == []
        assert await running.pool.fetchval("SELECT count(*) FROM messaging.inbox_entry") == 2


async def test_a_service_that_publishes_what_it_may_not_stops_and_dead_letters_nothing(service: Service) -> None:
    async def publish(batch: Batch[ContactChanged], work: Work) -> None:
        for delivery in batch:
            work.publish_to(TOPIC, delivery.event, trace=None)

    async with harness(replace(service, consumers=(Consumer(TOPIC, publish),))) as running:
        with pytest.raises(HandlerBrokenError, match=f"not declared as a producer of {TOPIC.name}"):
            await running.deliver(TOPIC, *[contact(uuid4(), 1) for _ in range(60)])

        assert await dead_letters(running) == []


async def test_a_record_with_a_monstrous_header_name_is_dead_lettered_like_any_other(service: Service) -> None:
    async with harness(service) as running:
        good, bad = (running.record(message(contact(uuid4(), version))) for version in (1, 2))
        bad = replace(bad, headers=(("\x01" * 600_000, None),))

        await running.process(TOPIC, [good, bad])

        assert await running.pool.fetchval("SELECT count(*) FROM effect") == 1
        assert [code for code, _ in await dead_letters(running)] == ["null-header"]


async def test_a_race_that_a_second_try_settles_is_blamed_on_no_message(service: Service) -> None:
    tries = 0

    async def lose_a_race_once(_: Batch[ContactChanged], __: Work) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise asyncpg.UniqueViolationError

    async with harness(replace(service, consumers=(Consumer(TOPIC, lose_a_race_once),))) as running:
        await running.deliver(TOPIC, contact(uuid4(), 1))

        assert (tries, await dead_letters(running)) == (2, [])


async def test_a_message_is_blamed_after_it_has_failed_twice_alone(service: Service) -> None:
    sizes: list[int] = []

    async def fail(batch: Batch[ContactChanged], _: Work) -> None:
        sizes.append(len(batch))
        raise ZeroDivisionError

    async with harness(replace(service, consumers=(Consumer(TOPIC, fail),))) as running:
        await running.deliver(TOPIC, contact(uuid4(), 1), contact(uuid4(), 1))

        assert sizes == [2, 1, 1, 1, 1]
        assert await running.pool.fetchval("SELECT min(attempts) FROM messaging.dead_letter") == 3


@pytest.mark.parametrize("error", [Panic(), asyncio.CancelledError()], ids=["panic", "stray-cancellation"])
async def test_what_is_no_exception_is_a_failure_of_the_handler_like_any_other(
    service: Service, error: BaseException
) -> None:
    async def fail(batch: Batch[ContactChanged], work: Work) -> None:
        if any(delivery.event.name == "bad" for delivery in batch):
            raise error
        await work.connection.execute("INSERT INTO effect (customer_id, version) VALUES ($1, 1)", uuid4())

    async with harness(replace(service, consumers=(Consumer(TOPIC, fail),))) as running:
        await running.deliver(TOPIC, *(contact(uuid4(), 1, name=name) for name in ("good", "bad", "fine")))

        assert await dead_letters(running) == [("handler-failed", f"{type(error).__name__} in the handler")]
        assert await running.pool.fetchval("SELECT count(*) FROM effect") == 2


async def test_a_handler_that_panics_on_everything_stops_the_service(service: Service) -> None:
    async def fail(_: Batch[ContactChanged], __: Work) -> None:
        raise Panic

    async with harness(replace(service, consumers=(Consumer(TOPIC, fail),))) as running:
        with pytest.raises(HandlerBrokenError, match="without one success, last with Panic"):
            await running.deliver(TOPIC, *[contact(uuid4(), 1) for _ in range(60)])


async def test_a_broken_handler_dead_letters_nothing_more_when_its_service_is_started_again(service: Service) -> None:
    async def fail(batch: Batch[ContactChanged], _: Work) -> None:
        if any(delivery.event.name == "bad" for delivery in batch):
            raise ZeroDivisionError

    service = replace(service, consumers=(Consumer(TOPIC, fail),))
    limit = service.settings.dead_letter_limit
    async with harness(service) as running:
        await running.deliver(TOPIC, *[contact(uuid4(), 1, name="bad") for _ in range(limit)])
    async with harness(service) as running:
        with pytest.raises(HandlerBrokenError, match=f"failed {limit + 1} times without one success"):
            await running.deliver(TOPIC, contact(uuid4(), 1, name="bad"))
        assert await running.pool.fetchval("SELECT count(*) FROM messaging.dead_letter") == limit

        await running.deliver(TOPIC, contact(uuid4(), 1, name="good"))
    async with harness(service) as running:
        await running.deliver(TOPIC, contact(uuid4(), 1, name="bad"))
        assert await running.pool.fetchval("SELECT count(*) FROM messaging.dead_letter") == limit + 1


async def test_old_poison_between_what_took_effect_does_not_stop_a_service_that_reads_it_all_again(
    service: Service,
) -> None:
    async def fail(batch: Batch[ContactChanged], _: Work) -> None:
        if any(delivery.event.name == "bad" for delivery in batch):
            raise ZeroDivisionError

    count = service.settings.dead_letter_limit + 1
    async with harness(replace(service, consumers=(Consumer(TOPIC, fail),))) as running:
        records = [running.record(message(contact(uuid4(), 1, name=name))) for name in ("good", "bad") * count]
        await running.process(TOPIC, records)

        await running.process(TOPIC, records)

        assert len(await dead_letters(running)) == count


async def test_a_host_without_memory_blames_no_message(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def have_no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    async with harness(service) as running:
        monkeypatch.setattr(decoding, "decode", have_no_memory)

        with pytest.raises(MemoryError):
            await running.deliver(TOPIC, contact(uuid4(), 1))

        assert await dead_letters(running) == []


async def test_a_task_that_is_told_to_end_blames_no_message(service: Service) -> None:
    async def wait_for_ever(_: Batch[ContactChanged], __: Work) -> None:
        entered.set()
        await asyncio.Event().wait()

    entered = asyncio.Event()
    async with harness(replace(service, consumers=(Consumer(TOPIC, wait_for_ever),))) as running:
        task = asyncio.create_task(running.deliver(TOPIC, contact(uuid4(), 1)))
        await entered.wait()
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        assert await dead_letters(running) == []
