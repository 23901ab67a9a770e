"""A completed repair assesses what it repaired and nothing else, and holds back no more than that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from claim_events import corrected, policy, rainfall_answer, report
from claims_driver import OPENED_AT
from claims_http import ClaimsDesk

from claims_svc.app import MIGRATIONS
from contracts.claims import DecisionMade, InKind, RainfallRequested
from contracts.loss_reports import DamageItem, DamageKind, LossReported, ReportChannel
from contracts.payments import PaymentOrdered
from contracts.repairs import REPAIR_JOB_REPORTED, JobStatus, RepairedItem, RepairJobReported, RepairRequested
from contracts.topic import Event
from contracts.vocabulary import FactSource

PARTNER = "partner-droog"
REPAIR = {"choice": "repair", "contact_may_be_given": True}
WALLS = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=300_000)
REPAIRED_WALLS = RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=300_000)


async def happened(desk: ClaimsDesk, *kinds: type[Event]) -> list[Any]:
    return [event for event in await desk.driver.published() if isinstance(event, kinds)]


async def says(desk: ClaimsDesk, job_id: UUID, status: JobStatus, *items: RepairedItem) -> None:
    told = RepairJobReported(job_id=job_id, partner_id=PARTNER, status=status, items=items, reported_at=OPENED_AT)
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, told)


async def in_repair(desk: ClaimsDesk, *reports: LossReported) -> UUID:
    """Report one loss that heavy rain covers, let a partner accept its repair, and return the job."""
    await desk.driver.policy(policy())
    for reported in reports:
        await desk.driver.report(reported)
    for asked in await happened(desk, RainfallRequested):
        await desk.driver.rain(rainfall_answer(asked.claim_id, tenths_mm=402))
    chosen = await desk.post(f"/customers/123456/claims/{await desk.reference()}/repair", REPAIR)
    assert chosen.status_code == 200, chosen.text
    (requested,) = await happened(desk, RepairRequested)
    await says(desk, requested.job_id, JobStatus.ACCEPTED)
    await desk.driver.published()
    job_id: UUID = requested.job_id
    return job_id


async def test_what_somebody_else_reported_and_nobody_repaired_stays_with_the_claim(desk: ClaimsDesk) -> None:
    chairs = DamageItem(kind=DamageKind.CONTENTS, amount_cents=300_000)
    by_phone = report(damage=(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=500_000), chairs))
    by_phone = corrected(by_phone, report_version=1, channel=ReportChannel.PHONE)
    job_id = await in_repair(desk, report(damage=(), channel=ReportChannel.PORTAL), by_phone)

    await says(desk, job_id, JobStatus.COMPLETED, REPAIRED_WALLS)

    (decision,) = await happened(desk, DecisionMade)
    told = [(item.kind, item.amount_cents, item.awaits_assessment) for item in decision.items]
    assert told == [(DamageKind.BUILDINGS, 300_000, False), (DamageKind.CONTENTS, 300_000, True)]


async def test_a_partner_repairs_what_the_job_names_and_nothing_else(desk: ClaimsDesk) -> None:
    job_id = await in_repair(desk, report(damage=(WALLS,)))
    chairs = RepairedItem(kind=DamageKind.CONTENTS, amount_cents=5_000_000)

    await says(desk, job_id, JobStatus.COMPLETED, REPAIRED_WALLS, chairs)

    assert await happened(desk, DecisionMade, PaymentOrdered) == []
    assert await desk.driver.dead_letters() == [
        ("not-of-this-job", "items must be of the kinds of damage that the job names")
    ]
    await says(desk, job_id, JobStatus.COMPLETED, REPAIRED_WALLS)
    (decision,) = await happened(desk, DecisionMade)
    assert [item.kind for item in decision.items] == [DamageKind.BUILDINGS]


async def test_damage_found_after_a_repair_is_paid_and_what_was_repaired_is_not(desk: ClaimsDesk) -> None:
    reported = report(damage=(WALLS,))
    job_id = await in_repair(desk, reported)
    await says(desk, job_id, JobStatus.COMPLETED, REPAIRED_WALLS)
    await desk.driver.published()
    walls, mould = (
        DamageItem(kind=DamageKind.BUILDINGS, amount_cents=cents, estimated_by=FactSource.HANDLER)
        for cents in (300_000, 150_000)
    )

    await desk.driver.report(corrected(reported, damage=(walls, mould)))

    decision, ordered = await happened(desk, DecisionMade, PaymentOrdered)
    # The firm collects the deductible: it is not taken off once more.
    assert decision.in_kind == InKind(
        repaired_cents=300_000, paid_before_cents=0, to_pay_cents=150_000, borne_by_customer_cents=25_000
    )
    assert ordered.amount_cents == 150_000


async def test_a_repair_for_less_than_a_handler_had_assessed_leaves_nothing_of_that_to_be_paid(
    desk: ClaimsDesk,
) -> None:
    reported = report(damage=(WALLS,))
    job_id = await in_repair(desk, reported)
    walls, cleaning = (
        DamageItem(kind=kind, amount_cents=cents, estimated_by=FactSource.HANDLER)
        for kind, cents in ((DamageKind.BUILDINGS, 320_000), (DamageKind.CLEANING, 40_000))
    )
    await desk.driver.report(assessed := corrected(reported, damage=(walls,)))
    await says(desk, job_id, JobStatus.COMPLETED, REPAIRED_WALLS)

    await desk.driver.report(corrected(assessed, damage=(walls, cleaning)))

    *_, decision, ordered = await happened(desk, DecisionMade, PaymentOrdered)
    assert decision.in_kind == InKind(repaired_cents=320_000, paid_before_cents=0, to_pay_cents=15_000)
    assert ordered.amount_cents == 15_000


async def test_repairs_of_before_stand_for_what_their_partners_said(desk: ClaimsDesk) -> None:
    await says(desk, await in_repair(desk, report(damage=(WALLS,))), JobStatus.COMPLETED, REPAIRED_WALLS)
    async with desk.driver.harness.pool.acquire() as connection:
        await connection.execute("ALTER TABLE repair_job DROP COLUMN repaired_cents")
        await connection.execute((MIGRATIONS / "0026_repaired.sql").read_text())

    assert [tuple(row) for row in await desk.driver.rows("SELECT repaired_cents FROM repair_job")] == [(300_000,)]
