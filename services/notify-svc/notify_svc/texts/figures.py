"""Amounts, rain, distances and moments, written the way each language writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_decimal_symbol, get_group_symbol

NO_BREAK_SPACE = "\u00a0"
_HOME_TIME = ZoneInfo("Europe/Amsterdam")
_KILOMETRE_METRES = 1_000
_REMEMBERED = 4_096


@dataclass(frozen=True)
class Figures:
    """Writes figures for one Babel locale. Integers come in, so that nothing is rounded on the way."""

    locale: str

    def euros(self, cents: int) -> str:
        """Return an amount: € 1.234,56 in Dutch, €1,234.56 in English; the space does not break."""
        figures = f"{Decimal(abs(cents)) / 100:,.2f}".translate(_separators(self.locale))
        return _around_euros(self.locale, is_negative=cents < 0).format(figures)

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
        here = at.astimezone(_HOME_TIME)
        return f"{_day(here.date(), self.locale)} {_clock(here)}"

    def time(self, at: datetime) -> str:
        """Return what the clock in the Netherlands showed."""
        return _clock(at.astimezone(_HOME_TIME))

    def day(self, at: datetime) -> str:
        """Return the day by the calendar of the Netherlands."""
        return _day(at.astimezone(_HOME_TIME).date(), self.locale)

    def calendar_day(self, day: date) -> str:
        """Return a day that is one already."""
        return _day(day, self.locale)

    def joined(self, parts: Sequence[str]) -> str:
        """Return `parts` as one enumeration: a, b and c."""
        return _joined(tuple(parts), self.locale)


def _clock(here: datetime) -> str:
    return f"{here.hour:02}:{here.minute:02}"  # strftime takes ten times as long, six times a letter


# Babel takes 20 to 70 microseconds for a figure. Days, rain and enumerations are the same in many letters and are kept.
# Amounts differ from letter to letter: kept is what a language writes around and between the digits of any of them.
@lru_cache
def _separators(locale: str) -> dict[int, str]:
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


@lru_cache
def _around_euros(locale: str, *, is_negative: bool) -> str:
    amount = format_currency(-1 if is_negative else 1, "EUR", locale=locale)
    return amount.replace("1.00".translate(_separators(locale)), "{}")


@lru_cache(_REMEMBERED)
def _tenths(value: int, locale: str) -> str:
    return format_decimal(Decimal(value) / 10, format="#,##0.0", locale=locale)


@lru_cache(_REMEMBERED)
def _day(day: date, locale: str) -> str:
    return format_date(day, "d MMMM y", locale=locale)


@lru_cache(_REMEMBERED)
def _joined(parts: tuple[str, ...], locale: str) -> str:
    return format_list(parts, locale=locale)
