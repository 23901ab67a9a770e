"""Millimetres, kilometres, days and hours as people read them, in Dutch and in English, by the clock of the home."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from contracts.vocabulary import Language

HOME_TIME: Final = ZoneInfo("Europe/Amsterdam")
_MONTHS: Final = {
    Language.DUTCH: "januari,februari,maart,april,mei,juni,juli,augustus,september,oktober,november,december",
    Language.ENGLISH: "January,February,March,April,May,June,July,August,September,October,November,December",
}
_POINT: Final = {Language.DUTCH: ",", Language.ENGLISH: "."}
_METRES_PER_TENTH_OF_A_KILOMETRE = 100


def millimetres(tenths: int, language: Language) -> str:
    """Write tenths of a millimetre as millimetres: 40.2 mm."""
    return f"{_with_tenth(tenths, language)} mm"


def kilometres(metres: int, language: Language) -> str:
    """Write metres as kilometres, rounded to a tenth."""
    return f"{_with_tenth(round(metres / _METRES_PER_TENTH_OF_A_KILOMETRE), language)} km"


def _with_tenth(tenths: int, language: Language) -> str:
    whole, rest = divmod(tenths, 10)
    return f"{whole}{_POINT[language]}{rest}"


def day(moment: datetime, language: Language) -> str:
    """Write the day at the home: 15 July 2021."""
    there = moment.astimezone(HOME_TIME)
    month = _MONTHS[language].split(",")[there.month - 1]
    return f"{there.day} {month} {there.year}"


def clock(moment: datetime) -> str:
    """Write the time at the home: 08:00."""
    return f"{moment.astimezone(HOME_TIME):%H:%M}"


def day_and_clock(moment: datetime, language: Language) -> str:
    """Write the day and the time at the home: 15 July 2021 08:00."""
    return f"{day(moment, language)} {clock(moment)}"
