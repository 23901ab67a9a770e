from __future__ import annotations

import pytest
from domain.money_cases import covered, money_on, others

from contracts.coverage import GroundCode
from contracts.vocabulary import PerilFamily, Truth

RAIN, FLOOD = PerilFamily.RAIN, PerilFamily.FLOOD
DIRECT_RAIN, HEAVY_RAIN = GroundCode.DIRECT_PRECIPITATION, GroundCode.HEAVY_LOCAL_PRECIPITATION
REGIONAL_FLOOD = GroundCode.REGIONAL_DEFENCE_FAILED
OVERTOPPED = GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION
SEWER_OF_FLOOD = GroundCode.SEWER_WATER_FROM_COVERED_FLOOD
CLOUDBURST, NO_CLOUDBURST, NOT_KNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("ground", "cloudburst", "chosen_cents", "borne_cents"),
    [
        (HEAVY_RAIN, NO_CLOUDBURST, 0, 25_000),
        (HEAVY_RAIN, NO_CLOUDBURST, 25_000, 25_000),
        (HEAVY_RAIN, NO_CLOUDBURST, 50_000, 50_000),
        (HEAVY_RAIN, NO_CLOUDBURST, 100_000, 100_000),
        (DIRECT_RAIN, NO_CLOUDBURST, 0, 0),
        (DIRECT_RAIN, NO_CLOUDBURST, 50_000, 50_000),
        (DIRECT_RAIN, NOT_KNOWN, 0, 0),
        (DIRECT_RAIN, CLOUDBURST, 0, 25_000),
        (DIRECT_RAIN, CLOUDBURST, 100_000, 100_000),
        (GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION, NO_CLOUDBURST, 0, 25_000),
        (GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL, NO_CLOUDBURST, 0, 25_000),
        (OVERTOPPED, NO_CLOUDBURST, 0, 25_000),
        (REGIONAL_FLOOD, CLOUDBURST, 0, 0),
        (REGIONAL_FLOOD, CLOUDBURST, 50_000, 50_000),
        (GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED, CLOUDBURST, 0, 0),
        (SEWER_OF_FLOOD, CLOUDBURST, 0, 0),
    ],
)
def test_heavy_weather_costs_at_least_250_euros_and_nothing_else_does(
    ground: GroundCode, cloudburst: Truth, chosen_cents: int, borne_cents: int
) -> None:
    decided = money_on(covered(184_000, ground), deductible_cents=chosen_cents, cloudburst=cloudburst)

    assert decided.payable_cents == 184_000 - borne_cents


def test_sewer_water_from_a_flood_that_heavy_rain_caused_costs_at_least_250_euros() -> None:
    decided = money_on(covered(100_000, SEWER_OF_FLOOD), covered(1_000, OVERTOPPED))

    assert decided.payable_cents == 101_000 - 25_000


@pytest.mark.parametrize(
    ("chosen_cents", "heavy_cents", "other_cents", "borne_cents"),
    [
        (0, 20_000, 80_000, 20_000),
        (0, 30_000, 80_000, 25_000),
        (25_000, 10_000, 80_000, 25_000),
        (50_000, 30_000, 80_000, 50_000),
        (50_000, 30_000, 10_000, 40_000),
        (100_000, 30_000, 10_000, 40_000),
    ],
)
def test_the_minimum_concerns_the_damage_by_heavy_weather_only(
    chosen_cents: int, heavy_cents: int, other_cents: int, borne_cents: int
) -> None:
    decided = money_on(
        covered(heavy_cents, HEAVY_RAIN), covered(other_cents, DIRECT_RAIN), deductible_cents=chosen_cents
    )

    assert decided.deductibles[RAIN].borne_cents == borne_cents


def test_rain_and_flood_are_two_events_with_a_deductible_each() -> None:
    decided = money_on(covered(100_000), covered(100_000, REGIONAL_FLOOD), deductible_cents=50_000)

    assert [deductible.borne_cents for deductible in decided.deductibles.values()] == [50_000, 50_000]
    assert decided.payable_cents == 100_000


def test_what_other_claims_of_the_event_have_borne_is_not_borne_again() -> None:
    beside = [others(covered_cents=10_000, heavy_cents=10_000, borne_cents=10_000)]

    deductible = money_on(covered(184_000), beside=beside).deductibles[RAIN]

    assert (deductible.event_covered_cents, deductible.event_heavy_cents) == (194_000, 194_000)
    assert (deductible.chosen_cents, deductible.minimum_cents) == (0, 25_000)
    assert (deductible.borne_by_event_cents, deductible.borne_by_others_cents) == (25_000, 10_000)
    assert deductible.borne_cents == 15_000


