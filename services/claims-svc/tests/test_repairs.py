"""Repair instead of money: chosen by a customer, taken by the first partner, and what it cost assesses the damage."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from claim_events import POLICY_NUMBER, corrected, policy, rainfall_answer, report
from claims_driver import OPENED_AT
from claims_http import ClaimsDesk
from msgspec.structs import replace

from contracts.access import Role
from contracts.claim_messages import ClaimMessageRequested, ClaimOccasion
from contracts.claims import DecisionMade, InKind
from contracts.codec import to_json
from contracts.loss_reports import DamageItem, DamageKind, LossReported
from contracts.payments import PAYMENT_SETTLED, PaymentFailure, PaymentOrdered, PaymentOutcome, PaymentSettled
from contracts.repairs import (
    REPAIR_JOB_REPORTED,
    AffectedArea,
    JobStatus,
    RepairAssigned,
    RepairContactReleased,
    RepairedItem,
    RepairJobReported,
    RepairRequested,
    Urgency,
)
from contracts.topic import Event
from contracts.vocabulary import FactSource, WaterRoute

FIRST, SECOND = "partner-droog", "partner-herstel"
REPAIR = {"choice": "repair", "contact_may_be_given": True, "areas": ["cellar"], "urgency": "urgent"}
MUCH = (
    DamageItem(kind=DamageKind.BUILDINGS, amount_cents=300_000),
    DamageItem(kind=DamageKind.CLEANING, amount_cents=40_000),
)


async def decided(desk: ClaimsDesk, reported: LossReported) -> str:
    """Report a loss that heavy rain covers; return where the repair of its claim is asked for."""
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(reported)
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    return f"/customers/123456/claims/{await desk.reference()}"


async def happened(desk: ClaimsDesk, *kinds: type[Event]) -> list[Any]:
    return [event for event in await desk.driver.published() if isinstance(event, kinds)]


async def says(
    desk: ClaimsDesk, job_id: UUID, status: JobStatus, *, partner: str = FIRST, items: tuple[RepairedItem, ...] = ()
) -> None:
    told = RepairJobReported(job_id=job_id, partner_id=partner, status=status, items=items, reported_at=OPENED_AT)
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, told)


async def test_a_repair_from_the_choice_to_its_completion(desk: ClaimsDesk) -> None:
    claim = await decided(desk, report(damage=MUCH))
    assert (await desk.get(f"{claim}/repair")).json()["offered"] is True
    await happened(desk)

    assert (await desk.post(f"{claim}/repair", REPAIR)).json()["state"] == "requested"
    (asked,) = await happened(desk, RepairRequested, RepairContactReleased)
    assert (asked.postcode_area, asked.routes) == ("6011", (WaterRoute.INDIRECT_PRECIPITATION,))
    assert (asked.kinds, asked.areas, asked.urgency) == (
        (DamageKind.BUILDINGS,),
        (AffectedArea.CELLAR,),
        Urgency.URGENT,
    )
    told = to_json(asked).decode()
    assert not [secret for secret in (str(policy().customer_id), POLICY_NUMBER, "6011R") if secret in told]

    await says(desk, asked.job_id, JobStatus.ACCEPTED)
    assigned, released = await happened(desk, RepairAssigned, RepairContactReleased)
    assert (assigned.partner_id, released.partner_id, released.released) == (FIRST, FIRST, True)
    assert (released.policy_number, released.insured_on) == (POLICY_NUMBER, date(2021, 7, 15))
    await says(desk, asked.job_id, JobStatus.ACCEPTED, partner=SECOND)
    (late,) = await happened(desk, RepairAssigned, RepairContactReleased)
    assert late.partner_id == FIRST

    cost = (RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=312_000),)
    await says(desk, asked.job_id, JobStatus.COMPLETED, partner=SECOND, items=cost)
    assert [code for code, _ in await desk.driver.dead_letters()] == ["job-of-somebody-else"]
    await happened(desk)
    await says(desk, asked.job_id, JobStatus.COMPLETED, items=cost)
    await says(desk, asked.job_id, JobStatus.COMPLETED, items=cost)
    over, decision, *payments = await happened(desk, RepairContactReleased, DecisionMade, PaymentOrdered)
    assert over.released is False
    assert [item.amount_cents for item in decision.items] == [312_000, 40_000]
    assert decision.money.payable_cents is not None
    assert decision.in_kind == InKind(repaired_cents=312_000, paid_before_cents=0, to_pay_cents=15_000)
    assert [ordered.amount_cents for ordered in payments] == [decision.money.payable_cents - 312_000]
    assert (await desk.post(f"{claim}/repair", {"choice": "money"})).json()["type"].endswith("/repair-completed")


async def test_what_no_payment_is_left_to_take_the_deductible_off_its_customer_pays_the_repair_firm(
    desk: ClaimsDesk,
) -> None:
    reported = report(damage=MUCH[:1])
    claim = await decided(desk, reported)
    await desk.post(f"{claim}/repair", REPAIR)
    (asked,) = await happened(desk, RepairRequested)
    await says(desk, asked.job_id, JobStatus.ACCEPTED)
    cost = (RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=312_000),)
    await says(desk, asked.job_id, JobStatus.COMPLETED, items=cost)

    (decision,) = await happened(desk, DecisionMade, PaymentOrdered)
    assert decision.in_kind == InKind(
        repaired_cents=312_000, paid_before_cents=0, to_pay_cents=0, borne_by_customer_cents=25_000
    )

    more = DamageItem(kind=DamageKind.CLEANING, amount_cents=40_000, estimated_by=FactSource.HANDLER)
    costs = replace(MUCH[0], amount_cents=312_000, estimated_by=FactSource.HANDLER)
    await desk.driver.report(corrected(reported, damage=(costs, more)))
    decision, ordered = await happened(desk, DecisionMade, PaymentOrdered)
    # The firm collects it: it is not taken off once more.
    assert decision.in_kind == InKind(
        repaired_cents=312_000, paid_before_cents=0, to_pay_cents=40_000, borne_by_customer_cents=25_000
    )
    assert ordered.amount_cents == 40_000


async def test_who_can_choose_repair_is_told_so_once(desk: ClaimsDesk) -> None:
    reported = report(damage=MUCH)
    claim = await decided(desk, reported)
    more = (*MUCH, DamageItem(kind=DamageKind.CONTENTS, amount_cents=10_000))
    await desk.driver.report(corrected(reported, damage=more))

    told = await happened(desk, ClaimMessageRequested)
    assert [each.occasion for each in told].count(ClaimOccasion.REPAIR_OFFERED) == 1
    entries = (await desk.get(f"{claim}/timeline")).json()["items"]
    assert [entry["text"] for entry in entries if entry["kind"] == "repair_offered"] == [
        "U kunt de schade laten herstellen, in plaats van geld te krijgen."
    ]


async def test_repair_is_offered_neither_for_what_is_paid_nor_for_what_the_deductible_takes(desk: ClaimsDesk) -> None:
    for cents in (184_000, 20_000):
        claim = await decided(desk, report(damage_cents=cents))
        assert (await desk.get(f"{claim}/repair")).json()["offered"] is False
        told = await happened(desk, ClaimMessageRequested)
        assert ClaimOccasion.REPAIR_OFFERED not in [each.occasion for each in told]


async def test_nobody_learns_how_to_call_before_the_customer_agrees(desk: ClaimsDesk) -> None:
    claim = await decided(desk, report(damage=MUCH))
    await desk.post(f"{claim}/repair", {**REPAIR, "contact_may_be_given": False})
    (asked,) = await happened(desk, RepairRequested)

    await says(desk, asked.job_id, JobStatus.ACCEPTED)
    assert await happened(desk, RepairContactReleased) == []

    await desk.post(f"{claim}/repair", REPAIR)
    (released,) = await happened(desk, RepairContactReleased, RepairRequested)
    assert released.released is True


async def test_a_job_that_is_given_back_is_asked_again_and_its_partner_may_call_no_more(desk: ClaimsDesk) -> None:
    claim = await decided(desk, report(damage=MUCH))
    await desk.post(f"{claim}/repair", REPAIR)
    (asked,) = await happened(desk, RepairRequested)
    await says(desk, asked.job_id, JobStatus.ACCEPTED)
    await happened(desk)

    await says(desk, asked.job_id, JobStatus.DECLINED, partner=SECOND)
    assert await happened(desk) == []
    await says(desk, asked.job_id, JobStatus.DECLINED)
    withdrawn, again = await happened(desk, RepairContactReleased, RepairRequested)
    assert (withdrawn.released, withdrawn.partner_id, again.job_id) == (False, FIRST, asked.job_id)
    assert (await desk.get(f"{claim}/repair")).json()["state"] == "requested"


async def test_what_would_be_repaired_is_held_back_and_paid_when_nobody_takes_the_job(desk: ClaimsDesk) -> None:
    reported = report(damage=MUCH)
    claim = await decided(desk, reported)
    await desk.post(f"{claim}/repair", REPAIR)
    (asked,) = await happened(desk, RepairRequested)
    assessed = tuple(replace(item, estimated_by=FactSource.HANDLER) for item in MUCH)
    await desk.driver.report(corrected(reported, damage=assessed))
    decision, in_money = await happened(desk, DecisionMade, PaymentOrdered)
    assert decision.in_kind == InKind(repaired_cents=300_000, paid_before_cents=0, to_pay_cents=15_000)
    assert in_money.amount_cents == 40_000 - 25_000

    await desk.driver.wait(days=3)
    ended, ordered = await happened(desk, RepairAssigned, PaymentOrdered)
    assert (ended.partner_id, ordered.amount_cents) == (None, 300_000)
    cost = (RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=300_000),)
    await says(desk, asked.job_id, JobStatus.COMPLETED, items=cost)
    assert [code for code, _ in await desk.driver.dead_letters()] == ["job-of-somebody-else"]
    await says(desk, asked.job_id, JobStatus.ACCEPTED)
    (too_late,) = await happened(desk, RepairAssigned)
    assert too_late.partner_id is None
    shown = (await desk.get(f"{claim}/repair")).json()
    assert (shown["offered"], shown["state"], shown["partner"]) == (False, "ended", None)


async def test_who_chooses_money_after_all_takes_the_job_and_the_contact_back(desk: ClaimsDesk) -> None:
    claim = await decided(desk, report(damage=MUCH))
    await desk.post(f"{claim}/repair", REPAIR)
    (asked,) = await happened(desk, RepairRequested)
    await says(desk, asked.job_id, JobStatus.ACCEPTED)
    await happened(desk)

    assert (await desk.post(f"{claim}/repair", {"choice": "money"})).json()["state"] == "ended"
    withdrawn, ended = await happened(desk, RepairContactReleased, RepairAssigned)
    assert (withdrawn.released, withdrawn.partner_id, ended.partner_id) == (False, FIRST, None)
    assert (await desk.post(f"{claim}/repair", REPAIR)).json()["state"] == "requested"


async def test_a_job_ends_with_a_claim_that_is_taken_back(desk: ClaimsDesk) -> None:
    claim = await decided(desk, report(damage=MUCH[:1]))
    await desk.post(f"{claim}/repair", REPAIR)
    await happened(desk)
    assert (await desk.post(f"{claim}/withdrawal", {})).status_code == 200
    ended, *paid = await happened(desk, RepairAssigned, PaymentOrdered)
    assert (ended.partner_id, paid) == (None, [])


async def test_what_is_paid_already_is_not_repaired_as_well(desk: ClaimsDesk) -> None:
    claim = await decided(desk, report(damage_cents=184_000))
    assert (await desk.get(f"{claim}/repair")).json()["offered"] is False
    refused = await desk.post(f"{claim}/repair", REPAIR)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "repair-not-offered")
    assert (await desk.post(f"{claim}/repair", REPAIR, relation_number="654321")).status_code == 404
    assert (await desk.post(f"{claim}/repair", {"choice": "money"})).json()["state"] is None


async def test_a_job_that_nobody_asked_for_is_refused(desk: ClaimsDesk) -> None:
    await says(desk, uuid4(), JobStatus.ACCEPTED)
    assert [code for code, _ in await desk.driver.dead_letters()] == ["job-unknown"]


async def test_a_payment_is_shown_and_ordered_again_only_after_it_failed(desk: ClaimsDesk) -> None:
    claim = await decided(desk, report(damage_cents=184_000))
    at_desk = claim.replace("/customers/123456", "/desk") + "/payments"
    (ordered,) = await happened(desk, PaymentOrdered)
    assert ordered.amount_cents == 159_000
    assert [payment["state"] for payment in (await desk.get(f"{claim}/payments")).json()["payments"]] == ["ordered"]
    refused = await desk.post(at_desk, role=Role.CLAIMS_HANDLER)
    assert refused.json()["type"].endswith("/nothing-to-pay")

    failed = PaymentSettled(
        payment_id=ordered.payment_id,
        outcome=PaymentOutcome.FAILED,
        failure=PaymentFailure.ACCOUNT_UNKNOWN,
        ended_at=OPENED_AT,
    )
    await desk.driver.harness.deliver(PAYMENT_SETTLED, failed)
    assert (await desk.post(at_desk, role=Role.CUSTOMER)).status_code == 403
    assert (await desk.post(at_desk, role=Role.CLAIMS_HANDLER)).json() == {"amount_cents": 159_000}
    (again,) = await happened(desk, PaymentOrdered)
    assert again.payment_id != ordered.payment_id
    shown = (await desk.get(f"{claim}/payments")).json()["payments"]
    assert [(payment["state"], payment["failure"]) for payment in shown] == [
        ("failed", "account_unknown"),
        ("ordered", None),
    ]
    assert await desk.driver.rows("SELECT FROM desk_case WHERE 'payment_failed' = ANY (causes)") == []


async def test_a_call_of_the_salvage_foundation_is_recorded_and_shown(desk: ClaimsDesk) -> None:
    claim = await decided(desk, report())
    at_desk = claim.replace("/customers/123456", "/desk") + "/salvage-calls"
    call = {"called_at": "2021-07-15T03:10:00+02:00", "note": "Water pumped out."}

    assert (await desk.post(at_desk, call, role=Role.CLAIMS_HANDLER)).status_code == 201
    future = await desk.post(at_desk, {"called_at": "2199-01-01T00:00:00Z"}, role=Role.CLAIMS_HANDLER)
    assert future.json()["type"].endswith("/called-in-the-future")
    (shown,) = (await desk.get(f"{claim}/salvage-calls")).json()["calls"]
    assert (shown["called_at"], shown["note"]) == ("2021-07-15T01:10:00Z", "Water pumped out.")
