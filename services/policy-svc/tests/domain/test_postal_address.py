from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from domain.policy_periods import HOME
from domain.policy_periods import terms as period
from msgspec.structs import replace

from contracts.policy import PolicyTerms
from contracts.vocabulary import PostalAddress
from policy_svc.domain.postal_address import home_address

TODAY = date(2021, 7, 15)


def at(number: str, effective_on: str, ends_on: str | None = None) -> PolicyTerms:
    terms = period(effective_on, ends_on)
    return replace(terms, home=replace(HOME, house_number=number))


@pytest.mark.parametrize(
    ("policies", "house_number"),
    [
        ([[at("1", "2020-01-01")]], "1"),
        ([[at("1", "2020-01-01", "2021-07-15"), at("2", "2021-07-15")]], "2"),
        ([[at("1", "2020-01-01", "2021-07-16"), at("2", "2021-07-16")]], "1"),
        ([[at("1", "2020-01-01", "2021-01-01")]], "1"),
        ([[at("1", "2022-01-01")]], "1"),
        ([[at("1", "2020-01-01", "2021-01-01")], [at("2", "2020-01-01")]], "2"),
        ([[at("1", "2020-01-01", "2020-06-01")], [at("2", "2020-01-01", "2021-01-01")]], "2"),
        ([[at("1", "2023-01-01")], [at("2", "2022-01-01")]], "2"),
        ([[at("1", "2022-01-01")], [at("2", "2020-01-01", "2021-01-01")]], "2"),
        ([[at("1", "2020-01-01")], [at("2", "2019-01-01")]], "1"),
    ],
)
def test_letters_go_to_the_home_that_is_insured_today(
    policies: Sequence[Sequence[PolicyTerms]], house_number: str
) -> None:
    terms_of = {f"123456-{number}-01": terms for number, terms in enumerate(policies, start=501)}

    assert home_address(terms_of, on=TODAY) == PostalAddress(postcode="6011RA", house_number=house_number)


def test_without_a_policy_there_is_no_home() -> None:
    assert home_address({}, on=TODAY) is None
