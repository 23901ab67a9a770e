from __future__ import annotations

from itertools import product
from typing import Literal

import pytest
from domain.loss_cases import (
    CANNOT_BE_TOLD,
    CLAIM_ID,
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
    answer,
    case,
    item,
    measured,
    policy,
    report,
    verdict_on,
)
from domain.random_cases import some_case, some_facts
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.case import Case
from claims_svc.domain.needs import Need, next_need, rainfall_question
from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.domain.rain import Heavy, Rain, rain_of
from claims_svc.domain.verdict import decide_given
from contracts.claims import RAINFALL_REQUESTED
from contracts.coverage import Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Establishment, Truth, WaterReading, WaterRoute
from contracts.weather import RainfallAssessed, ReadingVerdict, UndeterminedReason

THROUGH_OPEN_WINDOW = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=YES)
OVERTOPPED_PRIMARY = structs.replace(PRIMARY_FLOOD, flood_defence_overtopped=SAYS_REGISTER)


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
        (structs.replace(REGIONAL_FLOOD, sewer_water_entered=YES), Need.NOTHING),
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


@pytest.mark.parametrize("deductible_cents", [0, 25_000])
def test_rain_falling_in_asks_whether_it_rained(deductible_cents: Literal[0, 25_000]) -> None:
    claim = case(RAIN_FELL_IN, rain=None, rain_wait_over=False, policy=policy(deductible_cents=deductible_cents))

    assert next_need(claim) is Need.RAINFALL


@pytest.mark.parametrize(("deductible_cents", "need"), [(0, Need.RAINFALL), (25_000, Need.NOTHING)])
def test_rain_falling_in_waits_for_the_hour_of_a_cloudburst_only_when_it_costs_more(
    deductible_cents: Literal[0, 25_000], need: Need
) -> None:
    rain = answer(Establishment.UNDETERMINED, cloudburst=Truth.UNKNOWN, recent_rain=Truth.TRUE, final=False)
    claim = case(RAIN_FELL_IN, rain=rain, rain_wait_over=False, policy=policy(deductible_cents=deductible_cents))

    assert next_need(claim) is need


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


@pytest.mark.parametrize(
    ("recent_rain", "cloudburst", "need"),
    [
        (Truth.TRUE, Truth.TRUE, Need.NOTHING),
        (Truth.TRUE, Truth.FALSE, Need.NOTHING),
        (Truth.FALSE, Truth.UNKNOWN, Need.NOTHING),
        (Truth.UNKNOWN, Truth.FALSE, Need.RAINFALL),
    ],
)
def test_rain_that_fell_in_waits_for_no_window_of_heavy_precipitation(
    recent_rain: Truth, cloudburst: Truth, need: Need
) -> None:
    rain = answer(Establishment.UNDETERMINED, cloudburst=cloudburst, recent_rain=recent_rain, final=False)

    assert next_need(case(RAIN_FELL_IN, rain=rain, rain_wait_over=False)) is need


GROUNDWATER_THROUGH_THE_WALL = LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES)


@pytest.mark.parametrize(
    ("facts", "final", "need"),
    [
        (RAIN_CAME_IN, WaterReading.SURFACE_WATER, Need.NOTHING),
        (RAIN_CAME_IN, WaterReading.GROUNDWATER, Need.RAINFALL),
        (GROUNDWATER_THROUGH_THE_WALL, WaterReading.GROUNDWATER, Need.NOTHING),
        (GROUNDWATER_THROUGH_THE_WALL, WaterReading.SURFACE_WATER, Need.RAINFALL),
    ],
)
@pytest.mark.parametrize(
    ("establishment", "reason"),
    [
        (Establishment.NOT_ESTABLISHED, None),
        (Establishment.UNDETERMINED, UndeterminedReason.RAIN_AFTER_LOSS),
        (Establishment.ESTABLISHED, None),
    ],
)
def test_a_claim_waits_for_the_reading_of_its_own_water_only(
    facts: LossFacts,
    final: WaterReading,
    need: Need,
    establishment: Establishment,
    reason: UndeterminedReason | None,
) -> None:
    readings = tuple(
        ReadingVerdict(reading=reading, establishment=establishment, final=True, undetermined_reason=reason)
        if reading is final
        else structs.replace(NOT_YET_MEASURED.readings[0], reading=reading)
        for reading in WaterReading
    )
    rain = structs.replace(NOT_YET_MEASURED, readings=readings)

    assert next_need(case(facts, rain=rain, rain_wait_over=False)) is need


def test_one_part_in_need_of_rain_lets_the_whole_claim_wait_until_the_wait_is_over() -> None:
    flooded = structs.replace(REGIONAL_FLOOD, precipitation_left_its_course=YES, came_through_open_window_or_door=NO)
    damage = [item(route=WaterRoute.FLOOD), item(route=WaterRoute.INDIRECT_PRECIPITATION)]
    claim = case(report=report(flooded, damage=damage), rain=None, rain_wait_over=False)

    assert next_need(claim) is Need.RAINFALL
    assert next_need(replace(claim, rain_wait_over=True)) is Need.NOTHING


def test_a_route_that_only_a_damage_item_names_asks_for_its_rain_too() -> None:
    named = [item(route=WaterRoute.GROUNDWATER)]
    claim = case(report=report(RAIN_CAME_IN, damage=named))

    question = rainfall_question(claim, claim_id=CLAIM_ID, request_version=1)

    assert [asked.reading for asked in question.readings] == [WaterReading.SURFACE_WATER, WaterReading.GROUNDWATER]


