from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from domain.loss_cases import (
    BOTH_RAINS,
    DRY,
    HEAVY_RAIN,
    LITTLE_RAIN,
    LOSS_AT,
    NO,
    PRIMARY_FLOOD,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    SAYS_REGISTER,
    UNSURE,
    YES,
    case,
    decided,
    item,
    policy,
    report,
    verdict_on,
)
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.case import Case
from claims_svc.domain.product import CURRENT_PRODUCT
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind, LossFacts
from contracts.policy import PolicyChanged
from contracts.vocabulary import FactSource, LossInterval, WaterRoute
from contracts.weather import RainfallAssessed

COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED
ANOTHER_CLAIM = UUID("0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d11")
THROUGH_OPEN_WINDOW = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=YES)
"""Denied, whatever it rained."""


@pytest.mark.parametrize(
    ("facts", "ground"),
    [
        (LossFacts(), GroundCode.NO_ROUTE_REPORTED),
        (LossFacts(precipitation_fell_directly=NO), GroundCode.NO_ROUTE_REPORTED),
        (LossFacts(storm_caused_damage=YES), GroundCode.STORM),
        (LossFacts(other_cause=YES), GroundCode.OTHER_CAUSE),
        (structs.replace(RAIN_CAME_IN, causes_inseparable=YES), GroundCode.CAUSES_INSEPARABLE),
        (structs.replace(RAIN_CAME_IN, causes_inseparable=UNSURE), GroundCode.CAUSES_INSEPARABLE),
    ],
)
def test_what_the_policy_does_not_decide_goes_to_a_handler(facts: LossFacts, ground: GroundCode) -> None:
    for rain in (HEAVY_RAIN, DRY):
        verdict = decided(facts, item(), rain=rain)
        assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, ground)


def test_causes_that_can_be_told_apart_are_no_reason_to_wait_for_a_handler() -> None:
    assert decided(structs.replace(RAIN_CAME_IN, causes_inseparable=NO), item()).outcome is COVERED


def test_what_is_denied_whatever_is_still_told_needs_no_handler() -> None:
    uninsured = decided(LossFacts(), item(DamageKind.CONTENTS))
    excluded = decided(THROUGH_OPEN_WINDOW)

    assert (uninsured.outcome, uninsured.deciding_ground) == (DENIED, GroundCode.COVER_NOT_CHOSEN)
    assert (excluded.outcome, excluded.deciding_ground) == (DENIED, GroundCode.WINDOW_OR_DOOR_OPEN)
    assert (excluded.items, excluded.money.payable_cents) == ((), 0)


def test_without_damage_an_excluded_flood_beside_other_water_denies_nothing() -> None:
    # Both waters are excluded, and damage by either of them would be for a handler.
    facts = structs.replace(PRIMARY_FLOOD, sewer_water_entered=YES, toilet_overflowed=YES)
    verdict = decided(facts, rain=DRY)

    assert {finding.outcome for finding in verdict.findings} == {DENIED}
    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, GroundCode.DAMAGE_NOT_REPORTED)


def of_product(version: str) -> PolicyChanged:
    terms = structs.replace(policy().terms[0], product_version=version)
    return structs.replace(policy(), terms=(terms,))


def ended_before_loss() -> PolicyChanged:
    ended = structs.replace(policy().terms[0], ends_on=policy().terms[0].effective_on.replace(year=2020))
    return structs.replace(policy(), terms=(ended,))


def changed_during_loss() -> PolicyChanged:
    first = policy().terms[0]
    second = structs.replace(
        first, effective_on=LOSS_AT.date() + timedelta(days=1), deductible_cents=100_000, recorded_at=LOSS_AT
    )
    return structs.replace(policy(), terms=(first, second))


TWO_DAYS = LossInterval(from_at=LOSS_AT, until_at=LOSS_AT + timedelta(days=1))
TURNED_TO_RAIN = EarlierStatement(
    turned=("came_through_open_window_or_door",), loss=report().loss, facts=THROUGH_OPEN_WINDOW
)


