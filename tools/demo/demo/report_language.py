"""How sentences, codes, figures and moments read on the report page, in each language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Self
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from markupsafe import Markup

HOME_TIME = ZoneInfo("Europe/Amsterdam")
LANGUAGES = ("en", "nl")
"""The first one is that of the codes and of the stories' titles."""
_MINUS = "\N{MINUS SIGN}"
_EXACT_MILLISECONDS = 10
_SECOND_MILLISECONDS = 1_000


@dataclass(frozen=True)
class Language:
    """One language of the page. `code` is its BCP 47 tag, `name` what its speakers call it."""

    code: str
    name: str
    locale: str
    sentences: Mapping[str, str | Mapping[str, str]]
    words: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, code: str) -> Self:
        """Read the catalogue of a language."""
        catalogue: dict[str, Any] = tomllib.loads(
            files("demo").joinpath("texts", f"{code}.toml").read_text(encoding="utf-8")
        )
        return cls(
            code=code,
            name=catalogue.pop("language"),
            locale=catalogue.pop("locale"),
            sentences=catalogue.pop("sentences"),
            words=catalogue,
        )

    def sentence(self, key: str, /, **values: object) -> Markup:
        """Return a sentence of the catalogue as HTML, with `values` escaped; `count` chooses between one and more."""
        sentence = self.sentences[key]
        if not isinstance(sentence, str):
            sentence = sentence["one" if values["count"] == 1 else "other"]
        # The catalogue is ours; what is filled in is escaped by Markup.
        return Markup(sentence).format(**values)  # noqa: S704

    def word(self, kind: str, code: str) -> str:
        """Return what a code is called; one that the catalogue leaves out is made of English words already."""
        return self.words.get(kind, {}).get(code, code.replace("_", " "))

    def millimetres(self, tenths: int | None) -> str:
        """Return tenths of a millimetre as millimetres; unknown is a question mark."""
        return "?" if tenths is None else self._decimal(Decimal(tenths) / 10, "0.0")

    def signed_millimetres(self, tenths: int | None) -> str:
        """Return a margin with its sign."""
        return f"+{self.millimetres(tenths)}" if tenths is not None and tenths >= 0 else self.millimetres(tenths)

    def euros(self, cents: int | None) -> str:
        """Return cents as euros, or the words for an amount that is not settled yet."""
        if cents is None:
            return self.sentence("not_settled")
        return self._decimal(Decimal(cents) / 100, "€ #,##0.00;-€ #,##0.00")

    def kilometres(self, metres: int) -> str:
        """Return metres as kilometres with one decimal."""
        return self._decimal(Decimal(metres) / 1000, "0.0 km")

    def duration(self, milliseconds: float) -> str:
        """Return a duration so that it reads at a glance."""
        if milliseconds >= _SECOND_MILLISECONDS:
            seconds = self._decimal(Decimal(milliseconds) / 1000, "0.00")
            return self.sentence("seconds", seconds=seconds)
        if milliseconds < 1:
            return self.sentence("under_a_millisecond")
        pattern = "0" if milliseconds >= _EXACT_MILLISECONDS else "0.0"
        return str(self.sentence("milliseconds", milliseconds=self._decimal(Decimal(milliseconds), pattern)))

    def lag(self, minutes: int | None) -> str:
        """Return how long before the loss a window ended; a dash for one that contains the loss."""
        if not minutes:
            return "\N{EN DASH}"
        hours, rest = divmod(minutes, 60)
        key = "lag" if hours and rest else "lag_hours" if hours else "lag_minutes"
        return str(self.sentence(key, hours=hours, minutes=rest))

    def home_moment(self, moment: datetime) -> str:
        """Return a moment by the clock of the home: 15 July 2021 03:30."""
        return self._moment(moment, "d MMMM y HH:mm")

    def home_hour(self, moment: datetime) -> str:
        """Return a moment short, by the clock of the home: Thu 15 Jul 03:30."""
        return self._moment(moment, "EEE d MMM HH:mm")

    def home_time(self, moment: datetime) -> str:
        """Return the hour and minute of a moment by the clock of the home: 03:30."""
        return self._moment(moment, "HH:mm")

    def home_day(self, moment: datetime) -> str:
        """Return the day of a moment by the clock of the home: Thu 15 Jul."""
        return self._moment(moment, "EEE d MMM")

    def _moment(self, moment: datetime, pattern: str) -> str:
        return _written_moment(moment, pattern, self.locale)

    def _decimal(self, number: Decimal, pattern: str) -> str:
        return _written_decimal(number, pattern, self.locale)


# The claims of one storm name the same hours and figures again and again.
@cache
def _written_moment(moment: datetime, pattern: str, locale: str) -> str:
    return format_datetime(moment.astimezone(HOME_TIME), pattern, locale=locale)


@cache
def _written_decimal(number: Decimal, pattern: str, locale: str) -> str:
    return format_decimal(number, pattern, locale=locale).replace("-", _MINUS)


def utc_moment(moment: datetime) -> str:
    """Return a moment in UTC, the same in every language: 2021-07-15 01:30 UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def home_midnights(from_at: datetime, until_at: datetime) -> list[datetime]:
    """Return every midnight of the home's clock strictly between two moments."""
    day = from_at.astimezone(HOME_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    midnights = []
    while day < until_at:
        if day > from_at:
            midnights.append(day)
        day += timedelta(days=1)
    return midnights
