from __future__ import annotations

import pytest
from domain.loss_cases import (
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    NO,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    REGIONAL_FLOOD,
    UNSURE,
    YES,
    case,
    measured,
    policy,
    report,
)

from claims_svc.domain.coverage import Verdict, decide
from contracts.claims import GroundCode, MoneyStepCode, Outcome
from contracts.upstream import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Cover, FactSource, Truth, WaterRoute
from contracts.weather import RainfallAssessed

BUILDINGS, CONTENTS = DamageKind.BUILDINGS, DamageKind.CONTENTS
CLEANING, PUMPING = DamageKind.CLEANING, DamageKind.CELLAR_PUMPING
COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED
CLOUDBURST = measured(280, within_hours=1, cloudburst=Truth.TRUE)
BOTH_RAINS = RAIN_CAME_IN.model_copy(update={"precipitation_fell_directly": YES})


def item(
    kind: DamageKind = BUILDINGS,
    amount_cents: int = 100_000,
    route: WaterRoute | None = None,
    estimated_by: FactSource = FactSource.CUSTOMER,
) -> DamageItem:
    return DamageItem(kind=kind, amount_cents=amount_cents, route=route, estimated_by=estimated_by)


def decided(facts: LossFacts, *damage: DamageItem, rain: RainfallAssessed | None = HEAVY_RAIN) -> Verdict:
    return decide(case(report=report(facts, damage=damage), rain=rain))


def steps(verdict: Verdict) -> dict[MoneyStepCode, int]:
    return {step.code: step.amount_cents for step in verdict.money.steps}


@pytest.mark.parametrize(
    ("facts", "rain", "chosen_cents", "borne_cents"),
    [
        (RAIN_CAME_IN, HEAVY_RAIN, 0, 25_000),
        (RAIN_CAME_IN, HEAVY_RAIN, 25_000, 25_000),
        (RAIN_CAME_IN, HEAVY_RAIN, 50_000, 50_000),
        (RAIN_CAME_IN, HEAVY_RAIN, 100_000, 100_000),
        (RAIN_FELL_IN, DRY, 0, 0),
        (RAIN_FELL_IN, DRY, 50_000, 50_000),
        (RAIN_FELL_IN, HEAVY_RAIN, 0, 0),
        (RAIN_FELL_IN, CLOUDBURST, 0, 25_000),
        (RAIN_FELL_IN, CLOUDBURST, 100_000, 100_000),
        (RAIN_FELL_IN, CANNOT_BE_TOLD, 0, 0),
        (RAIN_FELL_IN, None, 0, 0),
        (REGIONAL_FLOOD, HEAVY_RAIN, 0, 0),
        (LossFacts(sewer_water_entered=YES), HEAVY_RAIN, 0, 25_000),
        (REGIONAL_FLOOD.model_copy(update={"sewer_water_entered": YES}), HEAVY_RAIN, 0, 0),
        (LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES), HEAVY_RAIN, 0, 25_000),
        (BOTH_RAINS, HEAVY_RAIN, 0, 25_000),
    ],
)
def test_heavy_weather_costs_at_least_250_euros_and_nothing_else_does(
    facts: LossFacts, rain: RainfallAssessed | None, chosen_cents: int, borne_cents: int
) -> None:
    insured = policy().model_copy(
        update={"terms": (policy().terms[0].model_copy(update={"deductible_cents": chosen_cents}),)}
    )

    verdict = decide(case(facts, rain=rain, policy=insured))

    assert verdict.outcome is COVERED
    assert verdict.money.payable_cents == 184_000 - borne_cents


def test_what_is_paid_is_never_less_than_nothing() -> None:
    verdict = decided(RAIN_CAME_IN, item(amount_cents=20_000))

    assert steps(verdict) == {MoneyStepCode.DAMAGE: 20_000, MoneyStepCode.DEDUCTIBLE: -25_000}
    assert verdict.money.payable_cents == 0


def test_what_other_claims_of_the_event_have_borne_is_not_borne_again() -> None:
    verdict = decide(case(deductible_used_before_cents=10_000))

    assert steps(verdict)[MoneyStepCode.DEDUCTIBLE_USED_BEFORE] == 10_000
    assert verdict.money.payable_cents == 184_000 - 25_000 + 10_000


