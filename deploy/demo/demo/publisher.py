"""Publishes loss reports as any upstream system would: with `contracts` and a Kafka client, nothing else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from aiokafka import AIOKafkaProducer
from contracts.envelope import encode
from contracts.topics import LOSS_REPORTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.story import Story

SOURCE = "/app"
MALFORMED = b'{"report_id": "not a uuid", "policy_number": 12'


async def publish(bootstrap_servers: str, stories: Sequence[Story]) -> None:
    """Send the report of every story, and one that is malformed; each starts a trace of its own."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, enable_idempotence=True, compression_type="lz4")
    await producer.start()
    try:
        sent = []
        for story in stories:
            message = encode(
                LOSS_REPORTED,
                story.report(),
                event_id=str(uuid5(NAMESPACE_URL, str(story.report_id))),
                source=SOURCE,
                time=datetime.now(UTC),
            )
            for _ in range(story.deliveries):
                sent.append(
                    await producer.send(
                        message.topic, message.value, key=message.key, headers=list(message.headers)
                    )
                )
        headers = [(name, b"malformed-1" if name == "ce_id" else value) for name, value in message.headers]
        sent.append(await producer.send(LOSS_REPORTED.name, MALFORMED, key=b"malformed", headers=headers))
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
