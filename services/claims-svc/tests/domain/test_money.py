from __future__ import annotations

import pytest
from domain.money_cases import covered, denied, money_on, others, referred

from claims_svc.domain.basis import EventUse
from claims_svc.domain.rules.items import ItemVerdict
from contracts.coverage import GroundCode, Outcome
from contracts.money import MoneyStepCode
from contracts.vocabulary import FactSource, PerilFamily

RAIN, FLOOD = PerilFamily.RAIN, PerilFamily.FLOOD
DIRECT_RAIN, HEAVY_RAIN = GroundCode.DIRECT_PRECIPITATION, GroundCode.HEAVY_LOCAL_PRECIPITATION
REGIONAL_FLOOD = GroundCode.REGIONAL_DEFENCE_FAILED
HANDLER, PARTNER, CUSTOMER = FactSource.HANDLER, FactSource.REPAIR_PARTNER, FactSource.CUSTOMER


def test_what_is_paid_is_never_less_than_nothing() -> None:
    decided = money_on(covered(20_000))

    assert decided.steps == {MoneyStepCode.DAMAGE: 20_000, MoneyStepCode.DEDUCTIBLE: -20_000}
    assert decided.payable_cents == 0


def test_every_item_is_taken_off_the_damage_by_its_own_step() -> None:
    decided = money_on(covered(100_000), denied(20_000), referred(30_000), covered(40_000, REGIONAL_FLOOD))

    assert decided.steps == {
        MoneyStepCode.DAMAGE: 190_000,
        MoneyStepCode.NOT_COVERED: -20_000,
        MoneyStepCode.UNDECIDED: -30_000,
        MoneyStepCode.DEDUCTIBLE: -25_000,
    }
    assert decided.payable_cents == 115_000


def test_an_item_in_doubt_does_not_hold_back_the_others() -> None:
    alone, in_doubt_too = money_on(covered(100_000)), money_on(covered(100_000), referred(900_000))

    assert in_doubt_too.payable_cents == alone.payable_cents == 75_000


@pytest.mark.parametrize(
    ("items", "payable_cents"),
    [
        ([referred(30_000)], None),
        ([referred(30_000), denied(20_000)], None),
        ([covered(250_001)], None),
        ([covered(250_001), denied(20_000)], None),
        ([denied(20_000)], 0),
        ([covered(20_000), referred(30_000)], 0),
        ([covered(20_000), covered(250_001, REGIONAL_FLOOD)], 0),
    ],
)
def test_nothing_is_payable_yet_only_while_nothing_is_undisputed(
    items: list[ItemVerdict], payable_cents: int | None
) -> None:
    decided = money_on(*items)

    assert decided.payable_cents == payable_cents
    assert sum(decided.steps.values()) == (payable_cents or 0)


@pytest.mark.parametrize(
    ("amount_cents", "estimated_by", "payable_cents"),
    [
        (250_000, CUSTOMER, 225_000),
        (250_001, CUSTOMER, None),
        (900_000, HANDLER, 875_000),
        (900_000, PARTNER, 875_000),
    ],
)
def test_above_2500_euros_the_customers_own_amount_waits_for_an_assessment(
    amount_cents: int, estimated_by: FactSource, payable_cents: int | None
) -> None:
    decided = money_on(covered(amount_cents, estimated_by=estimated_by))

    assert (decided.payable_cents, decided.money.awaits_assessment) == (payable_cents, payable_cents is None)
    assert decided.items[0].awaits_assessment is (payable_cents is None)


def test_above_the_limit_only_what_the_customer_estimated_waits() -> None:
    decided = money_on(covered(200_000), covered(60_000), covered(500_000, estimated_by=HANDLER))

    assert [item.awaits_assessment for item in decided.items] == [True, True, False]
    assert decided.steps[MoneyStepCode.AWAITING_ASSESSMENT] == -260_000
    assert decided.payable_cents == 500_000 - 25_000


@pytest.mark.parametrize(("estimated_before_cents", "awaits"), [(150_000, False), (150_001, True)])
def test_the_limit_of_estimates_is_one_for_all_claims_of_an_event(estimated_before_cents: int, *, awaits: bool) -> None:
    beside = [others(estimated_cents=estimated_before_cents, borne_cents=25_000, covered_cents=25_000)]

    assert money_on(covered(100_000), beside=beside).money.awaits_assessment is awaits


def test_each_family_has_a_limit_of_its_own() -> None:
    decided = money_on(covered(200_000), covered(250_001, REGIONAL_FLOOD), covered(200_000, REGIONAL_FLOOD))

    assert [item.awaits_assessment for item in decided.items] == [False, True, True]
    assert decided.payable_cents == 175_000


def test_damage_that_waits_for_an_assessment_bears_no_deductible_yet() -> None:
    decided = money_on(covered(300_000), covered(10_000, estimated_by=HANDLER))

    assert decided.deductibles[RAIN].event_covered_cents == 10_000
    assert decided.deductibles[RAIN].borne_cents == 10_000


