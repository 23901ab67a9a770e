"""Stops an aiokafka producer at once, without sending what it still holds.

aiokafka 0.14.0 knows only a stop that first sends everything (aio-libs/aiokafka#1101): without a broker that waits for
ever, and when the broker is back it sends what another relay may have sent by then, and newer events with it. Where it
cancels its sender, and that is waiting for a request to end, the cancellation comes out of the stop as if it were ours.
"""

from __future__ import annotations

import asyncio

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.errors import describe, is_order_to_end

log = structlog.get_logger(__name__)

_STOP_SECONDS = 5
_NOT_STOPPED = (TimeoutError, KafkaError, asyncio.CancelledError)


async def stop(producer: AIOKafkaProducer) -> None:
    """Stop after what was sent is acknowledged, but within a few seconds; then abandon the rest."""
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await producer.stop()
    except _NOT_STOPPED as error:
        if is_order_to_end(error):
            raise
        log.warning("producer.stop_failed", error=describe(error))
        producer._closed = False  # noqa: SLF001 - its stop was cut off: once more, without its sender
        await abandon(producer)


async def abandon(producer: AIOKafkaProducer) -> None:
    """Stop without sending what is still held: another relay may lead already, and only that one may send."""
    if (task := producer._sender.sender_task) is not None:  # noqa: SLF001
        task.cancel()
    # Without its sender aiokafka does not wait for what it holds, only for the answers to what is under way.
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await producer.stop()
    except _NOT_STOPPED as error:
        if is_order_to_end(error):
            raise
        log.warning("producer.abandon_failed", error=describe(error))
        await producer.client.close()
