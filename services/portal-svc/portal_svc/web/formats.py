"""Days, moments and money as people write them, in the Dutch time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from contracts.language import Language

DUTCH_TIME: Final = ZoneInfo("Europe/Amsterdam")
_MONTHS: Final = {
    Language.DUTCH: (
        *("januari", "februari", "maart", "april", "mei", "juni"),
        *("juli", "augustus", "september", "oktober", "november", "december"),
    ),
    Language.ENGLISH: (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_AT: Final = {Language.DUTCH: "{day} om {time} uur", Language.ENGLISH: "{day} at {time}"}


def day(value: date | str, language: Language) -> str:
    """Return a day, or that of a moment in the Dutch time: 29 november 2026."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(DUTCH_TIME)
    return f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}"


def moment(value: datetime | str, language: Language) -> str:
    """Return a moment in the Dutch time: 29 november 2026 om 14:05 uur."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    here = value.astimezone(DUTCH_TIME)
    return _AT[language].format(day=day(here, language), time=f"{here:%H:%M}")


def money(cents: int, language: Language) -> str:
    """Return an amount: € 1.590,00 or € 1,590.00; below nothing − € 12,50."""
    amount = f"{abs(cents) / 100:,.2f}"
    if language is Language.DUTCH:
        amount = amount.translate(str.maketrans(",.", ".,"))
    sign = "−\u00a0" if cents < 0 else ""
    return f"{sign}€\u00a0{amount}"


def number(value: float | str, language: Language, *, digits: int = 1) -> str:
    """Return a figure with `digits` decimals: 48,6 or 48.6."""
    written = f"{float(value):.{digits}f}"
    return written.replace(".", ",") if language is Language.DUTCH else written


def passed(now: datetime) -> Callable[[str], bool]:
    """Return what tells whether a moment, as services write it, lies before `now`."""
    return lambda at: datetime.fromisoformat(at) < now
