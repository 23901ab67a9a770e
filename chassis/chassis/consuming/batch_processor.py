"""Processes a batch: drop duplicates, call the handler, commit its effects and what it published in one transaction.

Poison is dead-lettered and harms no other message. A transient error dead-letters nothing: the batch is tried again.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import asyncpg
import structlog
from opentelemetry.trace import SpanKind

from chassis.consuming import dead_letters, inbox
from chassis.consuming.consumer import Consumer
from chassis.consuming.dead_letters import HANDLER_FAILED, Rejected, Rejection, id_used_twice
from chassis.consuming.decoding import BatchDecoder, UnknownInARow, unknown_before
from chassis.consuming.delivery import Delivery, Record
from chassis.consuming.inbox import Sifted
from chassis.consuming.positions import Advance
from chassis.consuming.readable_ids import ids_in
from chassis.crash_points import crash_point
from chassis.database import Connection
from chassis.errors import (
    HandlerBrokenError,
    UnprocessableMessage,
    is_order_to_end,
    is_overload,
    is_transient,
    places_of,
)
from chassis.telemetry import messaging, metrics
from chassis.telemetry.tracing import context_of
from chassis.telemetry.trouble import Trouble
from chassis.unit_of_work import Work, WorkFactory
from contracts.malformed_reasons import WrongField
from contracts.topic import Event

E = TypeVar("E", bound=Event)
log = structlog.get_logger(__name__)

TOO_SLOW_ATTEMPTS = 5


class BatchProcessor(Generic[E]):
    """Processes the batches of one consumer, one after another."""

    def __init__(self, consumer: Consumer[E], *, work: WorkFactory, dead_letter_limit: int) -> None:
        self._consumer = consumer
        self._work = work
        self._group = consumer.group(work.service)
        self._dead_letter_limit = dead_letter_limit
        self._failures_in_a_row = 0
        self._has_resumed = False
        self.trouble = Trouble(self._group)
        self._too_slow: Counter[tuple[str, str]] = Counter()
        self._decoder = BatchDecoder(consumer, group=self._group, tracing=work.tracing, unknown_limit=dead_letter_limit)
        self._unknown = UnknownInARow()

    async def process(self, records: Sequence[Record], *, advances: Sequence[Advance] = ()) -> None:
        """Apply or dead-letter every record, and store with that how far the consumer has come.

        Raises what `is_transient` recognises when nothing more can be done now: then the whole batch may be processed
        again. Raises `HandlerBrokenError` when the handler fails on everything.
        """
        if not self._has_resumed:
            await self._resume()
        decoded = self._decoder.decode(records, after=self._unknown)
        topic, group = self._consumer.topic.name, self._group
        attributes = messaging.received(topic, group=group, count=len(records))
        members = [context_of(span) for span in decoded.spans]
        with (
            metrics.PROCESS_SECONDS.labels(group).time(),
            self._work.tracing.batch_span(
                f"poll {topic}", kind=SpanKind.CLIENT, members=members, attributes=attributes
            ),
        ):
            try:
                await self._apply(decoded.deliveries, decoded.malformed, advances)
            except BaseException as error:
                decoded.end_spans(failure=error)
                raise
            self._unknown = decoded.unknown
            decoded.end_spans()

    async def _resume(self) -> None:
        """Count on from where the process before this one ended, so that a restart is no way around the limit."""
        group, limit = self._group, self._dead_letter_limit
        async with self._work.connection() as connection:
            self._unknown = await unknown_before(connection, consumer=group, limit=limit)
            failed = await dead_letters.last_in_a_row(connection, consumer=group, code=HANDLER_FAILED, limit=limit)
        self._failures_in_a_row = len(failed)
        self._has_resumed = True

    async def _apply(
        self, deliveries: Sequence[Delivery[E]], malformed: Sequence[Rejection], advances: Sequence[Advance]
    ) -> None:
        try:
            await self._commit(deliveries, malformed, advances)
        except BaseException as error:  # the one place that decides what becomes of any failure
            if _concerns_no_message(error):
                raise
            if is_transient(error):
                self.trouble.failed(error)
            unmoved = [Advance(one.partition, one.start, one.start) for one in advances]
            await self._commit((), malformed, unmoved)
            await self._isolate(deliveries, error, unmoved=unmoved, attempts=1)
            await self._commit((), (), advances)

    async def _isolate(
        self, deliveries: Sequence[Delivery[E]], error: BaseException, *, unmoved: Sequence[Advance], attempts: int
    ) -> None:
        """Halve a batch that failed until the culprits stand alone; all others take effect, in their order.

        Each part does so only where the positions are `unmoved`: in a database that was restored, older events come
        first.
        """
        if len(deliveries) <= 1:
            if not deliveries or (is_transient(error) and not self._is_always_too_slow(deliveries[0], error)):
                raise error
            await self._try_alone(deliveries[0], error, unmoved=unmoved, attempts=attempts)
            return
        middle = len(deliveries) // 2
        for half in (deliveries[:middle], deliveries[middle:]):
            try:
                await self._commit(half, (), unmoved)
            except BaseException as cause:
                if _concerns_no_message(cause):
                    raise
                await self._isolate(half, cause, unmoved=unmoved, attempts=attempts + 1)

    async def _try_alone(
        self, delivery: Delivery[E], error: BaseException, *, unmoved: Sequence[Advance], attempts: int
    ) -> None:
        """Try once more before the message is blamed: what another transaction did meanwhile is not its fault."""
        if not is_transient(error) and not isinstance(error, UnprocessableMessage):
            try:
                await self._commit((delivery,), (), unmoved)
            except BaseException as again:
                if _concerns_no_message(again):
                    raise
                error, attempts = again, attempts + 1
            else:
                return
        await self._dead_letter_culprit(delivery, error, unmoved=unmoved, attempts=attempts)

    def _is_always_too_slow(self, delivery: Delivery[E], error: BaseException) -> bool:
        """Whether this message alone has hit the statement timeout so often that a retry cannot help."""
        if not isinstance(error, asyncpg.QueryCanceledError):
            return False
        identity = (delivery.source, delivery.event_id)
        self._too_slow[identity] += 1
        return self._too_slow[identity] >= TOO_SLOW_ATTEMPTS

    async def _dead_letter_culprit(
        self, delivery: Delivery[E], error: BaseException, *, unmoved: Sequence[Advance], attempts: int
    ) -> None:
        if isinstance(error, UnprocessableMessage):
            faults = (WrongField("record", error.reason),)
            rejection = Rejection(delivery.record, error.code, error.reason, attempts, faults=faults)
        else:
            self._failures_in_a_row += 1
            if self._failures_in_a_row > self._dead_letter_limit:
                raise HandlerBrokenError(
                    f"the handler of {self._group} failed {self._failures_in_a_row} times without one success, last "
                    f"with {type(error).__name__}; mend it, restart, and replay what was dead-lettered"
                ) from error
            stack = "".join(traceback.format_tb(error.__traceback__))
            reason = f"{type(error).__qualname__} in the handler"
            rejection = Rejection(delivery.record, HANDLER_FAILED, reason, attempts, stack, places_of(error))
        await self._commit((), (rejection,), unmoved)

    async def _commit(
        self,
        deliveries: Sequence[Delivery[E]],
        rejections: Sequence[Rejection],
        advances: Sequence[Advance] = (),
    ) -> None:
        """Apply these deliveries, store these rejections and advance these positions in one transaction."""
        if not deliveries and not rejections and not advances:
            return
        consumed = len(deliveries) + len(rejections)
        sifted: Sifted[E]

        async def sift(connection: Connection) -> datetime:
            nonlocal sifted
            sifted = await inbox.sift(
                connection,
                consumer=self._group,
                deliveries=deliveries,
                advances=advances,
                repeatable=self._consumer.repeatable,
            )
            return self._work.clock.reading(sifted.database_now)

        async with self._work.transaction(first=sift) as work:
            new = sifted.new
            stored: Sequence[Rejected] = ()
            rejections = [*rejections, *(id_used_twice(one.record) for one in sifted.contradicting)]
            if rejections:
                stored = await self._store(work, rejections)
            if new:
                await self._consumer.handle(new, work)
            if work.refusals:
                stored = [*stored, *await self._dead_letter_refused(work)]
            if stored and self._consumer.on_rejected:
                await self._consumer.on_rejected(stored, work)
            crash_point("consumer.before_commit")
        crash_point("consumer.after_commit")
        if len(deliveries) > len(sifted.contradicting):  # they take effect, or did when they were consumed before
            self._failures_in_a_row = 0
        applied = len(new) - len(work.refusals)
        self._count(new=applied, duplicates=consumed - applied - len(stored), stored=stored)

    async def _dead_letter_refused(self, work: Work) -> Sequence[Rejected]:
        """Store what the handler refused; return what was not stored before.

        It has not taken effect, so it must not be in the inbox: a replay gives it to the handler again.
        """
        await inbox.forget(work.connection, consumer=self._group, events=[one.delivery for one in work.refusals])
        rejections = [
            Rejection(one.delivery.record, one.code, one.reason, faults=(WrongField(one.field, one.reason),))
            for one in work.refusals
        ]
        return await self._store(work, rejections)

    async def _store(self, work: Work, rejections: Sequence[Rejection]) -> Sequence[Rejected]:
        if self._consumer.topic.holds_secrets:
            rejections = dead_letters.without_secrets(rejections)
        return await dead_letters.store(work, consumer=self._group, rejections=rejections)

    def _count(self, *, new: int, duplicates: int, stored: Iterable[Rejected]) -> None:
        consumed = metrics.MESSAGES_CONSUMED
        consumed.labels(self._group, "applied").inc(new)
        consumed.labels(self._group, "duplicate").inc(duplicates)
        for rejection, dead_letter_id in stored:
            consumed.labels(self._group, "dead_lettered").inc()
            record = rejection.record
            log.warning(
                "message.dead_lettered",
                consumer=self._group,
                dead_letter_id=str(dead_letter_id),
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                code=rejection.code,
                places=rejection.places,
                **ids_in(record, topic=self._consumer.topic),
            )


def _concerns_no_message(error: BaseException) -> bool:
    """Whether the cause lies outside the batch, so that no message of it may be blamed."""
    if isinstance(error, HandlerBrokenError) or is_order_to_end(error):
        return True
    return is_transient(error) and not is_overload(error)
