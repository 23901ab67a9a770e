"""What a customer does in the portal with insurances: one story each, over HTTP, on the running platform."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from insured import (
    CAR,
    CONTENTS,
    EMAIL,
    HEALTH,
    HOME_POLICY,
    LIABILITY,
    MOBILE_PHONE,
    PASSWORD,
    PET,
    RELATION_NUMBER,
    TRAVEL,
    Insured,
    logged_in,
    write_policy_file,
)
from pdok_server import address
from whole_platform import WholePlatform

from contracts.access import READ_POLICIES, Role
from contracts.personal_data import Holder
from demo.staff import log_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

PORTAL = "portal-of-insurances"
ONE_DAY = timedelta(days=1)
HER_NUMBER = f"Uw relatienummer is {RELATION_NUMBER}."
NEWCOMERS_EMAIL = "nina.nieuwkomer@example.org"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def zoe(whole: WholePlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Insured]:
    """A customer with one insurance of every kind, who has logged in."""
    path = tmp_path_factory.mktemp("policies") / "policies.jsonl"
    write_policy_file(path)
    await whole.platform.run("policy-svc", "import", "--tell-customers", str(path))
    who = {"email": EMAIL, "relation_number": RELATION_NUMBER, "mobile_phone": MOBILE_PHONE}
    async with logged_in(whole, portal=PORTAL, address="127.10.3.1", **who) as customer:
        yield customer


DECLARATION = {
    "declaration_number": "D-2026-000123",
    "policy_number": PET,
    "practice": "Dierenkliniek De Voorbeeldhof",
    "treated_on": "2026-11-02",
    "received_on": "2026-11-04",
    "decided_on": "2026-11-06",
    "paid_on": "2026-11-09",
    "items": [
        {"treatment": "Consult", "declared_cents": 9_000, "paid_cents": 6_500, "not_paid_because": "deductible"},
        {"treatment": "Verband", "declared_cents": 1_250, "paid_cents": 1_250},
    ],
}


def covers_of(policy: dict[str, Any]) -> set[str]:
    return {cover["code"] for cover in policy["terms"]["covers"] if cover["is_insured"]}


async def test_she_sees_all_her_insurances_with_cover_and_premium(zoe: Insured) -> None:
    policies = {policy["policy_number"]: policy for policy in (await zoe.get("/policies")).json()["items"]}
    assert set(policies) == {HOME_POLICY, CONTENTS, CAR, PET, LIABILITY, TRAVEL, HEALTH}
    premium = policies[CAR]["terms"]["premium"]
    assert premium["a_year_cents"] == sum(part["amount_cents"] for part in premium["parts"]) > 0
    assert covers_of(policies[TRAVEL]) == {"travel", "luggage"}
    await zoe.get("/policies/999999-531-01", status=404)


async def test_she_is_welcomed_by_a_mail_about_her_first_policy_and_told_of_each_other_one(zoe: Insured) -> None:
    welcome = await zoe.mail_about(HOME_POLICY, "Fijn dat u")
    assert "1 april 2019" in welcome
    for number in (CONTENTS, CAR, PET, LIABILITY, TRAVEL, HEALTH):
        assert "Fijn dat u" not in await zoe.mail_about(number, "Uw nieuwe verzekering")


async def test_she_reads_the_conditions_that_belong_to_her_policy(zoe: Insured) -> None:
    conditions = (await zoe.get(f"/policies/{HOME_POLICY}/conditions")).json()
    assert conditions["product_version"] == "home-2021.1"
    terms = await zoe.http.get("/products/home-2021.1/terms", params={"language": "nl"})
    assert terms.content.startswith(b"%PDF-")


async def test_of_health_insurance_she_sees_general_data_and_is_referred_for_all_else(zoe: Insured) -> None:
    assert (await zoe.policy(HEALTH))["kind"] == "health"
    refused = await zoe.post(
        f"/policies/{HEALTH}/change-previews", {"kind": "deductible", "deductible_cents": 0}, status=409
    )
    assert refused["type"] == "/problems/kept-elsewhere"
    await zoe.get(f"/policies/{HEALTH}/schedule", status=409)


async def test_she_chooses_a_higher_deductible_and_is_told_by_mail_and_document(zoe: Insured) -> None:
    before = (await zoe.policy(CONTENTS))["terms"]["premium"]["a_year_cents"]
    shown = await zoe.change(CONTENTS, kind="deductible", deductible_cents=100_000)
    after = await zoe.policy(CONTENTS, on=shown["effective_on"])
    assert after["terms"]["deductible_cents"] == 100_000
    assert after["terms"]["premium"]["a_year_cents"] == before + shown["premium_difference_cents"] < before
    assert HER_NUMBER in await zoe.mail_about(CONTENTS, "is gewijzigd")
    documents = (await zoe.get("/documents")).json()["items"]
    assert {(one["kind"], one["policy_number"]) for one in documents} >= {("change_confirmation", CONTENTS)}


async def test_she_sees_what_became_of_a_policy_and_what_was_known_before_a_change(zoe: Insured) -> None:
    shown = await zoe.change(CAR, kind="deductible", deductible_cents=25_000)
    changed, imported = (await zoe.get(f"/policies/{CAR}/versions")).json()["items"]
    assert [(version["version"], version["reason"]) for version in (changed, imported)] == [
        (2, "deductible_changed"),
        (1, "imported"),
    ]

    async def deductible(*, known_at: str) -> int:
        query = {"on": shown["effective_on"], "known_at": known_at}
        return int((await zoe.get(f"/policies/{CAR}", query)).json()["terms"]["deductible_cents"])

    assert await deductible(known_at=imported["recorded_at"]) == 0
    assert await deductible(known_at=changed["recorded_at"]) == 25_000


async def test_she_adds_a_cover_and_loses_none(zoe: Insured) -> None:
    shown = await zoe.change(TRAVEL, kind="cover", covers=["travel", "luggage", "cancellation"])
    assert shown["lost"] == []
    assert covers_of(await zoe.policy(TRAVEL, on=shown["effective_on"])) == {"travel", "luggage", "cancellation"}
    assert covers_of(await zoe.policy(TRAVEL)) == {"travel", "luggage"}


async def test_she_passes_on_another_licence_plate_and_gets_its_green_card(zoe: Insured) -> None:
    assert "RT-123-H" in await zoe.pdf(f"/policies/{CAR}/green-card")
    refused = await zoe.post(
        f"/policies/{CAR}/change-previews", {"kind": "licence_plate", "licence_plate": "SS-123-S"}, status=422
    )
    assert refused["type"] == "/problems/licence-plate-impossible"
    shown = await zoe.change(CAR, kind="licence_plate", licence_plate="G-001-BB")
    assert "G-001-BB" in await zoe.pdf(f"/policies/{CAR}/schedule", {"on": shown["effective_on"], "language": "en"})


async def test_a_move_is_refused_to_a_canal_house_and_made_to_a_home_whose_position_follows(zoe: Insured) -> None:
    zoe.person.whole.addresses.documents.append(address("1017AB", 10, "4.8892 52.3646"))
    home = {"postcode": "1017 AB", "house_number": "10", "home_type": "canal_house", "features": []}
    refused = await zoe.post(f"/policies/{HOME_POLICY}/change-previews", {"kind": "move", "home": home}, status=422)
    assert refused["type"] == "/problems/home-not-accepted"
    assert "canal_house" in str(refused)
    shown = await zoe.change(HOME_POLICY, kind="move", home=home | {"home_type": "terraced", "postcode": "1017AB"})
    assert shown["also_at_this_address"] == [CONTENTS]
    schedule = await zoe.pdf(f"/policies/{HOME_POLICY}/schedule", {"on": shown["effective_on"]})
    assert "1017 AB" in schedule
    assert "6011 RA" in await zoe.pdf(f"/policies/{HOME_POLICY}/schedule")
    located = await zoe.version_because(HOME_POLICY, "located")
    assert (located["made_by"], located["changes_from"]) == ("system", shown["effective_on"])
    assert any(("fq", "postcode:1017AB") in asked for asked in zoe.person.whole.addresses.asked)


async def test_she_changes_her_e_mail_address_and_both_addresses_are_told(zoe: Insured) -> None:
    wanted = {"mobile_phone": "+31612349999", "email": "zoe.op.reis@example.org"}
    shown = await zoe.post("/personal-data-previews", wanted, status=201)
    await zoe.post(f"/personal-data-previews/{shown['preview_id']}/confirmation", status=200)
    present = (await zoe.get("")).json()
    assert wanted == {name: present[name] for name in wanted}
    await zoe.mail_about(HER_NUMBER, "persoonlijke gegevens")
    zoe.person.email = wanted["email"]
    await zoe.mail_about(HER_NUMBER, "persoonlijke gegevens")


async def test_she_sees_what_was_declared_for_her_pet_what_was_paid_and_why_not_all(
    zoe: Insured, tmp_path: Path
) -> None:
    path = tmp_path / "declarations.jsonl"
    path.write_text(f"{json.dumps(DECLARATION)}\n")
    await zoe.person.whole.platform.run("policy-svc", "import-declarations", str(path))
    (listed,) = (await zoe.get(f"/policies/{PET}/declarations")).json()["items"]
    assert (listed["declared_cents"], listed["paid_cents"], listed["status"]) == (10_250, 7_750, "partly_paid")
    detail = (await zoe.get(f"/policies/{PET}/declarations/{listed['declaration_number']}")).json()
    assert "deductible" in str(detail)


async def test_she_cancels_an_insurance_and_gets_a_confirmation(zoe: Insured) -> None:
    shown = await zoe.change(LIABILITY, kind="cancellation")
    assert shown["after"] is None
    ends_on = date.fromisoformat(shown["effective_on"])
    assert (await zoe.policy(LIABILITY, on=ends_on - ONE_DAY))["status"] == "in_force"
    await zoe.get(f"/policies/{LIABILITY}/schedule", {"on": shown["effective_on"]}, status=409)
    await zoe.mail_about(LIABILITY, "opgezegd")
    documents = (await zoe.get("/documents")).json()["items"]
    assert ("cancellation_confirmation", LIABILITY) in {(one["kind"], one["policy_number"]) for one in documents}


async def test_two_previews_of_one_policy_the_second_is_told_that_somebody_was_first(zoe: Insured) -> None:
    path = f"/policies/{PET}/change-previews"
    asked = {"kind": "cover", "covers": ["veterinary", "preventive_care"]}
    first, second = [await zoe.post(path, asked, status=201) for _ in range(2)]
    await zoe.post(f"{path}/{first['preview_id']}/confirmation", status=200)
    refused = await zoe.post(f"{path}/{second['preview_id']}/confirmation", status=409)
    assert refused["type"] == "/problems/preview-stale"


async def test_who_has_seen_and_changed_her_data_is_on_record_for_her(zoe: Insured) -> None:
    shown = await zoe.change(HOME_POLICY, kind="deductible", deductible_cents=25_000)
    handler = await log_in(
        zoe.person.whole.platform,
        zoe.person.http,
        role=Role.CLAIMS_HANDLER,
        email="handler@insurances.example",
        scopes=[READ_POLICIES.scope],
        client=PORTAL,
    )
    await replace(zoe, token=handler).get("/policies")
    seen, confirmed, previewed, *_ = (await zoe.get("/access-records")).json()["items"]
    assert [(record["who"], record["operation"]) for record in (seen, confirmed, previewed)] == [
        ("claims-handler", "policies.read"),
        ("customer", "policies.change"),
        ("customer", "policies.change"),
    ]
    assert (confirmed["policy_number"], confirmed["details"]["confirmed"]) == (HOME_POLICY, shown["preview_id"])


async def test_she_downloads_everything_that_is_held_about_her(zoe: Insured) -> None:
    export = await zoe.post("/personal-data-exports", status=202)
    path = f"/personal-data-exports/{export['export_id']}"
    await zoe.mail_about(HER_NUMBER, "downloaden")
    file = (await zoe.get(f"{path}/file")).json()
    assert EMAIL in str(file)
    assert file["about"]["missing"] == []
    assert all(any(file[holder].values()) for holder in Holder)


async def test_a_stranger_is_refused_a_farmhouse_insures_a_home_and_goes_online_by_the_welcome_mail(
    zoe: Insured,
) -> None:
    home = {"postcode": "3511AB", "house_number": "7", "home_type": "farmhouse"}
    asked = {"kind": "buildings", "covers": ["buildings"], "deductible_cents": 0, "policyholder": "private_person"}
    refused = await zoe.http.post("/quotes", json=asked | {"home": home}, headers={"Idempotency-Key": "farmhouse"})
    assert (refused.status_code, "farmhouse" in refused.text) == (422, True)
    quoted = await zoe.http.post(
        "/quotes", json=asked | {"home": home | {"home_type": "terraced"}}, headers={"Idempotency-Key": "terraced"}
    )
    assert quoted.status_code == 201, quoted.text
    applicant = {
        "name": "Nina Nieuwkomer",
        "email": NEWCOMERS_EMAIL,
        "mobile_phone": "+31612345501",
        "postal_address": {"postcode": "3511AB", "house_number": "7"},
        "language": "nl",
    }
    body = {"quote_id": quoted.json()["quote_id"], "applicant": applicant}
    applied = await zoe.http.post("/applications", json=body, headers={"Idempotency-Key": "nina"})
    assert applied.status_code == 201, applied.text

    nina = replace(zoe.person, email=NEWCOMERS_EMAIL, relation_number=applied.json()["relation_number"], cookies={})
    welcomed = replace(zoe, person=nina)
    assert applied.json()["policy_number"] in await welcomed.mail_about(nina.relation_number, "Fijn dat u")
    await nina.activate(PASSWORD)
