"""One look at everything, and the wait until it is worth while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from drill.checker import databases, sinks
from drill.checker.databases import Urls
from drill.checker.found import Found
from drill.checker.topics import Reader

_PAUSE_SECONDS = 0.3
_STABLE_SECONDS, _STUCK_SECONDS = 1.5, 6.0
"""Whatever is under way is an event in an outbox, a record before its consumer or a message that is not settled: where
there is none of these, only a timer could still move a claim that waits."""


async def look(*, urls: Urls, reader: Reader, sink_directory: Path) -> Found:
    """Read databases, topics and sinks."""
    records, ends = await reader.read()
    return Found(
        **await databases.business(urls),
        services={service: await databases.of_service(url) for service, url in urls.items()},
        records=records,
        ends=ends,
        mails=sinks.mails(sink_directory),
        short_messages=sinks.short_messages(sink_directory),
    )


async def until_nothing_moves(
    *, urls: Urls, reader: Reader, longest_seconds: float, left_behind: AbstractSet[str] = frozenset()
) -> float | None:
    """Wait until nothing has moved for a while; return after how many seconds nothing was left to do.

    None: something is left and does not move any more, or `longest_seconds` have passed. Claims that were `left_behind`
    by what was wrong before are not waited for.
    """
    began = changed_at = time.monotonic()
    before: object = None
    async with databases.watching(urls) as waiting:
        while time.monotonic() - began < longest_seconds:
            left = await waiting()
            lag = _lag(left.stands, await reader.ends())
            if (now := (left, lag)) != before:
                before, changed_at = now, time.monotonic()
            stands_still = time.monotonic() - changed_at
            is_idle = not (left.events or left.messages or lag)
            if is_idle and left.claims <= left_behind and stands_still >= _STABLE_SECONDS:
                return changed_at - began
            if is_idle and stands_still >= _STUCK_SECONDS:
                return None
            await asyncio.sleep(_PAUSE_SECONDS)
    return None


def _lag(stands: Sequence[tuple[str, int, int]], ends: Mapping[tuple[str, int], int]) -> int:
    """Count the offsets that consumers have before them."""
    return sum(max(0, ends.get((topic, partition), 0) - offset) for topic, partition, offset in stands)
