from __future__ import annotations

import random
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from claim_events import POLICY_NUMBER, policy, rainfall_answer, report
from claims_driver import OPENED_AT, ClaimsDriver

from chassis.migrations.runner import migrate
from claims_svc.app import MIGRATIONS
from claims_svc.domain.claim import Claim, ClaimState, claim_reference
from claims_svc.domain.occurrence import DeductibleUse, DeductibleUses, Family
from claims_svc.domain.product import CURRENT_PRODUCT, EVENT_LENGTH
from claims_svc.repository import claims, deductible_uses, policies, rainfall
from contracts.vocabulary import LossInterval

CLAIM_ID = UUID("0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10")


def waiting_claim(claim_id: UUID = CLAIM_ID) -> Claim:
    return Claim(
        claim_id=claim_id,
        claim_reference=claim_reference(claim_id),
        report=report(),
        trace=None,
        opened_at=OPENED_AT,
        state=ClaimState.WAITING_FOR_POLICY,
    )


def use_of(claim_id: UUID) -> DeductibleUse:
    return DeductibleUse(
        claim_id=claim_id, policy_number=POLICY_NUMBER, family="rain", loss_from_at=OPENED_AT, used_cents=25_000
    )


def used_by_others(uses: DeductibleUses, claim_id: UUID, family: Family, moment: datetime) -> int:
    return uses.used_by_others_cents(
        claim_id,
        policy_number=POLICY_NUMBER,
        family=family,
        loss=LossInterval(from_at=moment, until_at=moment),
        hours=CURRENT_PRODUCT.occurrence_hours,
    )


async def test_a_policy_that_was_only_named_can_be_locked_but_is_not_known(driver: ClaimsDriver) -> None:
    async with driver.harness.pool.acquire() as connection:
        await policies.insert_placeholders(connection, policy_numbers=[POLICY_NUMBER, POLICY_NUMBER])

        assert await policies.lock(connection, policy_numbers=[POLICY_NUMBER]) == {POLICY_NUMBER: None}


async def test_an_older_version_of_a_policy_changes_nothing(driver: ClaimsDriver) -> None:
    async with driver.harness.pool.acquire() as connection:
        await policies.store(connection, policies=[policy(version=3)])
        await policies.store(connection, policies=[policy(version=2)])

        known = await policies.lock(connection, policy_numbers=[POLICY_NUMBER])

    assert known == {POLICY_NUMBER: policy(version=3)}


async def test_a_claim_is_read_as_it_was_stored(driver: ClaimsDriver) -> None:
    claim = waiting_claim()
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[claim])

        assert await claims.lock(connection, claim_ids=[claim.claim_id]) == {claim.claim_id: claim}
        assert await claims.lock(connection, report_ids=[claim.report.report_id]) == {claim.claim_id: claim}
        assert await claims.lock_first(connection, policy_numbers=[POLICY_NUMBER], of_each=1, at_most=1) == [claim]


async def test_the_database_refuses_a_second_claim_for_one_report(driver: ClaimsDriver) -> None:
    first = waiting_claim()
    other_id = UUID("0198c5f2-6d1a-7c43-9a51-000000000002")
    second = replace(first, claim_id=other_id, claim_reference=claim_reference(other_id))
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[first])

        with pytest.raises(asyncpg.UniqueViolationError, match="claim_report_id_key"):
            await claims.insert(connection, claims=[second])


async def test_an_older_rainfall_answer_changes_nothing(driver: ClaimsDriver) -> None:
    claim = waiting_claim()
    newest = rainfall_answer(CLAIM_ID, tenths_mm=402, assessment_version=2)
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[claim])
        await rainfall.store(connection, answers=[newest])
        await rainfall.store(connection, answers=[rainfall_answer(CLAIM_ID, tenths_mm=399, assessment_version=1)])

        locked = await claims.lock(connection, claim_ids=[CLAIM_ID])

    assert locked[CLAIM_ID].rainfall == newest