def test_an_item_not_covered_counts_for_no_limit_and_bears_no_deductible() -> None:
    decided = money_on(covered(200_000, DIRECT_RAIN), denied(200_000), referred(200_000), deductible_cents=50_000)

    assert decided.payable_cents == 150_000
    assert decided.deductibles[RAIN].event_covered_cents == 200_000


@pytest.mark.parametrize(
    ("outcome", "step", "payable_cents"),
    [(Outcome.REFERRED, MoneyStepCode.UNDECIDED, None), (Outcome.DENIED, MoneyStepCode.NOT_COVERED, 0)],
)
def test_a_claim_decided_as_a_whole_takes_all_its_damage_off(
    outcome: Outcome, step: MoneyStepCode, payable_cents: int | None
) -> None:
    decided = money_on(covered(100_000), denied(1), claim_level=outcome)

    assert decided.steps == {MoneyStepCode.DAMAGE: 100_001, step: -100_001}
    assert (decided.payable_cents, decided.money.to_pay_cents) == (payable_cents, payable_cents)
    assert (decided.items, decided.money.deductibles) == ((), ())


@pytest.mark.parametrize(("decided_before_cents", "to_pay_cents"), [(0, 75_000), (50_000, 25_000), (80_000, 0)])
def test_a_new_version_pays_what_was_not_decided_to_be_paid_before(
    decided_before_cents: int, to_pay_cents: int
) -> None:
    money = money_on(covered(100_000), decided_before_cents=decided_before_cents).money

    assert (money.decided_before_cents, money.to_pay_cents) == (decided_before_cents, to_pay_cents)
    assert money.payable_cents == 75_000


def test_an_item_says_which_event_it_is_charged_to() -> None:
    heavy, direct, flood, refused = money_on(
        covered(100_000), covered(1, DIRECT_RAIN), covered(1, REGIONAL_FLOOD), denied(1)
    ).items

    assert (heavy.family, heavy.rests_on_heavy_weather) == (RAIN, True)
    assert (direct.family, direct.rests_on_heavy_weather) == (RAIN, False)
    assert (flood.family, flood.rests_on_heavy_weather) == (FLOOD, False)
    assert (refused.family, refused.rests_on_heavy_weather) == (None, False)


def test_of_two_rains_that_cannot_be_told_apart_the_one_without_a_minimum_counts() -> None:
    (item,) = money_on(covered(100_000, HEAVY_RAIN, DIRECT_RAIN)).items

    assert (item.ground, item.rests_on_heavy_weather, item.either_family) == (DIRECT_RAIN, False, False)


@pytest.mark.parametrize(
    ("deductible_cents", "beside", "family", "payable_cents"),
    [
        (0, [], FLOOD, 100_000),
        (50_000, [], RAIN, 50_000),
        (50_000, [others(FLOOD, covered_cents=50_000, borne_cents=50_000)], FLOOD, 100_000),
        (50_000, [others(RAIN, covered_cents=50_000, borne_cents=50_000)], RAIN, 100_000),
    ],
)
def test_rain_and_flood_that_cannot_be_told_apart_bear_the_better_deductible(
    deductible_cents: int, beside: list[EventUse], family: PerilFamily, payable_cents: int
) -> None:
    decided = money_on(covered(100_000, HEAVY_RAIN, REGIONAL_FLOOD), deductible_cents=deductible_cents, beside=beside)

    assert decided.payable_cents == payable_cents
    assert (decided.items[0].family, decided.items[0].either_family) == (family, True)


def test_items_of_either_family_are_charged_to_one_event_together() -> None:
    decided = money_on(
        covered(60_000, HEAVY_RAIN, REGIONAL_FLOOD),
        covered(60_000, HEAVY_RAIN, REGIONAL_FLOOD),
        covered(10_000, REGIONAL_FLOOD),
        deductible_cents=100_000,
    )

    assert [item.family for item in decided.items] == [FLOOD] * 3
    assert decided.payable_cents == 30_000


def test_what_others_bore_too_much_of_one_event_is_not_given_back_in_the_other() -> None:
    decided = money_on(
        covered(100_000, HEAVY_RAIN),
        covered(1_000, HEAVY_RAIN, REGIONAL_FLOOD),
        deductible_cents=50_000,
        beside=[others(FLOOD, covered_cents=300_000, borne_cents=100_000)],
    )

    assert decided.payable_cents == 51_000


def test_what_others_bore_for_damage_of_either_family_the_other_family_need_not_bear() -> None:
    ambiguous = {"either_cents": 80_000, "estimated_cents": 80_000}
    beside = [others(RAIN, borne_cents=50_000, **ambiguous), others(FLOOD, **ambiguous)]

    decided = money_on(covered(100_000, REGIONAL_FLOOD), deductible_cents=50_000, beside=beside)

    assert decided.payable_cents == 100_000
    assert decided.deductibles[FLOOD].event_covered_cents == 180_000
    assert decided.deductibles[FLOOD].borne_by_others_cents == 50_000
