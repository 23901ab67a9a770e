"""Which rows the relay reads next: bounded by number and by bytes, in order per topic and key."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from specimen.app import published_topic
from specimen_driver import Driver, until

from chassis.database import Connection
from chassis.publishing import outbox
from chassis.publishing.outbox import OutboxMessage
from chassis.service import Service
from chassis.testing import harness

MEGABYTE = 1_048_576


@pytest.fixture
async def connection(service: Service) -> AsyncIterator[Connection]:
    async with harness(service) as running, running.pool.acquire() as connection:
        yield connection


async def insert(connection: Connection, *places: str, payload: bytes = b"{}") -> None:
    """One event for each place, which is a topic and a key: "a/1"."""
    messages = []
    for place in places:
        topic, _, key = place.partition("/")
        messages.append(OutboxMessage(uuid4(), topic, key, place, payload, None, datetime.now(UTC)))
    await outbox.insert(connection, messages=messages)


async def places(connection: Connection, *, limit: int = 100, **more: object) -> Sequence[str]:
    return [row.event_type for row in (await outbox.next_rows(connection, limit=limit, **more)).values()]  # type: ignore[arg-type]


async def refuse_first(connection: Connection, place: str) -> None:
    rows = await outbox.next_rows(connection, limit=100)
    position = next(position for position, row in rows.items() if row.event_type == place)
    await outbox.mark_undeliverable(connection, position=position, reason="too large")


async def test_a_batch_is_bounded_by_bytes_and_holds_at_least_one_row(connection: Connection) -> None:
    await insert(connection, *["a/1"] * 12, payload=os.urandom(MEGABYTE))
    await insert(connection, "a/1", payload=b"small")

    assert len(await outbox.next_rows(connection, limit=1_000)) == 8
    assert len(await outbox.next_rows(connection, limit=5)) == 5
    assert len(await outbox.next_rows(connection, limit=1_000, longest_bytes=1)) == 1


async def test_rows_come_in_order_of_the_chosen_topics_up_to_a_position(connection: Connection) -> None:
    await insert(connection, "a/1", "b/1", "c/1", "a/2")
    last = await outbox.last_position(connection)
    await insert(connection, "b/2")

    assert await places(connection) == ["a/1", "b/1", "c/1", "a/2", "b/2"]
    assert await places(connection, only="a") == ["a/1", "a/2"]
    assert await places(connection, without=["a", "c"]) == ["b/1", "b/2"]
    assert await places(connection, up_to=last) == ["a/1", "b/1", "c/1", "a/2"]


async def test_what_is_known_is_not_read_and_keeps_its_place_among_what_is_not(connection: Connection) -> None:
    await insert(connection, "a/1", "b/1", "a/2", "b/2")
    rows = list((await outbox.next_rows(connection, limit=9)).values())
    known = {row.event_id.bytes: row for row in rows[1::2]}
    ghost = rows[0]._replace(event_id=uuid4())

    found = await outbox.next_rows(connection, limit=9, known=known | {ghost.event_id.bytes: ghost})

    assert [row.event_type for row in found.values()] == ["a/1", "b/1", "a/2", "b/2"]
    assert [row for row in found.values() if any(row is one for one in rows)] == rows[1::2]


async def test_a_payload_is_stored_packed_and_read_as_it_was_published(connection: Connection) -> None:
    published = b'{"said":"' + b"rain " * 1_000 + b'"}'
    await insert(connection, "a/1", "b/1", payload=published)
    await refuse_first(connection, "a/1")
    stored = await connection.fetch("SELECT id, payload FROM messaging.outbox ORDER BY position")

    assert [len(row["payload"]) < len(published) / 10 for row in stored] == [True, True]
    assert [row.payload for row in (await outbox.next_rows(connection, limit=9)).values()] == [published]
    (discarded,) = await outbox.discard_undeliverable(connection, ids=[stored[0]["id"]])
    assert discarded.payload == published


async def test_a_payload_that_was_stored_before_payloads_were_packed_is_read_as_it_is(connection: Connection) -> None:
    published = b'{"said":"' + b"rain " * 1_000 + b'"}'
    await insert(connection, "a/1")
    await connection.execute("UPDATE messaging.outbox SET payload = $1", published)

    assert [row.payload for row in (await outbox.next_rows(connection, limit=9)).values()] == [published]


async def test_what_stands_behind_an_undeliverable_row_of_its_key_waits_for_an_operator(
    connection: Connection,
) -> None:
    await insert(connection, "a/1", "a/2", "a/1", "b/1")
    await refuse_first(connection, "a/2")
    await insert(connection, "a/2")

    assert await places(connection) == ["a/1", "a/1", "b/1"]
    await outbox.delete(connection, positions=list(await outbox.next_rows(connection, limit=9)))
    assert await outbox.oldest_waiting(connection) is None
    (listed,) = await outbox.list_undeliverable(connection)
    assert (listed.topic, listed.key, listed.held_up) == ("a", "2", 1)


async def test_a_key_goes_on_when_what_held_it_up_is_discarded(connection: Connection) -> None:
    await insert(connection, "a/1", "a/1")
    await refuse_first(connection, "a/1")
    (listed,) = await outbox.list_undeliverable(connection)

    discarded = await outbox.discard_undeliverable(connection, ids=[listed.event_id, uuid4()])

    assert [event.event_id for event in discarded] == [listed.event_id]
    assert await places(connection) == ["a/1"]
    assert await outbox.list_undeliverable(connection) == []


async def test_an_event_that_is_not_undeliverable_cannot_be_discarded(connection: Connection) -> None:
    await insert(connection, "a/1")
    (row,) = (await outbox.next_rows(connection, limit=1)).values()

    assert await outbox.discard_undeliverable(connection, ids=[row.event_id]) == []
    assert await places(connection) == ["a/1"]


async def test_large_events_that_have_piled_up_leave_in_little_memory(driver: Driver) -> None:
    topic, count = published_topic(driver.suffix), 250
    await driver.start()
    assert await driver.terminate() == 0
    await driver.rows(
        """
        INSERT INTO messaging.outbox (id, aggregatetype, aggregateid, type, payload, occurred_at)
        SELECT gen_random_uuid(), $1, number::text, $2, $3, now() FROM generate_series(1, $4::int) AS number
        """,
        topic.name,
        topic.event_type,
        os.urandom(900_000),
        count,
    )

    await driver.start()
    await until(lambda: _sent(driver), what="all sent", seconds=60)

    assert driver.process is not None
    assert _peak_megabytes(driver.process.pid) < 300


async def _sent(driver: Driver) -> bool:
    return not await driver.rows("SELECT FROM messaging.outbox LIMIT 1")


def _peak_megabytes(pid: int) -> int:
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert peak is not None
    return int(peak[1]) // 1_024
