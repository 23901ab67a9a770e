from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from domain.policy_periods import terms
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.policy import (
    Area,
    Building,
    Car,
    Home,
    HomeFeature,
    HomeType,
    Persons,
    Pet,
    PetSpecies,
    PolicyCover,
    PolicyKind,
    PolicyTerms,
    Premium,
)
from policy_svc.domain.premium import a_month_cents, priced
from policy_svc.products import PRODUCTS

TODAY = date(2026, 11, 27)
BUILDING = Building(floor_area_m2=130, volume_m3=420, built_in=1980)
HOME = Home(postcode="6011RA", house_number="12", home_type=HomeType.SEMI_DETACHED, building=BUILDING)
CAR = Car(licence_plate="G001BB", make="Opel", list_price_cents=2_000_000, claim_free_years=8)
DOG = Pet(species=PetSpecies.DOG, name="Boef", born_on=date(2020, 11, 27))
_RECORDED = datetime(2026, 11, 1, tzinfo=UTC)

_BUILDINGS = st.none() | st.builds(
    Building,
    floor_area_m2=st.none() | st.integers(10, 2_000),
    volume_m3=st.none() | st.integers(25, 10_000),
    built_in=st.none() | st.integers(1000, 2200),
)
_HOMES = st.builds(
    Home,
    postcode=st.integers(1000, 9999).map("{}AB".format),
    house_number=st.just("1"),
    home_type=st.sampled_from(HomeType),
    features=st.lists(st.sampled_from(HomeFeature), unique=True).map(tuple),
    building=_BUILDINGS,
)
_CARS = st.builds(
    Car,
    licence_plate=st.just("G001BB"),
    make=st.just("Opel"),
    list_price_cents=st.none() | st.integers(0, 50_000_000),
    claim_free_years=st.integers(-5, 75),
)
_PETS = st.builds(Pet, species=st.sampled_from(PetSpecies), name=st.just("Boef"), born_on=st.dates(date(2000, 1, 1)))
_INSURED: dict[PolicyKind, st.SearchStrategy[dict[str, object]]] = {
    PolicyKind.BUILDINGS: _HOMES.map(lambda home: {"home": home}),
    PolicyKind.CONTENTS: _HOMES.map(lambda home: {"home": home}),
    PolicyKind.CAR: _CARS.map(lambda car: {"car": car}),
    PolicyKind.PET: _PETS.map(lambda pet: {"pet": pet}),
    PolicyKind.LIABILITY: st.sampled_from(Persons).map(lambda persons: {"persons": persons}),
    PolicyKind.TRAVEL: st.fixed_dictionaries({"persons": st.sampled_from(Persons), "area": st.sampled_from(Area)}),
}


@st.composite
def _sold(draw: st.DrawFn) -> tuple[PolicyKind, PolicyTerms]:
    """Anything that is sold."""
    kind = draw(st.sampled_from(list(_INSURED)))
    of_kind = PRODUCTS.current(kind, TODAY).kinds[kind]
    chosen = st.sets(st.sampled_from(of_kind.covers)).map(lambda covers: covers | set(of_kind.required_covers))
    covers = draw(chosen.filter(lambda covers: of_kind.wrong_in(covers) is None))
    deductible = draw(st.sampled_from(of_kind.deductibles_cents))
    return kind, _terms(tuple(sorted(covers)), deductible_cents=deductible, **draw(_INSURED[kind]))


def _terms(covers: tuple[PolicyCover, ...], **insured: object) -> PolicyTerms:
    nothing = replace(terms("2026-01-01"), home=None, recorded_at=_RECORDED, product_version="old-1", premium=None)
    return replace(nothing, covers=covers, **insured)


def _premium(kind: PolicyKind, covers: tuple[PolicyCover, ...], **insured: object) -> Premium:
    premium = priced(kind, _terms(covers, **insured), on=TODAY).premium
    assert premium is not None
    return premium


def _parts(premium: Premium) -> dict[str, int]:
    return {part.code: part.amount_cents for part in premium.parts}


@given(_sold())
def test_the_parts_add_up_tax_is_21_percent_and_a_higher_deductible_lowers_the_premium(
    sold: tuple[PolicyKind, PolicyTerms],
) -> None:
    kind, wanted = sold
    amounts = []
    for deductible in PRODUCTS.current(kind, TODAY).kinds[kind].deductibles_cents:
        premium = priced(kind, replace(wanted, deductible_cents=deductible), on=TODAY).premium
        assert premium is not None
        parts = _parts(premium)
        assert len(parts) == len(premium.parts)
        assert sum(parts.values()) == premium.a_year_cents
        taxed = premium.a_year_cents - parts["insurance_premium_tax"]
        assert abs(100 * parts["insurance_premium_tax"] - 21 * taxed) <= 50
        assert ("deductible" in parts) == (deductible > 0)
        amounts.append(premium.a_year_cents)
    assert amounts == sorted(set(amounts), reverse=True)


