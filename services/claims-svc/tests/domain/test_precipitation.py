from __future__ import annotations

import pytest
from domain.loss_cases import (
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    LITTLE_RAIN,
    NO,
    NOT_YET_MEASURED,
    PRIMARY_FLOOD,
    RAIN_CAME_IN,
    SAYS_REGISTER,
    UNSURE,
    YES,
    answer,
    decisive,
    finding_on,
    ground_of,
    measured,
)
from msgspec.structs import replace

from contracts.coverage import GroundCode, GroundWeight, Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Establishment, Fact, FactSource, Truth, WaterRoute
from contracts.weather import RainfallAssessed, UndeterminedReason

DIRECT, INDIRECT = WaterRoute.DIRECT_PRECIPITATION, WaterRoute.INDIRECT_PRECIPITATION
COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED


@pytest.mark.parametrize(
    ("fell", "rain", "outcome", "ground"),
    [
        (YES, HEAVY_RAIN, COVERED, GroundCode.DIRECT_PRECIPITATION),
        (YES, measured(10), COVERED, GroundCode.DIRECT_PRECIPITATION),
        (YES, measured(9), REFERRED, GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN),
        (YES, DRY, REFERRED, GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN),
        (YES, measured(402, recent_rain=Truth.FALSE), REFERRED, GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN),
        (YES, measured(0, recent_rain=Truth.TRUE), COVERED, GroundCode.DIRECT_PRECIPITATION),
        (YES, measured(0, recent_rain=Truth.UNKNOWN), REFERRED, GroundCode.RAINFALL_UNDETERMINED),
        (YES, None, REFERRED, GroundCode.RAINFALL_NOT_RECEIVED),
        (UNSURE, HEAVY_RAIN, REFERRED, GroundCode.FACT_MISSING),
        (UNSURE, DRY, REFERRED, GroundCode.FACT_MISSING),
        (UNSURE, None, REFERRED, GroundCode.FACT_MISSING),
    ],
)
def test_rain_falling_in_is_covered_when_it_rained_at_all(
    fell: Fact, rain: RainfallAssessed | None, outcome: Outcome, ground: GroundCode
) -> None:
    finding = finding_on(DIRECT, facts=LossFacts(precipitation_fell_directly=fell), rain=rain)

    assert (finding.outcome, decisive(finding)) == (outcome, ground)


def test_rain_falling_in_without_rain_meets_no_ground_that_covers_it() -> None:
    finding = finding_on(DIRECT, facts=LossFacts(precipitation_fell_directly=YES), rain=DRY)

    assert ground_of(finding, GroundCode.DIRECT_PRECIPITATION).weight is GroundWeight.DOES_NOT_HOLD


def test_rain_falling_in_through_an_open_window_is_still_direct_precipitation() -> None:
    facts = LossFacts(precipitation_fell_directly=YES, came_through_open_window_or_door=YES)

    assert finding_on(DIRECT, facts=facts, rain=LITTLE_RAIN).outcome is COVERED


@pytest.mark.parametrize(
    ("reason", "ground"),
    [
        (UndeterminedReason.RAIN_AFTER_LOSS, GroundCode.RAIN_AFTER_LOSS),
        (UndeterminedReason.RAIN_LONG_BEFORE_LOSS, GroundCode.RAIN_LONG_BEFORE_LOSS),
        (UndeterminedReason.LOSS_INTERVAL_TOO_LONG, GroundCode.LOSS_INTERVAL_TOO_LONG),
        (UndeterminedReason.MISSING_HOURS, GroundCode.RAINFALL_UNDETERMINED),
        (UndeterminedReason.BETWEEN_WHOLE_HOURS, GroundCode.RAINFALL_UNDETERMINED),
        (UndeterminedReason.STATIONS_DISAGREE, GroundCode.RAINFALL_UNDETERMINED),
        (UndeterminedReason.NO_STATION, GroundCode.RAINFALL_UNDETERMINED),
    ],
)
@pytest.mark.parametrize(
    ("route", "facts"),
    [
        (INDIRECT, RAIN_CAME_IN),
        (WaterRoute.SEWER_BACKFLOW, LossFacts(toilet_overflowed=YES)),
        (WaterRoute.GROUNDWATER, LossFacts(came_through_cellar_wall=YES)),
        (WaterRoute.FLOOD, replace(PRIMARY_FLOOD, flood_defence_overtopped=SAYS_REGISTER)),
    ],
)
def test_every_doubt_about_the_rain_goes_to_a_handler_on_its_own_ground(
    route: WaterRoute, facts: LossFacts, reason: UndeterminedReason, ground: GroundCode
) -> None:
    rain = answer(Establishment.UNDETERMINED, reason=reason)

    finding = finding_on(route, facts=facts, rain=rain)

    assert (finding.outcome, decisive(finding)) == (REFERRED, ground)
    (doubted,) = ground_of(finding, ground).facts
    assert (doubted.name, doubted.value, doubted.source) == ("heavy_local_precipitation", Truth.UNKNOWN, None)


