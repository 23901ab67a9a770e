"""Amounts, rain, distances and moments, written the way each language writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

NO_BREAK_SPACE = "\u00a0"
_HOME_TIME = ZoneInfo("Europe/Amsterdam")
_KILOMETRE_METRES = 1_000


_REMEMBERED_FIGURES = 4_096


@dataclass(frozen=True)
class Figures:
    """Writes figures for one Babel locale. Integers come in, so that nothing is rounded on the way."""

    locale: str

    def euros(self, cents: int) -> str:
        """Return an amount: € 1.234,56 in Dutch, €1,234.56 in English; the space does not break."""
        return _euros(cents, self.locale)

    def millimetres(self, tenths_mm: int) -> str:
        """Return rain with its one decimal."""
        return f"{_tenths(tenths_mm, self.locale)}{NO_BREAK_SPACE}mm"

    def distance(self, metres: int) -> str:
        """Return metres up to a kilometre, above it kilometres with one decimal."""
        if metres < _KILOMETRE_METRES:
            return f"{metres}{NO_BREAK_SPACE}m"
        return f"{_tenths((metres + 50) // 100, self.locale)}{NO_BREAK_SPACE}km"

    def moment(self, at: datetime) -> str:
        """Return day and time as the clock in the Netherlands showed it."""
        return _moment(at, "d MMMM y HH:mm", self.locale)

    def day(self, at: datetime) -> str:
        """Return the day by the calendar of the Netherlands."""
        return _moment(at, "d MMMM y", self.locale)

    def joined(self, parts: Sequence[str]) -> str:
        """Return `parts` as one enumeration: a, b and c."""
        return format_list(list(parts), locale=self.locale)


# A letter and its SMS name the same amounts many times, letters about the same rain the same figures and moments; to
# write one anew takes 20 to 70 microseconds.
@lru_cache(_REMEMBERED_FIGURES)
def _euros(cents: int, locale: str) -> str:
    return format_currency(Decimal(cents) / 100, "EUR", locale=locale)


@lru_cache(_REMEMBERED_FIGURES)
def _tenths(value: int, locale: str) -> str:
    return format_decimal(Decimal(value) / 10, format="#,##0.0", locale=locale)


@lru_cache(_REMEMBERED_FIGURES)
def _moment(at: datetime, pattern: str, locale: str) -> str:
    return format_datetime(at, pattern, tzinfo=_HOME_TIME, locale=locale)
