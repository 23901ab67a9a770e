"""CSV as spreadsheets write it: a row for each period of a policy, commas or semicolons, with or without a BOM.

A row is a line: no cell may hold a line break, so that a quotation mark that is not closed spoils no other row.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO, Final, NamedTuple

import msgspec

from policy_svc.policy_file.columns import OF_A_PERIOD, OF_A_POLICY, REQUIRED, nested
from policy_svc.policy_file.lines import RejectedLine

_EMPTY_MEANS_NONE: Final = {"policyholder.email": None, "policyholder.mobile_phone": None, "ends_on": None}
_NOT_SORTED: Final = "policy_number: its rows do not stand together; sort the file by policy_number and effective_on"


class NoSuchColumnsError(ValueError):
    """The first line does not name the columns. Its text says what to change."""


class PolicyRows(NamedTuple):
    """One policy: its first row, all of it as JSON, and the row of each period."""

    line_number: int
    text: bytes
    rows: Sequence[int]


@dataclass(frozen=True)
class _Row:
    line_number: int
    policy_number: str
    cells: dict[str, str]
    fault: str | None = None


def read(file: BinaryIO) -> Iterator[PolicyRows | RejectedLine]:
    """Yield each policy of a file, or why its rows are none. A policy with one bad row is rejected as a whole.

    The file is read twice: first to find policies whose rows do not stand together, of which periods would be lost.

    Raises:
        NoSuchColumnsError: when the first line does not name the columns.
    """
    runs = Counter(number for number, _ in groupby(_rows(file), key=_policy_number))
    scattered = {number for number, count in runs.items() if count > 1}
    file.seek(0)
    return _policies(_rows(file), scattered=scattered)


def _policy_number(row: _Row) -> str:
    return row.policy_number


def _policies(rows: Iterable[_Row], *, scattered: set[str]) -> Iterator[PolicyRows | RejectedLine]:
    for number, group in groupby(rows, key=_policy_number):
        of_policy = list(group)
        first = of_policy[0]
        fault = _NOT_SORTED if number in scattered else _fault(of_policy)
        if fault:
            yield RejectedLine(first.line_number, fault)
        else:
            periods = [_period(row) for row in of_policy]
            policy = nested(first.cells, OF_A_POLICY, empty=_EMPTY_MEANS_NONE) | {"terms": periods}
            yield PolicyRows(first.line_number, msgspec.json.encode(policy), [row.line_number for row in of_policy])


def _period(row: _Row) -> dict[str, Any]:
    """Return a period as it is in JSON. A premium whose cell of parts is empty has none."""
    period = nested(row.cells, OF_A_PERIOD, empty=_EMPTY_MEANS_NONE)
    if "premium" in period:
        period["premium"].setdefault("parts", [])
    return period


def _fault(rows: Sequence[_Row]) -> str | None:
    first = rows[0]
    for row in rows:
        if row.fault:
            return f"row {row.line_number}: {row.fault}"
        for name in OF_A_POLICY:
            if row.cells.get(name) != first.cells.get(name):
                return f"row {row.line_number}: {name} is not what it is on row {first.line_number}"
    return None


def _rows(file: BinaryIO) -> Iterator[_Row]:
    header = file.readline().decode("utf-8-sig", errors="replace")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    columns = _columns(header, delimiter=delimiter)
    place = columns.index("policy_number")
    for line_number, line in enumerate(file, start=2):
        row = _row(line_number, line, columns=columns, delimiter=delimiter, place=place)
        if row.fault or any(cell.strip() for cell in row.cells.values()):
            yield row


def _columns(header: str, *, delimiter: str) -> list[str]:
    names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
    unknown = [name for name in names if name not in OF_A_POLICY and name not in OF_A_PERIOD]
    missing = sorted(REQUIRED.difference(names))
    twice = [name for name, count in Counter(names).items() if count > 1]
    for wrong, fault in ((missing, "missing"), (unknown, "no column of a policy file"), (twice, "there twice")):
        if wrong:
            raise NoSuchColumnsError(f"the first line must name the columns; {fault}: {', '.join(wrong)}")
    return names


def _row(line_number: int, line: bytes, *, columns: Sequence[str], delimiter: str, place: int) -> _Row:
    """Return a row. Of one that cannot be read the policy is what stands where its number should."""
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    try:
        cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
        fault = None
    except csv.Error:
        cells, fault = text.split(delimiter), "a quotation mark is not closed, or text follows a closed one"
    number = cells[place].strip(' "') if place < len(cells) else ""
    if "\ufffd" in text:
        fault = "is not UTF-8; save the file as CSV UTF-8"
    elif fault is None and cells and len(cells) != len(columns):
        fault = f"has {len(cells)} cells, the first line {len(columns)}"
    return _Row(line_number, number, dict(zip(columns, cells, strict=False)), fault)
