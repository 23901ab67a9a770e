"""Figures as Babel writes them, which is asked only for what a language makes of all amounts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import format_currency
from hypothesis import example, given
from hypothesis import strategies as st

from notify_svc.texts.figures import Figures
from notify_svc.texts.languages import CATALOGUES

LOCALES = [texts.locale for texts in CATALOGUES.values()]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize("locale", LOCALES)
@given(cents=st.integers(-(10**12), 10**12))
@example(cents=0)
@example(cents=-1)
@example(cents=100_000)
@example(cents=99_999_999)
def test_an_amount_is_written_as_its_language_writes_it(locale: str, cents: int) -> None:
    assert Figures(locale).euros(cents) == format_currency(Decimal(cents) / 100, "EUR", locale=locale)


@pytest.mark.parametrize("locale", LOCALES)
@given(at=st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
@example(at=datetime(2021, 10, 31, 0, 59, tzinfo=UTC))
@example(at=datetime(2021, 10, 31, 1, 0, tzinfo=UTC))
@example(at=datetime(2021, 12, 31, 23, 30, tzinfo=UTC))
def test_a_moment_is_written_as_its_language_writes_it(locale: str, at: datetime) -> None:
    figures = Figures(locale)

    assert figures.moment(at) == format_datetime(at, "d MMMM y HH:mm", tzinfo=AMSTERDAM, locale=locale)
    assert figures.day(at) == format_datetime(at, "d MMMM y", tzinfo=AMSTERDAM, locale=locale)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("parts", [[], ["a"], ["a", "b"], ["a", "b", "c"], ["c", "b", "a"]])
def test_parts_are_joined_as_their_language_joins_them(locale: str, parts: list[str]) -> None:
    assert Figures(locale).joined(parts) == format_list(parts, locale=locale)