def claim_with_all(policy_of_claim: PolicyChanged | None, **changes: object) -> Case:
    """Return a claim that is late, perhaps a duplicate, of reporters who differ and of which the story turned."""
    told = structs.replace(report(RAIN_CAME_IN, loss=TWO_DAYS), reported_at=LOSS_AT + timedelta(days=2_000))
    usual = {
        "report": told,
        "policy": policy_of_claim,
        "possible_duplicate_of": ANOTHER_CLAIM,
        "reporters_differ": True,
        "earlier": TURNED_TO_RAIN,
    }
    return case(RAIN_CAME_IN, **{**usual, **changes})


IN_TIME = report(RAIN_CAME_IN, loss=TWO_DAYS)
NOT_LATE = {"report": IN_TIME}
NO_DUPLICATE = {**NOT_LATE, "possible_duplicate_of": None}
REPORTERS_AGREE = {**NO_DUPLICATE, "reporters_differ": False}
ONE_STORY = {**REPORTERS_AGREE, "earlier": None}
NO_ROUTE = {**ONE_STORY, "report": report(LossFacts(causes_inseparable=YES), loss=TWO_DAYS)}
INSEPARABLE = {
    **ONE_STORY,
    "report": report(structs.replace(RAIN_CAME_IN, causes_inseparable=YES), loss=TWO_DAYS),
}


@pytest.mark.parametrize(
    ("claim", "outcome", "ground"),
    [
        (claim_with_all(None), REFERRED, GroundCode.POLICY_UNKNOWN),
        (claim_with_all(of_product("boat-1999.1")), REFERRED, GroundCode.PRODUCT_UNKNOWN),
        (claim_with_all(ended_before_loss()), REFERRED, GroundCode.REPORTED_LATE),
        (claim_with_all(ended_before_loss(), **NOT_LATE), REFERRED, GroundCode.POSSIBLE_DUPLICATE),
        (claim_with_all(ended_before_loss(), **NO_DUPLICATE), REFERRED, GroundCode.REPORTERS_DIFFER),
        (claim_with_all(policy(), **REPORTERS_AGREE), REFERRED, GroundCode.STATEMENT_TURNED),
        (claim_with_all(ended_before_loss(), **REPORTERS_AGREE), DENIED, GroundCode.NOT_INSURED_AT_LOSS),
        (claim_with_all(ended_before_loss(), **NO_ROUTE), DENIED, GroundCode.NOT_INSURED_AT_LOSS),
        (claim_with_all(changed_during_loss(), **NO_ROUTE), REFERRED, GroundCode.TERMS_CHANGED_DURING_LOSS),
        (claim_with_all(policy(), **NO_ROUTE), REFERRED, GroundCode.NO_ROUTE_REPORTED),
        (claim_with_all(policy(), **INSEPARABLE), REFERRED, GroundCode.CAUSES_INSEPARABLE),
        (claim_with_all(policy(), **ONE_STORY), COVERED, GroundCode.HEAVY_LOCAL_PRECIPITATION),
    ],
)
def test_of_the_rules_about_the_claim_as_a_whole_the_first_that_holds_decides(
    claim: Case, outcome: Outcome, ground: GroundCode
) -> None:
    verdict = verdict_on(claim)

    assert (verdict.outcome, verdict.deciding_ground) == (outcome, ground)


def test_a_decision_lists_every_rule_about_the_claim_that_holds() -> None:
    verdict = verdict_on(claim_with_all(ended_before_loss()))

    assert [ground.code for ground in verdict.grounds] == [
        GroundCode.REPORTED_LATE,
        GroundCode.POSSIBLE_DUPLICATE,
        GroundCode.REPORTERS_DIFFER,
        GroundCode.NOT_INSURED_AT_LOSS,
    ]


def reported(at: datetime, *, loss: LossInterval) -> Case:
    return case(report=structs.replace(report(THROUGH_OPEN_WINDOW, loss=loss), reported_at=at))


