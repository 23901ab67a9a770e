"""Claims of a policy that has many follow its new versions in slices, here of three claims."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from claim_events import LOSS_AT, POLICY_NUMBER, policy, rainfall_answer, report
from claims_driver import ClaimsDriver
from msgspec.structs import replace
from structlog.testing import capture_logs

from claims_svc import policy_slices
from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.settings import Settings
from contracts.loss_reports import LossReported

SLICE = 3
KILLED = 137
OTHER_NUMBER = "654321-531-04"
FOUR_DAYS = timedelta(days=4)


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_slices, "SLICE_CLAIMS", SLICE)


def losses(count: int, *, policy_number: str = POLICY_NUMBER) -> list[LossReported]:
    """Return reports of losses so far apart that no two belong to one event."""
    return [report(policy_number=policy_number, loss_at=LOSS_AT - FOUR_DAYS * index) for index in range(count)]


async def covered_claims(driver: ClaimsDriver, reports: Sequence[LossReported]) -> list[UUID]:
    """Let claims be opened and covered; return their ids in their order."""
    claim_ids = await driver.open_claims(*reports)
    await driver.rain(
        *(
            rainfall_answer(claim_id, tenths_mm=402, loss_at=reported.loss.from_at)
            for claim_id, reported in zip(claim_ids, reports, strict=True)
        )
    )
    await driver.published()
    return claim_ids


async def slices(driver: ClaimsDriver) -> list[int]:
    """Fire timers until none is due; return how many decisions each time gave."""
    counts = []
    while await driver.harness.fire_due_timers():
        counts.append(len(await driver.decisions()))
    return counts


async def versions(driver: ClaimsDriver) -> list[int]:
    """Return the policy version of each claim, in their order."""
    return [row[0] for row in await driver.rows("SELECT policy_version FROM claim ORDER BY claim_id")]


async def left_to_do(driver: ClaimsDriver) -> int:
    """Return how many policy versions are still to be followed, and how many timers are set for that."""
    (row,) = await driver.rows(
        """
        SELECT (SELECT count(*) FROM policy_change) + (SELECT count(*) FROM messaging.timer WHERE kind = $1)
        """,
        policy_slices.POLICY_SLICE,
    )
    return int(row[0])


async def test_a_policy_with_a_slice_of_claims_is_followed_at_once(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    await covered_claims(driver, losses(SLICE))

    await driver.policy(policy(version=2))

    assert len(await driver.decisions()) == SLICE
    assert await left_to_do(driver) == 0


async def test_more_claims_follow_in_slices_of_a_transaction_each(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    claim_ids = await covered_claims(driver, losses(2 * SLICE + 1))

    await driver.policy(policy(version=2))

    assert await driver.published() == []
    seen = []
    while await driver.harness.fire_due_timers():
        seen.append([decision.claim_id for decision in await driver.decisions()])
    assert seen == [claim_ids[:3], claim_ids[3:6], claim_ids[6:]]
    assert await versions(driver) == [2] * 7
    assert await left_to_do(driver) == 0


async def test_claims_that_waited_for_a_policy_ask_in_slices(driver: ClaimsDriver) -> None:
    await driver.report(*losses(SLICE + 1))

    await driver.policy(policy())
    await slices(driver)

    rows = await driver.rows(
        "SELECT kind, count(*) FROM messaging.timer WHERE due_at > $1 GROUP BY kind", driver.clock.at
    )
    assert {row["kind"] for row in rows} == {"rain-awaited", "waits-over"}
    rainfall_waits = [ends_at for (ends_at,) in await driver.rows("SELECT waits_until FROM claim")]
    assert rainfall_waits == [driver.clock.at + CURRENT_PRODUCT.rainfall_wait] * (SLICE + 1)
    assert {row["state"] for row in await driver.rows("SELECT state FROM claim")} == {"waiting_for_rainfall"}


async def test_policies_that_together_have_more_claims_than_one_transaction_advances_follow_in_slices(
    driver: ClaimsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_slices, "CLAIMS_AT_ONCE", 5)
    numbers = [f"{100_000 + index}-531-04" for index in range(4)]
    await driver.policy(*(policy(policy_number=number, deductible_cents=100_000) for number in numbers))
    await covered_claims(driver, [reported for number in numbers for reported in losses(2, policy_number=number)])

    await driver.policy(*(policy(policy_number=number, version=2) for number in numbers))

    assert len(await driver.decisions()) == 4
    assert await slices(driver) == [2, 2]
    assert await left_to_do(driver) == 0


async def test_many_policies_follow_in_turn_and_one_a_transaction(driver: ClaimsDriver) -> None:
    numbers = [POLICY_NUMBER, OTHER_NUMBER]
    await driver.policy(*(policy(policy_number=number, deductible_cents=100_000) for number in numbers))
    await covered_claims(driver, [reported for number in numbers for reported in losses(5, policy_number=number)])

    await driver.policy(*(policy(policy_number=number, version=2) for number in numbers))

    seen = []
    driver.clock.advance(timedelta(seconds=1))
    while await driver.harness.fire_due_timers():
        driver.clock.advance(timedelta(seconds=1))
        seen.append([decision.claim_id for decision in await driver.decisions()])
    of_policy = {row[0]: row[1] for row in await driver.rows("SELECT claim_id, policy_number FROM claim")}
    assert [{of_policy[claim_id] for claim_id in claim_ids} for claim_ids in seen] == [
        {POLICY_NUMBER},
        {OTHER_NUMBER},
        {POLICY_NUMBER},
        {OTHER_NUMBER},
    ]
    assert await left_to_do(driver) == 0


async def test_a_slice_that_was_killed_before_its_commit_is_done_again_and_nothing_twice(
    driver: ClaimsDriver, settings: Settings
) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    await covered_claims(driver, losses(7))
    await driver.policy(policy(version=2))
    await driver.harness.fire_due_timers()
    assert len(await driver.decisions()) == SLICE

    environment = {"DATABASE_URL": str(settings.database_url), "KAFKA_BOOTSTRAP_SERVERS": "unused.invalid:9092"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).parent / "timer_process.py"),
        driver.clock.at.isoformat(),
        env=os.environ | environment | {"CRASH_AT": "timers.before_commit"},
    )
    assert await asyncio.wait_for(process.wait(), 60) == KILLED

    assert await slices(driver) == [3, 1]
    rows = await driver.rows("SELECT claim_version, count(*) FROM decision GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, 7), (2, 7)]


async def test_two_instances_share_the_slices_and_each_claim_follows_once(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    await covered_claims(driver, losses(10))
    await driver.policy(policy(version=2))

    while any(await asyncio.gather(*(driver.harness.fire_due_timers() for _ in range(3)))):
        pass

    rows = await driver.rows("SELECT claim_version, count(*) FROM decision GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, 10), (2, 10)]
    assert await left_to_do(driver) == 0


async def test_a_newer_version_waits_until_all_claims_have_followed_the_older_one(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    await covered_claims(driver, losses(4))
    await driver.policy(policy(version=2))
    await driver.harness.fire_due_timers()

    await driver.policy(policy(version=3, deductible_cents=100_000), policy(version=2))
    await slices(driver)

    assert await versions(driver) == [3] * 4
    assert len(await driver.rows("SELECT FROM decision WHERE claim_version = 2")) == 4
    assert [row[0] for row in await driver.rows("SELECT policy_version FROM human_review")] == [3] * 4
    assert await left_to_do(driver) == 0


async def test_a_claim_that_an_event_is_about_follows_first_and_only_once(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    reports = losses(5)
    claim_ids = await covered_claims(driver, reports)
    await driver.policy(policy(version=2))
    await driver.policy(policy(version=3, deductible_cents=50_000))

    await driver.rain(
        rainfall_answer(claim_ids[4], tenths_mm=399, assessment_version=2, loss_at=reports[4].loss.from_at)
    )

    assert [(decision.claim_id, decision.money.payable_cents) for decision in await driver.decisions()] == [
        (claim_ids[4], 159_000)
    ]
    assert await versions(driver) == [1, 1, 1, 1, 3]
    assert await slices(driver) == [3, 1, 0, 0]
    reviews = await driver.rows(
        "SELECT claim_id, policy_version, assessment_version FROM human_review ORDER BY 1, 2, 3"
    )
    assert [tuple(row) for row in reviews] == [
        *((claim_id, 3, 1) for claim_id in claim_ids[:4]),
        (claim_ids[4], 3, 1),
        (claim_ids[4], 3, 2),
    ]


async def test_claims_reported_meanwhile_are_advanced_under_the_newest_version_and_prolong_nothing(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    await covered_claims(driver, losses(4))
    await driver.policy(policy(version=2))

    await driver.report(*(report(loss_at=LOSS_AT + FOUR_DAYS * index) for index in (1, 2)))

    assert await versions(driver) == [1, 1, 1, 1, 2, 2]
    assert len(await driver.questions()) == 2
    assert await slices(driver) == [3, 1]


async def test_a_wait_for_a_policy_that_has_come_refers_no_claim(driver: ClaimsDriver) -> None:
    await driver.report(*losses(2 * SLICE))
    await driver.policy(policy())

    await driver.wait(days=2)

    assert len(await driver.questions()) == 2 * SLICE
    assert {row["state"] for row in await driver.rows("SELECT state FROM claim")} == {"waiting_for_rainfall"}


async def test_a_claim_moved_to_another_policy_meanwhile_follows_before_it_leaves(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=100_000), policy(policy_number=OTHER_NUMBER, version=7))
    reports = losses(4)
    claim_ids = await covered_claims(driver, reports)
    await driver.policy(policy(version=2, deductible_cents=50_000))

    moved = replace(reports[3], report_version=2, policy_number=OTHER_NUMBER)
    await driver.report(moved)

    # It was paid under the policy that it leaves: a handler looks at the move itself.
    payable = [(decision.claim_id, decision.money.payable_cents) for decision in await driver.decisions()]
    assert payable == [(claim_ids[3], 134_000)]
    assert [row["claim_id"] for row in await driver.rows("SELECT claim_id FROM human_review")] == [claim_ids[3]]
    assert await versions(driver) == [1, 1, 1, 7]
    assert await slices(driver) == [3, 0]
    assert await versions(driver) == [2, 2, 2, 7]
    assert await left_to_do(driver) == 0


async def test_another_policy_is_not_held_up_by_a_slice(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=100_000), policy(policy_number=OTHER_NUMBER))
    await covered_claims(driver, losses(4))
    await driver.policy(policy(version=2))
    async with driver.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM policy WHERE policy_number = $1 FOR UPDATE", POLICY_NUMBER)
        slice_under_way = asyncio.create_task(driver.harness.fire_due_timers())
        await driver.until_waiting_for_locks(1)

        await driver.report(report(policy_number=OTHER_NUMBER))

        assert len(await driver.questions()) == 1
        await transaction.rollback()
    await slice_under_way


@pytest.mark.parametrize("versions_at_once", [1, 3])
async def test_versions_that_arrive_while_a_slice_is_under_way_set_no_second_timer(
    driver: ClaimsDriver, versions_at_once: int
) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    await covered_claims(driver, losses(7))
    await driver.policy(policy(version=2))
    async with driver.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM policy WHERE policy_number = $1 FOR UPDATE", POLICY_NUMBER)
        newer = asyncio.create_task(driver.policy(*(policy(version=3 + index) for index in range(versions_at_once))))
        await driver.until_waiting_for_locks(1)
        slice_under_way = asyncio.create_task(driver.harness.fire_due_timers())
        await driver.until_waiting_for_locks(2)
        await transaction.rollback()

    # In one step each: with a second timer the two would wait for each other until PostgreSQL ended one of them.
    await asyncio.gather(newer, slice_under_way)
    assert slice_under_way.result() == 1
    await slices(driver)

    assert await versions(driver) == [2 + versions_at_once] * 7
    assert await left_to_do(driver) == 0


async def test_in_a_storm_there_is_a_line_for_each_thing_that_happened_to_each_claim(
    driver: ClaimsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_slices, "SLICE_CLAIMS", 200)
    await driver.policy(policy(deductible_cents=100_000))
    with capture_logs() as logged:
        await covered_claims(driver, losses(100))

    lines = [(line["event"], line["claim_id"]) for line in logged if line["event"] in {"claim.opened", "claim.decided"}]
    assert len(lines) == len({*lines}) == 200
