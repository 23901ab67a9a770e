"""A table of windows: rows of station, start and end that come in as CSV and leave with what was measured."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, islice
from typing import Final, NamedTuple, TextIO

from contracts.vocabulary import Network
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.hours import HourSpan, last_border
from weather_svc.domain.window_sums import StationSums, WindowSum

ASKED: Final = ("station", "start_utc", "end_utc")
ADDED: Final = WindowSum._fields
_BATCH_ROWS = 1_000
_PROGRESS_ROWS = 100_000
_STATION: Final = re.compile(r"(?:(aws|gauge):)?0*([1-9][0-9]{0,2})", re.IGNORECASE | re.ASCII)


class BadRowError(Exception):
    """A row that cannot be answered; the text says what to change."""


class _Window(NamedTuple):
    station: StationKey
    hours: HourSpan


class _Row(NamedTuple):
    """A row as it was read; `window` is None in one that cannot be answered."""

    line: int
    fields: list[str]
    window: _Window | None


class WindowTable:
    """Rows that come in as CSV and leave as CSV with what was measured; `bad_rows` counts those left empty."""

    def __init__(self, lines: TextIO, out: TextIO) -> None:
        first = lines.readline()
        self._reader = csv.reader(chain([first], lines))
        self._writer = csv.writer(out, lineterminator="\r\n" if first.endswith("\r\n") else "\n")
        self.rows = self.bad_rows = 0
        header = next(self._reader, [])
        if missing := [name for name in ASKED if header.count(name) != 1]:
            raise BadRowError(f"line 1: name the column {missing[0]} once, in a header such as {','.join(ASKED)}")
        self._width = len(header)
        self._asked = [header.index(name) for name in ASKED]
        # What such a column holds already is replaced, so that a table can be made again.
        self._added = [header.index(name) if name in header else None for name in ADDED]
        self._writer.writerow([*header, *(name for name in ADDED if name not in header)])

    def batches(self) -> Iterator[Sequence[_Row]]:
        """Yield the rows, some thousands at a time."""
        rows = self._read()
        while batch := list(islice(rows, _BATCH_ROWS)):
            yield batch

    def write(self, rows: Sequence[_Row], sums: Mapping[StationKey, StationSums]) -> None:
        """Write `rows` with what was measured; tell of those whose station has no hours."""
        for row in rows:
            found = sums.get(row.window.station) if row.window else None
            if row.window and found is None:
                self._tell(
                    row.line, f"no hours of station {row.window.station.number} are here; import or add its files"
                )
            self._write(row.fields, found.of(row.window.hours) if found and row.window else ("", "", ""))
        before, self.rows = self.rows, self.rows + len(rows)
        if self.rows // _PROGRESS_ROWS > before // _PROGRESS_ROWS:
            sys.stderr.write(f"{self.rows} rows\n")

    def _read(self) -> Iterator[_Row]:
        while True:
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._tell(self._reader.line_num, f"the row cannot be read ({error}); write it as CSV with commas")
                continue
            if fields:
                yield _Row(self._reader.line_num, fields, self._window(fields))

    def _window(self, fields: list[str]) -> _Window | None:
        try:
            if len(fields) != self._width:
                raise BadRowError(f"{len(fields)} fields where the header names {self._width} columns")
            station, start, end = self._asked
            return _Window(_station(fields[station]), _hours(fields[start], fields[end]))
        except BadRowError as error:
            self._tell(self._reader.line_num, str(error))
            return None

    def _write(self, fields: list[str], added: Sequence[object]) -> None:
        row: list[object] = [*fields, *[""] * (self._width - len(fields))]
        for place, value in zip(self._added, added, strict=True):
            if place is None:
                row.append(value)
            else:
                row[place] = value
        self._writer.writerow(row)

    def _tell(self, line: int, reason: str) -> None:
        self.bad_rows += 1
        sys.stderr.write(f"line {line}: {reason}\n")


@lru_cache(maxsize=4_096)
def _station(text: str) -> StationKey:
    named = _STATION.fullmatch(text.strip())
    if named is None:
        raise BadRowError("station is not written as 380 or AWS:380")
    network, number = named.groups()
    if network and network.lower() == Network.GAUGE:
        raise BadRowError(
            "a manual gauge is read once a day and has no hours; name an automatic station such as AWS:380"
        )
    return StationKey(Network.AWS, int(number))


def _hours(start: str, end: str) -> HourSpan:
    """Return the hours that end after `start` and not after `end`."""
    hours = HourSpan(_border("start_utc", start) + 1, _border("end_utc", end))
    if hours.last < hours.first - 1:
        raise BadRowError("end_utc lies before start_utc")
    return hours


# Rows of one storm begin and end with the same hours.
@lru_cache(maxsize=65_536)
def _border(column: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadRowError(f"{column} is no moment such as 2021-07-14T16:00:00Z") from None
    return last_border(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
