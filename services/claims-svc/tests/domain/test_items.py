from __future__ import annotations

import pytest
from domain.loss_cases import (
    BOTH_RAINS,
    DRY,
    HEAVY_RAIN,
    LITTLE_RAIN,
    NO,
    PRIMARY_FLOOD,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    REGIONAL_FLOOD,
    UNSURE,
    YES,
    case,
    decided,
    item,
    policy,
    report,
    verdict_on,
)
from msgspec.structs import asdict, replace

from claims_svc.domain.verdict import Verdict
from contracts.coverage import GroundCode, GroundEffect, Outcome
from contracts.loss_reports import DamageKind, LossFacts
from contracts.vocabulary import Cover, Fact, WaterRoute
from contracts.weather import RainfallAssessed

BUILDINGS, CONTENTS = DamageKind.BUILDINGS, DamageKind.CONTENTS
CLEANING, PUMPING = DamageKind.CLEANING, DamageKind.CELLAR_PUMPING
COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED


ON_THE_CUSTOMER_S_WORD = replace(REGIONAL_FLOOD, flood_defence_failed=YES)
FIRE_AFTER_PRIMARY_FLOOD = replace(PRIMARY_FLOOD, fire_or_explosion_followed=YES)


def with_facts(facts: LossFacts, **changes: Fact) -> LossFacts:
    return replace(facts, **changes)


def outcomes(verdict: Verdict) -> list[Outcome]:
    return [each.outcome for each in verdict.items]


def test_contents_are_not_paid_from_a_buildings_policy() -> None:
    verdict = decided(RAIN_CAME_IN, item(BUILDINGS, 100_000), item(CONTENTS, 60_000), item(CLEANING, 30_000))

    assert outcomes(verdict) == [COVERED, DENIED, COVERED]
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
        (RAIN_FELL_IN, DRY, REFERRED, GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN),
        (LossFacts(sewer_water_entered=YES), HEAVY_RAIN, REFERRED, GroundCode.CELLAR_PUMPING),
        (
            LossFacts(sewer_water_entered=YES, precipitation_fell_directly=YES),
            HEAVY_RAIN,
            REFERRED,
            GroundCode.CELLAR_PUMPING,
        ),
        (BOTH_RAINS, HEAVY_RAIN, COVERED, GroundCode.HEAVY_LOCAL_PRECIPITATION),
        (BOTH_RAINS, DRY, DENIED, GroundCode.NO_HEAVY_LOCAL_PRECIPITATION),
        (
            with_facts(RAIN_CAME_IN, groundwater_entered=YES, came_through_cellar_wall=NO),
            HEAVY_RAIN,
            COVERED,
            GroundCode.HEAVY_LOCAL_PRECIPITATION,
        ),
        (with_facts(RAIN_CAME_IN, storm_caused_damage=YES), HEAVY_RAIN, COVERED, GroundCode.HEAVY_LOCAL_PRECIPITATION),
        (with_facts(RAIN_CAME_IN, storm_caused_damage=YES), DRY, REFERRED, GroundCode.STORM),
        (with_facts(REGIONAL_FLOOD, toilet_overflowed=YES), DRY, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
        (
            with_facts(REGIONAL_FLOOD, precipitation_left_its_course=YES, came_through_open_window_or_door=NO),
            DRY,
            COVERED,
            GroundCode.REGIONAL_DEFENCE_FAILED,
        ),
        (ON_THE_CUSTOMER_S_WORD, DRY, REFERRED, GroundCode.SECOND_LOOK),
        (with_facts(ON_THE_CUSTOMER_S_WORD, storm_caused_damage=YES), DRY, REFERRED, GroundCode.SECOND_LOOK),
        (with_facts(ON_THE_CUSTOMER_S_WORD, toilet_overflowed=YES), DRY, REFERRED, GroundCode.SECOND_LOOK),
        (
            with_facts(ON_THE_CUSTOMER_S_WORD, precipitation_left_its_course=YES, came_through_open_window_or_door=NO),
            HEAVY_RAIN,
            COVERED,
            GroundCode.HEAVY_LOCAL_PRECIPITATION,
        ),
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
        rain=LITTLE_RAIN,
    )

    assert verdict.outcome is COVERED
    assert outcomes(verdict) == [COVERED, DENIED]


