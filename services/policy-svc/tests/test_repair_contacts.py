"""How a customer is reached is told to the partner who has the job, while the customer agrees, and to nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from httpx import Response
from policy_http import CUSTOMER, NOW, Policies
from stored_policies import period, store

from contracts.access import Role
from contracts.policy import PolicyKind
from contracts.repairs import REPAIR_CONTACT_RELEASED, RepairContactReleased

JOB, PARTNER = uuid4(), "partner-droog"
POLICY_NUMBER = f"{CUSTOMER}-531-04"


def word(*, released: bool, partner: str = PARTNER, minutes: int = 0) -> RepairContactReleased:
    return RepairContactReleased(
        job_id=JOB,
        policy_number=POLICY_NUMBER,
        insured_on=date(2020, 7, 15),
        partner_id=partner,
        released=released,
        changed_at=NOW + timedelta(minutes=minutes),
    )


async def read(policies: Policies, *, client: str = PARTNER, role: Role = Role.PARTNER, job: UUID = JOB) -> Response:
    scopes = ["repair-contacts:read"]
    token = policies.issuer.token(audience="policy-svc", role=role, client=client, subject=client, scopes=scopes)
    headers = {"Authorization": f"Bearer {token}"}
    return await policies.client.get(f"/repair-jobs/{job}/contact", headers=headers)


async def test_only_the_partner_who_has_the_job_reads_the_contact_and_the_customer_sees_that(
    policies: Policies,
) -> None:
    terms = period(PolicyKind.BUILDINGS, "2019-04-01")
    await store(policies.running.runtime, POLICY_NUMBER, PolicyKind.BUILDINGS, terms)
    assert (await read(policies)).status_code == 404

    await policies.running.deliver(REPAIR_CONTACT_RELEASED, word(released=True))
    answer = await read(policies)
    assert answer.json() == {
        "name": "J. Voorbeeld",
        "email": "j.voorbeeld@example.org",
        "mobile_phone": answer.json()["mobile_phone"],
        "language": "nl",
        "home": {"postcode": "6011RA", "house_number": "12"},
    }
    assert (await read(policies, client="partner-herstel")).status_code == 404
    assert (await read(policies, job=uuid4())).status_code == 404
    assert (await read(policies, role=Role.CLAIMS_HANDLER)).status_code == 403
    (seen,) = (await policies.get(f"/customers/{CUSTOMER}/access-records")).json()["items"]
    assert (seen["who_in_words"], seen["operation"], seen["policy_number"]) == (
        "Een herstelbedrijf",
        "repair-contacts.read",
        POLICY_NUMBER,
    )


async def test_what_was_taken_back_stays_so_and_another_partner_can_follow(policies: Policies) -> None:
    terms = period(PolicyKind.BUILDINGS, "2019-04-01")
    await store(policies.running.runtime, POLICY_NUMBER, PolicyKind.BUILDINGS, terms)
    await policies.running.deliver(REPAIR_CONTACT_RELEASED, word(released=True), word(released=False, minutes=1))
    assert (await read(policies)).status_code == 404

    await policies.running.deliver(REPAIR_CONTACT_RELEASED, word(released=True))
    assert (await read(policies)).status_code == 404
    await policies.running.deliver(REPAIR_CONTACT_RELEASED, word(released=True, partner="partner-herstel", minutes=2))
    assert (await read(policies, client="partner-herstel")).status_code == 200
    assert (await read(policies)).status_code == 404
