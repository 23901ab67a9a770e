"""Money leaves as an order: once for what was decided, net of what was ordered before."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from claim_events import corrected, policy, rainfall_answer, report
from claims_driver import OPENED_AT, ClaimsDriver
from claims_http import ClaimsDesk

from chassis.http.caller import Caller
from claims_svc import paying, working_sets
from contracts.access import Role
from contracts.loss_reports import DamageItem, DamageKind, LossReported
from contracts.payments import PAYMENT_SETTLED, PaymentFailure, PaymentOrdered, PaymentOutcome, PaymentSettled
from contracts.vocabulary import FactSource


async def orders(driver: ClaimsDriver) -> list[PaymentOrdered]:
    return [event for event in await driver.published() if isinstance(event, PaymentOrdered)]


async def decided(driver: ClaimsDriver, reported: LossReported) -> list[PaymentOrdered]:
    """Report a loss that heavy rain covers, and return what was ordered."""
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    return await orders(driver)


def assessed(before: LossReported, cents: int) -> LossReported:
    item = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=cents, estimated_by=FactSource.HANDLER)
    return corrected(before, damage=(item,))


def ended(order: PaymentOrdered, failure: PaymentFailure | None = None) -> PaymentSettled:
    outcome = PaymentOutcome.FAILED if failure else PaymentOutcome.SETTLED
    return PaymentSettled(payment_id=order.payment_id, outcome=outcome, failure=failure, ended_at=OPENED_AT)


async def test_what_was_decided_is_ordered_once_and_later_only_what_was_added(driver: ClaimsDriver) -> None:
    first = report(damage_cents=184_000)
    (ordered,) = await decided(driver, first)
    assert (ordered.amount_cents, ordered.claim_version) == (159_000, 1)
    assert ordered.customer_id == policy().customer_id

    await driver.report(first)
    more = assessed(first, 200_000)
    await driver.report(more)
    assert [(order.amount_cents, order.claim_version) for order in await orders(driver)] == [(16_000, 2)]

    await driver.report(assessed(more, 100_000))
    assert await orders(driver) == []


async def test_decisions_of_one_batch_make_one_order(driver: ClaimsDriver) -> None:
    first = report(damage_cents=184_000)
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(first)
    await driver.rain(
        rainfall_answer(claim_id, tenths_mm=300, assessment_version=1),
        rainfall_answer(claim_id, tenths_mm=402, assessment_version=2),
    )
    assert [order.amount_cents for order in await orders(driver)] == [159_000]


async def test_the_first_answer_about_a_payment_counts_and_a_failed_one_waits_for_a_handler(
    driver: ClaimsDriver,
) -> None:
    (ordered,) = await decided(driver, report())
    await driver.harness.deliver(PAYMENT_SETTLED, ended(ordered, PaymentFailure.ACCOUNT_CLOSED), ended(ordered))
    await driver.harness.deliver(PAYMENT_SETTLED, ended(ordered))

    (row,) = await driver.rows("SELECT failure, ended_at FROM payment")
    assert tuple(row) == ("account_closed", OPENED_AT)
    (case,) = await driver.rows("SELECT claim_id, causes FROM desk_case")
    assert tuple(case) == (ordered.claim_id, ["payment_failed"])
    (action,) = await driver.rows("SELECT kind FROM desk_action")
    assert action["kind"] == "payment_failed"


async def test_an_answer_about_a_payment_that_nobody_ordered_is_refused(driver: ClaimsDriver) -> None:
    unknown = PaymentSettled(payment_id=uuid4(), outcome=PaymentOutcome.SETTLED, ended_at=OPENED_AT)
    await driver.harness.deliver(PAYMENT_SETTLED, unknown)

    assert [code for code, _ in await driver.dead_letters()] == ["payment-unknown"]


async def test_ordering_takes_one_statement_a_batch(driver: ClaimsDriver) -> None:
    await driver.policy(policy(), policy(policy_number="123456-531-05"))
    first, second = await driver.open_claims(report(), report(policy_number="123456-531-05"))
    answers = [rainfall_answer(claim_id, tenths_mm=402) for claim_id in (first, second)]

    statements = await driver.statements(driver.rain(*answers))

    assert len([statement for statement in statements if "INSERT INTO payment" in statement]) == 1
    assert len(await orders(driver)) == 2


async def waiting(driver: ClaimsDriver) -> list[list[str]]:
    """Return why each claim of the desk's queue waits."""
    return [row["causes"] for row in await driver.rows("SELECT causes FROM desk_case")]


