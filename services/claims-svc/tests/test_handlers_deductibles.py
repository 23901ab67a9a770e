"""Claims of one event bear its deductible once. Theirs is damage of two kinds: of one kind it could be the same."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from claim_events import LOSS_AT, POLICY_NUMBER, corrected, policy, rainfall_answer, report
from claims_driver import ClaimsDriver

from contracts.coverage import GroundCode
from contracts.loss_reports import DamageKind, LossReported
from contracts.vocabulary import LossInterval

TEN_HOURS_LATER = LOSS_AT + timedelta(hours=10)
FOUR_DAYS_LATER = LOSS_AT + timedelta(days=4)


def _of_building(damage_cents: int = 100_000) -> LossReported:
    return report(damage_cents=damage_cents)


def _of_contents(loss_at: datetime = TEN_HOURS_LATER) -> LossReported:
    return report(loss_at=loss_at, damage_cents=100_000, kind=DamageKind.CONTENTS)


async def _two_claims(driver: ClaimsDriver) -> tuple[UUID, UUID]:
    await driver.policy(policy())
    first, second = await driver.open_claims(_of_building(), _of_contents())
    return first, second


async def test_two_claims_of_one_event_in_one_batch_bear_one_deductible(driver: ClaimsDriver) -> None:
    first, second = await _two_claims(driver)

    await driver.rain(
        rainfall_answer(first, tenths_mm=402), rainfall_answer(second, tenths_mm=402, loss_at=TEN_HOURS_LATER)
    )

    assert [decision.money.payable_cents for decision in await driver.decisions()] == [75_000, 100_000]


async def test_two_claims_of_one_event_in_two_batches_bear_one_deductible_in_either_order(driver: ClaimsDriver) -> None:
    first, second = await _two_claims(driver)

    await driver.rain(rainfall_answer(second, tenths_mm=402, loss_at=TEN_HOURS_LATER))
    await driver.rain(rainfall_answer(first, tenths_mm=402))

    assert [decision.money.payable_cents for decision in await driver.decisions()] == [75_000, 100_000]


async def test_two_claims_of_one_event_decided_at_the_same_time_bear_one_deductible(driver: ClaimsDriver) -> None:
    first, second = await _two_claims(driver)
    async with driver.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM policy WHERE policy_number = $1 FOR UPDATE", POLICY_NUMBER)
        both = asyncio.gather(
            driver.rain(rainfall_answer(first, tenths_mm=402)),
            driver.rain(rainfall_answer(second, tenths_mm=402, loss_at=TEN_HOURS_LATER)),
        )
        await driver.until_waiting_for_locks(2)
        await transaction.commit()
    await both

    decisions = await driver.decisions()
    assert len(decisions) == 2
    assert {decision.money.payable_cents for decision in decisions} == {75_000, 100_000}


async def test_losses_four_days_apart_are_two_events_with_a_deductible_each(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first, second = await driver.open_claims(report(), report(loss_at=FOUR_DAYS_LATER))

    await driver.rain(
        rainfall_answer(first, tenths_mm=402), rainfall_answer(second, tenths_mm=402, loss_at=FOUR_DAYS_LATER)
    )

    assert [decision.money.payable_cents for decision in await driver.decisions()] == [159_000, 159_000]


async def test_claims_on_two_policies_bear_a_deductible_each(driver: ClaimsDriver) -> None:
    await driver.policy(policy(), policy(policy_number="654321-531-04"))
    first, second = await driver.open_claims(report(), report(policy_number="654321-531-04"))

    await driver.rain(rainfall_answer(first, tenths_mm=402), rainfall_answer(second, tenths_mm=402))

    assert [decision.money.payable_cents for decision in await driver.decisions()] == [159_000, 159_000]


async def test_what_a_small_damage_leaves_of_the_deductible_the_next_claim_bears(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first, second = await driver.open_claims(_of_building(10_000), _of_contents())

    await driver.rain(
        rainfall_answer(first, tenths_mm=402), rainfall_answer(second, tenths_mm=402, loss_at=TEN_HOURS_LATER)
    )

    assert [decision.money.payable_cents for decision in await driver.decisions()] == [0, 85_000]


async def test_a_claim_decided_again_does_not_count_its_own_deductible_as_used(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report(damage_cents=100_000)
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()

    await driver.report(report(report_id=reported.report_id, report_version=2, damage_cents=150_000))

    assert [decision.money.payable_cents for decision in await driver.decisions()] == [125_000]


async def test_a_loss_moved_into_an_earlier_event_would_bring_its_deductible_back_so_a_handler_looks_at_it(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    later = _of_contents(FOUR_DAYS_LATER)
    first, second = await driver.open_claims(_of_building(), later)
    await driver.rain(
        rainfall_answer(first, tenths_mm=402), rainfall_answer(second, tenths_mm=402, loss_at=FOUR_DAYS_LATER)
    )
    await driver.published()

    await driver.report(corrected(later, loss=LossInterval(from_at=TEN_HOURS_LATER, until_at=TEN_HOURS_LATER)))
    await driver.rain(rainfall_answer(second, tenths_mm=402, request_version=2, loss_at=TEN_HOURS_LATER))

    assert await driver.decisions() == []
    (review,) = await driver.rows("SELECT claim_id, reason FROM human_review")
    assert review["claim_id"] == second
    assert GroundCode.STATEMENT_TURNED in review["reason"]


async def test_a_report_and_its_policy_that_arrive_at_the_same_time_find_each_other(driver: ClaimsDriver) -> None:
    reported = report()
    async with driver.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO policy (policy_number) VALUES ($1)", POLICY_NUMBER)
        both = asyncio.gather(driver.report(reported), driver.policy(policy()))
        await driver.until_waiting_for_locks(2)
        await transaction.commit()
    await both

    assert await driver.state(reported) == "waiting_for_rainfall"
    assert len(await driver.questions()) == 1


async def test_a_claim_moved_to_another_policy_meanwhile_is_decided_on_that_policy(driver: ClaimsDriver) -> None:
    other_number = "654321-531-04"
    await driver.policy(policy(), policy(policy_number=other_number, deductible_cents=50_000))
    (claim_id,) = await driver.open_claims(report())
    async with driver.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM policy WHERE policy_number = $1 FOR UPDATE", POLICY_NUMBER)
        answered = asyncio.create_task(driver.rain(rainfall_answer(claim_id, tenths_mm=402)))
        await driver.until_waiting_for_locks(1)
        await connection.execute("UPDATE claim SET policy_number = $1", other_number)
        await connection.execute(
            """
            UPDATE opening_report SET report = jsonb_set(report::jsonb, '{policy_number}', to_jsonb($1::text))::json
            """,
            other_number,
        )
        await transaction.commit()
    await answered

    assert [decision.money.payable_cents for decision in await driver.decisions()] == [134_000]
