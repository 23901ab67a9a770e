"""The API of what is held: every answer is as described."""

from __future__ import annotations

import json
from argparse import Namespace
from base64 import b64encode
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from customer_data_told import told
from policy_http import CUSTOMER, NOW, Policies, policies_answering
from stored_policies import period, store
from tried_operations import BY_PARTNERS, DESCRIPTION, MISSED, OF_DOCUMENTS, OF_PERSONAL_DATA, OF_POLICIES

from contracts.access import Role
from contracts.personal_data import ASKED, CUSTOMER_DATA_PROVIDED, CustomerDataRequested
from contracts.policy import PolicyKind
from contracts.repairs import REPAIR_CONTACT_RELEASED, RepairContactReleased
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer
from policy_svc.commands import import_declarations
from policy_svc.routes import documents

PET, CAR, HOME = f"{CUSTOMER}-551-01", f"{CUSTOMER}-541-01", f"{CUSTOMER}-531-04"
DECLARATION = {
    "declaration_number": "D-2026-000123",
    "policy_number": PET,
    "practice": "Dierenkliniek De Voorbeeldhof",
    "treated_on": "2026-11-02",
    "received_on": "2026-11-04",
    "items": [{"treatment": "Vaccinatie", "declared_cents": 4_000}],
}
CAN_REFUSE_WHAT_IS_VALID = ("422",)
"""A day of another age, a moment in the future or before the first version: no schema can say so."""


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_answer_about_a_customer_s_insurances_is_as_described(policies: Policies, tmp_path: Path) -> None:
    await store(policies.running.runtime, PET, PolicyKind.PET, period(PolicyKind.PET, "2021-01-01"))
    file = tmp_path / "declarations.jsonl"
    file.write_text(json.dumps(DECLARATION))
    await import_declarations.run(Namespace(file=file, overwrite=False), policies.running.runtime)

    report = await fuzz(
        DESCRIPTION,
        url=str(policies.client.base_url),
        token=policies.token_of(Role.CUSTOMER)["Authorization"].removeprefix("Bearer "),
        parameters={
            "path.relation_number": CUSTOMER,
            "path.policy_number": PET,
            "path.declaration_number": "D-2026-000123",
        },
        only=OF_POLICIES,
        can_refuse=CAN_REFUSE_WHAT_IS_VALID,
    )
    assert MISSED not in report, report


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_answer_about_documents_and_about_all_data_is_as_described(
    database: str, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_A_DAY", 100_000)
    key = b64encode(b"1" * 32).decode()
    async with policies_answering(database, issuer, personal_data_keys=key) as policies:
        await store(policies.running.runtime, CAR, PolicyKind.CAR, period(PolicyKind.CAR, "2021-01-01"))
        await policies.running.pool.execute("UPDATE customer SET postcode = '6011RA', house_number = '12'")
        schedule = await policies.get(f"/customers/{CUSTOMER}/policies/{CAR}/schedule")
        assert schedule.status_code == 200
        (document,) = (await policies.get(f"/customers/{CUSTOMER}/documents")).json()["items"]

        report = await fuzz(
            DESCRIPTION,
            url=str(policies.client.base_url),
            token=policies.token_of(Role.CUSTOMER)["Authorization"].removeprefix("Bearer "),
            parameters={
                "path.relation_number": CUSTOMER,
                "path.policy_number": CAR,
                "path.document_id": document["document_id"],
                "path.export_id": await ready_export(policies),
            },
            only=[*OF_DOCUMENTS, *OF_PERSONAL_DATA],
            can_refuse=CAN_REFUSE_WHAT_IS_VALID,
            most_examples=10,
        )
        assert MISSED not in report, report


async def ready_export(policies: Policies) -> str:
    """Return the id of an export that every service has answered."""
    asked = await policies.post(f"/customers/{CUSTOMER}/personal-data-exports")
    events = await policies.running.published()
    (request,) = (event for event in events if isinstance(event, CustomerDataRequested))
    parts = [part for holder in ASKED for part in told(request, holder, b"{}")]
    await policies.running.deliver(CUSTOMER_DATA_PROVIDED, *parts)
    return str(asked.json()["export_id"])


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_answer_to_a_partner_is_as_described(policies: Policies) -> None:
    await store(policies.running.runtime, HOME, PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2019-04-01"))
    released = RepairContactReleased(
        job_id=uuid4(),
        policy_number=HOME,
        insured_on=date(2020, 7, 15),
        partner_id="partner-droog",
        released=True,
        changed_at=NOW,
    )
    await policies.running.deliver(REPAIR_CONTACT_RELEASED, released)

    report = await fuzz(
        DESCRIPTION,
        url=str(policies.client.base_url),
        token=policies.issuer.token(
            audience="policy-svc",
            role=Role.PARTNER,
            client=released.partner_id,
            subject=released.partner_id,
            scopes=["repair-contacts:read"],
        ),
        parameters={"path.job_id": str(released.job_id)},
        only=BY_PARTNERS,
        most_examples=10,
    )
    assert MISSED not in report, report
