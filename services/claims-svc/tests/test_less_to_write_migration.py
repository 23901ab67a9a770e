"""Claims of before migration 0006, in the tables that follow."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
from claim_events import POLICY_NUMBER, policy, rainfall_answer, report
from claims_driver import OPENED_AT, ClaimsDriver

from chassis.clock import SettableClock
from chassis.migrations.runner import migrate
from chassis.testing import harness
from claims_svc.app import MIGRATIONS, build
from claims_svc.domain.claim import claim_reference
from claims_svc.settings import Settings
from contracts.claims import DecisionMade, RainfallRequested
from contracts.codec import to_json
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged

WAIT_ENDS_AT = OPENED_AT + timedelta(days=3)


async def test_a_claim_of_before_is_decided_when_its_answer_comes(settings: Settings, tmp_path: Path) -> None:
    reported, question = await _claim_of_before(settings, tmp_path)

    async with harness(replace(build(settings), clock=SettableClock(OPENED_AT))) as running:
        driver = ClaimsDriver(running, SettableClock(OPENED_AT))
        await driver.rain(rainfall_answer(question.claim_id, tenths_mm=402))

        # The question is recognised by its digest: it is not asked again, and the answer counts.
        published = await driver.published()
        assert await driver.state(reported) == "decided"
    assert not any(isinstance(event, RainfallRequested) for event in published)
    (decision,) = [event for event in published if isinstance(event, DecisionMade)]
    assert decision.outcome is Outcome.COVERED


async def test_a_wait_of_before_ends_at_its_moment(settings: Settings, tmp_path: Path) -> None:
    reported, _ = await _claim_of_before(settings, tmp_path)
    clock = SettableClock(OPENED_AT)

    async with harness(replace(build(settings), clock=clock)) as running:
        driver = ClaimsDriver(running, clock)
        await driver.wait(days=2, hours=23)
        assert await driver.published() == []
        await driver.wait(hours=1)

        (decision,) = await driver.decisions()
        assert await driver.state(reported) == "referred"
    assert decision.deciding_ground is GroundCode.RAINFALL_NOT_RECEIVED


async def _claim_of_before(settings: Settings, tmp_path: Path) -> tuple[LossReported, RainfallRequested]:
    """Store a claim that waits for rain as the service did before, with the question that it asks today."""
    reported, question = await _asked_today(settings)
    before = [migration for migration in sorted(MIGRATIONS.glob("*.sql")) if migration.name < "0006"]
    for migration in before:
        shutil.copy(migration, tmp_path)
    connection = await asyncpg.connect(settings.database_url)
    try:
        await connection.execute("DROP SCHEMA messaging CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await migrate(connection, directory=tmp_path)
        await _insert_policy(connection, policy())
        await connection.execute(
            """
            INSERT INTO claim (claim_id, claim_reference, report_id, report_version, policy_number, report, state,
                               policy_wait_over, rainfall_wait_over, policy_version, request_version, rainfall_request,
                               claim_version, opened_at, loss_from_at, loss_until_at, families, damage_kinds,
                               damage_digest)
            VALUES ($1, $2, $3, 1, $4, $5, 'waiting_for_rainfall', false, false, 1, 1, $6, 0, $7, $8, $9, 1, 1, '')
            """,
            question.claim_id,
            claim_reference(question.claim_id),
            reported.report_id,
            POLICY_NUMBER,
            to_json(reported).decode(),
            to_json(question).decode(),
            OPENED_AT,
            reported.loss.from_at,
            reported.loss.until_at,
        )
        await connection.execute(
            "INSERT INTO messaging.timer (kind, key, due_at) VALUES ('rainfall-deadline', $1, $2)",
            str(question.claim_id),
            WAIT_ENDS_AT,
        )
    finally:
        await connection.close()
    return reported, question


async def _asked_today(settings: Settings) -> tuple[LossReported, RainfallRequested]:
    reported = report()
    async with harness(replace(build(settings), clock=SettableClock(OPENED_AT))) as running:
        driver = ClaimsDriver(running, SettableClock(OPENED_AT))
        await driver.policy(policy())
        await driver.report(reported)
        (question,) = await driver.questions()
    return reported, question


async def _insert_policy(connection: asyncpg.Connection, known: PolicyChanged) -> None:
    await connection.execute(
        "INSERT INTO policy VALUES ($1, $2, $3)", known.policy_number, known.version, to_json(known).decode()
    )
