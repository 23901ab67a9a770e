"""Sends reports at moments that are fixed beforehand: a slow pipeline slows nobody down and hides nothing."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson
from aiokafka import AIOKafkaProducer

from contracts.envelope import Message

_LEAD_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Sent:
    """When each report should have been sent, and how late the sender was with each, in milliseconds."""

    intended_at: Mapping[UUID, datetime]
    delays_ms: Sequence[float]


async def send(bootstrap_servers: str, messages: Sequence[Message], *, after_seconds: Sequence[float]) -> Sent:
    """Send each message so many seconds after the first moment, or at once when its moment has passed."""
    report_ids = [UUID(orjson.loads(message.value)["report_id"]) for message in messages]
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
    await producer.start()
    delays: list[float] = []
    begin = time.time() + _LEAD_SECONDS
    try:
        with _undisturbed():
            for message, after in zip(messages, after_seconds, strict=True):
                early = begin + after - time.time()
                if early > 0:
                    await asyncio.sleep(early)
                delays.append((time.time() - begin - after) * 1_000)
                await producer.send(message.topic, message.value, key=message.key, headers=list(message.headers))
        await producer.flush()
    finally:
        await producer.stop()
    moments = [datetime.fromtimestamp(begin + after, UTC) for after in after_seconds]
    return Sent(intended_at=dict(zip(report_ids, moments, strict=True)), delays_ms=delays)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector from going through all messages while it should be sent."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def milliseconds(intended_at: Mapping[UUID, datetime], settled_at: Mapping[UUID, datetime]) -> list[float]:
    """Return how long after its intended moment the last message about each report was settled."""
    return [(settled_at[report_id] - moment).total_seconds() * 1_000 for report_id, moment in intended_at.items()]


def milliseconds_by_step(
    intended_at: Mapping[UUID, datetime], committed_at: Mapping[str, Mapping[UUID, datetime]]
) -> dict[str, list[float]]:
    """Return how long each step took since the one before, for the reports that took it; the first since its moment."""
    steps: dict[str, list[float]] = {step: [] for step in committed_at}
    for report_id, moment in intended_at.items():
        before = moment
        for step, moments in committed_at.items():
            if report_id in moments:
                steps[step].append((moments[report_id] - before).total_seconds() * 1_000)
                before = moments[report_id]
    return {step: times for step, times in steps.items() if times}
