"""KNMI's hourly layout, in its bulk files and its script's answers: comments, a header line, comma-separated rows.

Columns are found by name: STN station number, YYYYMMDD and HH (older: H) the hour in UT named after its end, RH the
sum of the hour in tenths of a millimetre (-1: less than 0.05 mm; empty: no figure). Everything before the header is
comment, with or without a leading #. Figures by KNMI may be used freely when KNMI is named as their source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from weather_svc.domain.hours import HourlyFigure

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_HOURS_A_DAY = 24
_TRACE = -1
_LARGEST_TENTHS_MM = 5_000
"""More than was ever measured in one hour on Earth: a larger number is a mistake in the file."""


class KnmiLayoutError(Exception):
    """A file is not in KNMI's hourly layout; the text says where and what to change."""


class _Columns(NamedTuple):
    station: int
    day: int
    hour: int
    sum_of_hour: int
    width: int


def read_hours(lines: Iterable[str]) -> Iterator[HourlyFigure]:
    """Yield the rows of `lines`; raise `KnmiLayoutError` at the first that cannot be understood."""
    columns: _Columns | None = None
    first_hours: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if "YYYYMMDD" in line and (found := _find_columns(line, number)) is not None:
            columns = found
        elif columns is None:
            _reject_row_before_header(line, number)
        elif line[0] != "#" and not line.isspace():
            yield _figure(line, number, columns, first_hours)
    if columns is None:
        raise KnmiLayoutError("no header line names the columns; the file needs `# STN,YYYYMMDD,   HH,   RH`")


def _find_columns(line: str, number: int) -> _Columns | None:
    names = [name.strip() for name in line.lstrip("\ufeff# ").split(",")]
    if names[:2] != ["STN", "YYYYMMDD"]:
        return None
    hour = next((names.index(name) for name in ("HH", "H") if name in names), None)
    if hour is None or "RH" not in names:
        raise KnmiLayoutError(
            f"line {number}: the header has no column HH or no column RH; ask KNMI for hourly figures with RH"
        )
    return _Columns(0, 1, hour, names.index("RH"), len(names))


def _reject_row_before_header(line: str, number: int) -> None:
    fields = line.split(",", 2)
    if len(fields) > 2 and fields[0].strip().isdigit() and fields[1].strip().isdigit():  # noqa: PLR2004 - STN, day, rest
        raise KnmiLayoutError(
            f"line {number}: a row comes before the header line; put `# STN,YYYYMMDD,   HH,   RH` above it"
        )


def _figure(line: str, number: int, columns: _Columns, first_hours: dict[str, int]) -> HourlyFigure:
    fields = line.split(",")
    if len(fields) != columns.width:
        raise KnmiLayoutError(f"line {number}: {len(fields)} fields where the header names {columns.width} columns")
    text = fields[columns.sum_of_hour].strip()
    try:
        station_number, hour_of_day = int(fields[columns.station]), int(fields[columns.hour])
        tenths_mm = int(text) if text else None
    except ValueError:
        raise KnmiLayoutError(f"line {number}: STN, HH and RH must be whole numbers or, for RH, empty") from None
    if not 1 <= hour_of_day <= _HOURS_A_DAY:
        raise KnmiLayoutError(f"line {number}: HH is {hour_of_day}; hours run from 1 to 24 and name their end in UT")
    if tenths_mm is not None and not _TRACE <= tenths_mm <= _LARGEST_TENTHS_MM:
        raise KnmiLayoutError(f"line {number}: RH is {tenths_mm}; it runs from -1 (trace) to {_LARGEST_TENTHS_MM}")
    day = fields[columns.day]
    if day not in first_hours:
        first_hours[day] = _hours_before(day, number)
    is_trace = tenths_mm == _TRACE
    return HourlyFigure(station_number, first_hours[day] + hour_of_day, 0 if is_trace else tenths_mm, is_trace)


def _hours_before(day: str, number: int) -> int:
    text = day.strip()
    try:
        if len(text) != len("YYYYMMDD"):
            raise ValueError
        ordinal = date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    except ValueError:
        raise KnmiLayoutError(f"line {number}: {text!r} is no day; write it as YYYYMMDD") from None
    return (ordinal - _EPOCH_DAY) * _HOURS_A_DAY
