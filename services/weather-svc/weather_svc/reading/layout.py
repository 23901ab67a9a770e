"""KNMI's hourly layout, in its bulk files and its script's answers: comments, a header line, comma-separated rows.

Columns are found by name: STN station number, YYYYMMDD and HH (older: H) the hour in UT named after its end, RH the
sum of the hour in tenths of a millimetre (-1: less than 0.05 mm; empty: no figure), DR how long it rained in tenths of
an hour. Everything before the header is comment, with or without a leading #.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from weather_svc.reading import fields
from weather_svc.reading.fields import FieldError, shown
from weather_svc.reading.header import BYTE_ORDER_MARK, column_names, header_text
from weather_svc.reading.refusal import RefusedRows, UnreadableError
from weather_svc.reading.stated import StatedHours, suspicion_of

T = TypeVar("T")
Lines = Callable[[], Iterable[bytes]]
"""Gives the lines of a text from the beginning, each with its end."""
State = Callable[[int, int, int, int, int], None]
"""Takes what a row says: its line, station, hour, figure and suspicion."""
_EXAMPLE = "# STN,YYYYMMDD,   HH,   DR,   RH"
_REMEMBERED_FIELDS = 20_000


class _Columns(NamedTuple):
    """How many columns there are, and the places of those that count."""

    width: int
    station: int
    day: int
    hour: int
    rain: int
    duration: int | None
    header_length: int

    @property
    def padded_length(self) -> int:
        """How long a row is when each field has the width that KNMI gives it."""
        return len("  377,20210714") + (self.width - 2) * len(",   26")


class _Remembered(dict[bytes, T]):
    """What fields mean: a file of a decade has 88,000 rows and few different fields."""

    def __init__(self, parse: Callable[[str], T]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, field: bytes) -> T:
        if len(self) >= _REMEMBERED_FIELDS:
            self.clear()
        meaning = self[field] = self._parse(_text(field))
        return meaning


class _Section:
    """The rows below one header."""

    def __init__(self, columns: _Columns) -> None:
        self.columns = columns
        self.stations, self.days = _Remembered(fields.station_number), _Remembered(fields.hours_before)
        self.hours, self.rain = _Remembered(fields.hour_of_day), _Remembered(fields.rain)
        # Without durations the fields of rain are looked up among them, and mean none.
        self.at_duration = columns.rain if columns.duration is None else columns.duration
        self.durations = _Remembered(fields.no_duration if columns.duration is None else fields.duration)
        self._is_padded = True if columns.header_length == columns.padded_length else None

    def check_length(self, line: bytes) -> int:
        """Return how long `line` is with its end; refuse one of another length among padded ones.

        Such a row was cut, and given a line end afterwards.
        """
        length, padded_length = len(line.rstrip(b"\r\n")), self.columns.padded_length
        if self._is_padded is None:
            self._is_padded = length == padded_length
        if self._is_padded and length != padded_length:
            raise FieldError(f"the row has {length} characters and others {padded_length}; fetch the file again")
        return len(line)


def read_hours(lines: Lines, stated: StatedHours, *, last_hour: int) -> None:
    """Read a text to its end into `stated`. `last_hour` is the last one that had ended when it was received.

    Raises:
        UnreadableError: it has no header or no rows, or a row that is cut, that says what cannot be, or that says
            something else of an hour than a row before.
    """
    refused = RefusedRows()
    _read(lines(), stated.state, refused, last_hour=last_hour)
    if stated.contradictions:
        _refuse_contradictions(stated, lines(), refused, last_hour=last_hour)
    refused.raise_any()
    if not stated.stations:
        raise UnreadableError("it has a header line and no rows; ask KNMI again, for a period with hours")


def _read(lines: Iterable[bytes], state: State, refused: RefusedRows, *, last_hour: int) -> None:
    """State every row, with its line, and note those that cannot be understood."""
    numbered = enumerate(lines, start=1)
    columns: _Columns | None = _header(numbered)
    while columns is not None:
        columns = _read_section(_Section(columns), numbered, state, refused, last_hour=last_hour)


def _read_section(
    section: _Section, numbered: Iterator[tuple[int, bytes]], state: State, refused: RefusedRows, *, last_hour: int
) -> _Columns | None:
    """Read up to the next header and return its columns; None at the end.

    A decade has 88,000 rows and a network 4 million: what a row costs stands in this loop, and what it means elsewhere.
    """
    columns = section.columns
    width, at_station, at_day, at_hour, at_rain, *_ = columns
    at_duration = section.at_duration
    stations, days, hours = section.stations, section.days, section.hours
    rain, durations = section.rain, section.durations
    length = number = refused_line = 0
    line = b""
    for number, line in numbered:
        row = line.split(b",")
        try:
            if len(row) != width:
                raise FieldError(_other_count(row, columns))
            station = stations[row[at_station]]
            hour = days[row[at_day]] + hours[row[at_hour]]
            figure, lasted = rain[row[at_rain]], durations[row[at_duration]]
            if hour > last_hour:
                raise FieldError("the hour has not ended: that is no measurement; remove the row")
            if len(line) != length:
                length = section.check_length(line)
        except FieldError as error:
            if (next_columns := _columns_of(line, number)) is not None:
                return next_columns
            if not _is_comment(line):
                refused.add(f"line {number}", error)
                refused_line = number
        else:
            state(number, station, hour, figure, suspicion_of(figure, lasted) if figure > 0 or lasted else 0)
    if number != refused_line and not _is_comment(line) and not line.endswith((b"\r", b"\n")):
        refused.add(f"line {number}", "the last row has no line end: the file was cut; fetch it again")
    return None


def _is_comment(line: bytes) -> bool:
    return line.startswith(b"#") or not line.strip()


def _header(numbered: Iterable[tuple[int, bytes]]) -> _Columns:
    """Read up to the header. Everything before it is comment, but for rows and what was meant as a header."""
    for number, line in numbered:
        if (found := _columns_of(line, number)) is not None:
            return found
        if b"yyyymmdd" in line.lower():
            _refuse_other_header(line, number)
        start = [field.strip() for field in line.split(b",", 2)]
        if len(start) > 2 and start[0].isdigit() and start[1].isdigit():  # noqa: PLR2004 - station, day and the rest
            raise UnreadableError(f"line {number}: a row comes before the header line; put `{_EXAMPLE}` above it")
    raise UnreadableError(f"no header line names the columns; the file needs `{_EXAMPLE}`")


def _columns_of(line: bytes, number: int) -> _Columns | None:
    """Return the columns that a header line names; None when it is none."""
    names = column_names(line, number)
    if names is None:
        return None
    hour = next((name for name in ("HH", "H") if name in names), None)
    if hour is None or "RH" not in names:
        raise UnreadableError(
            f"line {number}: the header has no column HH or no column RH; ask KNMI for hourly figures with RH"
        )
    return _Columns(
        width=len(names),
        station=names.index("STN"),
        day=names.index("YYYYMMDD"),
        hour=names.index(hour),
        rain=names.index("RH"),
        duration=names.index("DR") if "DR" in names else None,
        header_length=len(header_text(line).rstrip("\r\n")),
    )


def _refuse_other_header(line: bytes, number: int) -> None:
    """Refuse a header that differs from KNMI's as programs change it that a file was saved with."""
    plain = line.removeprefix(BYTE_ORDER_MARK).translate(None, b"\"' #").upper()
    separators = [separator for separator in (b",", b";", b"\t") if separator in plain]
    if len(separators) != 1 or not {b"STN", b"YYYYMMDD"} <= set(plain.strip().split(separators[0])):
        return
    differs = [
        difference
        for difference, is_so in (
            ("separates fields by something else than commas", separators != [b","]),
            ("has quotes", b'"' in line or b"'" in line),
            ("is in lower case", b"YYYYMMDD" not in line),
        )
        if is_so
    ]
    raise UnreadableError(f"line {number}: the header {' and '.join(differs)}; save the file as KNMI writes it")


def _other_count(row: Sequence[bytes], columns: _Columns) -> str:
    if len(row) == 1:
        return f"{shown(_text(row[0]))} is no row; remove the line, or put # before it"
    surplus = row[columns.width :]
    what = f"{shown(_text(surplus[0]))} is too much" if surplus else "if it was cut, fetch the file again"
    return f"{len(row)} fields where the header names {columns.width} columns; {what}"


def _refuse_contradictions(
    stated: StatedHours, lines: Iterable[bytes], refused: RefusedRows, *, last_hour: int
) -> None:
    """Read once more to say which row said something else before."""
    first_rows: dict[tuple[int, int], tuple[int, int]] = {}

    def note_first(line: int, station: int, hour: int, figure: int, _: int) -> None:
        first_rows.setdefault((station, hour), (line, figure))

    _read(lines, note_first, RefusedRows(), last_hour=last_hour)
    for row in stated.contradictions:
        line, figure = first_rows[row.station, row.hour]
        refused.add(f"line {row.place}", row.reason(f"line {line}", figure))
    refused.add_more(stated.contradicting - len(stated.contradictions))


def _text(field: bytes) -> str:
    return field.decode("utf-8", "replace").strip()
