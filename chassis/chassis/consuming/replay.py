"""Lets dead letters take effect, with the handler as it is now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiokafka import ConsumerRecord

from chassis.consuming import dead_letters, inbox
from chassis.consuming.batch import Delivery
from chassis.consuming.retention import COMPACTED_TOPIC_MEMORY
from chassis.errors import UnprocessableMessage, is_transient
from contracts.envelope import MalformedMessageError, decode

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime
    from uuid import UUID

    from chassis.consuming.consumer import Consumer
    from chassis.consuming.dead_letters import DeadLetter
    from chassis.service import Runtime, Service


@dataclass
class Replayed:
    """What became of a replay: how many took effect, and why others stay dead-lettered."""

    replayed: int = 0
    failed: dict[UUID, str] = field(default_factory=dict)


async def replay(service: Service, runtime: Runtime, *, only: AbstractSet[UUID] | None) -> Replayed:
    """Replay open dead letters in the order of their records; `only` chooses some, None means all.

    A message that took effect meanwhile, delivered again by its producer, changes nothing a second time. One that
    fails again stays dead-lettered with its new reason. Raises for trouble that passes by itself.
    """
    async with runtime.pool.acquire() as connection:
        messages = await dead_letters.list_dead_letters(connection)
    result = Replayed()
    for message in messages:
        if only is not None and message.dead_letter_id not in only:
            continue
        failure = await _replay_one(service, runtime, message)
        if failure is None:
            result.replayed += 1
        else:
            result.failed[message.dead_letter_id] = failure
    for unknown in (only or set()) - {message.dead_letter_id for message in messages}:
        result.failed[unknown] = "no open dead letter has this id"
    return result


async def _replay_one(service: Service, runtime: Runtime, message: DeadLetter) -> str | None:
    try:
        async with runtime.transaction() as work:
            consumer = next((one for one in service.consumers if one.group(service.name) == message.consumer), None)
            if consumer is None:
                code, reason = "no-consumer", f"{service.name} has no consumer {message.consumer} any more"
                raise UnprocessableMessage(code, reason)
            _refuse_when_forgotten(consumer, message, now=work.now)
            received = decode(consumer.topic, headers=message.headers, value=message.value)
            delivery = Delivery(
                received.event,
                received.event_id,
                received.source,
                received.time,
                received.traceparent,
                _record(message),
            )
            if new := await inbox.keep_new(work.connection, consumer=message.consumer, deliveries=[delivery]):
                await consumer.handle(new, work)
            await dead_letters.mark_replayed(work.connection, dead_letter_id=message.dead_letter_id, at=work.now)
    except Exception as error:
        if is_transient(error):
            raise
        code = error.code if isinstance(error, UnprocessableMessage | MalformedMessageError) else "handler-failed"
        reason = str(error) if code != "handler-failed" else f"{type(error).__qualname__} in the handler"
        async with runtime.pool.acquire() as connection:
            await dead_letters.mark_failed(connection, dead_letter_id=message.dead_letter_id, code=code, reason=reason)
        return reason
    return None


def _refuse_when_forgotten(consumer: Consumer[Any], message: DeadLetter, *, now: datetime) -> None:
    """The inbox no longer knows whether a message this old has taken effect meanwhile."""
    memory = consumer.topic.retention or COMPACTED_TOPIC_MEMORY
    if now - message.dead_lettered_at > memory:
        code, reason = "too-old", f"dead-lettered more than {memory.days} days ago; publish it anew if it is still true"
        raise UnprocessableMessage(code, reason)


def _record(message: DeadLetter) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=0,
        timestamp_type=0,
        key=message.key,
        value=message.value,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=message.headers,
    )