def moment(at: datetime) -> LossInterval:
    return LossInterval(from_at=at, until_at=at)


@pytest.mark.parametrize(
    ("until_at", "reported_at", "late"),
    [
        # 15 July, 03:30 in the Netherlands: the whole of the same day three years later is in time.
        (LOSS_AT, datetime(2024, 7, 15, 21, 59, tzinfo=UTC), False),
        (LOSS_AT, datetime(2024, 7, 15, 22, 0, tzinfo=UTC), True),
        # 16 July in the Netherlands already, where it is 15 July in UTC.
        (datetime(2021, 7, 15, 22, 30, tzinfo=UTC), datetime(2024, 7, 16, 21, 59, tzinfo=UTC), False),
        (datetime(2021, 7, 15, 22, 30, tzinfo=UTC), datetime(2024, 7, 16, 22, 0, tzinfo=UTC), True),
        # The last Dutch hour of a year.
        (datetime(2021, 12, 31, 22, 30, tzinfo=UTC), datetime(2024, 12, 31, 22, 59, tzinfo=UTC), False),
        (datetime(2021, 12, 31, 22, 30, tzinfo=UTC), datetime(2024, 12, 31, 23, 0, tzinfo=UTC), True),
        (datetime(2020, 2, 29, 12, 0, tzinfo=UTC), datetime(2023, 2, 28, 22, 59, tzinfo=UTC), False),
        (datetime(2020, 2, 29, 12, 0, tzinfo=UTC), datetime(2023, 2, 28, 23, 0, tzinfo=UTC), True),
    ],
)
def test_a_report_comes_late_after_three_years_of_dutch_days(
    until_at: datetime, reported_at: datetime, *, late: bool
) -> None:
    verdict = verdict_on(reported(reported_at, loss=moment(until_at)))

    grounds = {ground.code for ground in verdict.grounds}
    assert (GroundCode.REPORTED_LATE in grounds) is late
    assert (verdict.deciding_ground is GroundCode.REPORTED_LATE) is late


def test_the_term_counts_from_the_latest_moment_of_the_loss() -> None:
    last_day = datetime(2024, 7, 20, 12, tzinfo=UTC)
    loss = LossInterval(from_at=LOSS_AT, until_at=LOSS_AT + timedelta(days=5))

    assert verdict_on(reported(last_day, loss=loss)).deciding_ground is GroundCode.WINDOW_OR_DOOR_OPEN
    assert verdict_on(reported(last_day, loss=moment(LOSS_AT))).deciding_ground is GroundCode.REPORTED_LATE


def test_the_product_says_after_how_many_years_a_report_comes_late() -> None:
    claim = reported(LOSS_AT + timedelta(days=700), loss=moment(LOSS_AT))

    assert verdict_on(claim).outcome is DENIED
    shorter = replace(CURRENT_PRODUCT, reported_within_years=1)
    assert verdict_on(replace(claim, product=shorter)).deciding_ground is GroundCode.REPORTED_LATE


@pytest.mark.parametrize(
    ("claim", "ground"),
    [
        (case(THROUGH_OPEN_WINDOW, possible_duplicate_of=ANOTHER_CLAIM), GroundCode.POSSIBLE_DUPLICATE),
        (case(THROUGH_OPEN_WINDOW, reporters_differ=True), GroundCode.REPORTERS_DIFFER),
        (case(possible_duplicate_of=ANOTHER_CLAIM), GroundCode.POSSIBLE_DUPLICATE),
        (case(reporters_differ=True), GroundCode.REPORTERS_DIFFER),
    ],
)
def test_reports_that_may_be_of_one_loss_pay_and_deny_nothing(claim: Case, ground: GroundCode) -> None:
    verdict = verdict_on(claim)

    assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, ground)
    assert verdict.money.payable_cents is None


def turned(earlier: LossFacts, now: LossFacts, *names: str, **known: object) -> Case:
    statement = EarlierStatement(turned=names, loss=report().loss, facts=earlier)
    return case(now, earlier=statement, **known)


