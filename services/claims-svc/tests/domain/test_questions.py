"""Questions are computed from the rules: only what can matter is asked, and answers in any order give one decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from domain.loss_cases import (
    BOTH_RAINS,
    DRY,
    HEAVY_RAIN,
    NO,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    REGIONAL_FLOOD,
    SAYS_REGISTER,
    UNSURE,
    YES,
    case,
    item,
    policy,
    report,
)
from domain.random_cases import CERTAIN_FACTS, RAINS, some_case
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.basis import Basis
from claims_svc.domain.case import Case
from claims_svc.domain.facts import ROUTE_FACTS
from claims_svc.domain.needs import possible_rains
from claims_svc.domain.questions import AskedOf, open_questions, questions_to_reporter
from claims_svc.domain.rain import Rain, rain_of
from claims_svc.domain.rules.reported import named_by, reported_routes
from claims_svc.domain.verdict import decide_given
from contracts.coverage import GroundCode
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Cover, FactSource, Truth, WaterRoute
from contracts.weather import RainfallAssessed

WINDOW, TOILET, WALL = "came_through_open_window_or_door", "toilet_overflowed", "came_through_cellar_wall"
RAN_IN, SEWER = LossFacts(precipitation_left_its_course=YES), LossFacts(sewer_water_entered=YES)
THROUGH_NO_WALL = structs.replace(RAIN_FELL_IN, groundwater_entered=YES, **{WALL: NO})
TWO = (item(DamageKind.BUILDINGS, 100_000), item(DamageKind.CONTENTS, 50_000))


def asked(claim: Case, *, of: AskedOf = AskedOf.REPORTER) -> list[str]:
    return [question.code for question in open_questions(claim.basis) if question.asked_of is of]


def lost(facts: LossFacts, *, damage: tuple[DamageItem, ...] = (item(),)) -> Case:
    """Return a case whose rain nobody has measured yet."""
    return replace(case(facts, report=report(facts, damage=damage), rain=None), rain_wait_over=False)


@pytest.mark.parametrize(
    ("claim", "codes"),
    [
        (lost(RAIN_CAME_IN), []),
        (lost(LossFacts()), ["route"]),
        (lost(LossFacts(), damage=()), ["route", "damage"]),
        (lost(RAN_IN, damage=()), ["damage", f"facts.{WINDOW}"]),
        (lost(RAN_IN), [f"facts.{WINDOW}"]),
        (lost(structs.replace(RAN_IN, **{WINDOW: UNSURE})), []),
        (lost(SEWER), [f"facts.{TOILET}"]),
        (lost(LossFacts(groundwater_entered=YES)), [f"facts.{WALL}"]),
        (lost(LossFacts(other_cause=YES)), []),
        (lost(LossFacts(precipitation_fell_directly=YES)), []),
        (
            lost(RAIN_FELL_IN, damage=(item(route=WaterRoute.SEWER_BACKFLOW),)),
            ["facts.sewer_water_entered", f"facts.{TOILET}"],
        ),
        # Which water did an item does not say what other water there was.
        (lost(LossFacts(), damage=(item(route=WaterRoute.GROUNDWATER), item())), ["route"]),
        (lost(LossFacts(), damage=(item(DamageKind.CONTENTS),)), []),  # not insured, whatever water it was
        (lost(LossFacts(), damage=(item(DamageKind.CONTENTS), item())), ["route"]),
        (lost(structs.replace(RAN_IN, **{WINDOW: YES}), damage=()), []),  # denied, whatever was damaged
        (
            lost(structs.replace(RAN_IN, **{WINDOW: YES}, groundwater_entered=YES), damage=()),
            ["damage", f"facts.{WALL}"],
        ),
        # Pumping is denied by the ground water beside which rain in doubt does not count: by itself it does.
        (lost(THROUGH_NO_WALL, damage=(item(DamageKind.CELLAR_PUMPING),)), ["damage.0.route"]),
        (lost(LossFacts(), damage=(item(route=WaterRoute.STORM),)), []),  # for a handler, whatever else there was
        (lost(BOTH_RAINS, damage=TWO), ["damage.0.route"]),  # the contents are not insured
        (lost(BOTH_RAINS, damage=(item(estimated_by=FactSource.HANDLER),)), []),
    ],
)
def test_a_reporter_is_asked_what_nobody_said_and_can_still_matter(claim: Case, codes: list[str]) -> None:
    assert asked(claim) == codes


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (case(RAN_IN, rain=DRY), "without heavy rain it is denied with any window"),
        (case(SEWER, rain=HEAVY_RAIN), "with heavy rain it is covered with any toilet"),
        (case(RAN_IN, policy=policy(covers=(Cover.CONTENTS,)), rain=HEAVY_RAIN), "buildings are not insured"),
        (replace(lost(RAN_IN), reporters_differ=True), "a handler decides first whether it is one loss"),
        (lost(structs.replace(RAN_IN, causes_inseparable=YES)), "a handler tells the causes apart"),
        (case(BOTH_RAINS, report=report(BOTH_RAINS, damage=TWO), rain=HEAVY_RAIN), "covered whichever water did it"),
        (lost(structs.replace(REGIONAL_FLOOD, sewer_water_entered=YES)), "covered by the flood with any toilet"),
        (
            lost(structs.replace(BOTH_RAINS, **{WINDOW: None}), damage=(item(route=WaterRoute.DIRECT_PRECIPITATION),)),
            "no damage is by the water that can have come through a window",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nobody_is_asked_what_the_register_the_policy_or_the_rain_has_settled(claim: Case, why: str) -> None:
    assert open_questions(claim.basis) == (), why


def test_what_residents_cannot_know_is_asked_of_handlers_until_a_source_tells() -> None:
    by_word = structs.replace(REGIONAL_FLOOD, flood_defence_failed=YES)

    assert asked(lost(by_word)) == []
    assert asked(lost(by_word), of=AskedOf.HANDLER) == ["facts.flood_defence_failed"]
    assert asked(lost(structs.replace(by_word, sea_water_involved=SAYS_REGISTER)), of=AskedOf.HANDLER) == []


def test_a_claim_without_known_policy_is_asked_about_as_if_all_were_insured() -> None:
    assert asked(case(RAN_IN, policy=None, rain=None)) == [f"facts.{WINDOW}"]


def test_the_question_on_which_most_money_hangs_comes_first_and_says_on_what_it_decides() -> None:
    facts = structs.replace(RAN_IN, groundwater_entered=YES)
    wall = item(amount_cents=90_000, route=WaterRoute.GROUNDWATER)
    window = item(amount_cents=10_000, route=WaterRoute.INDIRECT_PRECIPITATION)

    first, second = questions_to_reporter(lost(facts, damage=(window, wall)).basis)

    assert (first.code, second.code) == (f"facts.{WALL}", f"facts.{WINDOW}")
    assert GroundCode.WINDOW_OR_DOOR_OPEN in second.because


def test_what_nobody_knows_is_not_asked_again() -> None:
    basis = lost(LossFacts(), damage=()).basis

    assert questions_to_reporter(basis, not_known={"route", "damage"}) == ()


@settings(max_examples=60, deadline=None)
@example(
    case(
        report=report(
            LossFacts(flood_water_entered=YES, sewer_water_entered=UNSURE, sea_water_involved=SAYS_REGISTER),
            damage=(item(),),
        ),
        rain=None,
    )
)
@given(some_case)
def test_what_is_asked_of_reporters_is_just_what_trying_all_answers_shows_to_matter(claim: Case) -> None:
    basis = claim.basis
    unsaid = [name for name in (WINDOW, TOILET, WALL) if getattr(basis.facts, name) is None]
    opened = {
        WINDOW: WaterRoute.INDIRECT_PRECIPITATION,
        TOILET: WaterRoute.SEWER_BACKFLOW,
        WALL: WaterRoute.GROUNDWATER,
    }
    at_issue = [name for name in unsaid if opened[name] in _reported(basis)]
    # Where only an item of damage names a water, nobody has said either that it came in; where the reporter does not
    # know whether it did, a handler may find out.
    entries = [entry for route, entry, _ in ROUTE_FACTS if _reported(basis).get(route) is Truth.UNKNOWN]
    unsaid_too = [*at_issue, *entries]
    codes = {question.code for question in questions_to_reporter(basis)}

    assert {name for name in at_issue if f"facts.{name}" in codes} == {
        name for name in at_issue if _matters(name, unsaid_too, basis)
    }


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from(RAINS))
def test_whatever_handlers_find_out_of_a_flood_no_toilet_matters_beside_it(
    data: st.DataObject, rain: RainfallAssessed
) -> None:
    names = [name for name in LossFacts.__struct_fields__ if name.startswith(("flood_", "sea_", "home_", "gov"))]
    sources = {name: data.draw(st.sampled_from([None, *CERTAIN_FACTS])) for name in names}
    facts = LossFacts(**sources | {"flood_water_entered": YES}, sewer_water_entered=YES)
    basis = case(facts, rain=rain).basis

    left_out, yes, no = (
        replace(basis, facts=structs.replace(facts, toilet_overflowed=fact)) for fact in (None, YES, NO)
    )
    for each in _rains(basis):
        assert _ending(yes, each) == _ending(no, each) == _ending(left_out, each)


def _matters(name: str, unsaid: Sequence[str], basis: Basis) -> bool:
    others = [other for other in unsaid if other != name]
    routes = [None, *_reported(basis)]
    choices = [[each.route] if each.route else routes for each in basis.damage]
    for values, chosen, rain in product(
        product(*([getattr(basis.facts, other), YES, NO] for other in others)), product(*choices), list(_rains(basis))
    ):
        facts = structs.replace(basis.facts, **dict(zip(others, values, strict=True)))
        damage = tuple(structs.replace(one, route=route) for one, route in zip(basis.damage, chosen, strict=True))
        told = [structs.replace(facts, **{name: answer}) for answer in (None, YES, NO)]
        endings = [_ending(replace(basis, facts=each, damage=damage), rain) for each in told]
        if endings[0] != endings[1] or endings[0] != endings[2]:
            return True
    return False


def _reported(basis: Basis) -> dict[WaterRoute, object]:
    found = reported_routes(basis.facts, named_by_damage=named_by(basis.damage))
    return {route: entry.value for route, entry in found.items()}


def _rains(basis: Basis) -> Iterator[Rain]:
    rain = rain_of(basis.rain, wait_over=basis.rain_wait_over)
    return possible_rains(_reported(basis), rain=rain) if rain.awaited else iter((rain,))


def _ending(basis: Basis, rain: Rain) -> tuple[object, ...]:
    verdict = decide_given(basis, rain=rain)
    return verdict.outcome, verdict.money.steps, verdict.money.payable_cents, [each.outcome for each in verdict.items]
