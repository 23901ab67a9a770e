"""What a claim pays, and what is repaired instead: evidence that comes later, who pays, and firms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from at_the_desk import (
    BEARING,
    EMAIL,
    EXPENSIVE,
    HOUSE_NUMBER,
    IN_MAASTRICHT,
    MAASTRICHT,
    MOBILE_PHONE,
    NAME,
    OVER_LAND,
    POSTCODE,
    WET_DAY,
    Desk,
    Visitor,
    moment,
    own,
    partner,
    policy,
)

from contracts.claim_reports import REPORT_RECEIVED
from contracts.claims import DECISION_MADE
from contracts.loss_reports import DamageKind
from contracts.payments import PAYMENT_ORDERED, PAYMENT_SETTLED, PaymentFailure, PaymentOutcome, PaymentSettled
from contracts.repairs import (
    REPAIR_ASSIGNED,
    REPAIR_JOB_REPORTED,
    REPAIR_REQUESTED,
    AffectedArea,
    JobStatus,
    RepairedItem,
    RepairJobReported,
    RepairRequested,
    Urgency,
)
from contracts.topics import TOPICS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def firms(desk: Desk) -> AsyncIterator[tuple[Visitor, Visitor]]:
    """Two firms of the repair network, as they ask policy-svc whom to call."""
    platform = desk.whole.platform
    async with (
        httpx.AsyncClient(base_url=platform.auth_url, timeout=20) as accounts,
        httpx.AsyncClient(base_url=platform.policy_url, timeout=20) as policies,
    ):
        yield (
            await partner(desk.whole, accounts, policies, "firm-droog"),
            await partner(desk.whole, accounts, policies, "firm-snel"),
        )


async def test_a_corrected_policy_and_corrected_rain_pay_more_by_themselves_and_take_nothing_back(
    desk: Desk,
) -> None:
    corrected = policy(EXPENSIVE)
    by_policy, by_rain = [
        await desk.phoned(number, OVER_LAND, ("buildings", 150_000)) for number in (corrected, policy(IN_MAASTRICHT))
    ]
    assert [(await desk.claim(each))["outcome"] for each in (by_policy, by_rain)] == ["covered", "denied"]
    assert [await desk.paid(each) for each in (by_policy, by_rain)] == [[50_000], []]

    # In the customer's favour, at once and net of what was paid.
    await asyncio.gather(desk.correct_policy(corrected, deductible_cents=BEARING), desk.rain(MAASTRICHT, at_noon=41))
    for reference, payments in ((by_policy, [50_000, 75_000]), (by_rain, [125_000])):
        await desk.until_claim(reference, lambda claim: claim["claim_version"] == 2, what="a second decision")
        assert (await desk.claim(reference))["payable_cents"] == sum(payments)
        assert await desk.paid(reference) == payments
        assert "evidence_raised" not in await desk.kinds(reference)

    # Against the customer: the decision stands, a handler looks, nothing is clawed back.
    await asyncio.gather(desk.correct_policy(corrected, deductible_cents=50_000), desk.rain(MAASTRICHT, at_noon=32))
    for reference, payments in ((by_policy, [50_000, 75_000]), (by_rain, [125_000])):
        seen = await desk.until_claim(reference, lambda claim: claim["evidence_against"], what="evidence")
        assert (seen["claim_version"], seen["outcome"]) == (2, "covered")
        assert reference in await desk.queued(cause="evidence_against")
        upheld = {"claim_version": 2, "reason": "Wij komen op onze toezegging niet terug"}
        await desk.handler.post(f"/desk/claims/{reference}/upholdings", upheld, status=200)
        assert reference not in await desk.queued()
        assert await desk.paid(reference) == payments
        assert (await desk.kinds(reference))[-1] == "upheld"


async def test_a_payment_is_ordered_once_and_again_only_when_it_failed(desk: Desk) -> None:
    reference = await desk.phoned(policy("09"), OVER_LAND, ("buildings", 143_210))
    cents = 143_210 - BEARING
    first = await desk.outside.find(PAYMENT_ORDERED, lambda order: order.claim_reference == reference)
    assert first.amount_cents == cents
    await desk.mail_about(reference, "1.182,10")

    # It fails: a handler orders again, once.
    await settle(desk, first.payment_id, PaymentFailure.ACCOUNT_CLOSED)
    await desk.eventually(
        lambda: desk.queued(cause="payment_failed"), lambda waiting: reference in waiting, what="a failed payment"
    )
    again = await desk.handler.post(f"/desk/claims/{reference}/payments", status=201)
    assert again == {"amount_cents": cents}
    assert await desk.handler.refused("POST", f"/desk/claims/{reference}/payments") == "nothing-to-pay"
    second = await desk.outside.find(
        PAYMENT_ORDERED,
        lambda order: order.claim_reference == reference and order.payment_id != first.payment_id,
    )
    assert second.amount_cents == cents

    # It is transferred, which is told twice and counts once.
    for _ in range(2):
        await settle(desk, second.payment_id)
    made = await desk.eventually(
        lambda: desk.customer.get(f"{own(reference)}/payments"),
        lambda answer: answer["payments"][-1]["state"] == "settled",
        what="a settled payment",
    )
    assert [payment["state"] for payment in made["payments"]] == ["failed", "settled"]
    told = (await desk.customer.get(f"{own(reference)}/timeline", limit="100"))["items"]
    assert [entry["text"] for entry in told if entry["kind"] == "payment_settled"] == ["€ 1.182,10 is overgemaakt."]
    ordered = [record for record in await desk.records(PAYMENT_ORDERED) if reference.encode() in record]
    assert len(ordered) == 2


async def test_a_repair_goes_from_firm_to_firm_and_only_who_has_it_and_is_agreed_to_learns_whom_to_call(
    desk: Desk, firms: tuple[Visitor, Visitor]
) -> None:
    droog, snel = firms
    reference = await desk.phoned(policy("10"), OVER_LAND, ("buildings", 420_000))
    repair = f"{own(reference)}/repair"
    assert (await desk.customer.get(repair))["offered"] is True
    chosen = {"choice": "repair", "contact_may_be_given": False, "areas": ["cellar"], "urgency": "urgent"}
    await desk.customer.post(repair, chosen, status=200)
    job = await desk.outside.find(REPAIR_REQUESTED, lambda job: job.claim_reference == reference)
    assert (job.postcode_area, job.areas, job.urgency) == (POSTCODE[:4], (AffectedArea.CELLAR,), Urgency.URGENT)
    contact = f"/repair-jobs/{job.job_id}/contact"

    async def state() -> tuple[str, str | None]:
        seen = await desk.customer.get(repair)
        return seen["state"], seen["partner"]

    async def reached(firm: Visitor) -> int:
        return (await firm.send("GET", contact)).status_code

    # One declines, another accepts, a third is too late.
    await tell(desk, job, "firm-droog", JobStatus.DECLINED)
    await tell(desk, job, "firm-snel", JobStatus.ACCEPTED)
    await desk.eventually(state, lambda seen: seen == ("accepted", "firm-snel"), what="a firm that accepts")
    await tell(desk, job, "firm-droog", JobStatus.ACCEPTED)
    assigned = await desk.eventually(
        lambda: assignments(desk, job), lambda told: len(told) == 2, what="an answer to the firm that was late"
    )
    assert all(b'"firm-snel"' in record for record in assigned)

    # Whom to call: nobody learns it before the customer agrees, and only the firm that has the job does then.
    assert [await reached(firm) for firm in firms] == [404, 404]
    await desk.customer.post(repair, {**chosen, "contact_may_be_given": True}, status=200)
    await desk.eventually(lambda: reached(snel), lambda status: status == 200, what="leave to call")
    assert (await snel.get(contact))["mobile_phone"] == f"+{MOBILE_PHONE}"
    assert await reached(droog) == 404

    # It is repaired: that assesses the damage, in kind; nobody needs to call any more.
    repaired = RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=395_000)
    await tell(desk, job, "firm-snel", JobStatus.COMPLETED, repaired)
    await desk.eventually(state, lambda seen: seen == ("completed", "firm-snel"), what="a completed repair")
    await desk.eventually(lambda: reached(snel), lambda status: status == 404, what="the end of the leave to call")
    (item,) = (await desk.claim(reference))["items"]
    assert (item["amount_cents"], item["estimated_by"]) == (395_000, "repair_partner")
    assert await desk.paid(reference) == []

    # The Salvage Foundation came, too.
    called = {"called_at": moment(WET_DAY).isoformat(), "note": "Kelder leeggepompt"}
    await desk.handler.post(f"/desk/claims/{reference}/salvage-calls", called, status=201)
    (call,) = (await desk.customer.get(f"{own(reference)}/salvage-calls"))["calls"]
    assert call["note"] == called["note"]
    happened = await desk.kinds(reference)
    assert [kind for kind in happened if kind.startswith(("repair_", "salvage_"))] == [
        *(
            "repair_offered",
            "repair_requested",
            "repair_accepted",
            "repair_agreed",
            "repair_completed",
            "repair_contact_closed",
            "salvage_called",
        ),
    ]


async def test_topics_that_partners_read_hold_nothing_of_a_person(desk: Desk) -> None:
    """After the stories above: every record on every topic of which somebody outside reads."""
    house, spaced = f'"{HOUSE_NUMBER}"', f"{POSTCODE[:4]} {POSTCODE[4:]}"
    personal = (*NAME.split(), EMAIL, MOBILE_PHONE, MOBILE_PHONE[2:], POSTCODE, spaced, house)
    outside = {"upstream", "payments", "repair-partners", "witnesses"}
    topics = [topic for topic in TOPICS if outside & set(topic.consumers)]

    records = {topic.name: await desk.records(topic) for topic in topics}

    expected = {
        REPAIR_REQUESTED.name,
        REPAIR_ASSIGNED.name,
        PAYMENT_ORDERED.name,
        DECISION_MADE.name,
        REPORT_RECEIVED.name,
    }
    assert all(records[name] for name in expected)
    assert any(POSTCODE[:4].encode() in record for record in records[REPAIR_REQUESTED.name])
    found = [
        (name, word)
        for name, sent in records.items()
        for record in sent
        for word in personal
        if word.lower().encode() in record.lower()
    ]
    assert found == []


async def settle(desk: Desk, payment_id: UUID, failure: PaymentFailure | None = None) -> None:
    """Tell how a payment ended, as who pays does."""
    outcome = PaymentOutcome.SETTLED if failure is None else PaymentOutcome.FAILED
    settled = PaymentSettled(payment_id=payment_id, outcome=outcome, failure=failure, ended_at=datetime.now(UTC))
    await desk.outside.send(PAYMENT_SETTLED, settled)


async def tell(desk: Desk, job: RepairRequested, firm: str, status: JobStatus, *items: RepairedItem) -> None:
    """Tell something of a job, as the repair network does."""
    told = RepairJobReported(
        job_id=job.job_id, partner_id=firm, status=status, items=items, reported_at=datetime.now(UTC)
    )
    await desk.outside.send(REPAIR_JOB_REPORTED, told)


async def assignments(desk: Desk, job: RepairRequested) -> list[bytes]:
    """Return what was told of whose job it is."""
    return [record for record in await desk.records(REPAIR_ASSIGNED) if str(job.job_id).encode() in record]
