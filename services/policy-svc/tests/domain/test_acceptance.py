"""Which homes are accepted, each refusal by its own name, and the rule of 31 May 2015."""

from __future__ import annotations

from datetime import date

import pytest
from domain.policy_periods import HOME, terms
from msgspec.structs import replace

from contracts.policy import Home, HomeFeature, HomeType, PolicyTerms
from contracts.vocabulary import Language
from policy_svc.domain.acceptance import RefusalCode, insured_since, refusals

TODAY = date(2026, 11, 27)
LAST_DAY, FIRST_DAY = date(2015, 5, 30), date(2015, 5, 31)


def codes(home: Home, *, private: bool = True, since: date | None = None, on: date = TODAY) -> list[str]:
    return [
        refusal.code.value for refusal in refusals(home, policyholder_is_private=private, insured_since=since, on=on)
    ]


def test_the_four_kinds_of_home_are_accepted() -> None:
    for kind in (HomeType.TERRACED, HomeType.CORNER, HomeType.SEMI_DETACHED, HomeType.DETACHED):
        assert codes(replace(HOME, home_type=kind)) == []


def test_every_other_kind_and_feature_is_refused_by_its_own_name() -> None:
    names = {
        HomeType.CANAL_HOUSE: "canal_house",
        HomeType.FARMHOUSE: "farmhouse",
        HomeType.HOLIDAY_HOME: "holiday_home",
        HomeType.APARTMENT: "apartment",
        HomeType.NO_LONGER_ACCEPTED: "kind_unknown",
    }
    for kind, name in names.items():
        assert codes(replace(HOME, home_type=kind)) == [name]
    for feature in HomeFeature:
        assert codes(replace(HOME, features=(feature,))) == [feature.value]


def test_all_rules_that_refuse_are_told() -> None:
    home = replace(
        HOME, home_type=HomeType.FARMHOUSE, features=(HomeFeature.THATCHED_ROOF, HomeFeature.LISTED_MONUMENT)
    )
    assert codes(home, private=False) == ["not_a_private_person", "farmhouse", "listed_monument", "thatched_roof"]


def test_a_home_insured_since_before_31_may_2015_stays_insured_and_no_other_does() -> None:
    home = replace(HOME, home_type=HomeType.CANAL_HOUSE, features=(HomeFeature.LISTED_MONUMENT,))
    assert codes(home, since=LAST_DAY) == []
    assert codes(home, on=LAST_DAY) == []
    assert codes(home, since=FIRST_DAY) == ["canal_house", "listed_monument"]
    assert codes(home) == ["canal_house", "listed_monument"]
    assert codes(home, on=FIRST_DAY) == ["canal_house", "listed_monument"]


def test_a_legal_entity_was_never_accepted() -> None:
    assert codes(HOME, private=False, since=LAST_DAY) == ["not_a_private_person"]


@pytest.mark.parametrize(
    ("periods", "since"),
    [
        ([terms("2014-04-01")], "2014-04-01"),
        ([terms("2014-04-01", "2018-04-01"), terms("2018-04-01")], "2014-04-01"),
        ([terms("2014-04-01", "2018-04-01"), terms("2018-04-02")], "2018-04-02"),
        ([terms("2014-04-01", "2026-11-27"), terms("2026-11-27")], "2014-04-01"),
        ([terms("2014-04-01", "2026-11-26")], None),
        ([terms("2026-11-27")], None),
        ([], None),
    ],
    ids=["one period", "renewed", "after a gap", "continued today", "ended yesterday", "begins today", "none"],
)
def test_a_break_ends_the_insurance_from_before(periods: list[PolicyTerms], since: str | None) -> None:
    assert insured_since(periods, HOME, on=TODAY) == (since and date.fromisoformat(since))


def test_a_move_ends_the_insurance_from_before_and_another_spelling_of_the_address_does_not() -> None:
    periods = [terms("2014-04-01")]
    assert insured_since(periods, replace(HOME, house_number="14"), on=TODAY) is None
    assert insured_since(periods, replace(HOME, house_number="012"), on=TODAY) == date(2014, 4, 1)


def test_every_refusal_says_which_rule_and_what_to_do_in_both_languages() -> None:
    seen = set()
    for kind in HomeType:
        home = replace(HOME, home_type=kind, features=tuple(HomeFeature))
        for refusal in refusals(home, policyholder_is_private=False, insured_since=None, on=TODAY):
            seen.add(refusal.code)
            for text in (refusal.rule, refusal.remedy):
                assert text.told_in(Language.DUTCH).endswith(".")
                assert text.told_in(Language.ENGLISH).endswith(".")
                assert text.nl != text.en
    assert seen == set(RefusalCode)
