"""KNMI's manual gauges: its files per gauge, and the replies of its script, which differ in their comments and commas.

STN number of the gauge, YYYYMMDD the day of the reading, RD what fell in the 24 hours up to 08:00 UTC of that day, in
tenths of a millimetre (empty: no figure). SX, the snow cover, is not read. Everything before the header is comment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from weather_svc.domain.gauge_days import GaugeDay, GaugePublication, gauge, last_hour_of
from weather_svc.domain.hours import border_at, last_border
from weather_svc.domain.publication import GAUGE_FILES, Publication, PublishedBy, Reply, Resolution
from weather_svc.reading import recognition
from weather_svc.reading.archive import Member, members
from weather_svc.reading.fields import FieldError, shown, station_number
from weather_svc.reading.header import column_names
from weather_svc.reading.refusal import RefusedRows, UnreadableError

_EXAMPLE = "STN,YYYYMMDD,   RD,   SX"
_DAY_DIGITS = len("YYYYMMDD")
_LARGEST_TENTHS_MM = 5_000
"""More than was ever measured in one day in Europe's lowlands, twice over: a larger number is a mistake in the file."""
_LINE_ENDS = (b"\r", b"\n")

Days = dict[GaugeDay, int | None]


@dataclass(frozen=True, slots=True)
class GaugeContents:
    """What a file says, member by member. `passed_over` are gauges that are not known, with how many rows they have."""

    publications: list[GaugePublication] = field(default_factory=list)
    passed_over: Counter[int] = field(default_factory=Counter)


class _Columns(NamedTuple):
    width: int
    gauge: int
    day: int
    rain: int
    ends_with_comma: bool


class _Row(NamedTuple):
    line: int
    day: GaugeDay
    tenths_mm: int | None


def read_gauge_file(
    reply: Reply, *, known_gauges: Collection[int], published_at: datetime | None = None
) -> GaugeContents:
    """Read all of a file. `published_at` is what the importer says; without it the file says, or its last reading.

    Raises:
        UnreadableError: part of it cannot be read or is no evidence.
    """
    contents = GaugeContents()
    for member in members(reply.body):
        try:
            days = _read_member(member, last_hour=last_border(reply.retrieved_at))
        except UnreadableError as error:
            if member.name is None:
                raise
            raise error.within(member.name) from error
        contents.passed_over.update(day.gauge.number for day in days if day.gauge.number not in known_gauges)
        taken = {day: rain for day, rain in days.items() if day.gauge.number in known_gauges}
        if taken:
            contents.publications.append(_publication(taken, member, reply, told=published_at))
    return contents


def _publication(days: Days, member: Member, reply: Reply, *, told: datetime | None) -> GaugePublication:
    """Return it with when it was published and what says so: not before its last figure, nor after we had it."""
    if told is not None:
        moment, by = told, PublishedBy.STATED
    elif member.published_at is not None:
        moment, by = min(member.published_at, reply.retrieved_at), PublishedBy.MEMBER
    else:
        moment, by = border_at(max(day.last_hour for day in days)), PublishedBy.LAST_HOUR
    earliest = border_at(max((day.last_hour for day, rain in days.items() if rain is not None), default=0))
    if moment < earliest:
        moment, by = earliest, PublishedBy.LAST_HOUR
    publication = Publication(
        reply=reply,
        member=member.name,
        data_set=GAUGE_FILES,
        resolution=Resolution.DAILY,
        published_at=moment,
        published_by=by,
        statements={},
    )
    return GaugePublication(publication, days)


def _read_member(member: Member, *, last_hour: int) -> Days:
    recognition.refuse_other_than_text(member.head())
    refused = RefusedRows()
    found: dict[GaugeDay, _Row] = {}
    for row in _rows(member.lines(), refused, last_hour=last_hour):
        before = found.setdefault(row.day, row)
        if before.tenths_mm != row.tenths_mm:
            refused.add(f"line {row.line}", _contradiction(row, before))
    refused.raise_any()
    if not found:
        raise UnreadableError("it has a header line and no rows; ask KNMI again, for a period with days")
    return {day: row.tenths_mm for day, row in found.items()}


