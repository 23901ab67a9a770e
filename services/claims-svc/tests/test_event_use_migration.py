"""What claims had used of deductibles before, in the table that follows."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from claim_events import LOSS_AT, POLICY_NUMBER
from claims_driver import OPENED_AT

from chassis.migrations.runner import migrate
from claims_svc.app import MIGRATIONS
from claims_svc.domain.occurrence import ClaimUse
from claims_svc.domain.product import EVENT_LENGTH
from claims_svc.repository import event_uses
from contracts.vocabulary import PerilFamily

PAID, AWAITING, MOVED = (UUID(int=number) for number in (1, 2, 3))
OTHER_NUMBER = "654321-531-04"


async def test_what_was_borne_and_the_damage_it_was_borne_of_are_carried_over(
    empty_database: str, tmp_path: Path
) -> None:
    migrations = sorted(MIGRATIONS.glob("*.sql"))
    before = [migration for migration in migrations if migration.name < "0003"]
    connection = await asyncpg.connect(empty_database)
    try:
        for migration in before:
            shutil.copy(migration, tmp_path)
        await migrate(connection, directory=tmp_path)
        await _claim_with_use(connection, PAID, payable_cents=159_000, used_cents=25_000)
        await _claim_with_use(connection, AWAITING, payable_cents=None, used_cents=25_000)
        await _claim_with_use(connection, MOVED, payable_cents=75_000, used_cents=25_000, used_on=OTHER_NUMBER)
        shutil.copy(next(migration for migration in migrations if migration.name > "0003"), tmp_path)

        await migrate(connection, directory=tmp_path)

        carried = await event_uses.around(
            connection, losses=[], claim_ids=[PAID, AWAITING, MOVED], event_length=EVENT_LENGTH
        )
        assert sorted(carried, key=lambda use: str(use.claim_id)) == [
            _use(PAID, covered_cents=184_000),
            _use(AWAITING, covered_cents=25_000),
            _use(MOVED, covered_cents=100_000, policy_number=OTHER_NUMBER),
        ]
        assert await connection.fetchval("SELECT to_regclass('deductible_use')") is None
    finally:
        await connection.close()


def _use(claim_id: UUID, *, covered_cents: int, policy_number: str = POLICY_NUMBER) -> ClaimUse:
    return ClaimUse(
        claim_id=claim_id,
        policy_number=policy_number,
        family=PerilFamily.RAIN,
        loss_from_at=LOSS_AT,
        covered_cents=covered_cents,
        heavy_cents=25_000,
        either_cents=0,
        estimated_cents=0,
        borne_cents=25_000,
        proofs=(f"{claim_id.int:064x}",),
    )


async def _claim_with_use(
    connection: asyncpg.Connection,
    claim_id: UUID,
    *,
    payable_cents: int | None,
    used_cents: int,
    used_on: str = POLICY_NUMBER,
) -> None:
    await connection.execute(
        """
        INSERT INTO claim (claim_id, claim_reference, report_id, report_version, policy_number, report, state,
                           policy_wait_over, rainfall_wait_over, request_version, claim_version, opened_at)
        VALUES ($1::uuid, $1::uuid::text, $1::uuid, 1, $2, '{}', 'decided', false, false, 0, 2, $3)
        """,
        claim_id,
        POLICY_NUMBER,
        OPENED_AT,
    )
    await connection.executemany(
        """
        INSERT INTO decision (claim_id, claim_version, report_version, outcome, deciding_ground, payable_cents,
                              awaits_assessment, product_version, decided_at, proof, proof_sha256,
                              previous_proof_sha256)
        VALUES ($1, $2, 1, 'covered', 'heavy_local_precipitation', $3::bigint,
                $3::bigint IS NULL, 'home-2021.1', $4, '', $5, $6)
        """,
        [
            (claim_id, 1, 1, OPENED_AT, "f" * 64, None),
            (claim_id, 2, payable_cents, OPENED_AT + timedelta(hours=1), f"{claim_id.int:064x}", "f" * 64),
        ],
    )
    await connection.execute(
        "INSERT INTO deductible_use VALUES ($1, $2, 'rain', $3, $4)", claim_id, used_on, LOSS_AT, used_cents
    )
