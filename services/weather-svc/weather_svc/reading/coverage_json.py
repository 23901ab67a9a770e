"""Reads CoverageJSON, in which KNMI's EDR API answers: a Coverage, or a collection with one per station or per time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import prod
from typing import Any, NoReturn

from weather_svc.domain.blocks import NO_FIGURE, TRACE
from weather_svc.reading.refusal import UnreadableError

Values = Mapping[datetime, Decimal | None]
"""By the moment of their label; None is a value that KNMI does not have."""
_LARGEST = Decimal(5_000)
"""In tenths of what is measured: more than ever fell in an hour."""


class ErrorBodyError(UnreadableError):
    """KNMI tells of an error, whatever the status of its reply. `text` is what it says, in lower case."""

    def __init__(self, text: str) -> None:
        super().__init__("KNMI answers with an error instead of figures")
        self.text = text


def read_coverages(body: bytes, *, parameters: Sequence[str]) -> Mapping[str, Mapping[str, Values]]:
    """Return the values of `parameters` by the station's WIGOS id; the first parameter is in every coverage.

    Numbers are read exactly as they are written.

    Raises:
        ErrorBodyError: it is no coverage but tells of an error.
        UnreadableError: it is neither, or says two things about one moment.
    """
    document = _document(body)
    kind = document.get("type")
    coverages = document.get("coverages") if kind == "CoverageCollection" else [document]
    if not isinstance(kind, str) or kind not in {"Coverage", "CoverageCollection"} or not isinstance(coverages, list):
        if "error" in document:
            raise ErrorBodyError(str(document["error"])[:1_000].lower())
        raise UnreadableError("it is JSON, but neither a Coverage nor a CoverageCollection")
    found: dict[str, dict[str, dict[datetime, Decimal | None]]] = defaultdict(lambda: defaultdict(dict))
    for place, coverage in enumerate(coverages, start=1):
        try:
            _collect(coverage, parameters, found)
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise UnreadableError(f"coverage {place}: it has not the members of a coverage of a station") from error
        except UnreadableError as error:
            raise error.within(f"coverage {place}") from error
    return found


def tenths(value: Decimal | None) -> int:
    """Return `value` in tenths, TRACE for a negative one, NO_FIGURE for None.

    Raises:
        UnreadableError: it is no whole number of tenths, or cannot have been measured.
    """
    if value is None:
        return NO_FIGURE
    if not -1 <= value <= _LARGEST:
        raise UnreadableError("a value is outside of what can be measured")
    if value < 0:
        return TRACE
    in_tenths = value * 10
    if in_tenths > _LARGEST or in_tenths != in_tenths.to_integral_value():
        raise UnreadableError("a value is no whole number of tenths, or outside of what can be measured")
    return int(in_tenths)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise UnreadableError("it is no JSON; the reply may be cut: ask again") from error
    if not isinstance(document, dict):
        raise UnreadableError("it is JSON, but neither a Coverage nor a CoverageCollection")
    return document


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def _collect(
    coverage: dict[str, Any],
    parameters: Sequence[str],
    found: Mapping[str, dict[str, dict[datetime, Decimal | None]]],
) -> None:
    station = coverage["eumetnet:locationId"]
    if not isinstance(station, str):
        raise UnreadableError("it names no station")
    moments = [_moment(text) for text in coverage["domain"]["axes"]["t"]["values"]]
    for parameter, values in _ranges(coverage["ranges"], parameters, count=len(moments)):
        known = found[station][parameter]
        for moment, value in zip(moments, values, strict=True):
            if known.setdefault(moment, value) != value:
                raise UnreadableError(f"it says another {parameter} at {moment:%Y-%m-%dT%H:%MZ} than before")


def _ranges(
    ranges: Mapping[str, Any], parameters: Sequence[str], *, count: int
) -> Iterator[tuple[str, Sequence[Decimal | None]]]:
    for parameter in parameters:
        if parameter not in ranges:
            if parameter == parameters[0]:
                raise UnreadableError(f"it has no {parameter}")
            continue
        values = ranges[parameter]["values"]
        if len(values) != count or prod(ranges[parameter].get("shape", [count])) != count:
            raise UnreadableError(f"{parameter} has another number of values than of times")
        yield parameter, [_number(value) for value in values]


def _number(value: object) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise UnreadableError("a value is no number")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise UnreadableError("a time has no zone")
    return moment.astimezone(UTC)
