"""Bugs in how messages are consumed, published and sent: each takes away one promise of the chassis."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg

from chassis.consuming import dead_letters, inbox
from chassis.consuming.batch_processor import BatchProcessor
from chassis.consuming.dead_letters import Rejected, Rejection
from chassis.consuming.delivery import Record
from chassis.consuming.inbox import Sifted
from chassis.consuming.positions import Advance
from chassis.crash_points import crash_point
from chassis.database import Connection
from chassis.publishing import outbox, sender
from chassis.publishing.outbox import OutboxMessage, OutboxRows
from chassis.publishing.relay import Relay
from chassis.publishing.sender import Sender
from chassis.unit_of_work import Work
from contracts.envelope import headers_of
from drill.bugs.bug import DUPLICATES, POISON, Bug

_TOLD_KAFKA_SECONDS = 2.0
COMMITTED_FIRST, PUBLISHED_FIRST = "drill.committed_first", "drill.published_first"
"""Crash points that only these bugs have."""


def commit_before_processing() -> None:
    """Move the position first, and let the records take effect when Kafka has been told as well."""
    process = BatchProcessor.process
    under_way: set[asyncio.Task[None]] = set()

    async def apply_later(processor: BatchProcessor[Any], records: Sequence[Record]) -> None:
        await asyncio.sleep(_TOLD_KAFKA_SECONDS)
        crash_point(COMMITTED_FIRST)
        await process(processor, records)

    async def processed(
        self: BatchProcessor[Any], records: Sequence[Record], *, advances: Sequence[Advance] = ()
    ) -> None:
        await process(self, (), advances=advances)
        task = asyncio.create_task(apply_later(self, records))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    _change(BatchProcessor, "process", processed)


def no_inbox() -> None:
    """Take every delivery for a new one."""
    sift = inbox.sift

    async def sifted(connection: Connection, *, deliveries: Sequence[Any], **others: Any) -> Sifted[Any]:  # noqa: ANN401
        found = await sift(connection, deliveries=deliveries, **others)
        return Sifted(found.database_now, deliveries, ())

    _change(inbox, "sift", sifted)


def delete_before_sending() -> None:
    """Delete what is to be sent before the broker has acknowledged it."""
    send = Relay._send  # noqa: SLF001 - a bug needs no permission

    async def sent(self: Relay, connection: Connection, sender: Sender, rows: OutboxRows, **others: Any) -> None:  # noqa: ANN401
        await outbox.delete(connection, positions=list(rows))
        await send(self, connection, sender, rows, **others)

    _change(Relay, "_send", sent)


def publish_before_commit() -> None:
    """Publish what follows from a batch in a transaction of its own, before the batch is committed."""
    insert = outbox.insert

    async def inserted(_: Connection, *, messages: Sequence[OutboxMessage]) -> None:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"])
        try:
            await insert(connection, messages=messages)
            await outbox.notify(connection)
        finally:
            await connection.close()
        crash_point(PUBLISHED_FIRST)

    _change(outbox, "insert", inserted)


def another_id_at_each_sending() -> None:
    """Give an event its id when it is sent, and another one when it is sent again."""

    def headers(*, event_id: str, **others: Any) -> list[tuple[str, bytes]]:  # noqa: ANN401
        return headers_of(event_id=str(uuid4()) if event_id else event_id, **others)

    _change(sender, "headers_of", headers)


def swallow_poison() -> None:
    """Drop what cannot be processed, and say nothing."""

    async def stored(work: Work, *, consumer: str, rejections: Sequence[Rejection]) -> Sequence[Rejected]:  # noqa: ARG001
        return ()

    _change(dead_letters, "store", stored)


def give_no_reason() -> None:
    """Keep what cannot be processed, and not why."""
    store = dead_letters.store

    async def stored(work: Work, *, consumer: str, rejections: Sequence[Rejection]) -> Sequence[Rejected]:
        nameless = [replace(one, code="", reason="") for one in rejections]
        return await store(work, consumer=consumer, rejections=nameless)

    _change(dead_letters, "store", stored)


def _change(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


MESSAGING = (
    Bug(
        name="positions are committed before the records take effect",
        service="claims-svc",
        put_in=commit_before_processing,
        crash_at=f"{COMMITTED_FIRST}#2",
        violates=frozenset({"I1", "I3"}),
    ),
    Bug(name="no inbox", service="claims-svc", put_in=no_inbox, besides=DUPLICATES, violates=frozenset({"I2"})),
    Bug(
        name="the outbox is deleted before the broker has acknowledged",
        service="claims-svc",
        put_in=delete_before_sending,
        crash_at="relay.after_hand_over#2",
        violates=frozenset({"I2", "I3", "I4"}),
    ),
    Bug(
        name="events are published before the commit",
        service="claims-svc",
        put_in=publish_before_commit,
        crash_at=f"{PUBLISHED_FIRST}#2",
        violates=frozenset({"I2", "I4"}),
    ),
    Bug(
        name="an event has another id when it is sent again",
        service="claims-svc",
        put_in=another_id_at_each_sending,
        crash_at="relay.after_send#2",
        violates=frozenset({"I2", "I4", "I11"}),
    ),
    Bug(
        name="poison is swallowed",
        service="claims-svc",
        put_in=swallow_poison,
        besides=POISON,
        violates=frozenset({"I10"}),
    ),
    Bug(
        name="a dead letter gives no reason",
        service="claims-svc",
        put_in=give_no_reason,
        besides=POISON,
        violates=frozenset({"I10"}),
    ),
)
