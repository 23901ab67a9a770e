"""How many messages wait to be sent, how fast they become fewer, and when the last will have left."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from contracts.vocabulary import Channel

DECISIONS = "decision"
"""The lane of messages about decisions, beside those of requested messages."""


class Waiting(Struct, frozen=True, kw_only=True):
    """What is due on one lane of a channel and not on its way, since `oldest_due_at`; `later` is due after now."""

    channel: Channel
    lane: str
    waiting: int
    later: int
    oldest_due_at: datetime | None


class Progress(Struct, frozen=True, kw_only=True):
    """How fast what waits becomes fewer, by what leaves and what comes; no end is expected when it does not."""

    leaving_per_second: float
    expected_end_at: datetime | None


def progress(before: Waiting | None, after: Waiting, *, seconds: float, now: datetime) -> Progress:
    """Return what happened in the `seconds` between two looks, the later one `now`."""
    left = (before.waiting if before is not None else 0) - after.waiting
    per_second = left / seconds if seconds > 0 else 0.0
    ends_at = now + timedelta(seconds=after.waiting / per_second) if per_second > 0 else None
    return Progress(leaving_per_second=round(per_second, 1), expected_end_at=ends_at if after.waiting else now)