def test_more_used_before_than_this_claim_would_bear_gives_no_money_on_top() -> None:
    assert decide(case(deductible_used_before_cents=100_000)).money.payable_cents == 184_000


@pytest.mark.parametrize(
    ("amount_cents", "estimated_by", "payable_cents"),
    [
        (250_000, FactSource.CUSTOMER, 225_000),
        (250_001, FactSource.CUSTOMER, None),
        (900_000, FactSource.HANDLER, 875_000),
        (900_000, FactSource.REPAIR_PARTNER, 875_000),
    ],
)
def test_above_2500_euros_the_customer_s_own_amount_waits_for_an_assessment(
    amount_cents: int, estimated_by: FactSource, payable_cents: int | None
) -> None:
    verdict = decided(RAIN_CAME_IN, item(amount_cents=amount_cents, estimated_by=estimated_by))

    assert verdict.outcome is COVERED
    assert (verdict.money.payable_cents, verdict.money.awaits_assessment) == (payable_cents, payable_cents is None)


def test_a_referred_claim_has_damage_and_no_payment_yet() -> None:
    verdict = decided(RAIN_CAME_IN, item(), rain=None)

    assert steps(verdict) == {MoneyStepCode.DAMAGE: 100_000}
    assert verdict.money.payable_cents is None


def test_a_denied_claim_pays_nothing() -> None:
    verdict = decided(RAIN_CAME_IN, item(), rain=measured(399))

    assert steps(verdict) == {MoneyStepCode.DAMAGE: 100_000, MoneyStepCode.NOT_COVERED: -100_000}
    assert verdict.money.payable_cents == 0


def test_contents_are_not_paid_from_a_buildings_policy() -> None:
    verdict = decided(RAIN_CAME_IN, item(BUILDINGS, 100_000), item(CONTENTS, 60_000), item(CLEANING, 30_000))

    assert verdict.outcome is COVERED
    assert steps(verdict)[MoneyStepCode.NOT_COVERED] == -60_000
    assert [ground.code for ground in verdict.grounds] == [GroundCode.COVER_NOT_CHOSEN]


def test_contents_alone_on_a_buildings_policy_are_denied() -> None:
    verdict = decided(RAIN_CAME_IN, item(CONTENTS))

    assert (verdict.outcome, verdict.deciding_ground) == (DENIED, GroundCode.COVER_NOT_CHOSEN)


def test_cleaning_is_paid_from_a_contents_policy_too() -> None:
    claim = case(report=report(damage=[item(CLEANING)]), policy=policy(covers=(Cover.CONTENTS,)))

    assert decide(claim).outcome is COVERED


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
    assert steps(verdict)[MoneyStepCode.NOT_COVERED] == -30_000


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


def test_damage_by_a_route_nobody_reported_goes_to_a_handler() -> None:
    verdict = decided(RAIN_FELL_IN, item(route=WaterRoute.GROUNDWATER))

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.FACT_MISSING)


@pytest.mark.parametrize(
    ("facts", "ground"),
    [
        (LossFacts(), GroundCode.NO_ROUTE_REPORTED),
        (LossFacts(precipitation_fell_directly=NO), GroundCode.NO_ROUTE_REPORTED),
        (LossFacts(storm_caused_damage=YES), GroundCode.STORM),
        (LossFacts(other_cause=YES), GroundCode.OTHER_CAUSE),
        (RAIN_CAME_IN.model_copy(update={"causes_inseparable": YES}), GroundCode.CAUSES_INSEPARABLE),
        (RAIN_CAME_IN.model_copy(update={"causes_inseparable": UNSURE}), GroundCode.CAUSES_INSEPARABLE),
    ],
)
def test_what_the_policy_does_not_decide_goes_to_a_handler(facts: LossFacts, ground: GroundCode) -> None:
    for rain in (HEAVY_RAIN, DRY):
        verdict = decided(facts, item(), rain=rain)
        assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, ground)


def test_causes_that_can_be_told_apart_are_no_reason_to_wait_for_a_handler() -> None:
    assert decided(RAIN_CAME_IN.model_copy(update={"causes_inseparable": NO}), item()).outcome is COVERED
