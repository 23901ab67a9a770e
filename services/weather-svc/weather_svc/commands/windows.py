"""`windows`: for auditors, adds what was measured to rows of station, start and end, from the store or from files."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chassis.service import Command, OfflineCommand, Runtime
from weather_svc.commands.window_table import BadRowError, WindowTable
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.window_sums import StationSums
from weather_svc.reading.directory import read_directory
from weather_svc.repository.station_figures import counting_figures

DONE, FAILED = 0, 1


@contextmanager
def _table() -> Iterator[WindowTable]:
    """Open the table between stdin and stdout. Bytes that are no UTF-8 pass through as they are."""
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape", newline="")
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogateescape", newline="")
    try:
        yield WindowTable(lines, out)
    finally:
        out.flush()
        # Both go on to belong to whoever opened them.
        lines.detach()
        out.detach()


def _add_no_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "windows --from DIR answers from the KNMI files in DIR instead, without settings and database"


async def _from_store(_: argparse.Namespace, runtime: Runtime) -> int:
    """Answer the rows on stdin from the store, of which a station is loaded when a row first names it."""
    sums: dict[StationKey, StationSums] = {}
    asked: set[StationKey] = set()
    try:
        with _table() as table:
            for rows in table.batches():
                named = {row.window.station for row in rows if row.window}
                for station in sorted(named - asked):
                    async with runtime.pool.acquire() as connection:
                        figures = await counting_figures(connection, station=station)
                    if figures:
                        sums[station] = StationSums(figures)
                asked |= named
                table.write(rows, sums)
    except BadRowError as error:
        return _refused(error)
    return _told(table)


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory", type=Path, metavar="DIR", help="holds hourly files of KNMI: zip, gz, txt, csv, json"
    )


def _from_files(arguments: argparse.Namespace) -> int:
    """Answer the rows on stdin from all files of a directory."""
    if not arguments.directory.is_dir():
        sys.stderr.write(f"{arguments.directory} is no directory; name the one that holds KNMI's files\n")
        return FAILED
    contents = read_directory(arguments.directory, tell=lambda line: sys.stderr.write(f"{line}\n"))
    for reason in contents.unreadable:
        sys.stderr.write(f"{reason}\n")
    if contents.late_changes:
        sys.stderr.write(
            f"{contents.late_changes} hours differ between files although KNMI had corrected them before;"
            " the file published last counts\n"
        )
    sums = {station: StationSums(figures) for station, figures in contents.figures.items()}
    try:
        with _table() as table:
            for rows in table.batches():
                table.write(rows, sums)
    except BadRowError as error:
        return _refused(error)
    return FAILED if contents.unreadable else _told(table)


def _refused(error: BadRowError) -> int:
    sys.stderr.write(f"{error}\n")
    return FAILED


def _told(table: WindowTable) -> int:
    if table.bad_rows:
        sys.stderr.write(f"{table.bad_rows} of {table.rows} rows have no sum; the lines above say why\n")
    return FAILED if table.bad_rows else DONE


_HELP = "add sum_tenths_mm, missing_hours and trace_hours to rows of station, start_utc and end_utc (CSV on stdin)"
WINDOWS = Command("windows", f"{_HELP}, from the store", _add_no_arguments, _from_store)
WINDOWS_FROM_FILES = OfflineCommand(("windows", "--from"), f"{_HELP}, from files", _add_directory, _from_files)
