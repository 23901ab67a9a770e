"""The running platform as its tests see it: what it published, the spans it exported, and a way to report a loss."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer
from pdok_server import Pdok
from pydantic import BaseModel

from contracts.claims import DecisionMade
from contracts.envelope import Received, encode
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.notify import MessageSettled
from contracts.vocabulary import Channel, LossInterval
from demo.observer import Observed
from demo.platform import Platform
from devstack.stack import Stack

PATIENCE_SECONDS = 40


class SpanLink(BaseModel):
    """What a span over a batch says about one member of it."""

    trace_id: str
    span_id: str


class Span(BaseModel):
    """One span as the collector received it; moments in nanoseconds since 1970."""

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    start_unix_nano: int
    end_unix_nano: int
    attributes: dict[str, str | int]
    links: list[SpanLink]
    status: str
    resource: dict[str, object]

    @property
    def service(self) -> str:
        """The process that made it."""
        return str(self.resource["service.name"])


class Hop(NamedTuple):
    """A span by its service, its name and the name of the span that caused it.

    A cause outside the trace is named by its span id; the first span of a trace has no cause: "".
    """

    service: str
    name: str
    cause: str


def hops_of(spans: Sequence[Span]) -> Counter[Hop]:
    """Return how often each hop occurs in the spans of a trace."""
    names = {span.span_id: span.name for span in spans}
    return Counter(Hop(span.service, span.name, names.get(span.parent_span_id, span.parent_span_id)) for span in spans)


@dataclass(frozen=True)
class WholePlatform:
    """The services, and what an outside observer has read of them."""

    platform: Platform
    observed: Observed
    sent_by_upstream: list[bytes] = field(default_factory=list)
    """What a story of an upstream system sent, wrong records on purpose too."""
    addresses: Pdok = field(default_factory=Pdok)
    """The register in which homes are looked up: it knows what a story gives it."""

    @property
    def stack(self) -> Stack:
        """What the services run on."""
        return self.platform.stack

    @property
    def log_directory(self) -> Path:
        """Where every service and every command keeps its log."""
        return self.platform.log_directory

    async def until(self, condition: Callable[[], bool], *, what: str | Callable[[], str]) -> None:
        """Wait for `condition`; fail with `what` was waited for, or at once when a service has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.platform.check_alive()
            if time.monotonic() > deadline:
                pytest.fail(f"not within {PATIENCE_SECONDS} s: {what if isinstance(what, str) else what()}")
            await asyncio.sleep(0.05)

    def spans(self) -> list[Span]:
        """Everything the collector has received; what is not a whole line yet is left for the next time."""
        path = self.stack.output_dir / "traces.jsonl"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        return [Span.model_validate_json(line) for line in lines if line.endswith("\n")]

    def spans_of(self, trace_id: str) -> list[Span]:
        """Every span of one trace, by its start."""
        return sorted(
            (span for span in self.spans() if span.trace_id == trace_id), key=lambda span: span.start_unix_nano
        )

    async def until_span(self, found: Callable[[Span], bool], *, what: str) -> Span:
        """Wait until the collector has a span like that."""
        await self.until(lambda: any(map(found, self.spans())), what=what)
        return next(filter(found, self.spans()))

    async def until_span_linked_to(self, member: Span) -> Span:
        """Wait for the span of the batch that `member` was part of."""

        def holds_member(span: Span) -> bool:
            return (member.trace_id, member.span_id) in {(link.trace_id, link.span_id) for link in span.links}

        return await self.until_span(holds_member, what=f"a batch with {member.name}")

    async def whole_trace(self, trace_id: str, *, hops: Counter[Hop]) -> list[Span]:
        """Return a trace, by the start of its spans, once it holds all of `hops`; it may hold others too.

        Every service exports by itself: an effect may be received before its cause.
        """
        await self.until(
            lambda: hops_of(self.spans_of(trace_id)) >= hops,
            what=lambda: f"in trace {trace_id}: {hops - hops_of(self.spans_of(trace_id))}",
        )
        return self.spans_of(trace_id)

    def log_entries(self, log_name: str) -> list[dict[str, object]]:
        """Every line of a log; each must be a JSON object."""
        return [json.loads(line) for line in (self.log_directory / f"{log_name}.log").read_text().splitlines()]


@dataclass(frozen=True)
class Claimant:
    """Reports losses as an upstream system would, and waits for what becomes of them."""

    whole: WholePlatform
    producer: AIOKafkaProducer

    @classmethod
    @asynccontextmanager
    async def at(cls, whole: WholePlatform) -> AsyncIterator[Claimant]:
        """Connect to the broker of `whole`."""
        producer = AIOKafkaProducer(bootstrap_servers=whole.stack.kafka_bootstrap_servers)
        await producer.start()
        try:
            yield cls(whole, producer)
        finally:
            await producer.stop()

    async def report(
        self, *, policy_number: str, loss_at: datetime, facts: LossFacts, traceparent: str | None
    ) -> LossReported:
        """Publish a report; its event id is its report id."""
        report = LossReported(
            report_id=uuid4(),
            policy_number=policy_number,
            channel=ReportChannel.APP,
            reported_at=datetime(2021, 7, 19, 7, 30, tzinfo=UTC),
            loss=LossInterval(from_at=loss_at, until_at=loss_at),
            facts=facts,
            damage=(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=150_000),),
        )
        message = encode(
            LOSS_REPORTED,
            report,
            event_id=str(report.report_id),
            source="/app",
            time=report.reported_at,
            traceparent=traceparent,
        )
        await self.producer.send_and_wait(message.topic, message.value, key=message.key, headers=list(message.headers))
        return report

    async def decision(self, report: LossReported) -> Received[DecisionMade]:
        """Wait for the decision on `report`."""
        decisions = self.whole.observed.decisions
        await self.whole.until(lambda: report.report_id in decisions, what=f"a decision on {report.policy_number}")
        return decisions[report.report_id][-1]

    async def messages(self, claim_id: UUID) -> dict[Channel, MessageSettled]:
        """Wait until an e-mail and a short message are settled for a claim."""
        settled = self.whole.observed.settled
        await self.whole.until(
            lambda: {message.channel for message in settled.get(claim_id, [])} >= {Channel.EMAIL, Channel.SMS},
            what=f"settled messages of claim {claim_id}",
        )
        return {message.channel: message for message in settled[claim_id]}
