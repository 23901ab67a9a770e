from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

from claim_events import LOSS_AT, POLICY_NUMBER, policy, rainfall, report
from claims_desk import Desk

TEN_HOURS_LATER = LOSS_AT + timedelta(hours=10)
FOUR_DAYS_LATER = LOSS_AT + timedelta(days=4)


async def _two_claims(desk: Desk) -> tuple[UUID, UUID]:
    await desk.policy(policy())
    first, second = await desk.open_claims(report(), report(loss_at=TEN_HOURS_LATER))
    return first, second


async def test_two_claims_of_one_event_in_one_batch_bear_one_deductible(desk: Desk) -> None:
    first, second = await _two_claims(desk)

    await desk.rain(rainfall(first, tenths_mm=402), rainfall(second, tenths_mm=402, loss_at=TEN_HOURS_LATER))

    assert [decision.money.payable_cents for decision in await desk.decisions()] == [159_000, 184_000]


async def test_two_claims_of_one_event_in_two_batches_bear_one_deductible_in_either_order(desk: Desk) -> None:
    first, second = await _two_claims(desk)

    await desk.rain(rainfall(second, tenths_mm=402, loss_at=TEN_HOURS_LATER))
    await desk.rain(rainfall(first, tenths_mm=402))

    assert [decision.money.payable_cents for decision in await desk.decisions()] == [159_000, 184_000]


async def test_two_claims_of_one_event_decided_at_the_same_time_bear_one_deductible(desk: Desk) -> None:
    first, second = await _two_claims(desk)
    async with desk.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM policy WHERE policy_number = $1 FOR UPDATE", POLICY_NUMBER)
        both = asyncio.gather(
            desk.rain(rainfall(first, tenths_mm=402)),
            desk.rain(rainfall(second, tenths_mm=402, loss_at=TEN_HOURS_LATER)),
        )
        await desk.until_waiting_for_locks(2)
        await transaction.commit()
    await both

    payable = [decision.money.payable_cents for decision in await desk.decisions()]
    assert sorted(payable, key=str) == [159_000, 184_000]


async def test_losses_four_days_apart_are_two_events_with_a_deductible_each(desk: Desk) -> None:
    await desk.policy(policy())
    first, second = await desk.open_claims(report(), report(loss_at=FOUR_DAYS_LATER))

    await desk.rain(rainfall(first, tenths_mm=402), rainfall(second, tenths_mm=402, loss_at=FOUR_DAYS_LATER))

    assert [decision.money.payable_cents for decision in await desk.decisions()] == [159_000, 159_000]


async def test_claims_on_two_policies_bear_a_deductible_each(desk: Desk) -> None:
    await desk.policy(policy(), policy(policy_number="654321-531-04"))
    first, second = await desk.open_claims(report(), report(policy_number="654321-531-04"))

    await desk.rain(rainfall(first, tenths_mm=402), rainfall(second, tenths_mm=402))

    assert [decision.money.payable_cents for decision in await desk.decisions()] == [159_000, 159_000]


async def test_what_a_small_damage_leaves_of_the_deductible_the_next_claim_bears(desk: Desk) -> None:
    await desk.policy(policy())
    first, second = await desk.open_claims(report(damage_cents=10_000), report(loss_at=TEN_HOURS_LATER))

    await desk.rain(rainfall(first, tenths_mm=402), rainfall(second, tenths_mm=402, loss_at=TEN_HOURS_LATER))

    assert [decision.money.payable_cents for decision in await desk.decisions()] == [0, 184_000 - 15_000]


async def test_a_claim_decided_again_does_not_count_its_own_deductible_as_used(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report(damage_cents=100_000)
    (claim_id,) = await desk.open_claims(reported)
    await desk.rain(rainfall(claim_id, tenths_mm=402))
    await desk.said()

    await desk.report(report(report_id=reported.report_id, report_version=2, damage_cents=150_000))

    assert [decision.money.payable_cents for decision in await desk.decisions()] == [125_000]


async def test_a_loss_moved_into_an_earlier_event_brings_its_deductible_back(desk: Desk) -> None:
    await desk.policy(policy())
    later = report(loss_at=FOUR_DAYS_LATER)
    first, second = await desk.open_claims(report(), later)
    await desk.rain(rainfall(first, tenths_mm=402), rainfall(second, tenths_mm=402, loss_at=FOUR_DAYS_LATER))
    await desk.said()

    await desk.report(report(report_id=later.report_id, report_version=2, loss_at=TEN_HOURS_LATER))
    await desk.rain(rainfall(second, tenths_mm=402, request_version=2, loss_at=TEN_HOURS_LATER))

    (decision,) = await desk.decisions()
    assert (decision.claim_version, decision.money.payable_cents) == (2, 184_000)


async def test_a_report_and_its_policy_that_arrive_at_the_same_time_find_each_other(desk: Desk) -> None:
    reported = report()
    async with desk.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO policy (policy_number) VALUES ($1)", POLICY_NUMBER)
        both = asyncio.gather(desk.report(reported), desk.policy(policy()))
        await desk.until_waiting_for_locks(2)
        await transaction.commit()
    await both

    assert await desk.state(reported) == "waiting_for_rainfall"
    assert len(await desk.questions()) == 1


async def test_a_claim_moved_to_another_policy_meanwhile_is_decided_on_that_policy(desk: Desk) -> None:
    other_number = "654321-531-04"
    await desk.policy(policy(), policy(policy_number=other_number, deductible_cents=50_000))
    (claim_id,) = await desk.open_claims(report())
    async with desk.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM policy WHERE policy_number = $1 FOR UPDATE", POLICY_NUMBER)
        answered = asyncio.create_task(desk.rain(rainfall(claim_id, tenths_mm=402)))
        await desk.until_waiting_for_locks(1)
        await connection.execute(
            """
            UPDATE claim SET policy_number = $1,
                   report = jsonb_set(report::jsonb, '{policy_number}', to_jsonb($1::text))::json
            """,
            other_number,
        )
        await transaction.commit()
    await answered

    assert [decision.money.payable_cents for decision in await desk.decisions()] == [134_000]
