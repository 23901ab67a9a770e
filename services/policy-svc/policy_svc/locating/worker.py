"""The worker that looks up positions. Several instances share the homes that wait: one asks for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx
import structlog

from chassis.backoff import Backoff, pause
from chassis.errors import is_transient
from chassis.service import Runtime
from chassis.unit_of_work import Work
from contracts.vocabulary import Location
from policy_svc.flows.positions import fill_in
from policy_svc.locating.metrics import LOOKUPS, PENDING
from policy_svc.locating.pdok import Problem, locate, open_client
from policy_svc.repository import positions
from policy_svc.repository.positions import Pending
from policy_svc.settings import Settings

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=2)
"""Longer than a look-up may take, by far."""
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
UNKNOWN_RETRY: Final = timedelta(days=1)
"""An address that the register does not know may be new: it learns of them by the day."""
_LOOK_EVERY_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 30.0
"""After PDOK gave no answer: the other homes need not all find that out."""
_OF_ADDRESS: Final = frozenset({Problem.UNKNOWN_ADDRESS, Problem.AMBIGUOUS})
"""What is wrong with an address, not with PDOK."""


@dataclass(frozen=True)
class Locator:
    """The worker. Without an address of PDOK positions stay pending; the log and the gauge say how many."""

    settings: Settings

    async def run(self, runtime: Runtime) -> None:
        """Look up what is due until the service is to stop; an outage of the database is waited out."""
        trouble = runtime.trouble("positions")
        backoff = Backoff(runtime.stopping)
        was_waiting = 0
        async with open_client(self.settings.pdok_timeout_seconds) as client:
            while not runtime.stopping.is_set():
                try:
                    was_waiting = await self._tell_waiting(runtime, before=was_waiting)
                    seconds = await self._work_off(runtime, client)
                except Exception as error:
                    if not is_transient(error):
                        raise
                    trouble.failed(error)
                    await backoff.wait()
                    continue
                backoff.reset()
                trouble.recovered()
                await pause(runtime.stopping, seconds)

    async def _tell_waiting(self, runtime: Runtime, *, before: int) -> int:
        async with runtime.transaction() as work:
            waiting = await positions.count(work.connection)
        PENDING.set(waiting)
        if waiting and not before and self.settings.pdok_url is None:
            log.warning("positions.not_looked_up", waiting=waiting, remedy="set PDOK_URL")
        return waiting

    async def _work_off(self, runtime: Runtime, client: httpx.AsyncClient) -> float:
        """Look up what is due; return for how many seconds to pause then."""
        while not runtime.stopping.is_set():
            result = await self.locate_next(runtime, client)
            if result is None:
                return _LOOK_EVERY_SECONDS
            if isinstance(result, Problem) and result not in _OF_ADDRESS:
                return _PAUSE_SECONDS
        return 0

    async def locate_next(self, runtime: Runtime, client: httpx.AsyncClient) -> Location | Problem | None:
        """Look up one home and record what came of it; None when nothing is due, or no more may be asked now."""
        url = self.settings.pdok_url
        if url is None:
            return None
        pending = await self._lease(runtime)
        if pending is None:
            return None
        result = await locate(
            client, url=url, address=pending.address, timeout_seconds=self.settings.pdok_timeout_seconds
        )
        LOOKUPS.labels("found" if isinstance(result, Location) else result.value).inc()
        if isinstance(result, Problem):
            # Numbers of policies are no secret to the log; addresses are.
            log.warning("position.not_found", policy_number=pending.policy_number, problem=result.value)
        async with runtime.transaction() as work:
            is_ours = await _record(work, pending, result)
        if not is_ours:
            log.warning("position.lease_lost", policy_number=pending.policy_number)
        return result

    async def _lease(self, runtime: Runtime) -> Pending | None:
        async with runtime.transaction() as work:
            pending = await positions.lease(work.connection, now=work.now, leased_until=work.now + LEASE)
            if pending is None:
                return None
            at_most = self.settings.pdok_lookups_a_minute
            if not await positions.spend(work.connection, at_most=at_most, now=work.now):
                await positions.give_back(work.connection, pending)
                return None
        return pending


async def _record(work: Work, pending: Pending, result: Location | Problem) -> bool:
    if isinstance(result, Location):
        return await fill_in(work, pending, result)
    wait = min(LONGEST_RETRY, FIRST_RETRY * (1 << min(pending.failures, 10)))
    if result in _OF_ADDRESS:
        wait = UNKNOWN_RETRY
    return await positions.put_off(work.connection, pending, problem=result.value, due_at=work.now + wait)
