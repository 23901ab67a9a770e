"""Records for a specimen that a harness drives, and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from specimen.app import consumed_topic

from chassis.testing import Harness
from contracts.envelope import Message, encode
from contracts.policy import ContactChanged

TOPIC = consumed_topic("specimen")


def message(event: ContactChanged, *, event_id: str | None = None, source: str = "/test") -> Message:
    return encode(TOPIC, event, event_id=event_id or str(uuid4()), source=source, time=datetime.now(UTC))


async def dead_letters(running: Harness) -> list[tuple[str, str]]:
    """Code and reason of each, in the order of their records."""
    rows = await running.pool.fetch("SELECT reason_code, reason FROM messaging.dead_letter ORDER BY record_offset")
    return [tuple(row) for row in rows]


async def effects(running: Harness) -> list[tuple[UUID, int]]:
    """Customer and version of each, in order."""
    return [
        tuple(row) for row in await running.pool.fetch("SELECT customer_id, version FROM effect ORDER BY effect_id")
    ]
