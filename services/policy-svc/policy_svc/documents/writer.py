"""Writes words, amounts and days the way a language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency

from contracts.vocabulary import Language
from policy_svc.domain.texts import Text

_LOCALES = {Language.DUTCH: "nl_NL", Language.ENGLISH: "en_GB"}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes in one language."""

    language: Language

    def __call__(self, text: Text, **values: str) -> str:
        """Return a text with the values that it names."""
        return text.told_in(self.language).format(**values)

    def euros(self, cents: int) -> str:
        """Return an amount: € 1.234,56 in Dutch, €1,234.56 in English."""
        return format_currency(Decimal(cents) / 100, "EUR", locale=_LOCALES[self.language])

    def day(self, day: date) -> str:
        """Return a day: 27 november 2026 in Dutch, 27 November 2026 in English."""
        return format_date(day, "d MMMM y", locale=_LOCALES[self.language])
