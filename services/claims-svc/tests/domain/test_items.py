from __future__ import annotations

import pytest
from domain.loss_cases import (
    BOTH_RAINS,
    DRY,
    HEAVY_RAIN,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    REGIONAL_FLOOD,
    UNSURE,
    YES,
    case,
    decided,
    item,
    money_steps,
    policy,
    report,
    verdict_on,
)

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind, LossFacts
from contracts.money import MoneyStepCode
from contracts.vocabulary import Cover, WaterRoute
from contracts.weather import RainfallAssessed

BUILDINGS, CONTENTS = DamageKind.BUILDINGS, DamageKind.CONTENTS
CLEANING, PUMPING = DamageKind.CLEANING, DamageKind.CELLAR_PUMPING
COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED


def test_contents_are_not_paid_from_a_buildings_policy() -> None:
    verdict = decided(RAIN_CAME_IN, item(BUILDINGS, 100_000), item(CONTENTS, 60_000), item(CLEANING, 30_000))

    assert verdict.outcome is COVERED
    assert money_steps(verdict)[MoneyStepCode.NOT_COVERED] == -60_000
    assert [ground.code for ground in verdict.grounds] == [GroundCode.COVER_NOT_CHOSEN]


def test_contents_alone_on_a_buildings_policy_are_denied() -> None:
    verdict = decided(RAIN_CAME_IN, item(CONTENTS))

    assert (verdict.outcome, verdict.deciding_ground) == (DENIED, GroundCode.COVER_NOT_CHOSEN)


def test_cleaning_is_paid_from_a_contents_policy_too() -> None:
    claim = case(report=report(damage=[item(CLEANING)]), policy=policy(covers=(Cover.CONTENTS,)))

    assert verdict_on(claim).outcome is COVERED


@pytest.mark.parametrize(
    ("facts", "rain", "outcome", "ground"),
    [
        (RAIN_CAME_IN, HEAVY_RAIN, COVERED, GroundCode.HEAVY_LOCAL_PRECIPITATION),
        (RAIN_CAME_IN, DRY, DENIED, GroundCode.NO_HEAVY_LOCAL_PRECIPITATION),
        (REGIONAL_FLOOD, DRY, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
        (
            LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES),
            HEAVY_RAIN,
            COVERED,
            GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
        ),
        (LossFacts(groundwater_entered=YES), DRY, DENIED, GroundCode.GROUNDWATER),
        (RAIN_FELL_IN, HEAVY_RAIN, DENIED, GroundCode.CELLAR_PUMPING),
        (LossFacts(sewer_water_entered=YES), HEAVY_RAIN, REFERRED, GroundCode.CELLAR_PUMPING),
        (BOTH_RAINS, HEAVY_RAIN, COVERED, GroundCode.HEAVY_LOCAL_PRECIPITATION),
        (BOTH_RAINS, DRY, DENIED, GroundCode.NO_HEAVY_LOCAL_PRECIPITATION),
    ],
)
def test_pumping_a_cellar_goes_with_indirect_precipitation_flood_and_groundwater(
    facts: LossFacts, rain: RainfallAssessed, outcome: Outcome, ground: GroundCode
) -> None:
    verdict = decided(facts, item(PUMPING), rain=rain)

    assert (verdict.outcome, verdict.deciding_ground) == (outcome, ground)


def test_damage_that_names_its_route_goes_the_way_of_that_route() -> None:
    verdict = decided(
        BOTH_RAINS,
        item(amount_cents=80_000, route=WaterRoute.DIRECT_PRECIPITATION),
        item(amount_cents=30_000, route=WaterRoute.INDIRECT_PRECIPITATION),
        rain=DRY,
    )

    assert verdict.outcome is COVERED
    assert verdict.money.payable_cents == 80_000
    assert money_steps(verdict)[MoneyStepCode.NOT_COVERED] == -30_000


def test_damage_by_nobody_knows_which_of_a_covered_and_a_denied_route_goes_to_a_handler() -> None:
    verdict = decided(BOTH_RAINS, item(), rain=DRY)

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED)


def test_a_doubt_that_no_damage_rests_on_holds_nothing_back() -> None:
    facts = RAIN_FELL_IN.model_copy(update={"groundwater_entered": UNSURE})

    assert decided(facts, item(route=WaterRoute.DIRECT_PRECIPITATION), rain=DRY).outcome is COVERED
    assert decided(facts, item(), rain=DRY).outcome is REFERRED


def test_one_item_in_doubt_leaves_the_whole_claim_to_a_handler() -> None:
    facts = RAIN_FELL_IN.model_copy(update={"storm_caused_damage": YES})
    by_rain, by_storm = item(route=WaterRoute.DIRECT_PRECIPITATION), item(route=WaterRoute.STORM)

    verdict = decided(facts, by_rain, by_storm, rain=DRY)

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.STORM)


def test_damage_that_two_routes_can_have_caused_is_referred_on_the_ground_of_the_one_in_doubt() -> None:
    facts = RAIN_FELL_IN.model_copy(update={"storm_caused_damage": YES})

    verdict = decided(facts, item(), rain=DRY)

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.STORM)


def test_damage_by_a_route_nobody_reported_goes_to_a_handler() -> None:
    verdict = decided(RAIN_FELL_IN, item(route=WaterRoute.GROUNDWATER))

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.FACT_MISSING)
