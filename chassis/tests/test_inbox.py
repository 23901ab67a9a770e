"""What makes an event the same: its source and id for a consumer, whatever they look like and whoever stored them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from specimen.app import Settings, build
from specimen_driver import contact
from specimen_records import TOPIC, dead_letters, effects, message

from chassis.consuming import inbox, positions
from chassis.consuming.delivery import Batch
from chassis.consuming.positions import Advance
from chassis.database import Connection
from chassis.errors import PositionMovedError, is_overload, is_transient
from chassis.migrations import runner
from chassis.retention import clean_up_inbox
from chassis.service import Consumer, Service
from chassis.testing import Harness, harness
from chassis.unit_of_work import Work
from contracts import topics
from contracts.policy import ContactChanged

CONSUMER = TOPIC.group_of("specimen")
AN_ID = "0198c1f0-3b52-7c11-9d0a-0242ac120002"
LOOKING_ALIKE = (
    AN_ID,
    AN_ID.upper(),
    AN_ID.replace("-", ""),
    f"{{{AN_ID}}}",
    f"urn:uuid:{AN_ID}",
    f"{AN_ID}\n",
    f" {AN_ID}",
    "42",
    "42 ",
    "\uff14\uff12",  # digits of full width
    "Δ" * 200,
    "00000000-0000-0000-0000-000000000000",
)


@pytest.fixture
def unmigrated(empty_database: str) -> Service:
    return build(Settings(database_url=empty_database))


async def test_ids_that_only_look_alike_are_ids_of_different_events_from_every_source(service: Service) -> None:
    sources = ("/test", "/test/", "/TEST")
    async with harness(service) as running:
        records = [
            running.record(message(contact(uuid4(), 1), event_id=event_id, source=source))
            for source in sources
            for event_id in LOOKING_ALIKE
        ]

        await running.process(TOPIC, records)
        await running.process(TOPIC, [replace(record, offset=100 + record.offset) for record in records])

        assert len(await effects(running)) == len(sources) * len(LOOKING_ALIKE)
        assert await dead_letters(running) == []


async def test_an_event_consumed_before_the_small_inbox_is_recognised_by_it(
    unmigrated: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = [message(contact(uuid4(), 1), event_id=event_id) for event_id in LOOKING_ALIKE]
    without_digest = message(contact(uuid4(), 1))
    connection = await asyncpg.connect(unmigrated.settings.database_url)
    try:
        await _migrate_to_before_small_inbox(connection, unmigrated, monkeypatch, tmp_path)
        await connection.executemany(
            "INSERT INTO messaging.inbox (consumer, source, event_id, received_at, digest) VALUES ($1, $2, $3, $4, $5)",
            [
                (
                    CONSUMER,
                    "/test",
                    dict(one.headers)["ce_id"].decode(),
                    await connection.fetchval("SELECT now() - interval '3 days'"),
                    None if one is without_digest else blake2b(one.value, digest_size=16).digest(),
                )
                for one in (*known, without_digest)
            ],
        )
    finally:
        await connection.close()

    async with harness(unmigrated) as running:
        other = message(contact(uuid4(), 2), event_id=AN_ID)
        new = message(contact(UUID(int=7), 1))
        await running.process(TOPIC, [running.record(one) for one in (*known, without_digest, other, new)])

        assert await effects(running) == [(UUID(int=7), 1)]
        assert [code for code, _ in await dead_letters(running)] == ["id-used-twice"]
        async with running.pool.acquire() as pooled:
            old = await inbox.delete_older(pooled, consumer=CONSUMER, age=timedelta(days=2), limit=100, emptied=set())
        assert old == len(known) + 1


async def test_a_repeatable_batch_is_handled_again_harmlessly_and_its_position_only_goes_forward(
    service: Service,
) -> None:
    handled: list[int] = []

    async def note(batch: Batch[ContactChanged], work: Work) -> None:
        handled.append(len(batch))
        await work.connection.execute(
            """
            INSERT INTO effect (customer_id, version)
            SELECT new.* FROM unnest($1::uuid[], $2::integer[]) AS new (customer_id, version)
             WHERE NOT EXISTS (SELECT FROM effect WHERE effect.customer_id = new.customer_id)
            """,
            [delivery.event.customer_id for delivery in batch],
            [delivery.event.version for delivery in batch],
        )

    repeating = replace(service, consumers=(Consumer(TOPIC, note, repeatable=True),))
    async with harness(repeating) as running:
        customers = [uuid4() for _ in range(3)]
        records = [running.record(message(contact(customer, 1))) for customer in customers]
        await _begin_at_zero(running)

        await running.process(TOPIC, records, advances=[Advance(0, 0, 3)])
        with pytest.raises(PositionMovedError):  # as where another instance has consumed the partition
            await running.process(TOPIC, records, advances=[Advance(0, 0, 3)])
        await running.process(TOPIC, records[:2] + records[1:], advances=[Advance(0, 3, 7)])

        assert handled == [3, 4]
        assert sorted(await effects(running)) == sorted((customer, 1) for customer in customers)
        assert await running.pool.fetchval("SELECT count(*) FROM messaging.inbox_entry") == 1
        assert await _stands_at(running) == {0: 7}
        assert await dead_letters(running) == []


async def _begin_at_zero(running: Harness) -> None:
    async with running.pool.acquire() as connection:
        await positions.insert(connection, consumer=CONSUMER, offsets={0: 0})


async def _stands_at(running: Harness) -> Mapping[int, int]:
    async with running.pool.acquire() as connection:
        return await positions.positions(connection, consumer=CONSUMER)


async def test_old_events_are_found_by_the_index_also_where_new_ones_fill_the_space_of_older_ones(
    service: Service,
) -> None:
    insert = """
        INSERT INTO messaging.inbox_entry (consumer, source, event_id, received_at)
        SELECT $1, 1, gen_random_uuid(), now() - $2::interval FROM generate_series(1, 30000)
        """
    age = timedelta(days=400)
    async with harness(service) as running, running.pool.acquire() as connection:
        await connection.execute(insert, inbox.number_of(CONSUMER), age)
        await connection.execute("VACUUM messaging.inbox_entry")  # as autovacuum would
        assert await _blocks_with_older(connection, timedelta(days=390)) > 200

        await clean_up_inbox(service.consumers, work=running.runtime.work, stopping=asyncio.Event())
        await connection.execute("VACUUM messaging.inbox_entry")
        await connection.execute(insert, inbox.number_of(CONSUMER), timedelta(0))

        assert await _blocks_with_older(connection, timedelta(days=390)) == 0


async def _blocks_with_older(connection: Connection, age: timedelta) -> int:
    """How many blocks are read to find what is older."""
    async with connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await connection.fetchval(
            "EXPLAIN (ANALYZE, FORMAT JSON) SELECT FROM messaging.inbox_entry WHERE received_at < now() - $1::interval",
            age,
        )
    scan = msgspec.json.decode(plan)[0]["Plan"]
    assert scan["Node Type"] == "Bitmap Heap Scan"
    return int(scan["Lossy Heap Blocks"])


async def test_an_older_process_that_was_left_running_waits_and_blames_no_event(
    unmigrated: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of versions that checked only that no migration is missing: also one that is started again."""
    before_small_inbox = """
        INSERT INTO messaging.inbox (consumer, source, event_id, digest)
        SELECT $1, source, event_id, digest
          FROM unnest($2::text[], $3::text[], $4::bytea[]) AS delivered (source, event_id, digest)
            ON CONFLICT DO NOTHING
        RETURNING source, event_id
        """
    event = (CONSUMER, ["/test"], [AN_ID], [b"16 bytes of digest"])
    running, migrating = [await asyncpg.connect(unmigrated.settings.database_url) for _ in range(2)]
    try:
        await _migrate_to_before_small_inbox(migrating, unmigrated, monkeypatch, tmp_path)
        assert await running.fetch(before_small_inbox, *event)
        await runner.migrate(migrating, directory=unmigrated.migrations)

        for older in (running, running, migrating):  # the first has prepared the statement for what was there
            with pytest.raises(asyncpg.PostgresError) as refusal:
                await older.fetch(before_small_inbox, *event)
            assert is_transient(refusal.value)
            assert not is_overload(refusal.value), "it would look for the event that is too slow"
    finally:
        await running.close()
        await migrating.close()


async def _migrate_to_before_small_inbox(
    connection: Connection, service: Service, monkeypatch: pytest.MonkeyPatch, directory: Path
) -> None:
    for path in runner.CHASSIS_MIGRATIONS.glob("*.sql"):
        if path.name < "0007":
            shutil.copy(path, directory)
    with monkeypatch.context() as before:
        before.setattr(runner, "CHASSIS_MIGRATIONS", directory)
        await runner.migrate(connection, directory=service.migrations)


def test_no_two_consumers_share_a_number() -> None:
    consumers = {topic.group_of(service) for topic in topics.CATALOGUE.topics for service in topic.consumers}

    assert len({inbox.number_of(consumer) for consumer in consumers}) == len(consumers) > 0