def test_what_somebody_can_still_tell_is_asked_before_rain_that_will_stay_unknown() -> None:
    facts = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=UNSURE)

    finding = finding_on(INDIRECT, facts=facts, rain=CANNOT_BE_TOLD)

    assert decisive(finding) is GroundCode.FACT_MISSING
    assert ground_of(finding, GroundCode.RAINFALL_UNDETERMINED).weight is GroundWeight.CONTRIBUTORY


@pytest.mark.parametrize(
    ("sum_tenths_mm", "within_hours", "outcome"),
    [
        (402, 24, COVERED),  # Ell, 14 to 15 July 2021
        (400, 24, COVERED),
        (399, 24, DENIED),
        (531, 48, COVERED),
        (530, 48, COVERED),
        (529, 48, DENIED),
        (671, 72, COVERED),
        (670, 72, COVERED),
        (669, 72, DENIED),
    ],
)
def test_rain_that_left_its_course_is_covered_from_exactly_the_threshold(
    sum_tenths_mm: int, within_hours: int, outcome: Outcome
) -> None:
    rain = measured(sum_tenths_mm, within_hours=within_hours)

    assert finding_on(INDIRECT, facts=RAIN_CAME_IN, rain=rain).outcome is outcome


@pytest.mark.parametrize(
    ("opening", "rain", "outcome", "ground"),
    [
        (NO, HEAVY_RAIN, COVERED, GroundCode.HEAVY_LOCAL_PRECIPITATION),
        (YES, HEAVY_RAIN, DENIED, GroundCode.WINDOW_OR_DOOR_OPEN),
        (UNSURE, HEAVY_RAIN, REFERRED, GroundCode.FACT_MISSING),
        (None, HEAVY_RAIN, REFERRED, GroundCode.FACT_MISSING),
        (NO, DRY, DENIED, GroundCode.NO_HEAVY_LOCAL_PRECIPITATION),
        (YES, DRY, DENIED, GroundCode.WINDOW_OR_DOOR_OPEN),
        (UNSURE, DRY, DENIED, GroundCode.NO_HEAVY_LOCAL_PRECIPITATION),
        (NO, CANNOT_BE_TOLD, REFERRED, GroundCode.RAINFALL_UNDETERMINED),
        (YES, CANNOT_BE_TOLD, DENIED, GroundCode.WINDOW_OR_DOOR_OPEN),
        (NO, NOT_YET_MEASURED, REFERRED, GroundCode.RAINFALL_UNDETERMINED),
        (NO, None, REFERRED, GroundCode.RAINFALL_NOT_RECEIVED),
        (YES, None, DENIED, GroundCode.WINDOW_OR_DOOR_OPEN),
    ],
)
def test_rain_that_left_its_course(
    opening: Fact | None,
    rain: RainfallAssessed | None,
    outcome: Outcome,
    ground: GroundCode,
) -> None:
    facts = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=opening)

    finding = finding_on(INDIRECT, facts=facts, rain=rain)

    assert (finding.outcome, decisive(finding)) == (outcome, ground)


def test_every_rule_is_listed_also_when_the_first_one_decided() -> None:
    facts = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=YES)

    finding = finding_on(INDIRECT, facts=facts, rain=HEAVY_RAIN)

    assert [(ground.code, ground.weight) for ground in finding.grounds] == [
        (GroundCode.HEAVY_LOCAL_PRECIPITATION, GroundWeight.CONTRIBUTORY),
        (GroundCode.WINDOW_OR_DOOR_OPEN, GroundWeight.DECISIVE),
        (GroundCode.NO_HEAVY_LOCAL_PRECIPITATION, GroundWeight.DOES_NOT_HOLD),
    ]


def test_a_rule_whose_fact_is_unknown_says_that_it_was_not_reached_and_which_fact_is_missing() -> None:
    finding = finding_on(INDIRECT, facts=LossFacts(precipitation_left_its_course=YES), rain=HEAVY_RAIN)

    assert ground_of(finding, GroundCode.WINDOW_OR_DOOR_OPEN).weight is GroundWeight.NOT_REACHED
    (missing,) = ground_of(finding, GroundCode.FACT_MISSING).facts
    assert (missing.name, missing.value) == ("came_through_open_window_or_door", Truth.UNKNOWN)


def test_a_ground_names_who_said_its_facts() -> None:
    ground = ground_of(finding_on(INDIRECT, facts=RAIN_CAME_IN, rain=HEAVY_RAIN), GroundCode.HEAVY_LOCAL_PRECIPITATION)

    assert [(fact.name, fact.source) for fact in ground.facts] == [
        ("precipitation_left_its_course", FactSource.CUSTOMER),
        ("heavy_local_precipitation", FactSource.REGISTER),
    ]


def test_an_open_window_denies_nothing_while_it_is_unsure_whether_rain_came_in() -> None:
    facts = LossFacts(precipitation_left_its_course=UNSURE, came_through_open_window_or_door=YES)

    assert finding_on(INDIRECT, facts=facts, rain=HEAVY_RAIN).outcome is REFERRED


def test_rain_of_which_the_customer_is_unsure_is_neither_covered_nor_denied() -> None:
    facts = LossFacts(precipitation_left_its_course=UNSURE, came_through_open_window_or_door=NO)

    for rain in (HEAVY_RAIN, DRY):
        assert finding_on(INDIRECT, facts=facts, rain=rain).outcome is REFERRED
