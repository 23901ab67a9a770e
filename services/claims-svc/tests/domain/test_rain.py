from __future__ import annotations

import msgspec
import pytest
from domain.loss_cases import CANNOT_BE_TOLD, DRY, HEAVY_RAIN, NOT_YET_MEASURED, answer, case, measured, verdict_on
from msgspec.structs import replace

from claims_svc.domain.rain import evidence_of, rain_of
from contracts.coverage import GroundCode
from contracts.vocabulary import Establishment, Truth
from contracts.weather import RainfallAssessed, UndeterminedReason

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("assessed", "wait_over", "value", "doubt"),
    [
        (HEAVY_RAIN, False, TRUE, None),
        (measured(402, final=False), False, TRUE, None),
        (DRY, False, FALSE, None),
        (answer(Establishment.NOT_ESTABLISHED, final=False), False, UNKNOWN, None),
        (answer(Establishment.NOT_ESTABLISHED, final=False), True, UNKNOWN, GroundCode.RAINFALL_UNDETERMINED),
        (NOT_YET_MEASURED, False, UNKNOWN, None),
        (NOT_YET_MEASURED, True, UNKNOWN, GroundCode.RAINFALL_UNDETERMINED),
        (CANNOT_BE_TOLD, False, UNKNOWN, GroundCode.RAINFALL_UNDETERMINED),
        (None, False, UNKNOWN, None),
        (None, True, UNKNOWN, GroundCode.RAINFALL_NOT_RECEIVED),
    ],
)
def test_a_yes_counts_at_once_and_anything_else_when_it_is_final(
    assessed: RainfallAssessed | None, value: Truth, doubt: GroundCode | None, *, wait_over: bool
) -> None:
    rain = rain_of(assessed, wait_over=wait_over)

    assert rain.surface == rain.ground == (value, doubt)


@pytest.mark.parametrize(
    "reason",
    [UndeterminedReason.LOST_HOURS, UndeterminedReason.SUSPECT_FIGURES, UndeterminedReason.BEFORE_REGISTER],
)
def test_what_will_never_be_known_leads_to_a_handler_without_a_wait(reason: UndeterminedReason) -> None:
    rain = rain_of(answer(Establishment.UNDETERMINED, reason=reason), wait_over=False)

    assert rain.surface == rain.ground == (UNKNOWN, GroundCode.RAINFALL_UNDETERMINED)
    assert not rain.awaited


def test_each_reading_has_its_own_answer() -> None:
    rain = rain_of(answer(Establishment.ESTABLISHED, ground=Establishment.NOT_ESTABLISHED), wait_over=False)

    assert (rain.surface.value, rain.ground.value) == (TRUE, FALSE)


def test_a_final_doubt_about_one_reading_stands_while_the_other_is_awaited() -> None:
    rain = answer(Establishment.UNDETERMINED, reason=UndeterminedReason.RAIN_AFTER_LOSS)
    surface, ground = rain.readings
    awaited = replace(ground, final=False, undetermined_reason=UndeterminedReason.MISSING_HOURS)

    known = rain_of(replace(rain, readings=(surface, awaited), final=False), wait_over=False)

    assert (known.surface.doubt, known.ground.doubt, known.awaited) == (GroundCode.RAIN_AFTER_LOSS, None, True)


def test_a_reading_that_was_not_answered_leaves_a_doubt() -> None:
    rain = replace(HEAVY_RAIN, readings=HEAVY_RAIN.readings[:1])

    assert rain_of(rain, wait_over=False).ground == (UNKNOWN, GroundCode.RAINFALL_UNDETERMINED)


@pytest.mark.parametrize(
    ("assessed", "wait_over", "doubt"),
    [
        (measured(0, recent_rain=TRUE), True, None),
        (measured(0, recent_rain=FALSE), True, None),
        (NOT_YET_MEASURED, False, None),
        (NOT_YET_MEASURED, True, GroundCode.RAINFALL_UNDETERMINED),
        (CANNOT_BE_TOLD, False, GroundCode.RAINFALL_UNDETERMINED),
        (None, False, None),
        (None, True, GroundCode.RAINFALL_NOT_RECEIVED),
    ],
)
def test_rain_of_the_last_day_leaves_a_doubt_only_when_nothing_more_can_come(
    assessed: RainfallAssessed | None, doubt: GroundCode | None, *, wait_over: bool
) -> None:
    assert rain_of(assessed, wait_over=wait_over).recent_fact.doubt is doubt


def test_claims_of_one_storm_share_what_is_known_about_its_rain() -> None:
    later = replace(HEAVY_RAIN, assessment_version=2, stations=())

    assert rain_of(HEAVY_RAIN, wait_over=False) == rain_of(later, wait_over=False)
    assert hash(rain_of(HEAVY_RAIN, wait_over=False)) == hash(rain_of(later, wait_over=False))


def test_a_decision_shows_all_of_an_answer_but_its_hours() -> None:
    shown = verdict_on(case(rain=HEAVY_RAIN)).rain
    whole = msgspec.to_builtins(HEAVY_RAIN)
    del whole["claim_id"], whole["request_version"]
    for station in whole["stations"]:
        del station["hours"], station["quality"]

    assert shown is not None
    assert shown == evidence_of(HEAVY_RAIN)
    assert msgspec.to_builtins(shown) == whole
