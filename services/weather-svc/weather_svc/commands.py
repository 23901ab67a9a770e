"""The service's own command: `import-hours` records KNMI's hourly files, also while the service runs."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import uuid4

from chassis.service import Command, Runtime
from chassis.unit_of_work import Timer
from contracts.vocabulary import Network
from contracts.weather import Quality
from weather_svc import station_table
from weather_svc.domain.hours import HourlyFigure
from weather_svc.handlers import REASSESSMENT
from weather_svc.knmi import KnmiLayoutError, read_hours
from weather_svc.repository import assessments, observations

_BATCH_HOURS = 10_000


@dataclass
class _Summary:
    """What one run of the command did, in hours, answers, and rows skipped by station number."""

    read: int = 0
    new: int = 0
    corrected: int = 0
    confirmed: int = 0
    stale_answers: int = 0
    skipped: Counter[int] = field(default_factory=Counter)

    def sentence(self) -> str:
        unchanged = self.read - self.new - self.corrected - self.confirmed
        return (
            f"{self.read} hours read: {self.new} new, {self.corrected} corrected,"
            f" {self.confirmed} validated without a change, {unchanged} unchanged;"
            f" {self.stale_answers} answers to be assessed again"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="text in KNMI's hourly layout")
    parser.add_argument(
        "--quality",
        type=Quality,
        choices=list(Quality),
        default=Quality.PROVISIONAL,
        help="validated once KNMI has checked them, about nine days after the hour; a validated figure stays",
    )


async def import_hours(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Import every file; return 0, or 1 at the first file that cannot be read.

    Importing a file again changes nothing, so a file that stopped halfway is corrected and imported as a whole.
    """
    summary = _Summary()
    rain_stations = station_table.load().numbers(Network.AWS)
    for path in arguments.files:
        try:
            for figures in _batches(_figures_of(rain_stations, path=path, summary=summary)):
                await _record(figures, quality=arguments.quality, runtime=runtime, summary=summary)
                sys.stderr.write(f"{path.name}: {summary.read} hours\n")
        except (KnmiLayoutError, FileNotFoundError, IsADirectoryError) as error:
            sys.stderr.write(f"{path}: {error}\n")
            return 1
    for number, rows in sorted(summary.skipped.items()):
        sys.stderr.write(
            f"station {number}: {rows} rows skipped; the station table has no rain station of this number\n"
        )
    sys.stdout.write(f"{summary.sentence()}\n")
    return 0


def _figures_of(rain_stations: frozenset[int], *, path: Path, summary: _Summary) -> Iterator[HourlyFigure]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for figure in read_hours(lines):
            if figure.station_number in rain_stations:
                yield figure
            else:
                summary.skipped[figure.station_number] += 1


def _batches(figures: Iterator[HourlyFigure]) -> Iterable[Sequence[HourlyFigure]]:
    while batch := list(islice(figures, _BATCH_HOURS)):
        yield batch


async def _record(figures: Sequence[HourlyFigure], *, quality: Quality, runtime: Runtime, summary: _Summary) -> None:
    """Record `figures` and schedule the reassessment of the answers that rest on them, in one transaction."""
    last_of_hour = {(figure.station_number, figure.hour): figure for figure in figures}
    async with runtime.transaction() as work:
        await observations.lock_for_recording(work.connection)
        recorded = await observations.record(
            work.connection, network=Network.AWS, figures=list(last_of_hour.values()), quality=quality, now=work.now
        )
        stale_answers = await assessments.mark_stale(work.connection, spans=[change.span for change in recorded])
        if stale_answers:
            # A key of its own: moving a timer that just fires would wait for its handler, which waits for us.
            work.schedule(Timer(REASSESSMENT, str(uuid4()), work.now))
    summary.read += len(figures)
    summary.stale_answers += stale_answers
    for change in recorded:
        summary.new += change.new
        summary.corrected += change.corrected
        summary.confirmed += change.confirmed


COMMANDS = (
    Command(
        "import-hours",
        "Import KNMI's hourly rain and assess again the answers that rest on it",
        add_arguments,
        import_hours,
    ),
)