def test_what_others_have_borne_of_a_flood_is_not_taken_off_the_deductible_of_rain() -> None:
    beside = [others(FLOOD, covered_cents=100_000, borne_cents=50_000)]

    assert money_on(covered(100_000), deductible_cents=50_000, beside=beside).payable_cents == 50_000


def test_more_borne_by_others_than_the_event_bears_gives_no_money_on_top() -> None:
    beside = [others(covered_cents=100_000, borne_cents=100_000)]

    decided = money_on(covered(184_000), beside=beside)

    assert decided.payable_cents == 184_000
    assert decided.deductibles[RAIN].borne_by_others_cents == 25_000


def test_a_claim_that_joins_an_event_never_bears_more_than_alone() -> None:
    beside = [others(covered_cents=200_000, heavy_cents=200_000, borne_cents=5_000)]

    alone, joined = money_on(covered(100_000, DIRECT_RAIN)), money_on(covered(100_000, DIRECT_RAIN), beside=beside)

    assert joined.payable_cents == alone.payable_cents == 100_000


def test_an_event_without_heavy_weather_names_no_minimum() -> None:
    assert money_on(covered(100_000, DIRECT_RAIN)).deductibles[RAIN].minimum_cents == 0


def test_deductibles_are_listed_by_family_whatever_the_order_of_items() -> None:
    rain, flood = covered(60_000, HEAVY_RAIN), covered(60_000, REGIONAL_FLOOD)
    either = covered(60_000, HEAVY_RAIN, REGIONAL_FLOOD)

    for items in ([flood, rain], [flood, either, rain]):
        decided = money_on(*items, deductible_cents=50_000)
        assert [each.family for each in decided.money.deductibles] == [RAIN, FLOOD]
        assert [each.borne_cents for each in decided.money.deductibles] == [50_000, 50_000]


def test_what_ties_both_events_is_borne_where_others_have_borne_least() -> None:
    ambiguous = {"either_cents": 10_000, "estimated_cents": 10_000}
    beside = [others(RAIN, covered_cents=90_000, borne_cents=50_000, **ambiguous), others(FLOOD, **ambiguous)]

    decided = money_on(
        covered(80_000, HEAVY_RAIN), covered(80_000, REGIONAL_FLOOD), deductible_cents=50_000, beside=beside
    )

    assert {family: each.borne_cents for family, each in decided.deductibles.items()} == {RAIN: 0, FLOOD: 50_000}


def test_of_tied_events_each_bears_first_what_it_lacks_itself() -> None:
    ambiguous = {"either_cents": 30_000, "estimated_cents": 30_000}
    beside = [
        others(RAIN, covered_cents=5_000, heavy_cents=5_000, borne_cents=5_000, **ambiguous),
        others(FLOOD, covered_cents=50_000, borne_cents=5_000, **ambiguous),
    ]

    decided = money_on(
        covered(21_000, HEAVY_RAIN), covered(20_000, REGIONAL_FLOOD), deductible_cents=25_000, beside=beside
    )

    assert {family: each.borne_cents for family, each in decided.deductibles.items()} == {RAIN: 20_000, FLOOD: 20_000}


def test_what_others_bore_in_the_wrong_one_of_tied_events_is_borne_in_the_other() -> None:
    ambiguous = {"either_cents": 30_000, "estimated_cents": 30_000}
    beside = [others(RAIN, borne_cents=25_000, **ambiguous), others(FLOOD, covered_cents=20_000, **ambiguous)]

    decided = money_on(covered(10_000, HEAVY_RAIN), deductible_cents=25_000, beside=beside)

    assert decided.deductibles[RAIN].borne_cents == 10_000


@pytest.mark.parametrize("causes", [(HEAVY_RAIN, DIRECT_RAIN), (DIRECT_RAIN, HEAVY_RAIN)])
def test_of_several_causes_in_one_family_the_one_without_a_minimum_counts_whatever_their_order(
    causes: tuple[GroundCode, ...],
) -> None:
    (item,) = money_on(covered(100_000, *causes)).items

    assert (item.ground, item.rests_on_heavy_weather) == (DIRECT_RAIN, False)


def test_damage_that_awaits_its_assessment_has_its_deductible_already_and_bears_nothing_of_it() -> None:
    decided = money_on(covered(900_000))

    deductible = decided.deductibles[RAIN]
    assert decided.money.payable_cents is None
    assert (deductible.chosen_cents, deductible.minimum_cents) == (0, 25_000)
    assert (deductible.event_covered_cents, deductible.borne_by_event_cents, deductible.borne_cents) == (0, 0, 0)
