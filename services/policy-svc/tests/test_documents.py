"""Documents by HTTP: on demand of any day, kept and listed, for whom they are."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from documents_told import CUSTOMER, terms_in_force
from msgspec.structs import replace
from policy_http import Policies, policies_answering
from pypdf import PdfReader

from chassis.unit_of_work import Work
from contracts.access import Role
from contracts.policy import PolicyChanged, PolicyCover, PolicyKind, PolicyTerms
from devstack.outside.issuer import Issuer
from policy_svc.domain.versions import CustomerVersionReason, VersionReason
from policy_svc.flows.versions import record
from policy_svc.repository import customers
from policy_svc.repository import policies as stored
from policy_svc.routes import documents as routes

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "policy-svc.json"
PATH = "/customers/123456"
HOME, CAR, HEALTH = f"{PATH}/policies/123456-531-04", f"{PATH}/policies/123456-211-01", f"{PATH}/policies/123456-999-01"


async def hold(policies: Policies, kind: PolicyKind, policy_number: str, *terms: PolicyTerms) -> PolicyChanged:
    """Store a customer and a policy, with terms that were recorded now."""
    async with policies.running.runtime.transaction() as work:
        await customers.save(
            work.connection,
            customers=[CUSTOMER],
            reason=CustomerVersionReason.IMPORTED,
            made_by="command",
            recorded_at=work.now,
        )
        holders = await customers.lock(work.connection, relation_numbers=["123456"])
        policy = PolicyChanged(
            policy_number=policy_number,
            version=1,
            customer_id=holders["123456"].customer_id,
            kind=kind,
            terms=tuple(replace(each, recorded_at=work.now) for each in terms),
        )
        owners, kinds = {policy_number: policy.customer_id}, {policy_number: kind}
        await stored.insert(work.connection, owners=owners, kinds=kinds, recorded_at=work.now)
        await _record(work, policy)
    return policy


async def _record(work: Work, policy: PolicyChanged) -> None:
    await record(
        work,
        known={},
        changed={policy.policy_number: policy},
        reason=VersionReason.APPLIED,
        made_by="test",
        recorded_at=work.now,
        trace=None,
    )


def read(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return text.replace("\u00a0", " ")


async def test_a_schedule_tells_of_its_day_and_is_kept_as_it_was_issued(policies: Policies) -> None:
    home = terms_in_force(PolicyKind.BUILDINGS)
    before = replace(home, ends_on=date(2026, 1, 1), deductible_cents=100_000)
    await hold(policies, PolicyKind.BUILDINGS, "123456-531-04", before, replace(home, effective_on=date(2026, 1, 1)))
    now = await policies.get(f"{HOME}/schedule")
    then = await policies.get(f"{HOME}/schedule", {"on": "2025-12-31", "language": "en"})
    again = await policies.get(f"{HOME}/schedule", {"on": "2025-12-31", "language": "en"})
    assert (now.status_code, now.headers["content-type"]) == (200, "application/pdf")
    assert now.headers["content-disposition"] == 'inline; filename="schedule-123456-531-04-2026-11-27.pdf"'
    assert "€ 250,00" in read(now.content)
    assert "€1,000.00" in read(then.content)
    assert again.content == then.content
    listed = (await policies.get(f"{PATH}/documents")).json()["items"]
    assert [(each["kind"], each["about_day"], each["language"]) for each in listed] == [
        ("schedule", "2025-12-31", "en"),
        ("schedule", "2026-11-27", "nl"),
    ]
    kept = await policies.get(f"{PATH}/documents/{listed[0]['document_id']}", role=Role.CLAIMS_HANDLER)
    assert kept.content == then.content
    seen = (await policies.get(f"{PATH}/access-records")).json()["items"]
    assert [(each["who"], each["details"].get("on")) for each in seen if each["operation"] == "documents.read"] == [
        ("claims-handler", "2025-12-31"),
        ("customer", None),
        ("customer", "2025-12-31"),
        ("customer", "2025-12-31"),
        ("customer", "2026-11-27"),
    ]


async def test_a_version_that_only_drops_a_period_is_dated_by_its_own_day(policies: Policies) -> None:
    home = terms_in_force(PolicyKind.BUILDINGS)
    again = replace(home, effective_on=date(2027, 3, 1))
    await hold(policies, PolicyKind.BUILDINGS, "123456-531-04", replace(home, ends_on=date(2027, 1, 1)), again)
    policies.clock.advance(timedelta(days=5))
    shown = await policies.post(f"{HOME}/change-previews", {"kind": "cancellation", "effective_on": "2027-02-01"})

    confirmed = await policies.post(f"{HOME}/change-previews/{shown.json()['preview_id']}/confirmation")

    confirmation = await policies.get(f"{PATH}/documents/{confirmed.json()['document_id']}")
    metadata = PdfReader(BytesIO(confirmation.content)).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == date(2026, 12, 2)
    told = " ".join(read((await policies.get(f"{HOME}/schedule")).content).split())
    assert "versie 2 van uw polis, vastgelegd op 2 december 2026" in told


async def test_nothing_is_listed_or_put_on_record_of_a_customer_that_nobody_is(policies: Policies) -> None:
    for path in ("documents", "access-records"):
        answer = await policies.get(f"/customers/765432/{path}", role=Role.SENIOR_HANDLER)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert await policies.running.pool.fetchval("SELECT count(*) FROM access_record") == 0


async def test_there_is_no_document_where_there_is_nothing_to_tell_or_not_for_who_asks(policies: Policies) -> None:
    home, car = terms_in_force(PolicyKind.BUILDINGS), terms_in_force(PolicyKind.CAR)
    await hold(policies, PolicyKind.BUILDINGS, "123456-531-04", home)
    await hold(policies, PolicyKind.CAR, "123456-211-01", car)
    await hold(
        policies, PolicyKind.HEALTH, "123456-999-01", replace(home, home=None, covers=(PolicyCover.BASIC_HEALTH,))
    )
    other = f"{PATH.replace('123456', '654321')}/policies/123456-531-04/schedule"
    for answer, expected in (
        (await policies.get(f"{HOME}/schedule", {"on": "2024-03-31"}), "nothing-insured-then"),
        (await policies.get(f"{HOME}/green-card"), "no-green-card"),
        (await policies.get(f"{HEALTH}/schedule"), "kept-elsewhere"),
        (await policies.get(f"{HOME}/schedule", relation_number="654321"), "not-found"),
        (await policies.get(other, relation_number="654321"), "not-found"),
        (await policies.get(f"{PATH}/policies/123456-531-05/schedule"), "not-found"),
        (await policies.get(f"{PATH}/documents/0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10"), "not-found"),
        (await policies.get(f"{HOME}/schedule", role=Role.OPERATOR), "forbidden"),
    ):
        assert answer.json()["type"] == f"/problems/{expected}"
    refusals = [
        (each["policy_number"], each["details"])
        for each in (await policies.get(f"{PATH}/access-records")).json()["items"][::-1]
        if "refused" in each["details"]
    ]
    assert refusals == [
        ("123456-531-04", {"document": "schedule", "on": "2024-03-31", "refused": "nothing-insured-then"}),
        ("123456-531-04", {"document": "green_card", "on": "2026-11-27", "refused": "no-green-card"}),
        ("123456-999-01", {"document": "schedule", "on": "2026-11-27", "refused": "kept-elsewhere"}),
    ]
    assert (await policies.get(f"{PATH}/documents")).json()["items"] == []
    card = await policies.get(f"{CAR}/green-card")
    assert "G-001-BB" in read(card.content)
    assert card.headers["content-language"] == "nl"
    (issued,) = (await policies.get(f"{PATH}/documents")).json()["items"]
    mine = f"{PATH.replace('123456', '654321')}/documents/{issued['document_id']}"
    assert (await policies.get(mine, relation_number="654321")).status_code == 404


async def test_a_green_card_waits_for_the_address_that_it_must_name(policies: Policies) -> None:
    await hold(policies, PolicyKind.CAR, "123456-211-01", terms_in_force(PolicyKind.CAR))
    await policies.running.pool.execute("UPDATE customer SET postcode = NULL, house_number = NULL, email = 'a@b.nl'")

    refused = await policies.get(f"{CAR}/green-card")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-postal-address")
    assert "postal address first" in refused.json()["detail"]
    assert (await policies.get(f"{PATH}/documents")).json()["items"] == []
    address = {"postal_address": {"postcode": "6011 RA", "house_number": "12"}}
    shown = await policies.post(f"{PATH}/personal-data-previews", address)
    await policies.post(f"{PATH}/personal-data-previews/{shown.json()['preview_id']}/confirmation")
    assert "6011 RA 12" in read((await policies.get(f"{CAR}/green-card")).content)


async def test_documents_on_demand_end_before_they_fill_the_disk_whoever_else_asks(
    policies: Policies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_A_DAY", 2)
    await hold(policies, PolicyKind.BUILDINGS, "123456-531-04", terms_in_force(PolicyKind.BUILDINGS))

    async def ask(day: str, role: Role = Role.CUSTOMER) -> int:
        headers = policies.token_of(role, subject=role)
        return (await policies.client.get(f"{HOME}/schedule?on=2026-11-{day}", headers=headers)).status_code

    of_handler = [await ask(day, Role.CLAIMS_HANDLER) for day in ("01", "02", "03", "01")]
    shown = await policies.post(f"{HOME}/change-previews", {"kind": "deductible", "deductible_cents": 50_000})
    await policies.post(f"{HOME}/change-previews/{shown.json()['preview_id']}/confirmation")
    of_customer = [await ask(day) for day in ("04", "05", "06")]
    policies.clock.advance(timedelta(days=1, seconds=1))

    assert of_handler == [200, 200, 429, 429]
    assert of_customer == [200, 200, 429]
    assert await ask("06") == 200


async def test_many_documents_asked_for_at_once_are_no_more_than_a_day_may_have(
    policies: Policies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_A_DAY", 1)
    await hold(policies, PolicyKind.BUILDINGS, "123456-531-04", terms_in_force(PolicyKind.BUILDINGS))
    days = [f"2026-11-{day}" for day in range(10, 18)]
    answers = await asyncio.gather(*(policies.get(f"{HOME}/schedule", {"on": day}) for day in days))
    assert sorted(answer.status_code for answer in answers) == [200] + [429] * (len(days) - 1)
    refused = {answer.json()["type"] for answer in answers if answer.status_code == 429}
    assert refused == {"/problems/too-many-documents"}


def test_every_answer_with_a_file_says_in_the_description_of_which_type_it_is() -> None:
    description = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    found = {
        operation["operationId"]: list(operation["responses"]["200"].get("content", ()))
        for path in description["paths"].values()
        for operation in path.values()
        if "200" in operation["responses"]
    }
    pdf = {name for name, types in found.items() if types == ["application/pdf"]}
    assert pdf == {"get_schedule", "get_green_card", "get_document", "get_policy_terms"}
    assert {name for name, types in found.items() if types != ["application/json"]} == pdf
    assert found["get_personal_data"] == ["application/json"]


async def test_policy_terms_are_for_everybody_up_to_a_limit(database: str, issuer: Issuer) -> None:
    async with policies_answering(database, issuer, reads_a_minute=1) as policies:
        answers = [await policies.get(f"/products/home-2021.1/{of}", role=None) for of in ("terms", "clauses")]
    assert [answer.status_code for answer in answers] == [200, 429]


async def test_policy_terms_are_for_everybody_as_pdf_and_clause_by_clause(policies: Policies) -> None:
    terms = await policies.get("/products/home-2021.1/terms", {"language": "en"}, role=None)
    clauses = (await policies.get("/products/home-2021.1/clauses", role=None)).json()
    assert "2.4" in read(terms.content)
    assert (terms.headers["content-language"], terms.headers["content-type"]) == ("en", "application/pdf")
    (rain,) = (
        clause["text"] for chapter in clauses["chapters"] for clause in chapter["clauses"] if clause["number"] == "2.4"
    )
    assert "Precies 40,0 mm is genoeg." in rain
    assert (await policies.get("/products/home-1999.1/terms", role=None)).status_code == 404
