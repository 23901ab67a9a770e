"""`fetch --source …`: ask KNMI for a period at once, within the same budget as the service asks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from chassis.service import Command, Runtime
from weather_svc.commands.whole_files import ALL_TAKEN, NOTHING_TAKEN, PARTLY_TAKEN
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.recording import LateChangesError, take
from weather_svc.registers import counting_periods
from weather_svc.settings import Settings
from weather_svc.sources.addresses import Sources
from weather_svc.sources.asking import ask, open_sources
from weather_svc.sources.bulk import first_year
from weather_svc.sources.exchange import open_client
from weather_svc.sources.port import Failure, Outcome, Problem, Source

_SOURCES = ("edr", "script", "bulk")
_IN_VAIN = frozenset({Problem.BUDGET, Problem.QUOTA, Problem.KEY, Problem.UNREACHABLE})
"""Problems that the next request would have as well."""
_DAY = timedelta(days=1)
_YEARS = 10
_HOURS_AT_ONCE = 180 * 24
"""KNMI's EDR API answers with 376,000 values at most: rain and duration of 34 stations in 230 days."""


class _Part(NamedTuple):
    """What one request asks for."""

    source: Source
    hours: HourSpan
    name: str


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", required=True, choices=_SOURCES, help="who is asked; its address is a setting")
    parser.add_argument("--from", required=True, type=_day, dest="from_day", metavar="DAY", help="first day, UTC")
    parser.add_argument("--until", required=True, type=_day, metavar="DAY", help="last day, UTC, as 2021-07-14")
    parser.add_argument(
        "--force", action="store_true", help="also if it changes hours that KNMI had stopped correcting"
    )
    parser.epilog = (
        f"Exit code: {ALL_TAKEN} all was taken or known already, {PARTLY_TAKEN} a part was, {NOTHING_TAKEN} nothing."
        " Asking again for what was taken does no harm."
    )


async def fetch(arguments: argparse.Namespace, runtime: Runtime, *, settings: Settings) -> int:
    """Ask for part after part and record each; return an exit code. It ends where asking on would be in vain."""
    async with runtime.transaction() as work:
        periods, now = await counting_periods(work.connection), work.now
    async with open_client() as client:
        sources = open_sources(settings, runtime, client, periods=periods, now=now)
        parts = list(_parts(sources, arguments, now=now))
        if not parts:
            sys.stderr.write(
                f"there is nothing to ask: KNMI_{arguments.source.upper()}_URL is not set, or the days are not over\n"
            )
        taken = refused = 0
        for place, part in enumerate(parts, start=1):
            failure = await _take(await ask(runtime, part.source, part.hours), part, runtime, force=arguments.force)
            if failure is None:
                taken += 1
                continue
            refused += 1
            sys.stderr.write(f"{part.name}: {failure.reason}\n")
            if failure.problem in _IN_VAIN:
                refused += len(parts) - place
                break
    sys.stdout.write(f"{taken} of {taken + refused} requests taken\n")
    if refused == 0 and taken:
        return ALL_TAKEN
    return PARTLY_TAKEN if taken else NOTHING_TAKEN


def _parts(sources: Sources, arguments: argparse.Namespace, *, now: datetime) -> Iterator[_Part]:
    first, last = last_border(arguments.from_day) + 1, last_border(min(arguments.until + _DAY, now))
    if arguments.source == "bulk":
        for file in sources.bulk:
            if arguments.from_day.year - _YEARS < first_year(file.name) <= arguments.until.year:
                yield _Part(file, HourSpan(first, last), file.name)
        return
    source: Source | None = sources.edr if arguments.source == "edr" else sources.script
    if source is not None:
        for start in range(first, last + 1, _HOURS_AT_ONCE):
            hours = HourSpan(start, min(start + _HOURS_AT_ONCE - 1, last))
            yield _Part(source, hours, f"{border_at(hours.first - 1):%Y-%m-%d} to {border_at(hours.last):%Y-%m-%dT%H}")


async def _take(outcome: Outcome, part: _Part, runtime: Runtime, *, force: bool) -> Failure | None:
    """Record what came; return why not all of it did."""
    try:
        async with runtime.transaction() as work:
            taken = await take(work, [replace(each, is_forced=force) for each in outcome.publications])
    except LateChangesError as error:
        return Failure(Problem.LATE_CHANGE, f"{error}; --force takes them nevertheless")
    for station in sorted(outcome.closed):
        sys.stderr.write(f"{part.name}: KNMI does not know station {station}; the others were asked for\n")
    sys.stderr.write(
        f"{part.name}: {taken.new} hours new, {taken.corrected} corrected, {taken.confirmed} confirmed,"
        f" {taken.lost} newly lost\n"
    )
    return outcome.failure


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day; write it as 2021-07-14") from None


def fetch_command(settings: Settings) -> Command:
    """Return the command; who is asked stands in `settings`."""
    return Command(
        "fetch",
        "ask KNMI for hours of a past period, within the budget of requests",
        _add_arguments,
        partial(fetch, settings=settings),
    )
