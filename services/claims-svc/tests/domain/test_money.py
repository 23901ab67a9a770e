from __future__ import annotations

import pytest
from domain.loss_cases import RAIN_CAME_IN, case, decided, item, measured, money_steps, verdict_on

from contracts.coverage import Outcome
from contracts.money import MoneyStepCode
from contracts.vocabulary import FactSource

COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED


def test_what_is_paid_is_never_less_than_nothing() -> None:
    verdict = decided(RAIN_CAME_IN, item(amount_cents=20_000))

    assert money_steps(verdict) == {MoneyStepCode.DAMAGE: 20_000, MoneyStepCode.DEDUCTIBLE: -25_000}
    assert verdict.money.payable_cents == 0


def test_what_other_claims_of_the_event_have_borne_is_not_borne_again() -> None:
    verdict = verdict_on(case(deductible_used_before_cents=10_000))

    assert money_steps(verdict)[MoneyStepCode.DEDUCTIBLE_USED_BEFORE] == 10_000
    assert verdict.money.payable_cents == 184_000 - 25_000 + 10_000


def test_more_used_before_than_this_claim_would_bear_gives_no_money_on_top() -> None:
    assert verdict_on(case(deductible_used_before_cents=100_000)).money.payable_cents == 184_000


@pytest.mark.parametrize(
    ("amount_cents", "estimated_by", "payable_cents"),
    [
        (250_000, FactSource.CUSTOMER, 225_000),
        (250_001, FactSource.CUSTOMER, None),
        (900_000, FactSource.HANDLER, 875_000),
        (900_000, FactSource.REPAIR_PARTNER, 875_000),
    ],
)
def test_above_2500_euros_the_customer_s_own_amount_waits_for_an_assessment(
    amount_cents: int, estimated_by: FactSource, payable_cents: int | None
) -> None:
    verdict = decided(RAIN_CAME_IN, item(amount_cents=amount_cents, estimated_by=estimated_by))

    assert verdict.outcome is COVERED
    assert (verdict.money.payable_cents, verdict.money.awaits_assessment) == (payable_cents, payable_cents is None)


def test_a_referred_claim_has_damage_and_no_payment_yet() -> None:
    verdict = decided(RAIN_CAME_IN, item(), rain=None)

    assert money_steps(verdict) == {MoneyStepCode.DAMAGE: 100_000}
    assert verdict.money.payable_cents is None


def test_a_denied_claim_pays_nothing() -> None:
    verdict = decided(RAIN_CAME_IN, item(), rain=measured(399))

    assert money_steps(verdict) == {MoneyStepCode.DAMAGE: 100_000, MoneyStepCode.NOT_COVERED: -100_000}
    assert verdict.money.payable_cents == 0
