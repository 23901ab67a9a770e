"""`missing-hours`: the ledger of hours without a figure, for operators."""

from __future__ import annotations

import argparse
import sys

from chassis.service import Command, Runtime
from contracts.vocabulary import Network
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.hours import border_at
from weather_svc.domain.publication import KNMI_CORRECTS_FOR
from weather_svc.repository import gaps
from weather_svc.repository.gaps import GapState, NotedGap


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--station", type=int, metavar="NUMBER", help="of one automatic station only")
    parser.add_argument("--state", type=GapState, choices=list(GapState), help="those of one state only")


async def _list(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Print a line for each run of hours: station, first and last, how many, their state, and how long to wait."""
    async with runtime.pool.acquire() as connection:
        stations = await gaps.stations(connection)
        for station in stations if arguments.station is None else [StationKey(Network.AWS, arguments.station)]:
            for gap in await gaps.of_station(connection, station=station):
                if arguments.state in {None, gap.state}:
                    sys.stdout.write(f"{_line(station, gap)}\n")
    return 0


def _line(station: StationKey, gap: NotedGap) -> str:
    first, last = border_at(gap.hours.first), border_at(gap.hours.last)
    until = f", settled by {last + KNMI_CORRECTS_FOR:%Y-%m-%dT%H:%MZ}" if gap.state is GapState.OPEN else ""
    hours = len(gap.hours.numbers)
    return (
        f"{station.network.upper()}:{station.number} {first:%Y-%m-%dT%H:%MZ} to {last:%Y-%m-%dT%H:%MZ}:"
        f" {hours} {'hour' if hours == 1 else 'hours'} {gap.state}{until}"
    )


MISSING_HOURS = Command("missing-hours", "list the hours without a figure, open and lost", _add_arguments, _list)
