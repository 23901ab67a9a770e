"""What databases, topics and sinks hold, as plain rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

Row: TypeAlias = Mapping[str, Any]


class Record(NamedTuple):
    """One committed record. `event` is its JSON, None where it holds none."""

    topic: str
    partition: int
    offset: int
    source: str
    event_id: str
    value_sha256: str
    event: Any


class Mail(NamedTuple):
    """A mail as it reached one recipient, with the amounts that its subject names."""

    recipient: str
    message_id: str
    cents: frozenset[int]


class ShortMessage(NamedTuple):
    """A part of an SMS, with the amounts that it names."""

    destination: str
    part: int
    parts: int
    cents: frozenset[int]


class Position(NamedTuple):
    """Where a consumer stands in a partition of its topic."""

    consumer: str
    partition: int
    next_offset: int


@dataclass(frozen=True, kw_only=True)
class OfService:
    """What every service keeps beside its business. `inbox` holds the number of a source and an event's id."""

    outbox: int = 0
    undeliverable: int = 0
    gaps: int = 0
    dead_letters: Sequence[Row] = ()
    positions: Sequence[Position] = ()
    inbox: Mapping[str, frozenset[tuple[int, str]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Found:
    """One look at everything, while nothing moves."""

    claims: Sequence[Row] = ()
    joined: Mapping[str, str] = field(default_factory=dict)
    """Which claim each further report of a loss belongs to."""
    decisions: Sequence[Row] = ()
    payments: Sequence[Row] = ()
    messages: Sequence[Row] = ()
    requested: Sequence[Row] = ()
    services: Mapping[str, OfService] = field(default_factory=dict)
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    ends: Mapping[tuple[str, int], int] = field(default_factory=dict)
    """The end of each partition."""
    mails: Sequence[Mail] = ()
    """What the mail server kept."""
    short_messages: Sequence[ShortMessage] = ()
    """What the SMS centre kept."""

    @property
    def undecided(self) -> frozenset[str]:
        """The claims that wait for something."""
        return frozenset(row["claim_id"] for row in self.claims if row["state"] not in {"decided", "referred"})

    def of_topic(self, topic: str) -> Sequence[Record]:
        return self.records.get(topic, ())
