"""Asks KNMI when it is time, and records what it says. Several instances share the polls: one asks.

What is asked follows from the time alone. However many claims there are, KNMI is not asked once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx
import structlog

from chassis.backoff import Backoff, pause
from chassis.errors import is_transient
from chassis.service import Runtime
from chassis.unit_of_work import Work
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.publication import Publication
from weather_svc.recording import LateChangesError, Taken, take
from weather_svc.registers import counting_periods
from weather_svc.repository import polls
from weather_svc.repository.polls import Poll
from weather_svc.settings import Settings
from weather_svc.sources.asking import ask, open_sources
from weather_svc.sources.exchange import open_client
from weather_svc.sources.plans import CONTROL, HOURLY, TEN_MINUTE, Plan, plans
from weather_svc.sources.port import Failure, Outcome, Problem, Validators

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=25)
"""Two sources may take `LONGEST_SECONDS` each."""
_LOOK_EVERY_SECONDS = 10.0
_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
_TOLERATED = timedelta(minutes=30)
"""How long KNMI may fail before /ready says so: figures are waited for by days."""
_OF_THE_NETWORK = (HOURLY, CONTROL, TEN_MINUTE)


class KnmiFailsError(Exception):
    """KNMI does not answer, or not with figures; the log and the table `poll` say why."""


@dataclass
class Poller:
    """The worker. `wake` is set when a poll became due before its time."""

    settings: Settings
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, runtime: Runtime) -> None:
        """Ask until the service is to stop; an outage of the database is waited out."""
        trouble = runtime.trouble("KNMI")
        backoff = Backoff(runtime.stopping)
        waker = asyncio.create_task(self._wake_at_stop(runtime.stopping), name="KNMI's waker")
        try:
            async with open_client() as client:
                while not runtime.stopping.is_set():
                    self.wake.clear()
                    try:
                        has_asked = await self.poll_once(runtime, client)
                        problem = await _problem(runtime)
                    except Exception as error:
                        if not is_transient(error):
                            raise
                        trouble.failed(error)
                        await backoff.wait()
                        continue
                    backoff.reset()
                    if problem is None:
                        trouble.recovered()
                    else:
                        trouble.failed(KnmiFailsError(), server="KNMI", reason=problem)
                    if not has_asked:
                        await pause(self.wake, _LOOK_EVERY_SECONDS)
        finally:
            waker.cancel()

    async def _wake_at_stop(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self.wake.set()

    async def poll_once(self, runtime: Runtime, client: httpx.AsyncClient) -> bool:
        """Ask for what has been due longest, and record it; False when nothing was due."""
        async with runtime.transaction() as work:
            periods = await counting_periods(work.connection)
            sources = open_sources(self.settings, runtime, client, periods=periods, now=work.now)
            by_name = {plan.name: plan for plan in plans(sources)}
            await polls.add(work.connection, due=dict.fromkeys(by_name, work.now))
            poll = await polls.lease(work.connection, names=by_name, now=work.now, leased_until=work.now + LEASE)
        if poll is None:
            return False
        plan = by_name[poll.name]
        outcome, is_whole = await self._ask(runtime, plan, poll)
        await _record(runtime, plan, poll, outcome, is_whole=is_whole)
        return True

    async def _ask(self, runtime: Runtime, plan: Plan, poll: Poll) -> tuple[Outcome, bool]:
        """Ask the first source and, when it has failed for long, the others; whether one of them told everything."""
        now = await runtime.now()
        hours = plan.hours(now, answered_at=poll.answered_at)
        first, *others = plan.sources
        outcome = await ask(runtime, first, hours, known=Validators(poll.etag, poll.last_modified))
        if outcome.failure is not None and now - (poll.failing_since or now) >= self.settings.knmi_fallback_after:
            for other in others:
                instead = await ask(runtime, other, hours)
                if instead.failure is None:
                    return outcome + instead, True
        return outcome, outcome.failure is None


async def _record(runtime: Runtime, plan: Plan, poll: Poll, outcome: Outcome, *, is_whole: bool) -> None:
    """Record what came, and when to ask again, in one transaction. Whoever lost the lease records nothing.

    A station of which it would change what KNMI does not correct any more is left out: the others do not wait for it.
    """
    disputed: set[StationKey] = set()
    taken: Taken | None = None
    while True:
        try:
            taken = await _record_without(disputed, runtime, plan, poll, outcome, is_whole=is_whole or bool(disputed))
            break
        except LateChangesError as error:
            disputed |= {hour.station for hour in error.hours}
            numbers = ", ".join(str(station.number) for station in sorted(disputed))
            reason = f"station {numbers}: {error}; import it with --force if KNMI confirms it"
            outcome = replace(outcome, failure=Failure(Problem.LATE_CHANGE, reason))
    if (failure := outcome.failure) is not None:
        log.warning("poll.failed", poll=plan.name, problem=failure.problem.value, reason=failure.reason)
    if taken is not None:
        log.info("poll.recorded", poll=plan.name, new=taken.new, corrected=taken.corrected, lost=taken.lost)


async def _record_without(
    disputed: Collection[StationKey], runtime: Runtime, plan: Plan, poll: Poll, outcome: Outcome, *, is_whole: bool
) -> Taken | None:
    async with runtime.transaction() as work:
        if not await _settle(work, plan, poll, outcome, is_whole=is_whole):
            log.warning("poll.lease_lost", poll=plan.name)
            return None
        undisputed = [kept for each in outcome.publications if (kept := _without(disputed, each)).statements]
        return await take(work, undisputed) if undisputed else None


def _without(stations: Collection[StationKey], publication: Publication) -> Publication:
    if not stations:
        return publication
    kept = {key: said for key, said in publication.statements.items() if key.station not in stations}
    return replace(publication, statements=kept)


async def _settle(work: Work, plan: Plan, poll: Poll, outcome: Outcome, *, is_whole: bool) -> bool:
    failure = outcome.failure
    if failure is None:
        return await polls.settle_answered(
            work.connection,
            poll,
            now=work.now,
            due_at=plan.next_due(work.now),
            etag=outcome.validators.etag,
            last_modified=outcome.validators.last_modified,
        )
    return await polls.settle_failed(
        work.connection,
        poll,
        now=work.now,
        due_at=plan.next_due(work.now) if is_whole else _retry_at(plan, failure.problem, poll.failures, work.now),
        problem=failure.problem.value,
        reason=failure.reason,
        is_answered=is_whole,
    )


def _retry_at(plan: Plan, problem: Problem, failures: int, now: datetime) -> datetime:
    """Return when to try again. What only time or somebody mends is not tried before."""
    if problem in {Problem.QUOTA, Problem.BUDGET}:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if problem is Problem.NOT_FOUND:
        return max(plan.next_due(now), now + _LONGEST_RETRY)
    if problem is Problem.KEY:
        return now + _LONGEST_RETRY
    return now + min(_LONGEST_RETRY, _FIRST_RETRY * (1 << min(failures, 10)))


async def _problem(runtime: Runtime) -> str | None:
    """Return what fails for too long, or will not mend by itself, of what the whole network's hours come by."""
    async with runtime.transaction() as work:
        for poll in await polls.failing(work.connection, names=_OF_THE_NETWORK):
            if poll.problem == Problem.KEY or work.now - poll.failing_since > _TOLERATED:
                return f"{poll.name}: {poll.reason}"
    return None
