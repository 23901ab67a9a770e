"""Tells how many messages wait, of all processes: as gauges, and in a storm in the log, with the end to be expected."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TypeAlias

import structlog

from chassis.backoff import Backoff, pause
from chassis.errors import is_transient
from chassis.service import Runtime
from contracts.vocabulary import Channel
from notify_svc.domain.pace import Provider
from notify_svc.domain.requests import Lane
from notify_svc.domain.waiting import DECISIONS, Waiting, progress
from notify_svc.metrics import MESSAGES_WAITING, OLDEST_WAITING_SECONDS
from notify_svc.repository import waiting as waiting_messages

log = structlog.get_logger(__name__)

_STORM = 1_000
"""With fewer on a lane nobody is told when they will have left."""
_OF_DECISIONS = ((Channel.EMAIL, DECISIONS), (Channel.SMS, DECISIONS))
_OF_REQUESTS = tuple(
    (channel, lane.value)
    for channel, lane in (
        (Channel.EMAIL, Lane.URGENT),
        (Channel.EMAIL, Lane.ORDINARY),
        (Channel.EMAIL, Lane.ABOUT_CLAIM),
        (Channel.SMS, Lane.URGENT),
        (Channel.SMS, Lane.ORDINARY),
    )
)
_Counts: TypeAlias = Mapping[tuple[Channel, str], Waiting]


async def run_progress(
    runtime: Runtime, *, providers: Mapping[Channel, Provider], every_seconds: float, storm: int = _STORM
) -> None:
    """Look `every_seconds` until the service stops; from `storm` messages on a lane on, say how it goes."""
    trouble, backoff = runtime.trouble("progress"), Backoff(runtime.stopping)
    teller = _Teller(providers, storm=storm)
    while not runtime.stopping.is_set():
        try:
            with trouble.attempt():
                await teller.look(runtime)
        except Exception as error:
            if not is_transient(error):
                raise
            trouble.failed(error)
            await backoff.wait()
        else:
            trouble.recovered()
            backoff.reset()
            await pause(runtime.stopping, every_seconds)


class _Teller:
    def __init__(self, providers: Mapping[Channel, Provider], *, storm: int) -> None:
        self._providers = providers
        self._storm = storm
        self._before: _Counts = {}
        self._looked_at = 0.0
        self._storms: set[tuple[Channel, str]] = set()

    async def look(self, runtime: Runtime) -> None:
        async with runtime.work.connection() as connection:
            now = await runtime.clock.now(connection)
            counts = {(one.channel, one.lane): one for one in await waiting_messages.count(connection, now=now)}
        looked_at = asyncio.get_running_loop().time()
        for key in (*_OF_DECISIONS, *_OF_REQUESTS):
            one = counts.get(key) or Waiting(channel=key[0], lane=key[1], waiting=0, later=0, oldest_due_at=None)
            MESSAGES_WAITING.labels(*key).set(one.waiting)
            oldest_seconds = 0.0 if one.oldest_due_at is None else (now - one.oldest_due_at).total_seconds()
            OLDEST_WAITING_SECONDS.labels(*key).set(oldest_seconds)
            if one.waiting >= self._storm or key in self._storms:
                made = progress(self._before.get(key), one, seconds=looked_at - self._looked_at, now=now)
                rate = self._providers[one.channel].rate
                log.info(
                    "storm.progress",
                    channel=one.channel.value,
                    lane=one.lane,
                    waiting=one.waiting,
                    oldest_seconds=round(oldest_seconds),
                    leaving_per_second=made.leaving_per_second,
                    allowed_per_second=rate and rate.per_second,
                    expected_end_at=made.expected_end_at and made.expected_end_at.isoformat(timespec="seconds"),
                )
                (self._storms.add if one.waiting else self._storms.discard)(key)
        self._before, self._looked_at = counts, looked_at
