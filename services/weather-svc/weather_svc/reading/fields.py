"""Reads the fields of a row. Only ASCII digits, with one leading minus for a trace, are a number.

Each raises `FieldError` with a sentence that says what to change.
"""

from __future__ import annotations

from datetime import date

from weather_svc.domain.blocks import NO_FIGURE, TRACE

HOURS_A_DAY = 24
_LARGEST_TENTHS_MM = 5_000
"""More than was ever measured in one hour on Earth: a larger number is a mistake in the file."""
_LONGEST_TENTHS_OF_AN_HOUR = 10
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST_DAY = date(1951, 1, 1)
_STATION_DIGITS = 3
_DAY_DIGITS = len("YYYYMMDD")
_SHOWN_CHARACTERS = 24


class FieldError(ValueError):
    """A field is not what KNMI's layout says it is."""


def station_number(text: str) -> int:
    """Return the number of an automatic station; WMO's number and the WIGOS id of a station are told apart from it."""
    if text.isascii() and text.isdigit():
        if len(text) <= _STATION_DIGITS and int(text):
            return int(text)
        if len(text.lstrip("0")) == _STATION_DIGITS + 1 and text.lstrip("0").startswith("6"):
            raise FieldError(f"STN {shown(text)} is WMO's number of KNMI's station {text[-3:]}; write {text[-3:]}")
    if text.startswith("0-20000-0-06"):
        raise FieldError(f"STN {shown(text)} is the WIGOS id of KNMI's station {text[-3:]}; write {text[-3:]}")
    raise FieldError(f"STN is {shown(text)}; write KNMI's number of the station, in three digits")


def hours_before(day: str) -> int:
    """Return the hours from the epoch to a day that is written as YYYYMMDD."""
    try:
        if len(day) != _DAY_DIGITS or not (day.isascii() and day.isdigit()):
            raise ValueError
        found = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        raise FieldError(f"{shown(day)} is no day; write it as YYYYMMDD") from None
    if found < _FIRST_DAY:
        raise FieldError(f"the day is {found}; KNMI has hourly figures since {_FIRST_DAY}")
    return (found.toordinal() - _EPOCH_DAY) * HOURS_A_DAY


def hour_of_day(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len("24") and 1 <= int(text) <= HOURS_A_DAY:
        return int(text)
    raise FieldError(f"HH is {shown(text)}; hours run from 1 to 24 and name their end in UT")


def rain(text: str) -> int:
    """Return tenths of a millimetre, TRACE or NO_FIGURE."""
    if not text:
        return NO_FIGURE
    if text == "-1":
        return TRACE
    if text.isascii() and text.isdigit() and len(text) <= len("99999") and int(text) <= _LARGEST_TENTHS_MM:
        return int(text)
    raise FieldError(
        f"RH is {shown(text)}; write tenths of a millimetre from 0 to {_LARGEST_TENTHS_MM}, -1 for a trace,"
        " nothing for no figure"
    )


def duration(text: str) -> int | None:
    """Return tenths of an hour. None says nothing: no figure, or -1, less than 0.05 hours."""
    if text in {"", "-1"}:
        return None
    if text.isascii() and text.isdigit() and len(text) <= len("10") and int(text) <= _LONGEST_TENTHS_OF_AN_HOUR:
        return int(text)
    raise FieldError(f"DR is {shown(text)}; write tenths of an hour from 0 to 10, or nothing for no figure")


def no_duration(_: str) -> None:
    """A row without a column of durations says nothing of it."""


def shown(text: str) -> str:
    """What a message shows of a text that may be anything."""
    return ascii(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")
