"""The services there are, as contracts name them."""

from __future__ import annotations

from typing import Final

from contracts.dead_letters import MessageDeadLettered
from contracts.topics import TOPICS

SERVICES: Final = tuple(sorted(topic.owner for topic in TOPICS if topic.event is MessageDeadLettered))
"""Every service, because each has a topic for its dead letters."""
