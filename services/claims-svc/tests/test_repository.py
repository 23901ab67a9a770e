from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest
from claim_events import POLICY_NUMBER, policy, rainfall_answer, report
from claims_driver import OPENED_AT, ClaimsDriver

from claims_svc.domain.claim import Claim, ClaimState, claim_reference
from claims_svc.domain.occurrence import DeductibleUse
from claims_svc.repository import claims, deductible_uses, policies, rainfall

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
        assert await claims.lock(connection, policy_numbers=[POLICY_NUMBER]) == {claim.claim_id: claim}


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
    use = DeductibleUse(
        claim_id=CLAIM_ID, policy_number=POLICY_NUMBER, family="rain", loss_from_at=OPENED_AT, used_cents=25_000
    )
    async with driver.harness.pool.acquire() as connection:
        await deductible_uses.store(connection, uses=[use])
        await deductible_uses.store(connection, uses=[use])

        assert await deductible_uses.of_policies(connection, policy_numbers=[POLICY_NUMBER]) == [use]
