from __future__ import annotations

import pytest
from domain.loss_cases import (
    BOTH_RAINS,
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    REGIONAL_FLOOD,
    YES,
    case,
    measured,
    policy,
    verdict_on,
)

from contracts.claims import Outcome
from contracts.upstream import LossFacts
from contracts.vocabulary import Truth
from contracts.weather import RainfallAssessed

COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED
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
