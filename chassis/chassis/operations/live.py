"""What only the running service knows of itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a consumer group is behind in its topic, over all instances. None: Kafka did not tell in time."""

    consumer: str
    topic: str
    records: int | None


def _not_running() -> Mapping[str, str]:
    return {"service": "is starting or stopping"}


async def _no_lags() -> Sequence[Lag]:
    return ()


@dataclass(slots=True)
class Live:
    """Who runs the service puts in what tells of it: what is wrong by part, as `/ready` does, and how far it lags."""

    problems: Callable[[], Mapping[str, str]] = _not_running
    lags: Callable[[], Awaitable[Sequence[Lag]]] = _no_lags
