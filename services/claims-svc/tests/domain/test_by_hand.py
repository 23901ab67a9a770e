"""What handlers decide by hand takes the place of what the rules left open, and of nothing else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from domain.loss_cases import (
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    PRIMARY_FLOOD,
    RAIN_CAME_IN,
    YES,
    case,
    item,
    policy,
    report,
    verdict_on,
)
from domain.proof_cases import FORTY_IN_A_DAY, forge, prove, put, rain_case
from domain.random_cases import some_case
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from claims_svc.domain import proof
from claims_svc.domain.case import Case
from claims_svc.domain.left_open import LeftOpen, left_open
from claims_svc.domain.proof_check import differences
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.verdict import Verdict
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind, LossFacts
from contracts.vocabulary import PerilFamily, WaterRoute

COVERED, DENIED = Outcome.COVERED, Outcome.DENIED
STORM_BLEW = LossFacts(storm_caused_damage=YES)
SEWER = LossFacts(sewer_water_entered=YES)
UNDECIDED_RAIN = case(rain=CANNOT_BE_TOLD)
ASKED_AT = UNDECIDED_RAIN.report.reported_at


def ruling(outcome: Outcome | None = COVERED, **about: object) -> Ruling:
    """Return a ruling that a second person approved."""
    return Ruling(
        ruling_id=UUID(int=1),
        outcome=outcome,
        reason="Seen on the spot",
        decided_by="handler-1",
        approved_by="handler-2",
        decided_at=ASKED_AT,
        **about,  # type: ignore[arg-type] # what a test names
    )


def ruled(claim: Case, *rulings: Ruling) -> Verdict:
    return verdict_on(replace(claim, rulings=rulings))


some_ruling = st.builds(
    lambda outcome, about: ruling(outcome, **about),
    st.sampled_from([COVERED, DENIED]),
    st.one_of(
        st.sampled_from(GroundCode).map(lambda ground: {"ground": ground}),
        st.builds(
            lambda route, by_fire: {"route": route, "by_fire": by_fire}, st.sampled_from(WaterRoute), st.booleans()
        ),
        st.integers(0, 3).map(lambda item: {"item": item}),
    ),
) | st.sampled_from(WaterRoute).map(lambda route: ruling(COVERED, route=route, overrules=True))


@settings(max_examples=100, deadline=None)
@given(claim=some_case, rulings=st.lists(some_ruling, max_size=6), duplicate=st.booleans())
def test_whatever_is_ruled_a_claim_can_be_decided_and_its_proof_decides_it_again(
    claim: Case, rulings: list[Ruling], *, duplicate: bool
) -> None:
    other = UUID(int=7) if duplicate else None
    proved = prove(replace(claim, possible_duplicate_of=other, rulings=tuple(rulings)))

    assert proof.recompute(proved.canonical) == proved.document.verdict
    assert not [found for found in differences(proved.canonical) if "deciding again" in found]
    for decided in proved.document.verdict.items:
        assert (decided.outcome is COVERED) == (decided.family is not None)


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_everything_left_open_can_be_decided_and_then_no_item_is_left(claim: Case) -> None:
    verdict, rulings = verdict_on(claim), tuple[Ruling, ...]()
    for _ in range(3):
        rulings += tuple(_decision_on(each) for each in left_open(verdict) if not each.overrules)
        verdict = ruled(claim, *rulings)

    assert verdict.outcome in {COVERED, DENIED}


def _decision_on(opened: LeftOpen) -> Ruling:
    return ruling(
        opened.outcomes[0], ground=opened.ground, route=opened.route, by_fire=opened.by_fire, item=opened.item
    )


def test_a_finding_in_doubt_is_decided_and_says_that_a_handler_did() -> None:
    (opened,) = [each for each in left_open(verdict_on(UNDECIDED_RAIN)) if each.route]
    by_hand = ruling(route=WaterRoute.INDIRECT_PRECIPITATION)
    verdict = ruled(UNDECIDED_RAIN, by_hand)

    assert opened.is_about(by_hand)
    assert opened.takes(by_hand)
    assert (verdict.outcome, verdict.deciding_ground) == (COVERED, GroundCode.HANDLER_COVERS)
    denied = ruled(UNDECIDED_RAIN, ruling(DENIED, route=WaterRoute.INDIRECT_PRECIPITATION))
    assert (denied.outcome, denied.deciding_ground) == (DENIED, GroundCode.HANDLER_DENIES)
    assert denied.money.payable_cents == 0


def test_the_last_ruling_on_one_thing_counts_and_one_without_an_outcome_takes_it_back() -> None:
    route = WaterRoute.INDIRECT_PRECIPITATION
    yes, no, rules = ruling(COVERED, route=route), ruling(DENIED, route=route), ruling(None, route=route)

    assert ruled(UNDECIDED_RAIN, yes, no).outcome is DENIED
    assert ruled(UNDECIDED_RAIN, no, yes).outcome is COVERED
    assert ruled(UNDECIDED_RAIN, no, rules) == verdict_on(UNDECIDED_RAIN)
    assert ruled(UNDECIDED_RAIN, ruling(None)) == verdict_on(UNDECIDED_RAIN)


def test_only_a_ruling_that_says_so_overrules_a_denial_and_none_takes_away_what_the_rules_cover() -> None:
    dry, heavy = case(rain=DRY), case()
    route = WaterRoute.INDIRECT_PRECIPITATION

    assert ruled(dry, ruling(route=route)).outcome is DENIED
    assert ruled(dry, ruling(route=route, overrules=True)).outcome is COVERED
    assert [each.overrules for each in left_open(verdict_on(dry))] == [True]
    assert ruled(heavy, ruling(DENIED, route=route)) == verdict_on(heavy)
    assert left_open(verdict_on(heavy)) == ()


@pytest.mark.parametrize(
    ("facts", "route", "borne_cents"),
    [
        (RAIN_CAME_IN, WaterRoute.INDIRECT_PRECIPITATION, 25_000),
        (STORM_BLEW, WaterRoute.STORM, 25_000),
        (SEWER, WaterRoute.SEWER_BACKFLOW, 0),
    ],
)
def test_the_minimum_in_heavy_weather_holds_for_what_a_handler_covers(
    facts: LossFacts, route: WaterRoute, borne_cents: int
) -> None:
    verdict = ruled(case(facts, rain=CANNOT_BE_TOLD), ruling(route=route))

    assert verdict.outcome is COVERED
    assert verdict.money.payable_cents == 184_000 - borne_cents


def test_what_the_rules_have_established_keeps_its_minimum_when_a_handler_covers_it() -> None:
    # Heavy rain is established; a handler says that the window was not what let it in.
    unsure = LossFacts(precipitation_left_its_course=YES)
    verdict = ruled(case(unsure, rain=HEAVY_RAIN), ruling(route=WaterRoute.INDIRECT_PRECIPITATION))

    assert verdict.money.payable_cents == 184_000 - 25_000
    assert verdict.items[0].rests_on_heavy_weather


def test_an_item_that_only_an_excluded_flood_can_have_caused_bears_that_floods_deductible() -> None:
    facts = replace(PRIMARY_FLOOD, sewer_water_entered=YES)
    damage = [item(route=WaterRoute.FLOOD), item(DamageKind.CONTENTS, route=WaterRoute.FLOOD)]
    claim = case(report=report(facts, damage=damage), policy=policy(deductible_cents=50_000), rain=DRY)
    assert verdict_on(claim).outcome is Outcome.REFERRED

    verdict = ruled(claim, ruling(item=0))

    assert verdict.items[0].ground is GroundCode.HANDLER_COVERS
    assert verdict.items[0].family is PerilFamily.FLOOD
    assert verdict.money.payable_cents == 100_000 - 50_000


def test_a_rule_about_the_claim_is_set_aside_or_denies_it_and_one_that_cannot_be_set_aside_stays() -> None:
    duplicate = case(possible_duplicate_of=UUID(int=7))
    lifted = ruled(duplicate, ruling(ground=GroundCode.POSSIBLE_DUPLICATE))
    denied = ruled(duplicate, ruling(DENIED, ground=GroundCode.POSSIBLE_DUPLICATE))
    unknown = ruled(case(policy=None), ruling(ground=GroundCode.POLICY_UNKNOWN))

    assert lifted.items == verdict_on(case()).items
    assert GroundCode.POSSIBLE_DUPLICATE in {ground.code for ground in lifted.grounds}
    assert (denied.deciding_ground, denied.money.payable_cents) == (GroundCode.HANDLER_DENIES, 0)
    assert unknown == verdict_on(case(policy=None))


def test_a_proof_of_a_ruled_decision_holds_and_one_that_hides_who_approved_a_denial_does_not() -> None:
    asked = rain_case(FORTY_IN_A_DAY, facts=SEWER)
    denied = ruling(DENIED, item=0)
    # Water that came up from the sewer of a dry street is left to a handler.
    dry = rain_case({}, facts=SEWER)
    proved = prove(replace(dry, rulings=(denied,)))

    assert proved.document.verdict.outcome is DENIED
    assert differences(proved.canonical) == []
    assert differences(forge(proved, put("basis.rulings.0.approved_by", None))) == [
        "ruling 1 denies, and no second person approved it"
    ]
    assert differences(forge(proved, put("basis.rulings.0.approved_by", "handler-1"))) == [
        "ruling 1 was approved by who made it"
    ]
    later = (proved.document.decided_at + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    assert differences(forge(proved, put("basis.rulings.0.decided_at", later))) == [
        "ruling 1 was made after the decision"
    ]
    forged = forge(proved, put("basis.rulings.0.outcome", "referred"), deciding_anew=False)
    assert differences(forged)[0].startswith("not a proof of form")
    assert "rulings" not in prove(asked).canonical.decode()


@pytest.mark.parametrize(
    ("outcome", "about"),
    [
        (Outcome.REFERRED, {"item": 0}),
        (COVERED, {}),
        (COVERED, {"item": 0, "route": WaterRoute.FLOOD}),
        (COVERED, {"item": 0, "by_fire": True}),
        (COVERED, {"item": 0, "overrules": True}),
        (DENIED, {"route": WaterRoute.FLOOD, "overrules": True}),
    ],
)
def test_there_is_no_ruling_about_nothing_or_about_two_things(outcome: Outcome, about: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"ruling|route"):
        ruling(outcome, **about)
