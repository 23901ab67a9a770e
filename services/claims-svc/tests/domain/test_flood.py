from __future__ import annotations

import pytest
from domain.loss_cases import (
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    NO,
    PRIMARY_FLOOD,
    REGIONAL_FLOOD,
    SAYS_REGISTER,
    UNSURE,
    YES,
    decisive,
    finding_on,
    ground_of,
)

from contracts.coverage import Finding, GroundCode, Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute
from contracts.weather import RainfallAssessed

COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED
OVERTOPPED = {"flood_defence_overtopped": SAYS_REGISTER}


def flood(facts: LossFacts, changes: dict[str, Fact | None], *, rain: RainfallAssessed | None = DRY) -> Finding:
    return finding_on(WaterRoute.FLOOD, facts=facts.model_copy(update=changes), rain=rain)


@pytest.mark.parametrize(
    ("changes", "outcome", "ground"),
    [
        ({}, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
        ({"flood_defence_failed": NO, **OVERTOPPED}, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
        ({"flood_defence_present": None}, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
        ({"sea_water_involved": YES}, DENIED, GroundCode.SEA_WATER),
        ({"sea_water_involved": UNSURE}, REFERRED, GroundCode.FACT_MISSING),
        ({"home_in_unembanked_area": SAYS_REGISTER}, DENIED, GroundCode.UNEMBANKED_AREA),
        ({"home_in_unembanked_area": YES}, REFERRED, GroundCode.SOURCE_MISSING),
        ({"home_in_unembanked_area": None}, REFERRED, GroundCode.FACT_MISSING),
        ({"government_caused_flood": SAYS_REGISTER}, DENIED, GroundCode.GOVERNMENT_ACTION),
        ({"government_caused_flood": YES}, REFERRED, GroundCode.SOURCE_MISSING),
        ({"government_caused_flood": None}, REFERRED, GroundCode.FACT_MISSING),
        ({"flood_defence_is_primary": None}, REFERRED, GroundCode.FACT_MISSING),
        ({"flood_defence_failed": None}, REFERRED, GroundCode.FACT_MISSING),
        ({"flood_defence_failed": NO}, REFERRED, GroundCode.OTHER_CAUSE),
        ({"flood_defence_failed": NO, "flood_defence_present": NO}, REFERRED, GroundCode.NO_FLOOD_DEFENCE),
        ({"flood_defence_failed": None, "flood_defence_present": NO}, REFERRED, GroundCode.NO_FLOOD_DEFENCE),
    ],
)
def test_flood_after_a_regional_defence_failed(
    changes: dict[str, Fact | None], outcome: Outcome, ground: GroundCode
) -> None:
    finding = flood(REGIONAL_FLOOD, changes)

    assert (finding.outcome, decisive(finding)) == (outcome, ground)


@pytest.mark.parametrize(
    ("changes", "rain", "outcome", "ground"),
    [
        ({}, DRY, DENIED, GroundCode.PRIMARY_DEFENCE_FAILED),
        ({}, HEAVY_RAIN, DENIED, GroundCode.PRIMARY_DEFENCE_FAILED),
        ({"flood_defence_is_primary": YES}, DRY, REFERRED, GroundCode.SOURCE_MISSING),
        ({"flood_defence_failed": YES}, DRY, REFERRED, GroundCode.SOURCE_MISSING),
        ({"fire_or_explosion_followed": YES}, DRY, COVERED, GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED),
        ({"fire_or_explosion_followed": None}, DRY, REFERRED, GroundCode.FACT_MISSING),
        (OVERTOPPED, HEAVY_RAIN, COVERED, GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION),
        (OVERTOPPED, DRY, DENIED, GroundCode.PRIMARY_DEFENCE_FAILED),
        (OVERTOPPED, CANNOT_BE_TOLD, REFERRED, GroundCode.RAINFALL_UNDETERMINED),
        (OVERTOPPED, None, REFERRED, GroundCode.RAINFALL_NOT_RECEIVED),
        ({"fire_or_explosion_followed": YES, "sea_water_involved": YES}, DRY, DENIED, GroundCode.SEA_WATER),
        ({**OVERTOPPED, "sea_water_involved": YES}, HEAVY_RAIN, DENIED, GroundCode.SEA_WATER),
    ],
)
def test_flood_after_a_primary_defence_failed(
    changes: dict[str, Fact | None], rain: RainfallAssessed | None, outcome: Outcome, ground: GroundCode
) -> None:
    finding = flood(PRIMARY_FLOOD, changes, rain=rain)

    assert (finding.outcome, decisive(finding)) == (outcome, ground)


def test_overtopping_in_heavy_rain_is_covered_with_a_second_look() -> None:
    assert flood(PRIMARY_FLOOD, {**OVERTOPPED}, rain=HEAVY_RAIN).second_look is True


def test_a_regional_flood_on_the_register_s_word_needs_no_second_look() -> None:
    assert flood(REGIONAL_FLOOD, {}).second_look is False


def test_the_customer_s_word_about_a_defence_covers_with_a_second_look() -> None:
    finding = flood(REGIONAL_FLOOD, {"flood_defence_failed": YES, "flood_defence_is_primary": NO})

    assert (finding.outcome, finding.second_look) == (COVERED, True)


def test_a_flood_that_a_handler_decides_anyway_is_not_marked_for_a_second_look() -> None:
    finding = flood(PRIMARY_FLOOD, {"flood_defence_is_primary": YES})

    assert (finding.outcome, finding.second_look) == (REFERRED, False)


def test_a_repair_partner_does_not_know_better_than_a_resident_which_defence_failed() -> None:
    partner = Fact(value=Truth.TRUE, source=FactSource.REPAIR_PARTNER)

    assert flood(REGIONAL_FLOOD, {"government_caused_flood": partner}).outcome is REFERRED


def test_the_missing_source_is_named() -> None:
    finding = flood(PRIMARY_FLOOD, {"flood_defence_is_primary": YES})

    assert [fact.name for fact in ground_of(finding, GroundCode.SOURCE_MISSING).facts] == ["flood_defence_is_primary"]


def test_water_of_the_sea_is_a_flood_also_when_nobody_ticked_flood() -> None:
    finding = finding_on(WaterRoute.FLOOD, facts=LossFacts(sea_water_involved=YES), rain=None)

    assert (finding.outcome, decisive(finding)) == (DENIED, GroundCode.SEA_WATER)