OPENING = "came_through_open_window_or_door"


@pytest.mark.parametrize(
    ("claim", "outcome", "ground"),
    [
        (turned(THROUGH_OPEN_WINDOW, RAIN_CAME_IN, OPENING), REFERRED, GroundCode.STATEMENT_TURNED),
        (turned(RAIN_CAME_IN, THROUGH_OPEN_WINDOW, OPENING), DENIED, GroundCode.WINDOW_OR_DOOR_OPEN),
        (
            turned(THROUGH_OPEN_WINDOW, RAIN_CAME_IN, OPENING, rain=DRY),
            DENIED,
            GroundCode.NO_HEAVY_LOCAL_PRECIPITATION,
        ),
        (
            turned(THROUGH_OPEN_WINDOW, structs.replace(RAIN_CAME_IN, **{OPENING: UNSURE}), OPENING),
            REFERRED,
            GroundCode.STATEMENT_TURNED,
        ),
        (
            turned(RAIN_FELL_IN, RAIN_CAME_IN, "precipitation_fell_directly"),
            COVERED,
            GroundCode.HEAVY_LOCAL_PRECIPITATION,
        ),
        (
            turned(RAIN_CAME_IN, RAIN_FELL_IN, "precipitation_left_its_course", rain=LITTLE_RAIN),
            REFERRED,
            GroundCode.STATEMENT_TURNED,
        ),
    ],
)
def test_a_story_that_turns_round_in_the_customer_s_favour_goes_to_a_handler(
    claim: Case, outcome: Outcome, ground: GroundCode
) -> None:
    verdict = verdict_on(claim)

    assert (verdict.outcome, verdict.deciding_ground) == (outcome, ground)


def test_what_was_filled_in_beside_a_turned_fact_stays_automatic() -> None:
    """Only the window's fact turned, against the customer; the rain that fell in was never mentioned before."""
    earlier = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=NO)
    now = LossFacts(
        precipitation_left_its_course=YES, came_through_open_window_or_door=YES, precipitation_fell_directly=YES
    )
    claim = turned(earlier, now, OPENING, rain=LITTLE_RAIN)
    of_rain_that_fell_in = replace(claim, report=report(now, damage=[item(route=WaterRoute.DIRECT_PRECIPITATION)]))

    assert verdict_on(of_rain_that_fell_in).outcome is COVERED


def test_a_story_that_turns_is_compared_on_the_evidence_of_today() -> None:
    """A register came to say that the rain did flow in: that is not the customer's word."""
    now = structs.replace(BOTH_RAINS, precipitation_left_its_course=SAYS_REGISTER, storm_caused_damage=NO)
    earlier = LossFacts(storm_caused_damage=YES, precipitation_fell_directly=YES)
    by_flow = report(now, damage=[item(route=WaterRoute.INDIRECT_PRECIPITATION)])

    assert verdict_on(turned(earlier, now, "storm_caused_damage", report=by_flow)).outcome is COVERED


def test_more_money_beside_a_new_doubt_is_in_the_customer_s_favour() -> None:
    """First the small item was covered and the large one denied; now the large one is covered, the small in doubt."""
    damage = [
        item(amount_cents=10_000, route=WaterRoute.DIRECT_PRECIPITATION),
        item(amount_cents=200_000, route=WaterRoute.INDIRECT_PRECIPITATION),
    ]
    earlier = structs.replace(BOTH_RAINS, **{OPENING: YES})
    now = structs.replace(BOTH_RAINS, precipitation_fell_directly=UNSURE)
    names = (OPENING, "precipitation_fell_directly")

    verdict = verdict_on(turned(earlier, now, *names, report=report(now, damage=damage)))

    assert verdict.deciding_ground is GroundCode.STATEMENT_TURNED


MOVED = EarlierStatement(turned=("loss",), loss=moment(LOSS_AT - timedelta(days=3)), facts=RAIN_CAME_IN)
MOVED_AFTER_COVER = replace(MOVED, covered_before_cents=184_000)


