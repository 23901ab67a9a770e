"""The command that takes in KNMI's hourly files while the service runs."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import uuid4

from chassis.service import Runtime
from chassis.unit_of_work import Timer
from contracts.vocabulary import Network
from contracts.weather import Quality
from weather_svc import repository
from weather_svc.domain.stations import StationTable
from weather_svc.handlers import REASSESSMENT
from weather_svc.knmi import HourlyFigure, KnmiLayoutError, read_hours

_FIGURES_AT_ONCE = 10_000


@dataclass
class _Tally:
    """What one run of the command did, for the one who ran it."""

    read: int = 0
    new: int = 0
    corrected: int = 0
    confirmed: int = 0
    touched_answers: int = 0
    skipped: Counter[int] = field(default_factory=Counter)

    @property
    def unchanged(self) -> int:
        return self.read - self.new - self.corrected - self.confirmed

    @property
    def sentence(self) -> str:
        return (
            f"{self.read} hours read: {self.new} new, {self.corrected} corrected, {self.confirmed} validated as they"
            f" were, {self.unchanged} unchanged; {self.touched_answers} answers rest on them"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `import-hours`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="text in KNMI's hourly layout")
    parser.add_argument(
        "--quality",
        type=Quality,
        choices=list(Quality),
        default=Quality.PROVISIONAL,
        help="validated once KNMI has checked them, about nine days after the hour; a validated figure stays",
    )


async def run(arguments: argparse.Namespace, runtime: Runtime, *, stations: StationTable) -> int:
    """Import every file; return 1 at the first that is unreadable.

    Importing a file again changes nothing, so a file that stopped halfway is mended and imported as a whole.
    """
    tally = _Tally()
    known = stations.numbers(Network.AWS)
    for path in arguments.files:
        try:
            for figures in _in_batches(_figures_of_known(path, known, tally)):
                await _import(runtime, figures, arguments.quality, tally)
                sys.stderr.write(f"{path.name}: {tally.read} hours\n")
        except (KnmiLayoutError, FileNotFoundError, IsADirectoryError) as error:
            sys.stderr.write(f"{path}: {error}\n")
            return 1
    for number, rows in sorted(tally.skipped.items()):
        sys.stderr.write(f"station {number}: {rows} rows skipped; no rain station that we know of\n")
    sys.stdout.write(f"{tally.sentence}\n")
    return 0


def _figures_of_known(path: Path, known: frozenset[int], tally: _Tally) -> Iterator[HourlyFigure]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for figure in read_hours(lines):
            if figure.station_number in known:
                yield figure
            else:
                tally.skipped[figure.station_number] += 1


def _in_batches(figures: Iterator[HourlyFigure]) -> Iterable[Sequence[HourlyFigure]]:
    while batch := list(islice(figures, _FIGURES_AT_ONCE)):
        yield batch


async def _import(runtime: Runtime, figures: Sequence[HourlyFigure], quality: Quality, tally: _Tally) -> None:
    """Record `figures` and have the running service look again at the answers they touch, in one transaction."""
    last_of_hour = {(figure.station_number, figure.hour): figure for figure in figures}
    async with runtime.transaction() as work:
        await repository.lock_observations(work.connection)
        recorded = await repository.record_observations(
            work.connection, network=Network.AWS, figures=list(last_of_hour.values()), quality=quality, now=work.now
        )
        touched = await repository.mark_stale(work.connection, recorded=recorded)
        if touched:
            # A key of its own: moving a timer that just fires would wait for its handler, which waits for us.
            work.schedule(Timer(REASSESSMENT, str(uuid4()), work.now))
    tally.read += len(figures)
    tally.touched_answers += touched
    for change in recorded:
        tally.new += change.new
        tally.corrected += change.corrected
        tally.confirmed += change.confirmed
