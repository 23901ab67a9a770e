"""One look at everything, and the wait until it is worth while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

from drill.checker import databases, sinks, topics
from drill.checker.databases import Urls
from drill.checker.found import Found

_PAUSE_SECONDS = 0.3
_STABLE_SECONDS, _STUCK_SECONDS = 1.5, 12.0


async def look(*, urls: Urls, bootstrap_servers: str, sink_directory: Path) -> Found:
    """Read databases, topics and sinks."""
    records, ends = await topics.read(bootstrap_servers)
    return Found(
        **await databases.business(urls),
        services={service: await databases.of_service(url) for service, url in urls.items()},
        records=records,
        ends=ends,
        mails=sinks.mails(sink_directory),
        short_messages=sinks.short_messages(sink_directory),
    )


async def until_nothing_moves(*, urls: Urls, bootstrap_servers: str, longest_seconds: float) -> float | None:
    """Wait until nothing has moved for a while; return after how many seconds nothing was left to do.

    None: something is left and does not move any more, or `longest_seconds` have passed.
    """
    began = changed_at = time.monotonic()
    before: object = None
    async with topics.ends(bootstrap_servers) as ends:
        while time.monotonic() - began < longest_seconds:
            now = (await databases.waiting(urls), await _lag(urls, await ends()))
            if now != before:
                before, changed_at = now, time.monotonic()
            stands_still = time.monotonic() - changed_at
            (outboxes, messages, claims), lag = now
            is_idle = not (outboxes or messages or lag)
            if is_idle and not claims and stands_still >= _STABLE_SECONDS:
                return changed_at - began
            if is_idle and stands_still >= _STUCK_SECONDS:
                return None
            await asyncio.sleep(_PAUSE_SECONDS)
    return None


async def _lag(urls: Urls, ends: Mapping[tuple[str, int], int]) -> int:
    """Count the offsets that consumers have before them."""
    lag = 0
    for service, url in urls.items():
        for row in await databases.rows(
            url, "SELECT consumer, partition, next_offset FROM messaging.consumer_position"
        ):
            end = ends.get((row["consumer"].removeprefix(f"{service}."), row["partition"]), 0)
            lag += max(0, end - row["next_offset"])
    return lag
