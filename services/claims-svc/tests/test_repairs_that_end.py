"""A repair ends with what is covered of it, unless it is done: then it stands, and is never paid as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from claim_events import LOSS_AT, YES, corrected, policy, rainfall_answer, report
from claims_driver import OPENED_AT
from claims_http import COLLEAGUE, ClaimsDesk
from msgspec import to_builtins
from msgspec.structs import replace

from contracts.access import Role
from contracts.claims import DecisionMade, InKind, RainfallRequested
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.payments import PAYMENT_SETTLED, PaymentFailure, PaymentOrdered, PaymentOutcome, PaymentSettled
from contracts.repairs import (
    REPAIR_JOB_REPORTED,
    JobStatus,
    RepairAssigned,
    RepairContactReleased,
    RepairedItem,
    RepairJobReported,
    RepairRequested,
)
from contracts.topic import Event
from contracts.vocabulary import Fact, FactSource, Truth

PARTNER = "partner-droog"
SEWER = LossFacts(sewer_water_entered=YES, toilet_overflowed=Fact(value=Truth.FALSE))
WALLS, CHAIRS = report(damage_cents=300_000), report(damage_cents=80_000, kind=DamageKind.CONTENTS)
ASSESSED_WALLS = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=300_000, estimated_by=FactSource.HANDLER)
DONE = (RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=300_000),)
REPAIR = {"choice": "repair", "contact_may_be_given": True}
WHY = "It is one loss: I went to look."


async def happened(desk: ClaimsDesk, *kinds: type[Event]) -> list[Any]:
    return [event for event in await desk.driver.published() if isinstance(event, kinds)]


async def decided(desk: ClaimsDesk, *reports: LossReported, tenths_mm: int = 402) -> list[str]:
    """Report losses and have them decided on this rain; return the references of their claims."""
    await desk.driver.policy(policy())
    await desk.driver.report(*reports)
    for asked in await happened(desk, RainfallRequested):
        await desk.driver.rain(rainfall_answer(asked.claim_id, tenths_mm=tenths_mm))
    rows = await desk.driver.rows("SELECT claim_reference FROM claim ORDER BY claim_id")
    return [str(row["claim_reference"]) for row in rows]


async def says(desk: ClaimsDesk, job_id: UUID, status: JobStatus) -> None:
    items = DONE if status is JobStatus.COMPLETED else ()
    told = RepairJobReported(job_id=job_id, partner_id=PARTNER, status=status, items=items, reported_at=OPENED_AT)
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, told)


async def in_repair(desk: ClaimsDesk, reference: str) -> UUID:
    """Let the partner accept the repair of a claim, and return the job."""
    chosen = await desk.post(f"/customers/123456/claims/{reference}/repair", REPAIR)
    assert chosen.status_code == 200, chosen.text
    (asked,) = await happened(desk, RepairRequested)
    await says(desk, asked.job_id, JobStatus.ACCEPTED)
    await desk.driver.published()
    job_id: UUID = asked.job_id
    return job_id


async def agreed(desk: ClaimsDesk, reference: str, path: str, body: object) -> None:
    """Let one handler do something with a claim, and another one approve what needs a second person."""
    at_desk = f"/desk/claims/{reference}"
    done = await desk.post(f"{at_desk}/{path}", body, role=Role.CLAIMS_HANDLER)
    assert done.status_code in {200, 201}, done.text
    if proposal_id := done.json()["proposal_id"]:
        approval = f"{at_desk}/proposals/{proposal_id}/approval"
        approved = await desk.post(approval, {"reason": WHY}, role=Role.CLAIMS_HANDLER, subject=COLLEAGUE)
        assert approved.status_code == 200, approved.text


async def rule(desk: ClaimsDesk, reference: str, outcome: str, *, seen_version: int) -> None:
    ruling = {"route": "sewer_backflow", "outcome": outcome, "reason": WHY}
    await agreed(desk, reference, "rulings", {"claim_version": seen_version, "rulings": [ruling]})


async def paid_cents(desk: ClaimsDesk) -> int:
    ((cents,),) = await desk.driver.rows("SELECT coalesce(sum(amount_cents), 0)::bigint FROM payment")
    return int(cents)


async def test_a_job_ends_when_its_damage_is_denied_by_hand_and_no_partner_hears_why(desk: ClaimsDesk) -> None:
    (reference,) = await decided(desk, report(damage_cents=300_000, facts=SEWER), tenths_mm=0)
    await rule(desk, reference, "covered", seen_version=1)
    job_id = await in_repair(desk, reference)

    await rule(desk, reference, "denied", seen_version=2)

    withdrawn, ended = await happened(desk, RepairContactReleased, RepairAssigned, PaymentOrdered)
    assert (withdrawn.released, withdrawn.partner_id) == (False, PARTNER)
    assert to_builtins(ended).keys() == {"job_id", "partner_id", "assigned_at"}
    assert (ended.job_id, ended.partner_id) == (job_id, None)
    assert await desk.driver.rows("SELECT FROM messaging.timer WHERE kind = 'repair-not-accepted'") == []
    events = await desk.driver.rows("SELECT kind FROM repair_event ORDER BY place DESC LIMIT 1")
    assert [row["kind"] for row in events] == ["cancelled"]


async def test_what_a_repair_was_to_take_is_paid_when_it_is_covered_again_after_a_denial(desk: ClaimsDesk) -> None:
    reported = report(damage_cents=300_000, facts=SEWER)
    (reference,) = await decided(desk, reported, tenths_mm=0)
    await rule(desk, reference, "covered", seen_version=1)
    await in_repair(desk, reference)
    await desk.driver.report(corrected(reported, damage=(ASSESSED_WALLS,)))
    assert await paid_cents(desk) == 0
    await rule(desk, reference, "denied", seen_version=3)

    await rule(desk, reference, "covered", seen_version=4)

    assert await paid_cents(desk) == 300_000


async def test_what_is_repaired_stands_after_a_denial_by_hand_and_such_a_claim_is_not_taken_back(
    desk: ClaimsDesk,
) -> None:
    (reference,) = await decided(desk, report(damage_cents=300_000, facts=SEWER), tenths_mm=0)
    await rule(desk, reference, "covered", seen_version=1)
    job_id = await in_repair(desk, reference)
    await says(desk, job_id, JobStatus.COMPLETED)
    assert await paid_cents(desk) == 0

    shown = await desk.get(f"/desk/claims/{reference}/repair", role=Role.CLAIMS_HANDLER)
    assert (shown.json()["state"], shown.json()["partner"]) == ("completed", PARTNER)
    refused = await desk.post(f"/customers/123456/claims/{reference}/withdrawal", {})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/payment-was-ordered")
    await rule(desk, reference, "denied", seen_version=3)

    assert await happened(desk, RepairAssigned) == []
    ((state,),) = await desk.driver.rows("SELECT state FROM repair_job")
    assert state == "completed"
    records = await desk.driver.rows("SELECT details ->> 'job_id' FROM desk_action WHERE kind = 'repair_stands'")
    assert [tuple(row) for row in records] == [(str(job_id),)]


async def test_a_job_ends_with_the_claim_that_is_joined_and_its_money_is_due_where_it_went(desk: ClaimsDesk) -> None:
    chairs, walls = await decided(desk, CHAIRS, WALLS)
    await desk.driver.report(corrected(CHAIRS, damage=(CHAIRS.damage[0], ASSESSED_WALLS)))
    before = await paid_cents(desk)
    await in_repair(desk, walls)

    await agreed(desk, chairs, "joins", {"other": walls, "reason": WHY})

    (ended,) = await happened(desk, RepairAssigned)
    assert ended.partner_id is None
    assert await paid_cents(desk) - before <= 300_000


async def test_what_was_repaired_for_a_joined_claim_is_neither_paid_nor_repaired_again(desk: ClaimsDesk) -> None:
    chairs, walls = await decided(desk, CHAIRS, WALLS)
    await says(desk, await in_repair(desk, walls), JobStatus.COMPLETED)
    before = await paid_cents(desk)

    await agreed(desk, chairs, "joins", {"other": walls, "reason": WHY})
    dearer_chairs = replace(CHAIRS.damage[0], amount_cents=CHAIRS.damage[0].amount_cents + 40_000)
    await desk.driver.report(corrected(CHAIRS, damage=(dearer_chairs, ASSESSED_WALLS)))

    assert await paid_cents(desk) == before + 40_000
    view = await desk.get(f"/customers/123456/claims/{chairs}/repair")
    assert view.json()["offered"] is False


async def test_a_claim_to_which_one_was_joined_that_is_repaired_is_not_taken_back(desk: ClaimsDesk) -> None:
    small = report(damage_cents=20_000, kind=DamageKind.CONTENTS)
    chairs, walls = await decided(desk, small, WALLS)
    await says(desk, await in_repair(desk, walls), JobStatus.COMPLETED)
    await agreed(desk, chairs, "joins", {"other": walls, "reason": WHY})
    await desk.driver.rows("UPDATE payment SET failure = 'refused', ended_at = ordered_at")  # nothing was transferred

    refused = await desk.post(f"/customers/123456/claims/{chairs}/withdrawal", {})

    assert refused.status_code == 409, refused.text
    assert refused.json()["type"].endswith("/payment-was-ordered")


async def joined_before_its_first_decision(desk: ClaimsDesk, own: LossReported, *, other: str) -> None:
    """Report a loss, join another claim to the one it opens, and have that decided first of all on enough rain."""
    await desk.driver.report(own)
    (asked,) = await happened(desk, RainfallRequested)
    await agreed(desk, await desk.reference(), "joins", {"other": other, "reason": WHY})
    await desk.driver.published()
    await desk.driver.rain(rainfall_answer(asked.claim_id, tenths_mm=402, loss_at=own.loss.from_at))


async def test_money_of_a_joined_claim_that_never_arrived_is_ordered_with_the_first_decision_of_the_other(
    desk: ClaimsDesk,
) -> None:
    (walls,) = await decided(desk, report())
    (ordered,) = await desk.driver.rows("SELECT payment_id, amount_cents FROM payment")
    failed = PaymentSettled(
        payment_id=ordered["payment_id"],
        outcome=PaymentOutcome.FAILED,
        failure=PaymentFailure.ACCOUNT_CLOSED,
        ended_at=OPENED_AT,
    )
    await desk.driver.harness.deliver(PAYMENT_SETTLED, failed)

    await joined_before_its_first_decision(desk, report(loss_at=LOSS_AT + timedelta(hours=3)), other=walls)

    decision, again = await happened(desk, DecisionMade, PaymentOrdered)
    assert (decision.claim_version, decision.money.to_pay_cents) == (1, 0)
    assert again.amount_cents == ordered["amount_cents"]


async def test_a_first_decision_says_what_was_repaired_for_the_claim_that_was_joined_before(desk: ClaimsDesk) -> None:
    (walls,) = await decided(desk, WALLS)
    await says(desk, await in_repair(desk, walls), JobStatus.COMPLETED)

    later = report(damage_cents=300_000, loss_at=LOSS_AT + timedelta(hours=3))
    await joined_before_its_first_decision(desk, later, other=walls)

    (decision,) = await happened(desk, DecisionMade, PaymentOrdered)
    assert decision.in_kind == InKind(
        repaired_cents=300_000, paid_before_cents=0, to_pay_cents=0, borne_by_customer_cents=25_000
    )
