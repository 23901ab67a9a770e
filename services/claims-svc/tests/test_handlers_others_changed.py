"""A claim whose decision rests on what another one had of their event is decided again when that changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from claim_events import LOSS_AT, corrected, policy, rainfall_answer, report
from claims_driver import ClaimsDriver

from contracts.loss_reports import DamageItem, DamageKind
from contracts.payments import PaymentOrdered
from contracts.vocabulary import FactSource

LATER = LOSS_AT + timedelta(hours=10)
WALLS, CHAIRS = report(damage_cents=200_000), report(loss_at=LATER, damage_cents=100_000, kind=DamageKind.CONTENTS)
ASSESSED = (DamageItem(kind=DamageKind.BUILDINGS, amount_cents=200_000, estimated_by=FactSource.HANDLER),)


@pytest.mark.parametrize("rests_on", [None, ["of a version of before"]], ids=["not kept", "an older version"])
async def test_a_claim_that_waits_for_the_estimates_of_another_is_paid_once_these_are_assessed(
    driver: ClaimsDriver, rests_on: list[str] | None
) -> None:
    await driver.policy(policy())
    walls, chairs = await driver.open_claims(WALLS, CHAIRS)
    await driver.rain(rainfall_answer(walls, tenths_mm=402))
    await driver.rain(rainfall_answer(chairs, tenths_mm=402, loss_at=LATER))
    await driver.published()
    # As if it had been decided before it was kept what decisions rest on, or before a version that changed no sum.
    await driver.rows("UPDATE event_use SET rests_on = $2 WHERE claim_id = $1", chairs, rests_on)

    await driver.report(corrected(WALLS, damage=ASSESSED))
    assert [order.claim_id for order in await driver.published() if isinstance(order, PaymentOrdered)] == []
    assert await driver.harness.fire_due_timers() == 1

    orders = [event for event in await driver.published() if isinstance(event, PaymentOrdered)]
    assert [(order.claim_id, order.claim_version, order.amount_cents) for order in orders] == [(chairs, 2, 100_000)]
    # Walls count what chairs had before: they are looked at again, by what is kept about them.
    assert await driver.harness.fire_due_timers() == 1
    assert await driver.harness.fire_due_timers() == 0
    assert await driver.decisions() == []


async def test_a_change_on_which_nobody_rests_sets_no_timer_and_a_first_decision_costs_no_statement(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    (walls,) = await driver.open_claims(WALLS)
    statements = await driver.statements(driver.rain(rainfall_answer(walls, tenths_mm=402)))
    assert [statement for statement in statements if "AS resting" in statement] == []

    await driver.report(corrected(WALLS, damage=(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=210_000),)))

    assert await driver.rows("SELECT FROM messaging.timer WHERE kind = 'others-changed'") == []
