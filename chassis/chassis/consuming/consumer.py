"""What a service declares to consume a topic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from chassis.consuming.delivery import Batch
from chassis.unit_of_work import Work
from contracts.topic import Event, Topic

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Consumer(Generic[E]):
    """A service consumes `topic`: `handle` is given batches of new events and a unit of work."""

    topic: Topic[E]
    handle: Callable[[Batch[E], Work], Awaitable[None]]

    def group(self, service: str) -> str:
        """Return the consumer group: one for each service and topic."""
        return self.topic.group_of(service)
