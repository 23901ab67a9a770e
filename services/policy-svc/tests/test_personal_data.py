"""A customer gets one file with all that is held about them, from every service, and nobody else does."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from customer_data_told import told
from msgspec.structs import replace
from policy_http import CUSTOMER, Policies, policies_answering
from stored_policies import period, store

from chassis.sealing import Opener, Sealer
from contracts.access import Role
from contracts.message_requests import CustomerMessageRequested, Occasion
from contracts.personal_data import (
    ASKED,
    CUSTOMER_DATA_PROVIDED,
    CustomerDataProvided,
    CustomerDataRequested,
    Holder,
)
from contracts.policy import PolicyKind
from devstack.outside.issuer import Issuer
from policy_svc.repository.customer_data import NOTHING_OF_CUSTOMERS, SECTIONS

KEY, OTHER_KEY = (b64encode(bytes([number]) * 32).decode() for number in (1, 2))
PATH = f"/customers/{CUSTOMER}/personal-data-exports"
POLICY = "123456-531-04"


@pytest.fixture
async def asking(database: str, issuer: Issuer) -> AsyncIterator[Policies]:
    """The service with a key, and a customer with a policy."""
    async with policies_answering(database, issuer, personal_data_keys=KEY) as answering:
        await store(answering.running.runtime, POLICY, PolicyKind.CONTENTS, period(PolicyKind.CONTENTS, "2026-01-01"))
        await answering.running.published()
        yield answering


async def ask(asking: Policies) -> tuple[str, CustomerDataRequested]:
    """Ask for everything; return the export's path and what services were asked."""
    response = await asking.post(PATH)
    assert (response.status_code, response.json()["state"]) == (202, "collecting")
    (request,) = await asking.running.published()
    assert isinstance(request, CustomerDataRequested)
    return f"{PATH}/{response.json()['export_id']}", request


async def deliver(asking: Policies, *parts: CustomerDataProvided) -> None:
    await asking.running.deliver(CUSTOMER_DATA_PROVIDED, *parts)


async def occasions(asking: Policies) -> list[Occasion]:
    events = await asking.running.published()
    return [event.occasion for event in events if isinstance(event, CustomerMessageRequested)]


async def refused(asking: Policies) -> list[str]:
    rows = await asking.running.pool.fetch("SELECT reason_code, value FROM messaging.dead_letter")
    assert {row["value"] for row in rows} <= {None}
    return [row["reason_code"] for row in rows]


async def test_the_last_answer_makes_the_file_ready_and_a_mail_says_so(asking: Policies) -> None:
    path, request = await ask(asking)
    assert (request.relation_number, request.policy_numbers) == (CUSTOMER, (POLICY,))
    assert (await asking.get(f"{path}/file")).json()["type"] == "/problems/export-not-ready"

    parts = [part for holder in ASKED for part in told(request, holder, b'{"name": "\xc3', b'\xa9"}')]
    await deliver(asking, *parts[::-1][1:])
    assert await occasions(asking) == []
    await deliver(asking, *parts)  # what came before comes again
    assert await occasions(asking) == [Occasion.PERSONAL_DATA_READY]

    response = await asking.get(f"{path}/file")
    assert "attachment" in response.headers["Content-Disposition"]
    file = json.loads(response.text)
    assert list(file) == ["about", *(holder.value for holder in Holder)]
    assert (file["about"]["missing"], [file[holder.value] for holder in ASKED]) == ([], [{"name": "\u00e9"}] * 3)
    own = file["policy-svc"]
    assert [one["policy_number"] for one in own["policies"]] == [POLICY]
    assert own["what_was_insured"][0]["insured"]["home"]["postcode"] == "6011RA"
    for history in ("personal_data_now_and_before", "why_it_was_changed"):
        assert [(one["version"], one["reason"], one["made_by"]) for one in own[history]] == [(1, "imported", "command")]
    assert await refused(asking) == []
    records = (await asking.get(f"/customers/{CUSTOMER}/access-records")).json()["items"]
    assert [record["details"]["what"] for record in records] == ["downloaded", "requested"]