async def test_a_failed_payment_waits_for_nobody_once_a_later_decision_orders_everything_anew(
    driver: ClaimsDriver,
) -> None:
    first = report(damage_cents=184_000)
    (ordered,) = await decided(driver, first)
    await driver.harness.deliver(PAYMENT_SETTLED, ended(ordered, PaymentFailure.ACCOUNT_CLOSED))
    assert await waiting(driver) == [["payment_failed"]]

    await driver.report(assessed(first, 200_000))

    assert [order.amount_cents for order in await orders(driver)] == [175_000]
    assert await waiting(driver) == []


async def test_a_failed_payment_waits_for_nobody_once_nothing_is_due_any_more(desk: ClaimsDesk) -> None:
    first = report(damage_cents=184_000)
    (ordered,) = await decided(desk.driver, first)
    await desk.driver.harness.deliver(PAYMENT_SETTLED, ended(ordered, PaymentFailure.ACCOUNT_CLOSED))
    repair = f"/customers/123456/claims/{await desk.reference()}/repair"

    chosen = await desk.post(repair, {"choice": "repair"})

    assert (chosen.json()["state"], await waiting(desk.driver)) == ("requested", [])
    await desk.post(repair, {"choice": "money"})
    assert [order.amount_cents for order in await orders(desk.driver)] == [159_000]
    assert await waiting(desk.driver) == []


async def test_a_payment_that_fails_while_another_is_ordered_again_waits_for_a_handler_after_that(
    desk: ClaimsDesk,
) -> None:
    reported = report(damage_cents=184_000)
    (first,) = await decided(desk.driver, reported)
    await desk.driver.report(assessed(reported, 200_000))
    (second,) = await orders(desk.driver)
    await desk.driver.harness.deliver(PAYMENT_SETTLED, ended(first, PaymentFailure.ACCOUNT_CLOSED))
    handler = Caller(subject="handler-1", role=Role.CLAIMS_HANDLER)

    async with desk.driver.harness.runtime.work.transaction() as work:
        _, locked = await working_sets.lock(work.connection, claim_ids=[first.claim_id])
        failing = desk.driver.harness.deliver(PAYMENT_SETTLED, ended(second, PaymentFailure.ACCOUNT_CLOSED))
        told = asyncio.create_task(failing)
        await desk.driver.until_waiting_for_locks(1)
        assert await paying.order_again(work, locked[first.claim_id], caller=handler) == 159_000
    await told

    assert await waiting(desk.driver) == [["payment_failed"]]


async def test_a_failed_payment_of_which_a_repair_takes_a_part_waits_until_the_rest_is_ordered(
    desk: ClaimsDesk,
) -> None:
    damage = (
        DamageItem(kind=DamageKind.BUILDINGS, amount_cents=100_000),
        DamageItem(kind=DamageKind.CLEANING, amount_cents=84_000),
    )
    (ordered,) = await decided(desk.driver, report(damage=damage))
    await desk.driver.harness.deliver(PAYMENT_SETTLED, ended(ordered, PaymentFailure.ACCOUNT_CLOSED))
    repair = f"/customers/123456/claims/{await desk.reference()}/repair"

    assert (await desk.post(repair, {"choice": "repair"})).json()["state"] == "requested"
    assert await waiting(desk.driver) == [["payment_failed"]]

    await desk.post(repair, {"choice": "money"})

    assert [order.amount_cents for order in await orders(desk.driver)] == [159_000]
    assert await waiting(desk.driver) == []