def _rows(lines: Iterable[bytes], refused: RefusedRows, *, last_hour: int) -> Iterator[_Row]:
    """Yield what the rows say, and note those that cannot be understood."""
    numbered = enumerate(lines, start=1)
    columns = _header(numbered)
    length: int | None = None
    for number, line in numbered:
        if (next_columns := _columns_of(line, number)) is not None:
            columns, length = next_columns, None
            continue
        if line.startswith(b"#") or not line.strip():
            continue
        row = line.rstrip(b"\r\n")
        length = length or len(row)
        try:
            yield _row(number, row, columns, length=length, last_hour=last_hour)
        except FieldError as error:
            refused.add(f"line {number}", error)
        else:
            # A row that ends with a comma is whole also without a line end.
            if not (columns.ends_with_comma or line.endswith(_LINE_ENDS)):
                refused.add(f"line {number}", "the last row has no line end: the file was cut; fetch it again")


def _row(number: int, row: bytes, columns: _Columns, *, length: int, last_hour: int) -> _Row:
    fields = [each.decode("utf-8", "replace").strip() for each in row.split(b",")]
    if len(fields) != columns.width:
        raise FieldError(f"{len(fields)} fields where the header names {columns.width} columns; fetch the file again")
    if len(row) != length:
        raise FieldError(f"the row has {len(row)} characters and those above {length}; fetch the file again")
    day = GaugeDay(gauge(station_number(fields[columns.gauge])), last_hour_of(_day(fields[columns.day])))
    if day.last_hour > last_hour:
        raise FieldError("the day has not ended: that is no measurement; remove the row")
    return _Row(number, day, _collected(fields[columns.rain]))


def _header(numbered: Iterator[tuple[int, bytes]]) -> _Columns:
    for number, line in numbered:
        if (columns := _columns_of(line, number)) is not None:
            return columns
        start = [each.strip() for each in line.split(b",", 2)]
        if len(start) > 2 and start[0].isdigit() and start[1].isdigit():  # noqa: PLR2004 - gauge, day and the rest
            raise UnreadableError(f"line {number}: a row comes before the header line; put `{_EXAMPLE}` above it")
    raise UnreadableError(f"no header line names the columns; the file needs `{_EXAMPLE}`")


def _columns_of(line: bytes, number: int) -> _Columns | None:
    """Return the columns that a header line names; None when it is none."""
    names = column_names(line, number)
    if names is None:
        return None
    if "HH" in names or "H" in names:
        raise UnreadableError(f"line {number}: these are hours of automatic stations; take them with import-hours")
    if "RD" not in names:
        raise UnreadableError(f"line {number}: the header has no column RD; ask KNMI for manual gauges")
    return _Columns(
        width=len(names),
        gauge=names.index("STN"),
        day=names.index("YYYYMMDD"),
        rain=names.index("RD"),
        ends_with_comma=not names[-1],
    )


def _day(text: str) -> date:
    if len(text) == _DAY_DIGITS and text.isascii() and text.isdigit():
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            pass
    raise FieldError(f"{shown(text)} is no day; write it as YYYYMMDD")


def _collected(text: str) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= len("99999") and int(text) <= _LARGEST_TENTHS_MM:
        return int(text)
    raise FieldError(
        f"RD is {shown(text)}; write tenths of a millimetre from 0 to {_LARGEST_TENTHS_MM}, nothing for no figure"
    )


def _contradiction(row: _Row, before: _Row) -> str:
    becomes, was = ("empty" if each.tenths_mm is None else str(each.tenths_mm) for each in (row, before))
    return f"RD is {becomes} where line {before.line} says {was} for the same day of gauge {row.day.gauge.number}"
