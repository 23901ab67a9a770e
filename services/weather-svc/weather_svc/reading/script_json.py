"""Reads the JSON of KNMI's script end point: an array of objects, one for each hour of a station.

`station_code`, `date` and `hour` say which, `hour` as HH in the hourly layout; RH and DR are as there.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from weather_svc.reading import fields
from weather_svc.reading.fields import FieldError, shown
from weather_svc.reading.refusal import RefusedRows, UnreadableError
from weather_svc.reading.stated import Contradiction, StatedHours, suspicion_of

_DATE = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})(?:T00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?", re.ASCII)
"""KNMI's own form was never seen; these are the ones its readers expect. A time of day would make HH ambiguous."""
_REQUIRED = ("station_code", "date", "hour", "RH")


def read_script_json(body: bytes, stated: StatedHours, *, last_hour: int) -> None:
    """Read a reply into `stated`. `last_hour` is the last one that had ended when it was received.

    Raises:
        UnreadableError: it is no such JSON or says that there is no data, or a row says what cannot be, or something
            else of an hour than a row before.
    """
    stated.unit = "row"
    refused = RefusedRows()
    first: dict[tuple[int, int], tuple[int, int]] = {}
    for number, row in enumerate(_rows(body), start=1):
        try:
            station, hour, figure, suspicion = _read(row, last_hour=last_hour)
        except FieldError as error:
            refused.add(f"row {number}", error)
            continue
        number_before, figure_before = first.setdefault((station, hour), (number, figure))
        if figure != figure_before:
            contradiction = Contradiction(number, station, hour, figure)
            refused.add(f"row {number}", contradiction.reason(f"row {number_before}", figure_before))
        stated.state(number, station, hour, figure, suspicion)
    refused.raise_any()


def _rows(body: bytes) -> list[Any]:
    try:
        rows = json.loads(body, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it is no JSON ({error}); it may be cut: fetch it again") from error
    if not isinstance(rows, list):
        raise UnreadableError("it is JSON, but no list of hours")
    if not rows:
        raise UnreadableError("KNMI has no data for what was asked: the list is empty")
    return rows


def _read(row: object, *, last_hour: int) -> tuple[int, int, int, int]:
    if not isinstance(row, dict):
        raise FieldError(f"{shown(str(row))} is no object with {', '.join(_REQUIRED)}")
    absent = [name for name in _REQUIRED if name not in row]
    if absent:
        raise FieldError(f"it has no {absent[0]}; ask KNMI for hourly figures with RH")
    station = fields.station_number(_text(row["station_code"]))
    hour = _hours_before(_text(row["date"])) + fields.hour_of_day(_text(row["hour"]))
    figure = fields.rain(_text(row["RH"]))
    if hour > last_hour:
        raise FieldError("the hour has not ended: that is no measurement; remove the row")
    return station, hour, figure, suspicion_of(figure, fields.duration(_text(row.get("DR"))))


def _hours_before(day: str) -> int:
    found = _DATE.fullmatch(day)
    if found is None:
        raise FieldError(f"date is {shown(day)}; write it as YYYY-MM-DD")
    return fields.hours_before(found[1] + found[3] + found[4])


def _text(value: object) -> str:
    """A number as the layout writes it: null is no figure, and what is no whole number stays refusable."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else repr(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object names a key twice")
    return found


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
