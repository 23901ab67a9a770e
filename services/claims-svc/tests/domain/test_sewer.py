from __future__ import annotations

import pytest
from domain.loss_cases import (
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    NO,
    PRIMARY_FLOOD,
    REGIONAL_FLOOD,
    YES,
    decisive,
    finding_on,
)
from msgspec.structs import replace

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Fact, WaterRoute
from contracts.weather import RainfallAssessed

SEWER = WaterRoute.SEWER_BACKFLOW
COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED
UNSURE_FLOOD = replace(REGIONAL_FLOOD, home_in_unembanked_area=None)


@pytest.mark.parametrize(
    ("toilet", "rain", "outcome", "ground"),
    [
        (YES, HEAVY_RAIN, COVERED, GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION),
        (NO, HEAVY_RAIN, COVERED, GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION),
        (None, HEAVY_RAIN, COVERED, GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION),
        (YES, DRY, DENIED, GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION),
        (NO, DRY, REFERRED, GroundCode.SEWER_WATER_WITHOUT_CAUSE),
        (None, DRY, REFERRED, GroundCode.FACT_MISSING),
        (None, CANNOT_BE_TOLD, REFERRED, GroundCode.FACT_MISSING),
        (YES, CANNOT_BE_TOLD, REFERRED, GroundCode.RAINFALL_UNDETERMINED),
        (YES, None, REFERRED, GroundCode.RAINFALL_NOT_RECEIVED),
    ],
)
def test_sewer_water(toilet: Fact | None, rain: RainfallAssessed | None, outcome: Outcome, ground: GroundCode) -> None:
    facts = LossFacts(sewer_water_entered=YES, toilet_overflowed=toilet)

    finding = finding_on(SEWER, facts=facts, rain=rain)

    assert (finding.outcome, decisive(finding)) == (outcome, ground)


@pytest.mark.parametrize(
    ("flood", "outcome", "ground"),
    [
        (REGIONAL_FLOOD, COVERED, GroundCode.SEWER_WATER_FROM_COVERED_FLOOD),
        (PRIMARY_FLOOD, DENIED, GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION),
        (UNSURE_FLOOD, REFERRED, GroundCode.FACT_MISSING),
    ],
)
def test_a_toilet_that_a_flood_made_overflow_goes_the_way_of_that_flood(
    flood: LossFacts, outcome: Outcome, ground: GroundCode
) -> None:
    facts = replace(flood, sewer_water_entered=YES, toilet_overflowed=YES)

    finding = finding_on(SEWER, facts=facts, rain=DRY)

    assert (finding.outcome, decisive(finding)) == (outcome, ground)


def test_an_overflowing_toilet_is_sewer_water_also_when_nobody_ticked_sewer_water() -> None:
    assert finding_on(SEWER, facts=LossFacts(toilet_overflowed=YES), rain=DRY).outcome is DENIED


def test_sewer_water_from_a_flood_that_needs_a_second_look_needs_one_too() -> None:
    on_the_customers_word = {"flood_defence_failed": YES, "sewer_water_entered": YES}

    assert finding_on(SEWER, facts=replace(REGIONAL_FLOOD, **on_the_customers_word), rain=DRY).second_look is True
    on_the_registers_word = replace(REGIONAL_FLOOD, sewer_water_entered=YES)
    assert finding_on(SEWER, facts=on_the_registers_word, rain=DRY).second_look is False


def test_sewer_water_that_heavy_rain_covers_for_certain_needs_no_second_look_at_the_flood() -> None:
    facts = replace(REGIONAL_FLOOD, flood_defence_failed=YES, sewer_water_entered=YES)

    finding = finding_on(SEWER, facts=facts, rain=HEAVY_RAIN)

    assert (finding.outcome, finding.second_look) == (COVERED, False)
    assert decisive(finding) is GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION


def test_fire_does_not_make_the_water_of_a_flood_covered() -> None:
    fire_and_sewer = {"fire_or_explosion_followed": YES, "toilet_overflowed": YES}

    finding = finding_on(SEWER, facts=replace(PRIMARY_FLOOD, **fire_and_sewer), rain=DRY)

    assert decisive(finding) is GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION


def test_an_overflowing_toilet_without_sewer_water_is_a_contradiction_for_a_handler() -> None:
    facts = LossFacts(toilet_overflowed=YES, sewer_water_entered=NO)

    assert finding_on(SEWER, facts=facts, rain=DRY).outcome is REFERRED
