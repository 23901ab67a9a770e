from __future__ import annotations

import pytest
from domain.loss_cases import (
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    NO,
    NOT_YET_MEASURED,
    PRIMARY_FLOOD,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    REGIONAL_FLOOD,
    SAYS_REGISTER,
    UNSURE,
    YES,
    case,
    measured,
    policy,
    verdict_on,
)

from claims_svc.domain.needs import Need, next_need, rainfall_question
from contracts.claims import RAINFALL_REQUESTED
from contracts.coverage import Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Truth
from contracts.weather import RainfallAssessed

THROUGH_OPEN_WINDOW = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=YES)
OVERTOPPED_PRIMARY = PRIMARY_FLOOD.model_copy(update={"flood_defence_overtopped": SAYS_REGISTER})


def test_a_claim_waits_for_its_policy_until_that_wait_is_over() -> None:
    assert next_need(case(policy=None, policy_wait_over=False)) is Need.POLICY
    assert next_need(case(policy=None, policy_wait_over=True)) is Need.NOTHING


@pytest.mark.parametrize(
    ("facts", "need"),
    [
        (RAIN_CAME_IN, Need.RAINFALL),
        (LossFacts(precipitation_left_its_course=YES), Need.RAINFALL),
        (THROUGH_OPEN_WINDOW, Need.NOTHING),
        (LossFacts(sewer_water_entered=YES), Need.RAINFALL),
        (REGIONAL_FLOOD.model_copy(update={"sewer_water_entered": YES}), Need.NOTHING),
        (LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES), Need.RAINFALL),
        (LossFacts(groundwater_entered=YES, came_through_cellar_wall=NO), Need.NOTHING),
        (REGIONAL_FLOOD, Need.NOTHING),
        (PRIMARY_FLOOD, Need.NOTHING),
        (OVERTOPPED_PRIMARY, Need.RAINFALL),
        (LossFacts(storm_caused_damage=YES), Need.NOTHING),
        (LossFacts(), Need.NOTHING),
        (LossFacts(precipitation_left_its_course=UNSURE), Need.NOTHING),
    ],
)
def test_rain_is_asked_for_only_when_it_can_change_the_verdict(facts: LossFacts, need: Need) -> None:
    assert next_need(case(facts, rain=None, rain_wait_over=False)) is need


def test_rain_falling_in_asks_for_the_rain_because_a_cloudburst_costs_250_euros() -> None:
    assert next_need(case(RAIN_FELL_IN, rain=None, rain_wait_over=False)) is Need.RAINFALL


def test_rain_falling_in_asks_for_nothing_when_the_chosen_deductible_is_as_high_anyway() -> None:
    claim = case(RAIN_FELL_IN, rain=None, rain_wait_over=False, policy=policy(deductible_cents=25_000))

    assert next_need(claim) is Need.NOTHING


@pytest.mark.parametrize(
    ("rain", "need"),
    [
        (HEAVY_RAIN, Need.NOTHING),
        (measured(402, final=False), Need.NOTHING),
        (DRY, Need.NOTHING),
        (CANNOT_BE_TOLD, Need.NOTHING),
        (NOT_YET_MEASURED, Need.RAINFALL),
        (measured(399, final=False), Need.RAINFALL),
    ],
)
def test_a_yes_is_final_at_once_and_a_no_when_nothing_can_still_arrive(rain: RainfallAssessed, need: Need) -> None:
    assert next_need(case(rain=rain, rain_wait_over=False)) is need


def test_after_the_wait_a_claim_waits_no_longer() -> None:
    assert next_need(case(rain=NOT_YET_MEASURED, rain_wait_over=True)) is Need.NOTHING
    assert next_need(case(rain=None, rain_wait_over=True)) is Need.NOTHING


def test_a_cloudburst_measured_already_need_not_wait_for_the_other_hours() -> None:
    so_far = NOT_YET_MEASURED.stations[0].model_copy(update={"cloudburst": Truth.TRUE})
    rain = NOT_YET_MEASURED.model_copy(update={"stations": (so_far,)})

    assert next_need(case(RAIN_FELL_IN, rain=rain, rain_wait_over=False)) is Need.NOTHING


def test_a_claim_that_is_not_insured_asks_for_no_rain() -> None:
    ended = policy().terms[0].model_copy(update={"ends_on": policy().terms[0].effective_on.replace(year=2020)})
    uninsured = policy().model_copy(update={"terms": (ended,)})

    assert next_need(case(policy=uninsured, rain=None, rain_wait_over=False)) is Need.NOTHING


def test_a_claim_whose_product_nobody_knows_asks_for_no_rain() -> None:
    terms = policy().terms[0].model_copy(update={"product_version": "boat-1999.1"})
    of_another_product = policy().model_copy(update={"terms": (terms,)})

    assert next_need(case(policy=of_another_product, rain=None, rain_wait_over=False)) is Need.NOTHING


def test_the_question_carries_the_product_s_thresholds_and_the_home_s_place() -> None:
    question = rainfall_question(case(), claim_id=RAINFALL_REQUESTED.examples[0].claim_id, request_version=1)

    assert question == RAINFALL_REQUESTED.examples[0]


def test_who_is_not_insured_has_no_question_about_rain() -> None:
    with pytest.raises(ValueError, match="insured at loss"):
        rainfall_question(case(policy=None), claim_id=RAINFALL_REQUESTED.examples[0].claim_id, request_version=1)


def test_a_no_that_is_not_final_denies_nothing_and_waits() -> None:
    rain = measured(399).model_copy(update={"final": False})

    assert next_need(case(rain=rain, rain_wait_over=False)) is Need.RAINFALL
    assert verdict_on(case(rain=rain)).outcome is Outcome.REFERRED