def test_damage_by_nobody_knows_which_of_a_covered_and_a_denied_route_goes_to_a_handler() -> None:
    verdict = decided(BOTH_RAINS, item(), rain=LITTLE_RAIN)

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED)


def test_a_doubt_that_no_damage_rests_on_holds_nothing_back() -> None:
    facts = replace(RAIN_FELL_IN, groundwater_entered=UNSURE)

    assert decided(facts, item(route=WaterRoute.DIRECT_PRECIPITATION), rain=LITTLE_RAIN).outcome is COVERED
    assert decided(facts, item(), rain=LITTLE_RAIN).outcome is REFERRED


def test_one_item_in_doubt_leaves_the_whole_claim_to_a_handler() -> None:
    facts = replace(RAIN_FELL_IN, storm_caused_damage=YES)
    by_rain, by_storm = item(route=WaterRoute.DIRECT_PRECIPITATION), item(route=WaterRoute.STORM)

    verdict = decided(facts, by_rain, by_storm, rain=LITTLE_RAIN)

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.STORM)


def test_damage_that_two_routes_can_have_caused_is_referred_on_the_ground_of_the_one_in_doubt() -> None:
    facts = replace(RAIN_FELL_IN, storm_caused_damage=YES)

    verdict = decided(facts, item(), rain=LITTLE_RAIN)

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.STORM)


def test_damage_by_a_route_nobody_reported_goes_to_a_handler() -> None:
    verdict = decided(RAIN_FELL_IN, item(route=WaterRoute.GROUNDWATER))

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.FACT_MISSING)


def test_of_two_routes_that_can_have_caused_damage_the_covered_item_rests_on_both() -> None:
    verdict = decided(BOTH_RAINS, item())

    assert (verdict.outcome, [finding.outcome for finding in verdict.findings]) == (COVERED, [COVERED, COVERED])


def test_an_item_that_a_second_look_can_still_turn_is_referred_before_money_is_promised() -> None:
    verdict = decided(ON_THE_CUSTOMER_S_WORD, item(), rain=DRY)

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.SECOND_LOOK)
    assert [(each.outcome, each.second_look) for each in verdict.findings] == [(COVERED, True)]
    assert [(each.code, each.effect) for each in verdict.grounds] == [(GroundCode.SECOND_LOOK, GroundEffect.REFERS)]


def test_a_second_look_holds_back_only_the_items_that_rest_on_it() -> None:
    facts = with_facts(ON_THE_CUSTOMER_S_WORD, precipitation_fell_directly=YES)
    by_rain, by_flood = item(route=WaterRoute.DIRECT_PRECIPITATION), item(route=WaterRoute.FLOOD)

    assert outcomes(decided(facts, by_rain, by_flood, item())) == [COVERED, REFERRED, REFERRED]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("toilet_overflowed", YES),
        ("sewer_water_entered", YES),
        ("sewer_water_entered", UNSURE),
        ("precipitation_left_its_course", YES),
        ("precipitation_left_its_course", UNSURE),
    ],
)
def test_an_excluded_flood_together_with_other_water_goes_to_a_handler(other: str, said: Fact) -> None:
    facts = with_facts(PRIMARY_FLOOD, came_through_open_window_or_door=NO, **{other: said})

    for damage in (item(), item(PUMPING), item(CLEANING), item(route=WaterRoute.FLOOD)):
        verdict = decided(facts, damage)
        assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER)


def test_an_excluded_flood_without_sewer_water_or_indirect_precipitation_is_denied() -> None:
    facts = with_facts(PRIMARY_FLOOD, sewer_water_entered=NO, toilet_overflowed=NO, precipitation_left_its_course=NO)

    assert decided(facts, item()).outcome is DENIED


def test_direct_precipitation_and_groundwater_can_be_told_apart_from_an_excluded_flood() -> None:
    facts = with_facts(
        PRIMARY_FLOOD,
        toilet_overflowed=YES,
        precipitation_fell_directly=YES,
        groundwater_entered=YES,
        came_through_cellar_wall=NO,
    )
    routes = (WaterRoute.DIRECT_PRECIPITATION, WaterRoute.GROUNDWATER, WaterRoute.SEWER_BACKFLOW, WaterRoute.FLOOD)

    verdict = decided(facts, *(item(route=route) for route in routes))

    assert outcomes(verdict) == [COVERED, DENIED, REFERRED, REFERRED]
    assert {each.ground for each in verdict.items[2:]} == {GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER}