async def test_who_has_not_answered_within_a_day_is_named_and_comes_too_late(asking: Policies) -> None:
    path, request = await ask(asking)
    await deliver(asking, *told(request, Holder.AUTH, b"{}"), told(request, Holder.CLAIMS, b"[", b"]")[0])

    asking.clock.at += timedelta(hours=24)
    await asking.running.fire_due_timers()
    assert await occasions(asking) == [Occasion.PERSONAL_DATA_READY]
    await deliver(asking, *told(request, Holder.CLAIMS, b"[", b"]"), *told(request, Holder.NOTIFY, b"{}"))

    file = json.loads((await asking.get(f"{path}/file")).text)
    assert file["about"]["missing"] == ["claims-svc", "notify-svc"]
    assert set(file) == {"about", "policy-svc", "auth-svc"}
    assert await occasions(asking) == []


async def test_the_file_is_deleted_after_seven_days_and_another_can_be_asked_for(asking: Policies) -> None:
    path, request = await ask(asking)
    again = await asking.post(PATH)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/asked-lately")
    await deliver(asking, *(part for holder in ASKED for part in told(request, holder, b"{}")))
    assert (await asking.get(path)).json()["kept_until"] == "2026-12-04T09:00:00Z"

    asking.clock.at += timedelta(days=7)
    await asking.running.fire_due_timers()

    assert (await asking.get(f"{path}/file")).status_code == 410
    assert await asking.running.pool.fetchval("SELECT count(*) FROM personal_data_part") == 0
    await ask_again(asking)
    assert [one["state"] for one in (await asking.get(PATH)).json()["items"]] == ["collecting", "deleted"]


async def ask_again(asking: Policies) -> None:
    await asking.running.published()
    await ask(asking)


async def test_what_was_sealed_for_another_request_or_key_is_refused_and_not_kept(asking: Policies) -> None:
    _, request = await ask(asking)
    (right,) = told(request, Holder.AUTH, b"{}")
    other = replace(request, request_id=uuid4())
    wrong: list[CustomerDataProvided] = [
        *told(request, Holder.AUTH, b"{}", key=Opener(OTHER_KEY).public_keys[0]),
        replace(right, holder=Holder.CLAIMS),
        replace(right, sealed=told(other, Holder.AUTH, b"{}")[0].sealed),
        replace(right, sealed=Sealer(request.public_key).seal(b"no JSON")),
    ]
    await deliver(asking, *wrong, right)

    assert await refused(asking) == ["unreadable-part"] * len(wrong)
    rows = await asking.running.pool.fetch("SELECT holder, sealed FROM personal_data_part WHERE holder <> 'policy-svc'")
    assert [(row["holder"], row["sealed"]) for row in rows] == [("auth-svc", right.sealed)]


async def test_nobody_else_gets_it_and_nothing_of_it_lies_readable(asking: Policies) -> None:
    path, request = await ask(asking)
    secret = b'{"address": "192.0.2.7"}'
    await deliver(asking, *(part for holder in ASKED for part in told(request, holder, secret)))

    for role in (Role.CLAIMS_HANDLER, Role.SENIOR_HANDLER, Role.OPERATOR):
        assert (await asking.get(f"{path}/file", role=role)).status_code == 403
    assert (await asking.get(f"{path}/file", relation_number="654321")).status_code == 404
    others = path.replace(CUSTOMER, "654321")
    assert (await asking.get(f"{others}/file", relation_number="654321")).status_code == 404
    stored = await asking.running.pool.fetchval("SELECT string_agg(sealed, '') FROM personal_data_part")
    assert b64encode(secret).decode() not in stored
    assert "192.0.2.7" not in stored


async def test_without_a_key_nobody_can_ask_and_everything_else_goes_on(policies: Policies) -> None:
    await store(policies.running.runtime, POLICY, PolicyKind.CONTENTS, period(PolicyKind.CONTENTS, "2026-01-01"))

    response = await policies.post(PATH)

    assert (response.status_code, response.json()["type"]) == (503, "/problems/personal-data-unavailable")
    assert (await policies.get(PATH)).json() == {"items": []}


async def test_every_table_is_told_or_there_is_a_reason_why_not(asking: Policies) -> None:
    untold = await asking.running.tables_untold(sections=SECTIONS, nothing_of_customers=NOTHING_OF_CUSTOMERS)
    assert untold == set()
