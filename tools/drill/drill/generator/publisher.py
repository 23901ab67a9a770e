"""Sends records as a careful upstream system does: again, under the same id, until the broker has acknowledged each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError

from drill.generator.journal import Journal
from drill.generator.records import TOO_LARGE_BYTES, TOPIC, Record

_ATTEMPT_SECONDS = 5.0
_PAUSE_SECONDS = 0.5


@dataclass
class Publisher:
    """One producer on the broker itself, whatever stands between it and the services."""

    bootstrap_servers: str
    journal: Journal
    _producer: AIOKafkaProducer | None = field(default=None, init=False)

    async def publish(self, records: Iterable[Record], *, wave: str, per_second: float) -> None:
        """Send `records` in their order, one after the other, at most so many a second."""
        for record in records:
            began = time.monotonic()
            await self._send(record, wave=wave)
            await asyncio.sleep(max(0.0, 1 / per_second - (time.monotonic() - began)))

    async def close(self) -> None:
        """Give up the producer; what it holds is sent again by another one."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # With its sender, aiokafka waits for what it holds as long as the broker is away.
        if producer._sender is not None and (sender := producer._sender.sender_task) is not None:  # noqa: SLF001
            sender.cancel()
            producer._message_accumulator.fail_all(KafkaConnectionError())  # noqa: SLF001
        with suppress(TimeoutError, KafkaError, asyncio.CancelledError):
            await asyncio.wait_for(producer.stop(), _ATTEMPT_SECONDS)
        await producer.client.close()

    async def _send(self, record: Record, *, wave: str) -> None:
        while True:
            try:
                place = await asyncio.wait_for(self._attempt(record), _ATTEMPT_SECONDS)
            except MessageSizeTooLargeError as error:
                self.journal.note(record, wave=wave, place=None, trouble=f"refused: {type(error).__name__}")
                return
            except (TimeoutError, KafkaError, OSError) as error:
                self.journal.note(record, wave=wave, place=None, trouble=type(error).__name__)
                await self.close()
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                self.journal.note(record, wave=wave, place=place, trouble=None)
                return

    async def _attempt(self, record: Record) -> tuple[int, int]:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                bootstrap_servers=self.bootstrap_servers,
                acks="all",
                enable_idempotence=True,
                max_request_size=2 * TOO_LARGE_BYTES,
            )
            await self._producer.start()
        found = await self._producer.send_and_wait(TOPIC, record.value, key=record.key, headers=list(record.headers))
        return found.partition, found.offset
