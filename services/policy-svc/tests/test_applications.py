from __future__ import annotations

import asyncio
import json
from argparse import Namespace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from policy_http import NOW, Policies
from policy_lines import LINE, Line, another
from quotes_asked import APPLICANT, HOME_QUOTE, PET_QUOTE

from contracts.access import Role
from contracts.message_requests import CustomerMessageRequested, Occasion
from contracts.policy import ContactChanged, PolicyChanged, PolicyKind
from policy_svc.commands import import_policies

FIRST_GIVEN = "70000000"


async def _quote(policies: Policies, body: dict[str, Any]) -> str:
    answer = await policies.post("/quotes", body, role=None)
    assert answer.status_code == 201, answer.text
    quote_id: str = answer.json()["quote_id"]
    return quote_id


async def _published(policies: Policies) -> dict[type, Any]:
    """Return the one event of each type that was published; a second one of a type fails."""
    events = await policies.running.published()
    by_type = {type(event): event for event in events}
    assert len(by_type) == len(events)
    return by_type


async def test_who_accepts_a_quote_becomes_a_customer_with_a_policy_and_a_welcome(policies: Policies) -> None:
    quote_id = await _quote(policies, HOME_QUOTE)
    body = {"quote_id": quote_id, "applicant": APPLICANT}

    answer = await policies.post("/applications", body, role=None, key="once")

    assert (answer.status_code, answer.json()) == (
        201,
        {
            "relation_number": FIRST_GIVEN,
            "policy_number": f"{FIRST_GIVEN}-531-50",
            "kind": "buildings",
            "begins_on": "2026-11-28",
        },
    )
    published = await _published(policies)
    contact, policy = published[ContactChanged], published[PolicyChanged]
    assert (contact.relation_number, contact.email, contact.version) == (FIRST_GIVEN, APPLICANT["email"], 1)
    version = await policies.running.pool.fetchrow("SELECT version, reason, made_by FROM customer_version")
    assert version is not None
    assert tuple(version) == (1, "applied", "customer")
    assert (policy.kind, policy.version, policy.customer_id) == (PolicyKind.BUILDINGS, 1, contact.customer_id)
    (terms,) = policy.terms
    assert (terms.effective_on, terms.ends_on, terms.recorded_at) == (date(2026, 11, 28), None, NOW)
    assert (terms.home.postcode, terms.home.location, terms.premium.a_year_cents) == ("6011RA", None, 23_567)
    told = published[CustomerMessageRequested]
    assert (told.occasion, told.policy_number, told.effective_on) == (
        Occasion.WELCOME,
        policy.policy_number,
        date(2026, 11, 28),
    )

    again = await policies.post("/applications", body, role=None, key="once")
    assert (again.status_code, again.json()) == (201, answer.json())
    other = await policies.post("/applications", body, role=None)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/quote-accepted")
    assert (await policies.client.get(f"/quotes/{quote_id}")).json()["is_accepted"]
    assert await policies.running.published() == []

    records = await policies.get(f"/customers/{FIRST_GIVEN}/access-records", relation_number=FIRST_GIVEN)
    assert [(item["operation"], item["policy_number"]) for item in records.json()["items"]] == [
        ("insurances.apply", policy.policy_number)
    ]


