"""What a handler is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

import msgspec
from aiokafka import ConsumerRecord

from chassis.telemetry.tracing import Trace
from contracts.topic import Event

E = TypeVar("E", bound=Event)
Record: TypeAlias = "ConsumerRecord[bytes, bytes]"


class Delivery(msgspec.Struct, Generic[E], frozen=True):
    """One event as it reached this service for the first time. `trace` is the context its effects belong to."""

    event: E
    event_id: str
    source: str
    time: datetime
    trace: Trace | None
    record: Record


Batch: TypeAlias = Sequence[Delivery[E]]
"""Events in the order of their partitions; none of them has taken effect before."""
