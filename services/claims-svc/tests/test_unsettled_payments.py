"""An order of which nobody tells how it ended comes to a handler, without a timer of its own."""

from __future__ import annotations

import pytest
from claim_events import corrected, policy, rainfall_answer, report
from claims_driver import ClaimsDriver

from claims_svc import unsettled
from claims_svc.app import MIGRATIONS
from claims_svc.domain.handling import PAYMENT_SETTLED_WITHIN
from contracts.loss_reports import DamageItem, DamageKind
from contracts.payments import PAYMENT_SETTLED, PaymentFailure, PaymentOrdered, PaymentOutcome, PaymentSettled
from contracts.vocabulary import FactSource


async def ordered(driver: ClaimsDriver, *policy_numbers: str) -> list[PaymentOrdered]:
    """Have a loss of each policy decided on enough rain, and return what was ordered."""
    await driver.policy(*(policy(policy_number=number) for number in policy_numbers))
    for claim_id in await driver.open_claims(*(report(policy_number=number) for number in policy_numbers)):
        await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    return [event for event in await driver.published() if isinstance(event, PaymentOrdered)]


async def begin(driver: ClaimsDriver) -> None:
    """Look through the orders for the first time, as a service does that starts."""
    async with driver.harness.runtime.transaction() as work:
        await unsettled.look_through([], work)


async def causes(driver: ClaimsDriver) -> list[list[str]]:
    return [row["causes"] for row in await driver.rows("SELECT causes FROM desk_case ORDER BY claim_id")]


async def tell(driver: ClaimsDriver, order: PaymentOrdered, failure: PaymentFailure | None = None) -> None:
    outcome = PaymentOutcome.FAILED if failure else PaymentOutcome.SETTLED
    told = PaymentSettled(payment_id=order.payment_id, outcome=outcome, failure=failure, ended_at=driver.clock.at)
    await driver.harness.deliver(PAYMENT_SETTLED, told)


async def test_an_order_that_nobody_answers_waits_for_a_handler_once_until_it_is_answered(driver: ClaimsDriver) -> None:
    await begin(driver)
    (order,) = await ordered(driver, "123456-531-04")
    for _ in range(6):
        await driver.wait(days=1)
    assert await causes(driver) == []

    for _ in range(3):
        await driver.wait(days=1)
    assert await causes(driver) == [["payment_unsettled"]]
    done = await driver.rows("SELECT details ->> 'payment_id' FROM desk_action WHERE kind = 'payment_unsettled'")
    assert [tuple(row) for row in done] == [(str(order.payment_id),)]

    await tell(driver, order)
    assert await causes(driver) == []
    await driver.wait(days=9)
    assert await causes(driver) == []


async def test_an_order_that_fails_late_waits_for_that_alone(driver: ClaimsDriver) -> None:
    (order,) = await ordered(driver, "123456-531-04")
    driver.clock.at += PAYMENT_SETTLED_WITHIN
    await begin(driver)
    assert await causes(driver) == [["payment_unsettled"]]
    await driver.rows("UPDATE desk_case SET taken_by = 'handler-anna', taken_as = 'claims-handler', taken_at = now()")

    await tell(driver, order, PaymentFailure.ACCOUNT_CLOSED)

    assert await causes(driver) == [["payment_failed"]]
    (waiting,) = await driver.rows("SELECT taken_by FROM desk_case")
    assert waiting["taken_by"] == "handler-anna", "it stays with who has taken it"


async def test_a_claim_of_which_two_orders_are_open_waits_until_both_are_answered(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report(damage_cents=184_000)
    (claim_id,) = await driver.open_claims(first)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    dearer = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=200_000, estimated_by=FactSource.HANDLER)
    await driver.report(corrected(first, damage=(dearer,)))
    orders = [event for event in await driver.published() if isinstance(event, PaymentOrdered)]
    driver.clock.at += PAYMENT_SETTLED_WITHIN
    await begin(driver)

    await tell(driver, orders[0])
    assert await causes(driver) == [["payment_unsettled"]]
    await tell(driver, orders[1])
    assert await causes(driver) == []


async def test_orders_are_looked_through_in_parts_and_none_of_them_twice(
    driver: ClaimsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsettled, "AT_ONCE", 1)
    await ordered(driver, "123456-531-04")
    driver.clock.at += PAYMENT_SETTLED_WITHIN / 7
    await ordered(driver, "123456-531-05")
    driver.clock.at += PAYMENT_SETTLED_WITHIN
    await begin(driver)
    assert len(await causes(driver)) == 1

    await driver.wait(minutes=1)
    await driver.wait(days=2)

    assert await causes(driver) == [["payment_unsettled"]] * 2
    assert len(await driver.rows("SELECT FROM desk_action WHERE kind = 'payment_unsettled'")) == 2


async def test_deciding_and_ordering_set_no_timer_for_that(driver: ClaimsDriver) -> None:
    before = {row["kind"] for row in await driver.rows("SELECT kind FROM messaging.timer")}
    await ordered(driver, "123456-531-04")
    after = {row["kind"] for row in await driver.rows("SELECT kind FROM messaging.timer")}
    assert not {kind for kind in after - before if "payment" in kind}


async def test_jobs_of_before_are_waited_for_too(driver: ClaimsDriver) -> None:
    await ordered(driver, "123456-531-04")
    await driver.rows(
        """
        INSERT INTO repair_job (job_id, claim_id, state, wanted, requested_at, partner_id, accepted_at)
        SELECT gen_random_uuid(), claim_id, 'accepted', '{}', now(), 'partner-droog', now() FROM claim
        """
    )
    (moves,) = [
        text for text in (MIGRATIONS / "0030_waits_of_money.sql").read_text().split("\n\n") if "messaging.timer" in text
    ]
    await driver.rows(moves.partition("\n")[2])

    (timer,) = await driver.rows("SELECT key FROM messaging.timer WHERE kind = 'repair-late'")
    (job,) = await driver.rows("SELECT job_id::text FROM repair_job")
    assert timer["key"] == job["job_id"]