def test_pumping_is_not_covered_by_other_water_that_came_with_an_excluded_flood() -> None:
    facts = with_facts(
        RAIN_CAME_IN,
        **{name: fact for name, fact in asdict(PRIMARY_FLOOD).items() if fact is not None},
        came_through_cellar_wall=YES,
    )

    assert decided(facts, item(PUMPING)).deciding_ground is GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER
    assert decided(facts, item(PUMPING, route=WaterRoute.GROUNDWATER)).outcome is COVERED


@pytest.mark.parametrize(
    ("by_fire", "route", "outcome", "ground"),
    [
        (True, None, COVERED, GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED),
        (True, WaterRoute.FLOOD, COVERED, GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED),
        (True, WaterRoute.INDIRECT_PRECIPITATION, REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED),
        (False, None, DENIED, GroundCode.PRIMARY_DEFENCE_FAILED),
        (None, None, REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED),
        (None, WaterRoute.FLOOD, REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED),
    ],
)
def test_fire_after_a_primary_defence_failed_covers_what_the_fire_damaged(
    route: WaterRoute | None, outcome: Outcome, ground: GroundCode, *, by_fire: bool | None
) -> None:
    verdict = decided(FIRE_AFTER_PRIMARY_FLOOD, item(route=route, by_fire=by_fire), rain=DRY)

    assert (verdict.outcome, verdict.deciding_ground) == (outcome, ground)


def test_a_fire_of_which_nobody_is_sure_leaves_unattributed_damage_to_a_handler() -> None:
    facts = with_facts(PRIMARY_FLOOD, fire_or_explosion_followed=UNSURE)

    verdict = decided(facts, item(), item(by_fire=True), item(by_fire=False), rain=DRY)

    assert [(each.outcome, each.ground) for each in verdict.items] == [
        (REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED),
        (REFERRED, GroundCode.FACT_MISSING),
        (DENIED, GroundCode.PRIMARY_DEFENCE_FAILED),
    ]


def test_fire_after_a_covered_flood_need_not_be_told_apart_from_its_water() -> None:
    facts = with_facts(REGIONAL_FLOOD, fire_or_explosion_followed=YES)

    assert outcomes(decided(facts, item(), item(by_fire=True), item(by_fire=False), rain=DRY)) == [COVERED] * 3


def test_damage_by_another_water_need_not_be_told_apart_from_fire() -> None:
    facts = with_facts(FIRE_AFTER_PRIMARY_FLOOD, precipitation_fell_directly=YES)

    assert outcomes(decided(facts, item(route=WaterRoute.DIRECT_PRECIPITATION))) == [COVERED]


def test_damage_by_fire_is_told_apart_from_the_waters_that_came_with_an_excluded_flood() -> None:
    facts = with_facts(FIRE_AFTER_PRIMARY_FLOOD, toilet_overflowed=YES)

    assert outcomes(decided(facts, item(by_fire=True), item(by_fire=False), rain=DRY)) == [COVERED, REFERRED]


def test_fire_fills_no_cellar() -> None:
    verdict = decided(FIRE_AFTER_PRIMARY_FLOOD, item(PUMPING, by_fire=True), item(PUMPING), rain=DRY)

    assert [(each.outcome, each.ground) for each in verdict.items] == [
        (REFERRED, GroundCode.CELLAR_PUMPING),
        (DENIED, GroundCode.PRIMARY_DEFENCE_FAILED),
    ]


def test_damage_by_a_fire_after_a_flood_that_nobody_reported_goes_to_a_handler() -> None:
    verdict = decided(RAIN_CAME_IN, item(by_fire=True))

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.FACT_MISSING)


def test_a_fire_that_needs_a_second_look_is_looked_at_before_money_is_promised() -> None:
    facts = with_facts(FIRE_AFTER_PRIMARY_FLOOD, flood_defence_is_primary=YES)

    assert decided(facts, item(by_fire=True), rain=DRY).deciding_ground is GroundCode.SECOND_LOOK
