"""Replays dead letters: they are processed by the handlers as they are now."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from aiokafka import ConsumerRecord

from chassis.consuming import dead_letters, inbox
from chassis.consuming.consumer import Consumer
from chassis.consuming.dead_letters import HANDLER_FAILED, DeadLetter, ListedDeadLetter, id_used_twice
from chassis.consuming.delivery import Delivery
from chassis.consuming.inbox import COMPACTED_TOPIC_RETENTION
from chassis.errors import UnprocessableMessage, is_order_to_end, is_transient, places_of
from chassis.unit_of_work import WorkFactory
from contracts.envelope import MalformedMessageError, decode

log = structlog.get_logger(__name__)

_NOT_OPEN = "no open dead letter has this id"
_WITHOUT_CONTENTS = "its contents were not kept, or were erased; publish it anew if it is still true"


async def replay(
    consumers: Sequence[Consumer[Any]], work: WorkFactory, *, only: AbstractSet[UUID] | None
) -> AsyncIterator[tuple[UUID, str | None]]:
    """Replay open dead letters in the order of their records, and yield each id with why it failed, or None.

    `only` chooses some; None means all that can be replayed. A message that took effect meanwhile, because its producer
    sent it again, changes nothing a second time. One that fails again stays open with its new reason. Raises transient
    errors.
    """
    unknown = set(only or ())
    async for letter in dead_letters.list_dead_letters(work.pool, ids=only):
        unknown.discard(letter.dead_letter_id)
        if letter.has_contents:
            yield letter.dead_letter_id, await _replay_one(consumers, work, letter)
        elif only is not None:
            yield letter.dead_letter_id, _WITHOUT_CONTENTS
    for dead_letter_id in sorted(unknown):
        yield dead_letter_id, _NOT_OPEN


async def _replay_one(consumers: Sequence[Consumer[Any]], factory: WorkFactory, listed: ListedDeadLetter) -> str | None:
    try:
        async with factory.transaction() as work:
            letter = await dead_letters.mark_replayed(
                work.connection, dead_letter_id=listed.dead_letter_id, at=work.now
            )
            if letter is None:
                return _NOT_OPEN
            consumer = next((one for one in consumers if one.group(factory.service) == letter.consumer), None)
            if consumer is None:
                raise UnprocessableMessage(
                    "no-consumer", f"{factory.service} has no consumer {letter.consumer} any more"
                )
            _refuse_when_too_old(consumer, letter, now=work.now)
            received = decode(consumer.topic, headers=letter.headers, key=letter.key, value=letter.value)
            delivery = Delivery(
                received.event,
                received.event_id,
                received.source,
                received.time,
                received.traceparent,
                _record(letter),
            )
            sifted = await inbox.sift(work.connection, consumer=letter.consumer, deliveries=[delivery])
            if sifted.contradicting:
                verdict = id_used_twice(delivery.record)
                raise UnprocessableMessage(verdict.code, verdict.reason)
            if sifted.new:
                await consumer.handle(sifted.new, work)
            for refusal in work.refusals:
                raise UnprocessableMessage(refusal.code, refusal.reason)
    except BaseException as error:
        if is_transient(error) or is_order_to_end(error):
            raise
        code, reason, stack = _failure_of(error)
        log.warning("replay.failed", consumer=listed.consumer, code=code, places=places_of(error))
        async with factory.connection() as connection:
            await dead_letters.mark_failed(
                connection, dead_letter_id=listed.dead_letter_id, code=code, reason=reason, stack=stack
            )
        return reason
    return None


def _failure_of(error: BaseException) -> tuple[str, str, str | None]:
    """Code, reason and, of a handler's failure, the stack."""
    if isinstance(error, UnprocessableMessage | MalformedMessageError):
        return error.code, str(error), None
    stack = "".join(traceback.format_tb(error.__traceback__))
    return HANDLER_FAILED, f"{type(error).__qualname__} in the handler", stack


def _refuse_when_too_old(consumer: Consumer[Any], letter: DeadLetter, *, now: datetime) -> None:
    """Refuse a message so old that the inbox no longer knows whether it took effect meanwhile."""
    retention = consumer.topic.retention or COMPACTED_TOPIC_RETENTION
    if now - letter.dead_lettered_at > retention:
        raise UnprocessableMessage(
            "too-old", f"dead-lettered more than {retention.days} days ago; publish it anew if it is still true"
        )


def _record(letter: DeadLetter) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        timestamp=0,
        timestamp_type=0,
        key=letter.key,
        value=letter.value,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=letter.headers,
    )
