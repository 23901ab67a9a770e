"""Asks a source within its budget; what it does instead of answering ends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import httpx
import structlog

from chassis.errors import is_transient, places_of
from chassis.service import Runtime
from chassis.telemetry.servers import SERVERS
from contracts.rain_stations import StationPeriod
from weather_svc.domain.hours import HourSpan
from weather_svc.registers import counting_periods
from weather_svc.repository import polls
from weather_svc.settings import Settings
from weather_svc.sources.addresses import Sources, sources_of
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.network import measuring
from weather_svc.sources.port import NOTHING_KNOWN, Failure, Outcome, Problem, Question, Source, Validators

log = structlog.get_logger(__name__)

LONGEST_SECONDS = 600.0
"""For all the requests that one question takes."""
_CLOSED_FOR = timedelta(days=1)
"""How long a station is not asked for that a source does not know."""


def open_sources(
    settings: Settings,
    runtime: Runtime,
    client: httpx.AsyncClient,
    *,
    periods: Sequence[StationPeriod],
    now: datetime,
) -> Sources:
    """Return the sources, each with an exchange that counts its requests in the database."""
    return sources_of(settings, exchange=_exchanges(settings, runtime, client), periods=periods, now=now)


def _exchanges(settings: Settings, runtime: Runtime, client: httpx.AsyncClient) -> Callable[[str], Exchange]:
    def exchange(budget: str) -> Exchange:
        async def spend() -> bool:
            # A transaction of its own: what is counted stays counted, whatever becomes of the request.
            async with runtime.transaction() as work:
                return await polls.spend(
                    work.connection, budget=budget, at_most=settings.knmi_requests_an_hour, now=work.now
                )

        return Exchange(client=client, spend=spend, now=runtime.now, timeout_seconds=settings.knmi_timeout_seconds)

    return exchange


async def ask(runtime: Runtime, source: Source, hours: HourSpan, *, known: Validators = NOTHING_KNOWN) -> Outcome:
    """Ask `source` for the whole network, without the stations that it did not know lately."""
    async with runtime.transaction() as work:
        left_out = await polls.left_out(work.connection, source=source.name, now=work.now)
        stations = measuring(await counting_periods(work.connection), hours=hours, left_out=left_out)
    outcome = await _ask(source, Question(stations=stations, hours=hours, known=known))
    _note_server(source, outcome)
    if outcome.closed:
        log.warning("knmi.stations_left_out", source=source.name, stations=sorted(outcome.closed))
        async with runtime.transaction() as work:
            await polls.leave_out(
                work.connection, source=source.name, stations=outcome.closed, left_until=work.now + _CLOSED_FOR
            )
    return outcome


def _note_server(source: Source, outcome: Outcome) -> None:
    """Let the log and the gauges tell that KNMI is away, and that it is back: whatever it answers, it is there."""
    part, failure = f"KNMI's {source.name}", outcome.failure
    if failure is None or failure.problem not in {Problem.UNREACHABLE, Problem.BUDGET}:
        SERVERS.reached(part, server="KNMI")
    elif failure.problem is Problem.UNREACHABLE:
        SERVERS.unreached("KNMI", part=part, error=failure.reason)


async def _ask(source: Source, question: Question) -> Outcome:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await source.ask(question)
    except TimeoutError:
        return Outcome(failure=Failure(Problem.UNREACHABLE, "KNMI took too long to answer all of it"))
    except Exception as error:
        if is_transient(error):
            raise
        log.error("knmi.reply_broke_reader", source=source.name, places=places_of(error))  # noqa: TRY400 - a text may repeat what a stranger sent
        return Outcome(failure=Failure(Problem.UNREADABLE, "the reply breaks its reader; that is a fault of ours"))