async def test_a_claims_new_deductible_use_replaces_the_old(driver: ClaimsDriver) -> None:
    use = use_of(CLAIM_ID)
    async with driver.harness.pool.acquire() as connection:
        await deductible_uses.store(connection, uses=[use])
        await deductible_uses.store(connection, uses=[use])

        assert await deductible_uses.around(connection, losses=[], claim_ids=[CLAIM_ID], event_length=EVENT_LENGTH) == [
            use
        ]


@pytest.mark.parametrize("seed", range(8))
async def test_what_is_read_of_deductibles_decides_like_all_of_them(driver: ClaimsDriver, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    uses = [
        DeductibleUse(
            claim_id=UUID(int=number),
            policy_number=chance.choice([POLICY_NUMBER, "654321-531-04"]),
            family=chance.choice(list(Family)),
            loss_from_at=OPENED_AT + timedelta(hours=chance.randrange(1_000)),
            used_cents=chance.randrange(3) * 10_000,
        )
        for number in range(chance.choice([0, 20, 60]))
    ]
    own = [UUID(int=number) for number in range(5)]
    async with driver.harness.pool.acquire() as connection:
        await deductible_uses.store(connection, uses=uses)
        for _ in range(20):
            sought = [OPENED_AT + timedelta(hours=chance.randrange(-100, 1_100)) for _ in range(3)]
            read = DeductibleUses(
                await deductible_uses.around(
                    connection,
                    losses=[(POLICY_NUMBER, moment) for moment in sought],
                    claim_ids=own,
                    event_length=EVENT_LENGTH,
                )
            )
            everything = DeductibleUses(uses)
            # A claim decided in this unit of work moves what it uses.
            moved = replace(use_of(own[0]), loss_from_at=sought[0])
            read.record(moved)
            everything.record(moved)
            for claim_id, family, moment in product(own, Family, sought):
                assert used_by_others(read, claim_id, family, moment) == used_by_others(
                    everything, claim_id, family, moment
                )


async def test_of_events_long_over_nothing_is_read(driver: ClaimsDriver) -> None:
    uses = [
        DeductibleUse(
            claim_id=UUID(int=number),
            policy_number=POLICY_NUMBER,
            family="rain",
            loss_from_at=OPENED_AT - timedelta(hours=number),
            used_cents=0,
        )
        for number in range(1_000)
    ]
    async with driver.harness.pool.acquire() as connection:
        await deductible_uses.store(connection, uses=uses)

        read = await deductible_uses.around(
            connection, losses=[(POLICY_NUMBER, OPENED_AT)], claim_ids=[], event_length=EVENT_LENGTH
        )

    assert 0 < len(read) <= 72


async def test_claims_of_before_the_migration_have_followed_the_version_that_was_stored(
    database: str, tmp_path: Path
) -> None:
    first, *later = sorted(MIGRATIONS.glob("*.sql"))
    shutil.copy(first, tmp_path)
    connection = await asyncpg.connect(database)
    try:
        await migrate(connection, directory=tmp_path)
        await policies.insert_placeholders(connection, policy_numbers=["654321-531-04"])
        await policies.store(connection, policies=[policy(version=7)])
        for number, policy_number in enumerate([POLICY_NUMBER, "654321-531-04"]):
            await connection.execute(
                """
                INSERT INTO claim (claim_id, claim_reference, report_id, report_version, policy_number, report, state,
                                   policy_wait_over, rainfall_wait_over, request_version, claim_version, opened_at)
                VALUES (gen_random_uuid(), $1, gen_random_uuid(), 1, $2, '{}', 'waiting_for_policy',
                        false, false, 0, 0, now())
                """,
                str(number),
                policy_number,
            )
        for migration in later:
            shutil.copy(migration, tmp_path)

        await migrate(connection, directory=tmp_path)

        rows = await connection.fetch("SELECT policy_version FROM claim ORDER BY claim_reference")
        assert [row["policy_version"] for row in rows] == [7, 0]
    finally:
        await connection.close()