def test_the_reading_of_groundwater_is_asked_only_where_groundwater_is_reported() -> None:
    question = rainfall_question(case(GROUNDWATER_THROUGH_THE_WALL), claim_id=CLAIM_ID, request_version=2)

    assert question.readings == (CURRENT_PRODUCT.rain.surface_water, CURRENT_PRODUCT.rain.groundwater)
    assert rainfall_question(case(), claim_id=CLAIM_ID, request_version=2).readings == question.readings[:1]


def test_what_the_customer_said_first_asks_for_its_rain_too() -> None:
    earlier = EarlierStatement(turned=("precipitation_fell_directly",), loss=report().loss, facts=RAIN_FELL_IN)
    now = structs.replace(RAIN_CAME_IN, precipitation_fell_directly=NO)
    rain = answer(Establishment.ESTABLISHED, recent_rain=Truth.UNKNOWN, final=False)

    assert next_need(case(now, rain=rain, rain_wait_over=False)) is Need.NOTHING
    assert next_need(case(now, earlier=earlier, rain=rain, rain_wait_over=False)) is Need.RAINFALL


def test_sewer_water_of_a_flood_with_a_second_look_waits_for_rain_that_covers_it_for_certain() -> None:
    facts = structs.replace(REGIONAL_FLOOD, flood_defence_failed=YES, sewer_water_entered=YES)
    damage = [item(route=WaterRoute.SEWER_BACKFLOW)]

    assert next_need(case(report=report(facts, damage=damage), rain=None, rain_wait_over=False)) is Need.RAINFALL


def test_a_claim_that_is_not_insured_asks_for_no_rain() -> None:
    ended = structs.replace(policy().terms[0], ends_on=policy().terms[0].effective_on.replace(year=2020))
    uninsured = structs.replace(policy(), terms=(ended,))

    assert next_need(case(policy=uninsured, rain=None, rain_wait_over=False)) is Need.NOTHING


def test_a_claim_whose_product_nobody_knows_asks_for_no_rain() -> None:
    terms = structs.replace(policy().terms[0], product_version="boat-1999.1")
    of_another_product = structs.replace(policy(), terms=(terms,))

    assert next_need(case(policy=of_another_product, rain=None, rain_wait_over=False)) is Need.NOTHING


def test_the_question_carries_the_product_s_thresholds_and_the_home_s_place() -> None:
    question = rainfall_question(case(), claim_id=CLAIM_ID, request_version=1)

    assert question == RAINFALL_REQUESTED.examples[0]


def test_who_is_not_insured_has_no_question_about_rain() -> None:
    with pytest.raises(ValueError, match="insured at loss"):
        rainfall_question(case(policy=None), claim_id=CLAIM_ID, request_version=1)


def test_a_no_that_is_not_final_denies_nothing_and_waits() -> None:
    rain = answer(Establishment.NOT_ESTABLISHED, recent_rain=Truth.TRUE, final=False)

    assert next_need(case(rain=rain, rain_wait_over=False)) is Need.RAINFALL
    assert verdict_on(case(rain=rain)).outcome is Outcome.REFERRED


SOME_RAIN_IS_OPEN = st.sampled_from(
    [
        None,
        NOT_YET_MEASURED,
        measured(399, final=False),
        structs.replace(measured(402), cloudburst=Truth.UNKNOWN, final=False),
        answer(Establishment.UNDETERMINED, cloudburst=Truth.UNKNOWN, recent_rain=Truth.TRUE, final=False),
        answer(Establishment.UNDETERMINED, ground=Establishment.ESTABLISHED, final=False),
    ]
)
SAID_FIRST = st.builds(
    EarlierStatement,
    turned=st.lists(st.sampled_from(sorted(LossFacts.__struct_fields__)), min_size=1, max_size=4, unique=True).map(
        tuple
    ),
    loss=st.just(report().loss),
    facts=some_facts,
)


@settings(deadline=None)
@given(claim=some_case, rain=SOME_RAIN_IS_OPEN, earlier=st.none() | SAID_FIRST)
def test_a_claim_waits_exactly_as_long_as_rain_can_change_what_it_comes_to(
    claim: Case, rain: RainfallAssessed | None, earlier: EarlierStatement | None
) -> None:
    claim = replace(claim, rain=rain, rain_wait_over=False, earlier=earlier)
    known = rain_of(rain, wait_over=False)

    possible = {_comes_to(claim, rain=each) for each in [known, *_every_final(known)]}

    assert next_need(claim) is (Need.RAINFALL if len(possible) > 1 else Need.NOTHING)


def _every_final(known: Rain) -> list[Rain]:
    parts = [
        [heavy]
        if heavy.value is not Truth.UNKNOWN or heavy.doubt
        else [Heavy(Truth.TRUE, None), Heavy(Truth.FALSE, None)]
        for heavy in (known.surface, known.ground)
    ]
    truths = [
        [truth] if truth is not Truth.UNKNOWN else [Truth.TRUE, Truth.FALSE]
        for truth in (known.recent, known.cloudburst)
    ]
    return [
        Rain(surface, ground, recent, cloudburst, received=True, awaited=False)
        for surface, ground in product(*parts)
        for recent, cloudburst in product(*truths)
    ]


def _comes_to(claim: Case, *, rain: Rain) -> object:
    verdict = decide_given(claim.basis, rain=rain)
    items, findings = ([each.outcome for each in part] for part in (verdict.items, verdict.findings))
    return verdict.outcome, verdict.money.steps, verdict.money.payable_cents, tuple(items), tuple(findings)
