"""What a service tells operators: of itself, and of what waits in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from chassis.consuming.dead_letter_pages import OutlinedDeadLetter, outline
from chassis.consuming.dead_letters import DeadLetter, ListedDeadLetter
from chassis.http.values import ExactModel, Moment
from chassis.operations.live import Lag
from chassis.operations.told_letters import fate_of, place_of, readable
from chassis.operations.waiting import TimersOfKind
from chassis.publishing.outbox import UndeliverableRow

_ID = "0198c5f3-1a1b-7c1d-8e1f-202122232425"
_TRACE = "0af7651916cd43dd8448eb211c80319c"
_TOPIC = "claims.loss-reported.v1"


class ProblemOfPart(ExactModel):
    """What is wrong with one part of a service."""

    part: str = Field(examples=["relay"])
    problem: str = Field(examples=["has failed for 31 s: Kafka, KafkaConnectionError"])


class HealthView(ExactModel):
    """Whether a service works."""

    service: str = Field(examples=["claims-svc"])
    healthy: bool = Field(description="Nothing is wrong with any part", examples=[True])
    problems: list[ProblemOfPart] = Field(examples=[[]])


class LagView(ExactModel):
    """How far one consumer is behind in its topic, over all instances of the service."""

    consumer: str = Field(examples=[f"claims-svc.{_TOPIC}"])
    topic: str = Field(examples=[_TOPIC])
    records: int | None = Field(description="Not consumed yet; null: Kafka did not tell in time", examples=[0])

    @classmethod
    def of(cls, lag: Lag) -> LagView:
        return cls(consumer=lag.consumer, topic=lag.topic, records=lag.records)


class LagsView(ExactModel):
    """How far a service is behind."""

    consumers: list[LagView]


class TimersView(ExactModel):
    """Timers of one kind."""

    kind: str = Field(examples=["rainfall-deadline"])
    waiting: int = Field(description="All that are set, overdue ones too", examples=[2_000])
    overdue: int = Field(examples=[0])
    oldest_due_at: Moment | None = Field(description="When the first is due, or was")
    failing: int = Field(description="Whose handler has failed; they are tried again", examples=[0])
    failure: str | None = Field(description="Name of an error by which one failed", examples=[None])

    @classmethod
    def of(cls, timers: TimersOfKind) -> TimersView:
        return cls(
            kind=timers.kind,
            waiting=timers.waiting,
            overdue=timers.overdue,
            oldest_due_at=timers.oldest_due_at,
            failing=timers.failing,
            failure=timers.failure,
        )


class AllTimersView(ExactModel):
    """The timers of a service by kind, as its clock has it."""

    now: Moment
    kinds: list[TimersView]


class UndeliverableView(ExactModel):
    """An event that the broker would not accept."""

    event_id: str = Field(examples=[_ID])
    topic: str = Field(examples=[_TOPIC])
    reason: str = Field(examples=["MessageSizeTooLargeError"])
    held_up: int = Field(description="Events of its topic and key that wait behind it", examples=[0])

    @classmethod
    def of(cls, row: UndeliverableRow) -> UndeliverableView:
        return cls(event_id=str(row.event_id), topic=row.topic, reason=row.reason, held_up=row.held_up)


class OutboxView(ExactModel):
    """What a service has published and Kafka has not got yet."""

    waiting: int = Field(description="Events; counting ends at 100,000", examples=[0])
    oldest_at: Moment | None = Field(description="When the oldest that is to be sent was published")
    oldest_seconds: float = Field(description="How long it has waited; 0: nothing waits", examples=[0])
    undeliverable: list[UndeliverableView] = Field(examples=[[]])


class Contents(ExactModel):
    """Bytes: as text where they are UTF-8, else in base64."""

    text: str | None = Field(default=None, examples=["{}"])
    base64: str | None = Field(default=None, examples=[None])

    @classmethod
    def of(cls, raw: bytes | None) -> Contents | None:
        found = readable(raw)
        return None if found is None else cls(**found)


class HeaderView(ExactModel):
    """One header of a record."""

    name: str = Field(examples=["ce_type"])
    value: Contents | None


class DeadLetterView(ExactModel):
    """A record that could not be processed, without its contents."""

    id: str = Field(examples=[_ID])
    consumer: str = Field(examples=[f"claims-svc.{_TOPIC}"])
    topic: str = Field(examples=[_TOPIC])
    partition: int = Field(examples=[3])
    offset: int = Field(examples=[1_042])
    value_bytes: int | None = Field(description="Null: no value was kept", examples=[6])
    key: str | None = Field(description="Null: there is none, or it may tell of somebody", examples=[_ID])
    ce_id: str | None = Field(description="Null as for `key`", examples=["order-7"])
    ce_source: str | None = Field(description="Null as for `key`", examples=["upstream"])
    trace_id: str | None = Field(description="W3C trace id", examples=[_TRACE])
    code: str = Field(examples=["not-json"])
    reason: str = Field(examples=["the value cannot be read as JSON at line 1 column 2; send UTF-8 JSON"])
    attempts: int = Field(examples=[1])
    dead_lettered_at: Moment
    erased_at: Moment | None = Field(description="When its contents were erased")
    replayed_at: Moment | None
    discarded_at: Moment | None
    discarded_by: str | None = Field(description="An operator's account, or `command`", examples=[None])
    discarded_because: str | None = Field(examples=[None])

    @classmethod
    def of(cls, letter: OutlinedDeadLetter) -> DeadLetterView:
        return cls(
            **_place_and_fate(letter),
            key=letter.key,
            ce_id=letter.event_id,
            ce_source=letter.source,
            trace_id=letter.trace_id,
        )


class WholeDeadLetter(ExactModel):
    """A record that could not be processed, whole. It may hold personal data: keep it out of tickets and logs."""

    letter: DeadLetterView
    key: Contents | None
    headers: list[HeaderView]
    value: Contents | None
    stack: str | None = Field(description="Where the handler failed", examples=[None])

    @classmethod
    def of(cls, letter: DeadLetter) -> WholeDeadLetter:
        return cls(
            letter=DeadLetterView.of(outline(letter)),
            key=Contents.of(letter.key),
            headers=[HeaderView(name=name, value=Contents.of(value)) for name, value in letter.headers],
            value=Contents.of(letter.value),
            stack=letter.stack,
        )


class DiscardBody(ExactModel):
    """Why nobody needs a record any more."""

    reason: str = Field(
        min_length=3,
        max_length=500,
        pattern=r"\S",
        description="It stays on record",
        examples=["sent again as order-8"],
    )


class Settled(ExactModel):
    """What became of a dead letter."""

    id: str = Field(examples=[_ID])
    settled_as: str = Field(description="replayed or discarded", examples=["replayed"])


def _place_and_fate(letter: ListedDeadLetter) -> dict[str, Any]:
    told = {**place_of(letter), **fate_of(letter), "value_bytes": letter.value_bytes}
    moments = {name: datetime.fromisoformat(text) for name, text in told.items() if name.endswith("_at") and text}
    return told | moments
