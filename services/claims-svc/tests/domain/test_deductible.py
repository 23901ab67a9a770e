from __future__ import annotations

import pytest
from domain.loss_cases import (
    BOTH_RAINS,
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    PRIMARY_FLOOD,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    REGIONAL_FLOOD,
    SAYS_REGISTER,
    YES,
    case,
    decided,
    item,
    measured,
    policy,
    verdict_on,
)

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind, LossFacts
from contracts.vocabulary import Truth, WaterRoute
from contracts.weather import RainfallAssessed

COVERED = Outcome.COVERED
CLOUDBURST = measured(280, within_hours=1, cloudburst=Truth.TRUE)


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

    verdict = verdict_on(case(facts, rain=rain, policy=insured))

    assert verdict.outcome is COVERED
    assert verdict.money.payable_cents == 184_000 - borne_cents


def test_sewer_water_from_a_flood_that_heavy_rain_caused_costs_at_least_250_euros() -> None:
    facts = PRIMARY_FLOOD.model_copy(update={"flood_defence_overtopped": SAYS_REGISTER, "sewer_water_entered": YES})

    verdict = decided(facts, item(amount_cents=100_000, route=WaterRoute.SEWER_BACKFLOW))

    assert verdict.deciding_ground is GroundCode.SEWER_WATER_FROM_COVERED_FLOOD
    assert verdict.money.payable_cents == 75_000


def test_heavy_weather_that_caused_only_damage_not_covered_costs_nothing() -> None:
    facts = REGIONAL_FLOOD.model_copy(update={"precipitation_fell_directly": YES})
    flooded = item(amount_cents=100_000, route=WaterRoute.FLOOD)
    pumped_after_rain = item(DamageKind.CELLAR_PUMPING, 50_000, WaterRoute.DIRECT_PRECIPITATION)

    verdict = decided(facts, flooded, pumped_after_rain, rain=CLOUDBURST)

    assert (verdict.outcome, verdict.money.payable_cents) == (COVERED, 100_000)