@pytest.mark.parametrize(
    ("claim", "ground"),
    [
        (case(earlier=MOVED), GroundCode.STATEMENT_TURNED),
        (case(earlier=MOVED, decided_before_cents=158_999), GroundCode.STATEMENT_TURNED),
        (case(earlier=MOVED_AFTER_COVER, decided_before_cents=159_000), GroundCode.HEAVY_LOCAL_PRECIPITATION),
        (case(earlier=MOVED_AFTER_COVER, decided_before_cents=200_000), GroundCode.HEAVY_LOCAL_PRECIPITATION),
        (case(earlier=MOVED, decided_before_cents=159_000), GroundCode.STATEMENT_TURNED),
        (case(earlier=MOVED, rain=DRY), GroundCode.NO_HEAVY_LOCAL_PRECIPITATION),
        (case(earlier=MOVED, rain=None), GroundCode.RAINFALL_NOT_RECEIVED),
        (
            case(earlier=MOVED, report=report(damage=[item(amount_cents=0)])),
            GroundCode.STATEMENT_TURNED,
        ),
    ],
)
def test_another_moment_of_loss_that_gives_more_than_was_decided_goes_to_a_handler(
    claim: Case, ground: GroundCode
) -> None:
    assert verdict_on(claim).deciding_ground is ground


def test_a_moment_and_a_fact_can_turn_together() -> None:
    both = replace(MOVED_AFTER_COVER, turned=("loss", OPENING), facts=THROUGH_OPEN_WINDOW)

    # Nothing more than before for the moment, yet the window alone would have denied it.
    assert verdict_on(case(earlier=both, decided_before_cents=159_000)).deciding_ground is GroundCode.STATEMENT_TURNED


def test_more_covered_damage_that_awaits_an_assessment_is_more_than_was_decided_before_the_loss_moved() -> None:
    damage = [
        item(amount_cents=30_000, route=WaterRoute.DIRECT_PRECIPITATION, estimated_by=FactSource.REPAIR_PARTNER),
        item(amount_cents=300_000, route=WaterRoute.INDIRECT_PRECIPITATION),
    ]
    told = report(BOTH_RAINS, damage=damage)
    part_paid = replace(MOVED, covered_before_cents=30_000)
    all_covered = replace(MOVED, covered_before_cents=330_000)

    assert verdict_on(case(report=told, earlier=part_paid, decided_before_cents=30_000)).deciding_ground is (
        GroundCode.STATEMENT_TURNED
    )
    assert verdict_on(case(report=told, earlier=all_covered, decided_before_cents=30_000)).outcome is COVERED


def test_another_word_about_an_item_that_is_in_the_customer_s_favour_goes_to_a_handler() -> None:
    by_groundwater = (item(route=WaterRoute.GROUNDWATER),)
    by_rain = (item(route=WaterRoute.INDIRECT_PRECIPITATION),)
    facts = structs.replace(RAIN_CAME_IN, groundwater_entered=YES, came_through_cellar_wall=NO)
    to_rain = EarlierStatement(turned=("damage",), loss=report().loss, facts=facts, damage=by_groundwater)
    to_groundwater = replace(to_rain, damage=by_rain)

    assert verdict_on(case(report=report(facts, damage=by_rain), earlier=to_rain)).deciding_ground is (
        GroundCode.STATEMENT_TURNED
    )
    against = verdict_on(case(report=report(facts, damage=by_groundwater), earlier=to_groundwater))
    assert against.deciding_ground is not GroundCode.STATEMENT_TURNED


@pytest.mark.parametrize("rain", [HEAVY_RAIN, DRY])
def test_what_was_decided_under_another_policy_goes_to_a_handler_whatever_the_outcome(rain: RainfallAssessed) -> None:
    of_another = EarlierStatement(turned=("policy_number",), loss=report().loss, facts=RAIN_CAME_IN)

    verdict = verdict_on(case(earlier=of_another, rain=rain))

    assert verdict.deciding_ground is GroundCode.STATEMENT_TURNED