async def test_a_customer_takes_out_more_and_each_policy_has_a_number_of_its_own(policies: Policies) -> None:
    first = await _quote(policies, PET_QUOTE)
    await policies.post("/applications", {"quote_id": first, "applicant": APPLICANT}, role=None)
    await policies.running.published()
    path = f"/customers/{FIRST_GIVEN}/applications"

    second = await _quote(policies, PET_QUOTE)
    third = await _quote(policies, PET_QUOTE)
    stranger = await policies.post(path, {"quote_id": second}, relation_number="123456")
    assert stranger.status_code == 404
    unknown = await policies.post("/customers/123456/applications", {"quote_id": second})
    assert unknown.status_code == 404
    answers = await asyncio.gather(
        *(policies.post(path, {"quote_id": each}, relation_number=FIRST_GIVEN) for each in (second, third))
    )

    assert [answer.status_code for answer in answers] == [201, 201]
    assert {answer.json()["policy_number"] for answer in answers} == {
        f"{FIRST_GIVEN}-611-51",
        f"{FIRST_GIVEN}-611-52",
    }
    published = await policies.running.published()
    assert [type(event) for event in published if not isinstance(event, PolicyChanged)] == [
        CustomerMessageRequested
    ] * 2
    told = [event.occasion for event in published if isinstance(event, CustomerMessageRequested)]
    assert told == [Occasion.POLICY_ADDED] * 2


