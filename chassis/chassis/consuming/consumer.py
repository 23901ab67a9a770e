"""What a service declares to consume a topic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from chassis.consuming.dead_letters import Rejected
from chassis.consuming.delivery import Batch
from chassis.unit_of_work import Work
from contracts.topic import Event, Topic

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Consumer(Generic[E]):
    """A service consumes `topic`: `handle` is given batches of new events and a unit of work.

    `on_rejected` is given the records that become dead letters, each once, in the unit of work that stores them: where
    whoever sent a record is to be told. What it publishes leaves if and only if the dead letters are stored. It is
    asked after `handle` and must not fail by what a record holds: that would stop the service.

    `repeatable` says that an event given to `handle` again, whatever came in between, changes nothing. It can then be
    given twice, also within a batch, and the inbox keeps a row for each batch instead of one for each event.
    """

    topic: Topic[E]
    handle: Callable[[Batch[E], Work], Awaitable[None]]
    on_rejected: Callable[[Sequence[Rejected], Work], Awaitable[None]] | None = None
    repeatable: bool = False

    def group(self, service: str) -> str:
        """Return the consumer group: one for each service and topic."""
        return self.topic.group_of(service)
