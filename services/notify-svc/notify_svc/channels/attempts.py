"""One attempt at a message: written, handed over, traced and timed; a defect of this service fails it alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TypeAlias

import structlog
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from chassis.crash_points import crash_point
from chassis.errors import is_order_to_end
from chassis.telemetry.servers import SERVERS
from chassis.telemetry.tracing import Tracing
from contracts.vocabulary import Channel
from notify_svc.channels.transport import Handover
from notify_svc.domain.attempts import (
    Accepted,
    AnswerLost,
    Deferred,
    LeaseLost,
    NoAddress,
    Refused,
    Result,
    Unreachable,
)
from notify_svc.metrics import SEND_SECONDS, VALUES_MISSING
from notify_svc.repository.leases import Lease
from notify_svc.texts.filling import MissingValueError

log = structlog.get_logger(__name__)

Write: TypeAlias = Callable[[], Handover | NoAddress | Refused | Deferred]
LogFields: TypeAlias = Callable[[], Mapping[str, str | None]]
"""What names a message in a log: never to whom it goes, nor what it says."""

_SERVERS = {Channel.EMAIL: "mail server", Channel.SMS: "SMS provider"}
"""How the log names who is at the other end."""


class Attempts:
    """Makes attempts at messages of one channel, any number at once."""

    def __init__(
        self, tracing: Tracing, *, channel: Channel, span_name: str, span_attributes: Mapping[str, str | int]
    ) -> None:
        self._tracing = tracing
        self._channel = channel
        self._span_name = span_name
        self._span_attributes = span_attributes
        self._send_seconds = SEND_SECONDS.labels(channel.value)

    async def make(self, write: Write, *, lease: Lease, trace: str | None, fields: LogFields) -> Result:
        """Write one message and hand it over; whatever it fails on is a result."""
        span = self._tracing.start(
            self._span_name, parent=trace, kind=SpanKind.CLIENT, attributes=self._span_attributes
        )
        if span is None:
            return await self._hand_over(write, lease=lease, fields=fields)
        try:
            result = await self._hand_over(write, lease=lease, fields=fields)
            _mark(span, result)
        finally:
            span.end()
        return result

    async def _hand_over(self, write: Write, *, lease: Lease, fields: LogFields) -> Result:
        handover = None
        try:
            handover = write()
            if isinstance(handover, (NoAddress, Refused, Deferred)):
                return handover
            crash_point("notify.before_send")
            began = perf_counter()
            try:
                result = await handover(lease)
            finally:
                self._send_seconds.observe(perf_counter() - began)
            self._note_server(result)
            crash_point("notify.after_send")
        except MissingValueError as error:
            VALUES_MISSING.labels(error.template, error.key).inc()
            missing = {"channel": self._channel, "template": error.template, "key": error.key}
            log.error("message.value_missing", **missing, **fields())  # noqa: TRY400 - it says all there is to say
            return Deferred("value-missing")
        except BaseException as error:  # whatever one message fails on, other customers get theirs
            if is_order_to_end(error):
                raise
            log.error("attempt.failed", channel=self._channel, error=type(error).__name__, **fields())  # noqa: TRY400 - a traceback shows what stood in the message
            reason = f"defect-{type(error).__name__}"
            return Deferred(reason) if handover is None else AnswerLost(reason)
        return result

    def _note_server(self, result: Result) -> None:
        """Let the log say once that the server is away, and that it is back: whatever it answers, it is there."""
        server = _SERVERS[self._channel]
        if isinstance(result, Unreachable):
            SERVERS.unreached(server, part=self._span_name, error=result.reason)
        elif not isinstance(result, (AnswerLost, LeaseLost)):
            SERVERS.reached(self._span_name, server=server)


def _mark(span: Span, result: Result) -> None:
    if isinstance(result, Accepted):
        return
    span.set_attribute("error.type", result.reason)
    span.set_status(Status(StatusCode.ERROR))