def test_a_home_costs_what_the_model_says() -> None:
    both = (PolicyCover.BUILDINGS, PolicyCover.CONTENTS)
    premium = _premium(PolicyKind.BUILDINGS, both, home=HOME, deductible_cents=25_000)
    # Buildings: 31,300,000 of value x 58 / 100,000 + 2,400, x 1.03. Contents: 130 m2 -> 73,500 -> band 80,000 euros.
    assert _parts(premium) == {
        "buildings": 21_171,
        "contents": (1_800 + 8_000_000 * 115 // 100_000) * 105 // 100,
        "deductible": -2_618,
        "insurance_premium_tax": 6_322,
    }
    assert (premium.model, premium.is_estimate) == ("home-premium-2026.1", False)


def test_what_is_said_twice_of_a_home_counts_once() -> None:
    thatched = replace(HOME, features=(HomeFeature.THATCHED_ROOF,))
    twice = replace(HOME, features=(HomeFeature.THATCHED_ROOF,) * 2)
    covers = (PolicyCover.BUILDINGS,)

    assert _premium(PolicyKind.BUILDINGS, covers, home=twice) == _premium(PolicyKind.BUILDINGS, covers, home=thatched)


def test_what_is_not_known_is_assumed_and_the_premium_says_so() -> None:
    unknown, no_year = replace(HOME, building=None), replace(HOME, building=replace(BUILDING, built_in=None))
    for home, covers, is_estimate in [
        (unknown, (PolicyCover.BUILDINGS,), True),
        (no_year, (PolicyCover.BUILDINGS,), True),
        (unknown, (PolicyCover.CONTENTS,), True),
        (no_year, (PolicyCover.CONTENTS,), False),
    ]:
        kind = PolicyKind(covers[0].value)
        assert _premium(kind, covers, home=home, deductible_cents=0).is_estimate is is_estimate
    car = replace(CAR, list_price_cents=None)
    assert _premium(PolicyKind.CAR, (PolicyCover.THIRD_PARTY,), car=car, deductible_cents=0).is_estimate


def test_years_without_claims_take_off_and_claims_put_on() -> None:
    covers = (PolicyCover.THIRD_PARTY, PolicyCover.LIMITED_CASCO)
    parts = [
        _parts(_premium(PolicyKind.CAR, covers, car=replace(CAR, claim_free_years=years), deductible_cents=0))
        for years in (-5, -1, 0, 1, 8, 75)
    ]
    # 62,000 + 2,000,000 x 300 / 100,000, and 6,000 + 2,000,000 x 450 / 100,000
    assert parts[4] == {
        "third_party": 68_000,
        "limited_casco": 15_000,
        "claim_free_years": -44_820,
        "insurance_premium_tax": 8_018,
    }
    effects = [part.get("claim_free_years", 0) for part in parts]
    assert effects == sorted(effects, reverse=True)
    assert effects[0] > effects[1] > effects[2] == 0


def test_a_pet_is_as_old_as_on_the_day_it_is_priced_for() -> None:
    covers = (PolicyCover.VETERINARY,)
    amounts = [
        _parts(_premium(PolicyKind.PET, covers, pet=replace(DOG, born_on=born_on), deductible_cents=0))["veterinary"]
        for born_on in (date(2020, 11, 28), date(2020, 11, 27), date(2027, 1, 1))
    ]
    assert amounts == [16_800 * 115 // 100, 16_800 * 140 // 100, 16_800]


def test_a_journey_costs_by_who_travels_and_where() -> None:
    covers = (PolicyCover.TRAVEL, PolicyCover.LUGGAGE)
    amounts = [
        _premium(PolicyKind.TRAVEL, covers, persons=persons, area=area, deductible_cents=0).a_year_cents
        for persons in (Persons.SINGLE, Persons.FAMILY)
        for area in (Area.EUROPE, Area.WORLD)
    ]
    assert amounts == [6_413, 9_299, 11_858, 17_194]


def test_pricing_brings_the_terms_into_the_present_product() -> None:
    assert priced(PolicyKind.PET, _terms((PolicyCover.VETERINARY,), pet=DOG, deductible_cents=0), on=TODAY) == replace(
        _terms((PolicyCover.VETERINARY,), pet=DOG, deductible_cents=0),
        product_version="pet-2026.1",
        premium=_premium(PolicyKind.PET, (PolicyCover.VETERINARY,), pet=DOG, deductible_cents=0),
    )


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        (PolicyKind.HEALTH, _terms((PolicyCover.BASIC_HEALTH,), persons=Persons.SINGLE)),
        (PolicyKind.CONTENTS, _terms((PolicyCover.BUILDINGS, PolicyCover.CONTENTS), home=HOME, deductible_cents=0)),
        (PolicyKind.PET, _terms((PolicyCover.VETERINARY,), pet=DOG, deductible_cents=100_000)),
        (PolicyKind.CAR, _terms((PolicyCover.THIRD_PARTY,), deductible_cents=0)),
        (PolicyKind.TRAVEL, _terms((PolicyCover.TRAVEL,), persons=Persons.SINGLE, deductible_cents=0)),
    ],
    ids=["kept elsewhere", "an old cover", "an old deductible", "no car", "no area"],
)
def test_what_the_present_product_does_not_have_stays_as_it_is(kind: PolicyKind, kept: PolicyTerms) -> None:
    assert priced(kind, kept, on=TODAY) is kept


def test_a_month_is_a_twelfth() -> None:
    premium = _premium(PolicyKind.TRAVEL, (PolicyCover.TRAVEL,), persons=Persons.SINGLE, area=Area.EUROPE)
    assert [a_month_cents(replace(premium, a_year_cents=cents)) for cents in (1_200, 1_205, 1_206)] == [100, 100, 101]
