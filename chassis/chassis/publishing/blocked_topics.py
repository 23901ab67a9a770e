"""The topics Kafka takes nothing for at present: their events wait, in order, while those of other topics leave."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.telemetry import metrics
from chassis.telemetry.trouble import Trouble

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 30.0


@dataclass
class _Block:
    reason: str
    since: float
    failures: int
    due_at: float


class BlockedTopics:
    """Which topics are blocked, and when each is to be tried again: after 0.1 s, doubling to 30 s."""

    def __init__(self) -> None:
        self._blocks: dict[str, _Block] = {}
        self._troubles: dict[str, Trouble] = {}  # outlive the blocks, so that a topic that flaps is quiet

    def names(self) -> Sequence[str]:
        return list(self._blocks)

    def due(self) -> str | None:
        """Return the topic that is to be tried again for longest, if there is one."""
        now = _now()
        due = {topic: block.due_at for topic, block in self._blocks.items() if block.due_at <= now}
        return min(due, key=due.__getitem__, default=None)

    def seconds_to_next(self) -> float:
        """How long it is until one is due; infinite when none is blocked."""
        return max(0.0, min((block.due_at for block in self._blocks.values()), default=math.inf) - _now())

    def block(self, topic: str, cause: BaseException, *, reason: str) -> None:
        """Let `topic` wait, longer each time. `reason` is what an operator is told about `cause`."""
        now = _now()
        block = self._blocks.setdefault(topic, _Block(reason, since=now, failures=0, due_at=now))
        block.reason = reason
        block.due_at = now + min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(block.failures, 16))
        block.failures += 1
        metrics.OUTBOX_TOPIC_BLOCKED.labels(topic).set(1)
        trouble = self._troubles.setdefault(topic, Trouble(f"relay of {topic}", about_itself=True))
        trouble.failed(cause, reason=reason)

    def reset(self, topic: str) -> None:
        """Let `topic` wait the shortest time next: what held it up has been dealt with."""
        self._blocks[topic].failures = 0

    def unblock(self, topic: str) -> None:
        """Let `topic` leave with the others again."""
        del self._blocks[topic]
        metrics.OUTBOX_TOPIC_BLOCKED.labels(topic).set(0)
        self._troubles[topic].recovered()

    def forget(self) -> None:
        """Know of no blocked topic: another process leads and finds out by itself."""
        for topic in self.names():
            self.unblock(topic)

    def problem(self, *, longest_seconds: float) -> str | None:
        """Name the topics that have been blocked for longer than `longest_seconds`, and why."""
        now = _now()
        sentences = [
            f"{topic} has been blocked for {now - block.since:.0f} s ({block.reason})"
            for topic, block in self._blocks.items()
            if now - block.since > longest_seconds
        ]
        return "; ".join(sentences) or None


def _now() -> float:
    return asyncio.get_running_loop().time()
