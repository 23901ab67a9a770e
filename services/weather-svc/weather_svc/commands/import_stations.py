"""`import-stations`: lets another register of stations count, or compares KNMI's own list with the one that counts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chassis.service import Command, Runtime
from contracts.rain_stations import RegisterError
from weather_svc.commands.whole_files import name_of
from weather_svc.domain.registers import Listed, differences
from weather_svc.reading.locations import read_locations
from weather_svc.reading.refusal import UnreadableError
from weather_svc.registers import RegisterLosesError, counting_periods, record


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a register in the layout of contracts/rain_stations.csv; or GeoJSON"
    )
    parser.add_argument("--force", action="store_true", help="even if stations or measured periods would be lost")


async def _import_stations(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Return 0 when the register counts or KNMI's list agrees with it; 1 when not, 2 for a file that says nothing."""
    path: Path = arguments.file
    try:
        content = _content_of(path)
    except OSError as error:
        sys.stderr.write(f"{path}: {error.strerror}\n")
        return 2
    try:
        if content.lstrip().startswith(b"{"):
            return await _compare(read_locations(content), runtime)
        async with runtime.transaction() as work:
            recorded = await record(work, content, name=name_of(path), force=arguments.force)
    except (UnreadableError, RegisterError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    except RegisterLosesError as error:
        sys.stderr.writelines(f"{path}: {loss}\n" for loss in error.losses)
        sys.stderr.write(f"{path}: the register stays as it was; --force takes this one nevertheless\n")
        return 1
    if recorded.is_new:
        sys.stdout.write(
            f"{recorded.stations} stations; there are {recorded.changed} times in which others count than before\n"
        )
    else:
        sys.stdout.write(f"this register counts already: {recorded.stations} stations\n")
    return 0


def _content_of(path: Path) -> bytes:
    return path.read_bytes()


async def _compare(listed: Sequence[Listed], runtime: Runtime) -> int:
    async with runtime.transaction() as work:
        found = list(differences(listed, await counting_periods(work.connection)))
    sys.stdout.writelines(f"{difference}\n" for difference in found)
    sys.stdout.write(f"{len(listed)} stations compared: {len(found)} differ from the register\n")
    return 1 if found else 0


IMPORT_STATIONS = Command(
    name="import-stations",
    help="let another register of stations count, or compare KNMI's list of stations with it",
    add_arguments=_add_arguments,
    run=_import_stations,
)