async def _until_they_wait(policies: Policies, number: int) -> None:
    """Return once so many transactions wait for locks of others: all have begun, and none has ended."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(10):
        while await policies.running.pool.fetchval(waiting) < number:
            await asyncio.sleep(0.01)


async def test_a_quote_is_accepted_once_by_many_at_the_same_time(policies: Policies) -> None:
    quote_id = await _quote(policies, PET_QUOTE)
    body = {"quote_id": quote_id, "applicant": APPLICANT}

    async with asyncio.TaskGroup() as applicants, policies.running.runtime.transaction() as work:
        await work.connection.execute("SELECT FROM quote WHERE quote_id = $1 FOR UPDATE", UUID(quote_id))
        asked = [applicants.create_task(policies.post("/applications", body, role=None)) for _ in range(4)]
        await _until_they_wait(policies, 4)
    answers = [one.result() for one in asked]

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len([event for event in await policies.running.published() if isinstance(event, PolicyChanged)]) == 1


async def test_an_insurance_never_begins_before_the_day_after_it_was_taken_out(policies: Policies) -> None:
    early, late = await _quote(policies, PET_QUOTE), await _quote(policies, {**PET_QUOTE, "begins_on": "2027-03-01"})
    policies.clock.at = NOW + timedelta(days=29)

    begins_on = [
        (await policies.post("/applications", {"quote_id": quote_id, "applicant": APPLICANT}, role=None)).json()[
            "begins_on"
        ]
        for quote_id in (early, late)
    ]

    assert begins_on == ["2026-12-27", "2027-03-01"]


async def test_no_file_takes_an_application_for_a_policy_or_customer_of_its_own(
    policies: Policies, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quote_id = await _quote(policies, HOME_QUOTE)
    applied = await policies.post("/applications", {"quote_id": quote_id, "applicant": APPLICANT}, role=None)
    number = applied.json()["policy_number"]
    mine = another(LINE, number, **APPLICANT)
    file = tmp_path / "policies.jsonl"
    await policies.running.published()

    for line, reason in (
        (mine, "version: the policy was changed here meanwhile and is at version 1"),
        (
            another(LINE, f"{FIRST_GIVEN}-531-01", name="A. Ander"),
            "policyholder.version: the customer was changed here meanwhile",
        ),
        (
            another(LINE, f"{FIRST_GIVEN}-531-01", name="A. Ander", version=2),
            "policyholder.version: the customer was changed",
        ),
    ):
        _write(file, line)
        assert await _import(policies, file) == 1
        assert reason in capsys.readouterr().err
    assert await policies.running.published() == []

    _write(file, mine | {"version": 1})
    assert await _import(policies, file) == 0
    (policy,) = await policies.running.published()
    assert isinstance(policy, PolicyChanged)
    assert policy.version == 2


def _write(path: Path, line: Line) -> None:
    path.write_text(json.dumps(line))


async def _import(policies: Policies, path: Path) -> int:
    arguments = Namespace(file=path, tell_customers=False, overwrite=False)
    return await import_policies.run(arguments, policies.running.runtime)


async def test_what_cannot_be_accepted_is_refused_and_leaves_nothing(policies: Policies) -> None:
    quote_id = await _quote(policies, PET_QUOTE)
    unknown = str(UUID(int=0))
    for body, status in [
        ({"quote_id": unknown, "applicant": APPLICANT}, 404),
        ({"quote_id": quote_id, "applicant": {**APPLICANT, "name": " "}}, 422),
        ({"quote_id": quote_id, "applicant": {**APPLICANT, "email": "nobody"}}, 422),
        ({"quote_id": quote_id, "applicant": {**APPLICANT, "mobile_phone": "0612345678"}}, 422),
    ]:
        assert (await policies.post("/applications", body, role=None)).status_code == status
    policies.clock.at = NOW + timedelta(days=30)
    expired = await policies.post("/applications", {"quote_id": quote_id, "applicant": APPLICANT}, role=None)
    assert (expired.status_code, expired.json()["type"]) == (410, "/problems/quote-expired")
    assert await policies.running.published() == []
    assert (await policies.post(f"/customers/{FIRST_GIVEN}/applications", {}, role=Role.OPERATOR)).status_code == 403


async def test_a_home_that_is_refused_by_now_is_on_record_with_who_asked_and_the_rule(policies: Policies) -> None:
    first = await _quote(policies, PET_QUOTE)
    await policies.post("/applications", {"quote_id": first, "applicant": APPLICANT}, role=None)
    quote_id = await _quote(policies, HOME_QUOTE)
    await _have_a_canal_house(policies, quote_id)
    await policies.running.published()

    stranger = await policies.post("/applications", {"quote_id": quote_id, "applicant": APPLICANT}, role=None)
    path = f"/customers/{FIRST_GIVEN}"
    customer = await policies.post(f"{path}/applications", {"quote_id": quote_id}, relation_number=FIRST_GIVEN)

    for answer in (stranger, customer):
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/home-not-accepted")
    assert await policies.running.published() == []
    rules = await policies.running.pool.fetch("SELECT refused_by FROM quote WHERE refused_by IS NOT NULL")
    assert [row["refused_by"] for row in rules] == [["canal_house"], ["canal_house"]]
    record, *_ = (await policies.get(f"{path}/access-records", relation_number=FIRST_GIVEN)).json()["items"]
    assert (record["who"], record["operation_in_words"]) == ("customer", "Verzekering afgesloten (geweigerd)")
    assert record["details"] == {"quote": quote_id, "refused": "home-not-accepted", "rules": "canal_house"}


async def test_nothing_is_kept_of_an_application_for_a_customer_whom_nobody_is_yet(policies: Policies) -> None:
    accepted, expired, home = [await _quote(policies, body) for body in (PET_QUOTE, PET_QUOTE, HOME_QUOTE)]
    await policies.running.pool.execute(
        "UPDATE quote SET made_at = made_at - '30 days'::interval, valid_until = made_at WHERE quote_id = $1",
        UUID(expired),
    )
    await _have_a_canal_house(policies, home)
    await policies.post("/applications", {"quote_id": accepted, "applicant": APPLICANT}, role=None)
    on_record = "SELECT (SELECT count(*) FROM access_record) + (SELECT count(*) FROM quote)"
    before = await policies.running.pool.fetchval(on_record)

    mistyped = f"/customers/{int(FIRST_GIVEN) + 1}/applications"
    for quote_id in (str(UUID(int=0)), expired, accepted, home):
        answer = await policies.post(mistyped, {"quote_id": quote_id}, role=Role.SENIOR_HANDLER)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")

    assert await policies.running.pool.fetchval(on_record) == before


async def _have_a_canal_house(policies: Policies, quote_id: str) -> None:
    """Make the home of a quote one that is refused by now."""
    await policies.running.pool.execute(
        "UPDATE quote SET terms = jsonb_set(terms, '{home,home_type}', '\"canal_house\"') WHERE quote_id = $1",
        UUID(quote_id),
    )
