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
    decided,
    decisive,
    finding_on,
    ground_of,
    item,
)
from msgspec.structs import replace

from contracts.coverage import Finding, GroundCode, Outcome
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute
from contracts.weather import RainfallAssessed

COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED
OVERTOPPED = {"flood_defence_overtopped": SAYS_REGISTER}


def flood(facts: LossFacts, changes: dict[str, Fact | None], *, rain: RainfallAssessed | None = DRY) -> Finding:
    return finding_on(WaterRoute.FLOOD, facts=replace(facts, **changes), rain=rain)


@pytest.mark.parametrize(
    ("changes", "outcome", "ground"),
    [
        ({}, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
        ({"flood_defence_failed": NO, **OVERTOPPED}, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
        ({"flood_defence_present": None}, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
        ({"sea_water_involved": SAYS_REGISTER}, DENIED, GroundCode.SEA_WATER),
        ({"sea_water_involved": YES}, REFERRED, GroundCode.SOURCE_MISSING),
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
        ({"flood_defence_present": NO}, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
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
        ({"fire_or_explosion_followed": YES}, DRY, DENIED, GroundCode.PRIMARY_DEFENCE_FAILED),
        ({"flood_defence_failed": YES, "flood_defence_overtopped": None}, DRY, REFERRED, GroundCode.FACT_MISSING),
        (
            {"flood_defence_is_primary": YES, "flood_defence_overtopped": None},
            DRY,
            REFERRED,
            GroundCode.SOURCE_MISSING,
        ),
        (OVERTOPPED, HEAVY_RAIN, COVERED, GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION),
        (OVERTOPPED, DRY, DENIED, GroundCode.PRIMARY_DEFENCE_FAILED),
        (OVERTOPPED, CANNOT_BE_TOLD, REFERRED, GroundCode.RAINFALL_UNDETERMINED),
        (OVERTOPPED, None, REFERRED, GroundCode.RAINFALL_NOT_RECEIVED),
        ({"flood_defence_overtopped": YES}, CANNOT_BE_TOLD, REFERRED, GroundCode.RAINFALL_UNDETERMINED),
        ({**OVERTOPPED, "sea_water_involved": SAYS_REGISTER}, HEAVY_RAIN, DENIED, GroundCode.SEA_WATER),
        ({**OVERTOPPED, "home_in_unembanked_area": SAYS_REGISTER}, HEAVY_RAIN, DENIED, GroundCode.UNEMBANKED_AREA),
        ({**OVERTOPPED, "government_caused_flood": SAYS_REGISTER}, HEAVY_RAIN, DENIED, GroundCode.GOVERNMENT_ACTION),
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
    finding = finding_on(WaterRoute.FLOOD, facts=LossFacts(sea_water_involved=SAYS_REGISTER), rain=None)

    assert (finding.outcome, decisive(finding)) == (DENIED, GroundCode.SEA_WATER)


def test_water_of_the_sea_on_the_customer_s_word_goes_to_a_handler() -> None:
    assert finding_on(WaterRoute.FLOOD, facts=LossFacts(sea_water_involved=YES), rain=None).outcome is REFERRED


@pytest.mark.parametrize(
    ("flood_facts", "changes", "rain", "outcome", "ground"),
    [
        (PRIMARY_FLOOD, {}, DRY, COVERED, GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED),
        (PRIMARY_FLOOD, {"fire_or_explosion_followed": UNSURE}, DRY, REFERRED, GroundCode.FACT_MISSING),
        (PRIMARY_FLOOD, {"sea_water_involved": SAYS_REGISTER}, DRY, DENIED, GroundCode.SEA_WATER),
        (PRIMARY_FLOOD, {"home_in_unembanked_area": SAYS_REGISTER}, DRY, DENIED, GroundCode.UNEMBANKED_AREA),
        (PRIMARY_FLOOD, {"government_caused_flood": SAYS_REGISTER}, DRY, DENIED, GroundCode.GOVERNMENT_ACTION),
        (PRIMARY_FLOOD, {"flood_defence_failed": None}, DRY, REFERRED, GroundCode.FACT_MISSING),
        (REGIONAL_FLOOD, {}, DRY, COVERED, GroundCode.REGIONAL_DEFENCE_FAILED),
    ],
)
def test_damage_by_fire_after_a_flood(
    flood_facts: LossFacts,
    changes: dict[str, Fact | None],
    rain: RainfallAssessed | None,
    outcome: Outcome,
    ground: GroundCode,
) -> None:
    facts = replace(flood_facts, **{"fire_or_explosion_followed": YES, **changes})

    finding = finding_on(WaterRoute.FLOOD, facts=facts, rain=rain, by_fire=True)

    assert (finding.outcome, decisive(finding), finding.by_fire) == (outcome, ground, True)


@pytest.mark.parametrize(
    ("followed", "damage", "outcomes"),
    [
        (None, item(), [DENIED]),
        (NO, item(), [DENIED]),
        (YES, item(), [DENIED, COVERED]),
        (UNSURE, item(), [DENIED, REFERRED]),
        (None, item(by_fire=False), [DENIED]),
        (None, item(by_fire=True), [DENIED, REFERRED]),
        (NO, item(by_fire=True), [DENIED, REFERRED]),
        (YES, item(by_fire=True), [DENIED, COVERED]),
    ],
)
def test_fire_has_a_finding_of_its_own_where_somebody_mentions_it(
    followed: Fact | None, damage: DamageItem, outcomes: list[Outcome]
) -> None:
    facts = replace(PRIMARY_FLOOD, fire_or_explosion_followed=followed)

    findings = decided(facts, damage, rain=DRY).findings

    assert [(each.outcome, each.by_fire) for each in findings] == list(zip(outcomes, (False, True), strict=False))


@pytest.mark.parametrize(
    ("changes", "fire_second_look"),
    [
        ({**OVERTOPPED}, False),
        ({"flood_defence_is_primary": YES}, True),
        ({"sea_water_involved": NO}, True),
    ],
)
def test_fire_that_covers_needs_a_second_look_at_the_customer_s_word_only(
    changes: dict[str, Fact | None], *, fire_second_look: bool
) -> None:
    facts = replace(PRIMARY_FLOOD, **{"fire_or_explosion_followed": YES, **changes})

    finding = finding_on(WaterRoute.FLOOD, facts=facts, rain=HEAVY_RAIN, by_fire=True)

    assert (finding.outcome, finding.second_look) == (COVERED, fire_second_look)


def test_a_customer_s_word_that_cannot_matter_needs_no_second_look() -> None:
    assert flood(REGIONAL_FLOOD, {"flood_defence_overtopped": NO}).second_look is False
    assert flood(REGIONAL_FLOOD, {"sea_water_involved": NO}).second_look is True
