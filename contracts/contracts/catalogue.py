"""The topics of a platform, as a service asks for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from contracts.dead_letters import MessageDeadLettered
from contracts.topic import Event, Topic


class Catalogue:
    """All topics of a platform. A kind of event has one topic, except dead letters, which have one for each service.

    Raises `ValueError` for a name or a kind of event that is declared twice.
    """

    def __init__(self, topics: Iterable[Topic[Any]]) -> None:
        self.topics = tuple(topics)
        self._dead_letters = {topic.owner: topic for topic in self.topics if topic.event is MessageDeadLettered}
        self._by_event = {topic.event: topic for topic in self.topics if topic.event is not MessageDeadLettered}
        names = Counter(topic.name for topic in self.topics)
        if twice := [name for name, count in names.items() if count > 1]:
            raise ValueError(f"declared twice: {', '.join(twice)}")
        if len(self._dead_letters) + len(self._by_event) < len(self.topics):
            raise ValueError("a kind of event has one topic, and a service one topic for its dead letters")

    def topic_of(self, event: type[Event]) -> Topic[Any] | None:
        """Return the topic that carries `event`; None when no topic does."""
        return self._by_event.get(event)

    def dead_letters_of(self, service: str) -> Topic[MessageDeadLettered] | None:
        """Return the topic for what `service` cannot process; None when the service is not in this catalogue."""
        return self._dead_letters.get(service)

    def produced_by(self, service: str) -> Sequence[Topic[Any]]:
        """Return the topics `service` may publish on."""
        return [topic for topic in self.topics if service in topic.producers]
