"""`import-hours FILE...`: record files of KNMI's hourly figures, also while the service runs."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from chassis.service import Command, Runtime
from contracts.vocabulary import Network
from weather_svc.commands import whole_files
from weather_svc.commands.whole_files import (
    Counts,
    body_of,
    check_published_at,
    exit_code,
    files_sentence,
    name_of,
    refuse,
)
from weather_svc.domain.blocks import BLOCK_HOURS, NO_FIGURE, NOT_STATED, TRACE
from weather_svc.domain.hours import border_at
from weather_svc.domain.publication import HOURLY_FILES, Reply
from weather_svc.reading.archive import Watch
from weather_svc.reading.files import FileContents, read_file
from weather_svc.reading.refusal import LISTED_AT_MOST, PassedOver, UnreadableError
from weather_svc.recording import LateChangesError, LateHour, take
from weather_svc.registers import counting_periods
from weather_svc.repository import publications
from weather_svc.unknown_stations import raise_alarm

_TOLD_BYTES = 32 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    whole_files.add_arguments(parser, layout="KNMI's hourly layout")
    parser.add_argument(
        "--force", action="store_true", help="also if they change hours that KNMI had stopped correcting"
    )


async def import_hours(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Import every file; progress and refusals on stderr, the summary on stdout; return an exit code."""
    total: Counts = Counter()
    for path in arguments.files:
        try:
            total += await _import_file(path, arguments, runtime)
        except OSError as error:
            total += refuse(path, [error.strerror or "cannot be read"])
        except UnreadableError as error:
            _tell_of_passed_over(path, error.passed_over)
            total += refuse(path, error.reasons, more=error.more)
        except LateChangesError as error:
            total += refuse(path, [_late(hour) for hour in error.hours])
    sys.stdout.write(f"{files_sentence(total)}; {_hours(total)}\n")
    if total["new"] or total["corrected"] or total["lost"]:
        sys.stdout.write("The service assesses again every answer that rests on an hour that changed.\n")
    return exit_code(total)


async def _import_file(path: Path, arguments: argparse.Namespace, runtime: Runtime) -> Counts:
    body = body_of(path)
    async with runtime.transaction() as work:
        reply = Reply(name_of(path), body, retrieved_at=work.now)
        known = await publications.known(work.connection, sha256=reply.sha256)
        if known and arguments.published_at in {None, *(each.published_at for each in known)}:
            sys.stderr.write(f"{path}: known already, byte for byte\n")
            return Counter(known=1)
        register = await counting_periods(work.connection)
    check_published_at(arguments.published_at, now=reply.retrieved_at)
    contents = read_file(
        reply,
        rain_stations={
            period.station.number
            for period in register
            if period.station.network is Network.AWS and period.measures_rain
        },
        published_at=arguments.published_at,
        is_forced=arguments.force,
        watch=_progress_of(path),
    )
    _tell_of_stations(path, contents)
    async with runtime.transaction() as work:
        taken = await take(work, contents.publications)
    done = _stated(contents) + Counter(
        taken=1,
        new=taken.new,
        corrected=taken.corrected,
        confirmed=taken.confirmed,
        superseded=taken.superseded,
        lost=taken.lost,
    )
    sys.stderr.write(f"{path}: {_hours(done)}\n")
    return done


def _stated(contents: FileContents) -> Counts:
    figures = missing = 0
    for publication in contents.publications:
        for statement in publication.statements.values():
            without = statement.figures.count(NO_FIGURE)
            missing += without
            figures += BLOCK_HOURS - without - statement.figures.count(NOT_STATED)
    return Counter(figures=figures, missing=missing)


def _hours(counts: Counts) -> str:
    unchanged = counts["figures"] - sum(counts[each] for each in ("new", "corrected", "confirmed", "superseded"))
    return (
        f"{counts['figures']} hours: {counts['new']} new, {counts['corrected']} corrected,"
        f" {counts['confirmed']} confirmed, {unchanged} unchanged, {counts['superseded']} superseded;"
        f" {counts['missing']} without a figure, {counts['lost']} newly lost"
    )


def _tell_of_stations(path: Path, contents: FileContents) -> None:
    _tell_of_passed_over(path, contents.passed_over)
    for number, hours in sorted(contents.strangers.items()):
        sys.stderr.write(
            f"{path}: WARNING: station {number} has a figure in {hours} hours, and the register has no rain station of"
            " this number; it may be the nearest to a home: complete the register with import-stations\n"
        )
    raise_alarm(contents.strangers, data_set=HOURLY_FILES.name)


def _tell_of_passed_over(path: Path, stations: Sequence[PassedOver]) -> None:
    sys.stderr.writelines(f"{path}: {station.sentence}\n" for station in stations[:LISTED_AT_MOST])
    if len(stations) > LISTED_AT_MOST:
        sys.stderr.write(f"{path}: and {len(stations) - LISTED_AT_MOST} stations more passed over\n")


def _late(hour: LateHour) -> str:
    was, becomes = (figure if figure != TRACE else "a trace" for figure in (hour.was, hour.becomes))
    return (
        f"station {hour.station.number}: the hour until {border_at(hour.hour):%Y-%m-%dT%H:%MZ} was {was} and would be"
        f" {becomes}, and KNMI does not correct it any more; --force takes the file nevertheless"
    )


def _progress_of(path: Path) -> Watch:
    """Tell how much was unpacked of a file that takes more than a moment."""
    unpacked = told = 0

    def watch(count: int) -> None:
        nonlocal unpacked, told
        unpacked += count
        if unpacked >= told + _TOLD_BYTES:
            told = unpacked
            sys.stderr.write(f"{path}: {unpacked >> 20} MB read\n")

    return watch


COMMAND = Command(
    "import-hours",
    "record files of KNMI's hourly figures; the service assesses again the answers that rest on what changed",
    add_arguments,
    import_hours,
)
