"""Which imported terms belong to a kind, and which homes are insured since they were accepted."""

from __future__ import annotations

from datetime import date

import pytest
from domain.policy_periods import HOME, terms
from msgspec.structs import replace

from contracts.policy import Area, Car, HomeFeature, HomeType, Persons, PolicyCover, PolicyKind, PolicyTerms
from policy_svc.domain.insured import contradiction_with_kind, refusal_of

FARMHOUSE = replace(HOME, home_type=HomeType.FARMHOUSE)


def of_car(plate: str) -> PolicyTerms:
    car = Car(licence_plate=plate, make="Volvo")
    return replace(terms("2026-02-01"), home=None, car=car, covers=(PolicyCover.THIRD_PARTY,), product_version="car-1")


def test_terms_of_each_kind_insure_what_the_kind_is_about() -> None:
    home = terms("2019-04-01")
    person = replace(home, home=None, persons=Persons.SINGLE, product_version="of-before-1")
    assert contradiction_with_kind(PolicyKind.BUILDINGS, [home]) is None
    assert contradiction_with_kind(PolicyKind.CAR, [of_car("G001BB")]) is None
    assert contradiction_with_kind(PolicyKind.TRAVEL, [replace(person, area=Area.WORLD)]) is None
    for kind, period, fault in (
        (PolicyKind.CAR, home, "car is missing"),
        (PolicyKind.TRAVEL, person, "area is missing"),
        (PolicyKind.LIABILITY, replace(person, area=Area.WORLD), "area does not belong to"),
        (PolicyKind.BUILDINGS, replace(home, persons=Persons.SINGLE), "persons does not belong to"),
        (PolicyKind.BUILDINGS, replace(home, covers=(PolicyCover.VETERINARY,)), "covers must not hold veterinary"),
        (PolicyKind.LIABILITY, replace(person, product_version="car-2026.1"), "is no product of kind liability"),
        (PolicyKind.CAR, of_car("QQ00QQ"), "car.licence_plate: "),
    ):
        assert fault in str(contradiction_with_kind(kind, [period]))


@pytest.mark.parametrize(
    ("begins", "moves", "refused"),
    [
        ("2015-05-30", None, None),
        ("2015-05-31", None, "farmhouse: "),
        ("2009-05-01", "2016-01-01", "the terms from 2016-01-01"),
    ],
)
def test_a_farmhouse_is_insured_when_it_was_before_31_may_2015(
    begins: str, moves: str | None, refused: str | None
) -> None:
    period = replace(terms(begins), home=FARMHOUSE)
    periods = [period]
    if moves:
        moved = replace(period, effective_on=date.fromisoformat(moves), home=replace(FARMHOUSE, house_number="99"))
        periods = [replace(period, ends_on=moved.effective_on), moved]
    reason = refusal_of(PolicyKind.BUILDINGS, periods)
    assert reason is None if refused is None else refused in str(reason)


def test_each_rule_is_told_and_a_kind_without_a_name_is_asked_for() -> None:
    home = replace(FARMHOUSE, features=(HomeFeature.LISTED_MONUMENT,))
    reason = str(refusal_of(PolicyKind.CONTENTS, [replace(terms("2020-01-01"), home=home)]))
    assert "farmhouse: " in reason
    assert "listed_monument: " in reason
    old = replace(HOME, home_type=HomeType.NO_LONGER_ACCEPTED)
    assert "canal_house, farmhouse" in str(refusal_of(PolicyKind.BUILDINGS, [replace(terms("2009-01-01"), home=old)]))
