"""Decodes a polled batch: what is an event, what is malformed, and whether its producer is newer than this service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from opentelemetry.trace import Span, SpanKind

from chassis.consuming import dead_letters
from chassis.consuming.consumer import Consumer
from chassis.consuming.dead_letters import TOO_LARGE, Rejection
from chassis.consuming.delivery import Delivery, Record
from chassis.database import Connection
from chassis.errors import HandlerBrokenError, is_order_to_end, is_transient
from chassis.telemetry import messaging
from chassis.telemetry.tracing import Trace, Tracing, context_of, fail
from chassis.workarounds.header_safe_fetch import OversizedValue
from contracts.envelope import MalformedMessageError, Received, decode
from contracts.malformed_reasons import UNKNOWN_VALUE, WrongField
from contracts.topic import Event

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class UnknownInARow:
    """How many of the last records, all of one publisher, were sound but for values that this service does not know."""

    source: str | None = None
    count: int = 0

    def and_one_of(self, source: str | None) -> UnknownInARow:
        return UnknownInARow(source, self.count + 1 if source == self.source else 1)


async def unknown_before(connection: Connection, *, consumer: str, limit: int) -> UnknownInARow:
    """What a process that ran before this one ended with."""
    unknown = UnknownInARow()
    for headers in await dead_letters.last_in_a_row(connection, consumer=consumer, code=UNKNOWN_VALUE, limit=limit):
        source = dict(headers).get("ce_source")
        unknown = unknown.and_one_of(None if source is None else source.decode())
    return unknown


@dataclass(slots=True)
class Decoded(Generic[E]):
    """The events of a batch, its malformed records, and the spans that were begun for the events."""

    unknown: UnknownInARow
    deliveries: list[Delivery[E]] = field(default_factory=list)
    malformed: list[Rejection] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def end_spans(self, *, failure: BaseException | None = None) -> None:
        """End every span, as failed when there was a failure."""
        for span in self.spans:
            if failure is not None:
                fail(span, failure)
            span.end()


class BatchDecoder(Generic[E]):
    """Decodes the batches of one consumer."""

    def __init__(self, consumer: Consumer[E], *, group: str, tracing: Tracing, unknown_limit: int) -> None:
        self._topic = consumer.topic
        self._group = group
        self._tracing = tracing
        self._unknown_limit = unknown_limit

    def decode(self, records: Sequence[Record], *, after: UnknownInARow) -> Decoded[E]:
        """Decode every record; `after` is what the batches before ended with.

        Raises:
            HandlerBrokenError: the producer is newer than this service, which would dead-letter all that it publishes.
        """
        decoded: Decoded[E] = Decoded(unknown=after)
        try:
            self._decode_into(decoded, records)
        except BaseException as error:
            decoded.end_spans(failure=error)
            raise
        decoded.malformed = [_without_huge_value(rejection) for rejection in decoded.malformed]
        return decoded

    def _decode_into(self, decoded: Decoded[E], records: Sequence[Record]) -> None:
        for record in records:
            try:
                received = self._read(record)
            except MalformedMessageError as error:
                decoded.malformed.append(Rejection(record, error.code, str(error), faults=error.faults))
                if error.is_of_unknown_values:
                    decoded.unknown = decoded.unknown.and_one_of(error.source)
                    self._demand_known(decoded.unknown, error)
            except BaseException as error:
                if is_order_to_end(error) or is_transient(error):  # a host without memory is no record's fault
                    raise
                reason = f"cannot be read: {type(error).__name__}"
                faults = (WrongField("record", "cannot be read"),)
                decoded.malformed.append(Rejection(record, "undecodable", reason, faults=faults))
            else:
                decoded.unknown = UnknownInARow()
                trace = self._begin_span(received, record, decoded.spans)
                decoded.deliveries.append(
                    Delivery(received.event, received.event_id, received.source, received.time, trace, record)
                )

    def _read(self, record: Record) -> Received[E]:
        value = record.value
        if isinstance(value, OversizedValue):
            raise MalformedMessageError(TOO_LARGE, value.reason, (WrongField("value", value.reason),))
        if value is not None and len(value) > self._topic.max_message_bytes:
            limit = self._topic.max_message_bytes
            reason = f"the value has {len(value)} bytes; {limit} are allowed"
            raise MalformedMessageError(TOO_LARGE, reason, (WrongField("value", reason),))
        return decode(self._topic, headers=record.headers, key=record.key, value=value)

    def _demand_known(self, unknown: UnknownInARow, error: MalformedMessageError) -> None:
        if unknown.count > self._unknown_limit:
            raise HandlerBrokenError(
                f"{self._group} is older than what it consumes: {unknown.count} records in a row hold values it does "
                f"not know, last {error}; upgrade this service, nothing of this batch was acknowledged"
            )

    def _begin_span(self, received: Received[E], record: Record, spans: list[Span]) -> Trace | None:
        """Begin the span of one event; return the context that its effects belong to."""
        if not self._tracing.records(received.traceparent):
            return received.traceparent
        attributes = messaging.processed(
            self._topic.name,
            group=self._group,
            event_id=received.event_id,
            partition=record.partition,
            offset=record.offset,
        )
        name = f"process {self._topic.name}"
        span = self._tracing.start(name, parent=received.traceparent, kind=SpanKind.CONSUMER, attributes=attributes)
        if span is None:
            return received.traceparent
        spans.append(span)
        return context_of(span)


def _without_huge_value(rejection: Rejection) -> Rejection:
    """A value that is too large to be read is too large to be kept."""
    return rejection.without_value() if rejection.code == TOO_LARGE else rejection
