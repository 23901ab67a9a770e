"""A customer and who looks after them see every insurance: as it is on any day, and as it was known at any moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from policy_http import NOW, Policies
from stored_policies import period, store

from contracts.access import Role
from contracts.policy import PolicyCover, PolicyKind, PolicyTerms
from policy_svc.domain.premium import priced
from policy_svc.domain.versions import VersionReason
from policy_svc.routes.problems import KEPT_ELSEWHERE, MOMENT_IN_THE_FUTURE, NOT_ON_RECORD_THEN

HOME = "123456-531-04"
PATH = f"/customers/123456/policies/{HOME}"
DECEMBER = "2026-12-01"


def of_home(effective_on: str, ends_on: str | None = None, *, deductible_cents: int = 0) -> PolicyTerms:
    terms = period(PolicyKind.BUILDINGS, effective_on, ends_on, deductible_cents=deductible_cents)
    return priced(PolicyKind.BUILDINGS, terms, on=date.fromisoformat(effective_on))


async def store_home_with_higher_deductible_from_december(policies: Policies) -> None:
    await store(policies.running.runtime, HOME, PolicyKind.BUILDINGS, of_home("2019-04-01"))
    policies.clock.advance(timedelta(hours=1))
    await store(
        policies.running.runtime,
        HOME,
        PolicyKind.BUILDINGS,
        of_home("2019-04-01", DECEMBER),
        of_home(DECEMBER, deductible_cents=50_000),
        reason=VersionReason.DEDUCTIBLE_CHANGED,
        made_by=Role.CUSTOMER,
    )
    policies.clock.advance(timedelta(hours=1))


async def read(policies: Policies, path: str = PATH, **query: str) -> Any:  # noqa: ANN401 - any JSON
    answer = await policies.get(path, query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def problem(policies: Policies, path: str, **query: str) -> str:
    kind: str = (await policies.get(path, query)).json()["type"]
    return kind


async def test_all_insurances_of_a_customer_are_listed_with_how_they_stand(policies: Policies) -> None:
    runtime = policies.running.runtime
    await store(runtime, HOME, PolicyKind.BUILDINGS, of_home("2019-04-01"))
    await store(runtime, "123456-541-01", PolicyKind.CAR, period(PolicyKind.CAR, "2027-01-01"))
    await store(runtime, "123456-551-01", PolicyKind.PET, period(PolicyKind.PET, "2021-01-01", "2026-11-27"))
    await store(runtime, "123456-571-01", PolicyKind.TRAVEL, period(PolicyKind.TRAVEL, "2021-01-01"))
    await store(runtime, "123456-901-01", PolicyKind.HEALTH, period(PolicyKind.HEALTH, "2020-01-01"))
    await store(runtime, "654321-531-01", PolicyKind.BUILDINGS, of_home("2019-04-01"))

    home, car, pet, travel, health = (await read(policies, "/customers/123456/policies"))["items"]

    assert [one["status"] for one in (home, car, pet)] == ["in_force", "begins_later", "ended"]
    assert (home["next_renewal"], home["can_be_changed"], home["why_not"]) == ("2027-04-01", True, None)
    assert {"label": "Adres", "value": "6011 RA 12"} in home["terms"]["insured"]["facts"]
    assert {one["code"]: one["is_insured"] for one in home["terms"]["covers"]}["buildings"] is True
    assert (pet["can_be_changed"], pet["next_renewal"], pet["insured_until"]) == (False, None, "2026-11-27")
    assert travel["terms"]["insured"]["facts"][1] == {"label": "Gebied", "value": "De hele wereld"}
    assert (health["can_be_changed"], health["next_renewal"]) == (False, None)
    assert "DigiD" in health["why_not"]
    assert [one["name"] for one in health["terms"]["covers"]] == ["Basisverzekering", "Aanvullende verzekering"]
    first = await policies.get("/customers/123456/policies", {"limit": "4"})
    (last,) = (await read(policies, "/customers/123456/policies", limit="4", cursor=first.json()["next_cursor"]))[
        "items"
    ]
    assert last["policy_number"] == "123456-901-01"


async def test_a_premium_is_told_with_its_parts_in_the_language_asked_for(policies: Policies) -> None:
    await store(policies.running.runtime, HOME, PolicyKind.BUILDINGS, of_home("2019-04-01", deductible_cents=50_000))
    headers = {"Accept-Language": "en", **policies.token_of(Role.CLAIMS_HANDLER)}
    answer = await policies.client.get(PATH, headers=headers)
    premium = answer.json()["terms"]["premium"]
    assert answer.headers["Content-Language"] == "en"
    assert sum(part["amount_cents"] for part in premium["parts"]) == premium["a_year_cents"]
    assert abs(premium["a_month_cents"] * 12 - premium["a_year_cents"]) <= 6
    assert [part["name"] for part in premium["parts"]][1:] == ["Deductible discount", "Insurance premium tax"]
    assert premium["is_estimate"] is True


async def test_what_counts_for_a_day_and_what_was_known_at_a_moment_are_asked_for_together(policies: Policies) -> None:
    await store_home_with_higher_deductible_from_december(policies)
    before, after = NOW.isoformat(), (NOW + timedelta(hours=1)).isoformat()

    for on, known_at, deductible_cents in (
        ("2026-11-30", after, 0),
        (DECEMBER, after, 50_000),
        (DECEMBER, before, 0),
        ("2026-11-30", before, 0),
    ):
        terms = (await read(policies, on=on, known_at=known_at))["terms"]
        assert terms["deductible_cents"] == deductible_cents, (on, known_at)
    today = await read(policies)
    assert (today["terms"]["deductible_cents"], today["terms"]["ends_on"]) == (0, DECEMBER)
    assert [(one["effective_on"], one["deductible_cents"]) for one in today["upcoming"]] == [(DECEMBER, 50_000)]
    assert (await read(policies, on="2019-03-31"))["status"] == "begins_later"
    (seen, *_) = (await read(policies, "/customers/123456/access-records"))["items"]
    assert (seen["operation"], seen["policy_number"], seen["details"]) == (
        "policies.read",
        HOME,
        {"on": "2019-03-31"},
    )


async def test_all_insurances_are_told_as_of_any_day_and_as_known_at_any_moment(policies: Policies) -> None:
    await store_home_with_higher_deductible_from_december(policies)
    before, after = NOW.isoformat(), (NOW + timedelta(hours=1)).isoformat()
    policies.clock.advance(timedelta(hours=1))
    car = period(PolicyKind.CAR, "2026-11-01")
    await store(policies.running.runtime, "123456-211-01", PolicyKind.CAR, car)
    policies.clock.advance(timedelta(hours=1))
    path = "/customers/123456/policies"

    for query, expected in (
        ({}, {HOME: 0, "123456-211-01": 0}),
        ({"on": DECEMBER}, {HOME: 50_000, "123456-211-01": 0}),
        ({"on": DECEMBER, "known_at": after}, {HOME: 50_000}),
        ({"on": DECEMBER, "known_at": before}, {HOME: 0}),
        ({"known_at": (NOW - timedelta(microseconds=1)).isoformat()}, {}),
    ):
        items = (await read(policies, path, **query))["items"]
        assert {one["policy_number"]: one["terms"]["deductible_cents"] for one in items} == expected, query
    (home,) = (await read(policies, path, on="2019-03-31", known_at=before))["items"]
    assert home["status"] == "begins_later"
    (seen, *_) = (await read(policies, "/customers/123456/access-records"))["items"]
    assert seen["details"] == {"on": "2019-03-31", "known_at": before}
    first = await read(policies, path, known_at=after, limit="1")
    assert ([one["policy_number"] for one in first["items"]], first["next_cursor"]) == ([HOME], None)
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    assert await problem(policies, path, known_at=tomorrow) == MOMENT_IN_THE_FUTURE.uri


async def test_a_moment_at_which_nothing_was_known_is_refused_with_what_to_ask_instead(policies: Policies) -> None:
    await store(policies.running.runtime, HOME, PolicyKind.BUILDINGS, of_home("2019-04-01"))
    before = NOW - timedelta(microseconds=1)
    for known_at, expected in (
        (NOW + timedelta(microseconds=1), MOMENT_IN_THE_FUTURE),
        (before, NOT_ON_RECORD_THEN),
    ):
        assert await problem(policies, PATH, known_at=known_at.isoformat()) == expected.uri
    assert await problem(policies, f"{PATH}/conditions", on="2026-11-27", known_at=before.isoformat())
    refusals = (await read(policies, "/customers/123456/access-records"))["items"][::-1]
    asked = {"known_at": before.isoformat(), "refused": "not-on-record-then"}
    assert [(one["policy_number"], one["details"]) for one in refusals] == [
        (HOME, asked),
        (HOME, {"on": "2026-11-27", **asked}),
    ]
    assert (await policies.get(PATH, {"known_at": NOW.isoformat()})).status_code == 200
    for path in (
        "/customers/123456/policies/123456-531-05",
        f"/customers/654321/policies/{HOME}",
        "/customers/123456/policies/654321-531-01",
    ):
        assert (await policies.get(path, role=Role.CLAIMS_HANDLER)).status_code == 404, path
    assert (await policies.get(PATH, {"on": "9999-12-31"})).status_code == 422
    assert (await policies.get("/customers/7/policies", role=Role.CLAIMS_HANDLER)).status_code == 404
    assert (await policies.get(PATH, relation_number="654321")).status_code == 404


async def test_the_versions_of_an_insurance_tell_when_why_by_whom_and_from_which_day(policies: Policies) -> None:
    await store_home_with_higher_deductible_from_december(policies)

    changed, first = (await read(policies, f"{PATH}/versions"))["items"]

    assert (changed["version"], changed["reason"], changed["changes_from"]) == (2, "deductible_changed", DECEMBER)
    assert (changed["made_by"], changed["reason_in_words"]) == ("customer", "Eigen risico gewijzigd")
    assert (first["made_by"], first["changes_from"], first["superseded_at"]) == (
        "system",
        "2019-04-01",
        changed["recorded_at"],
    )
    assert datetime.fromisoformat(first["recorded_at"]) == NOW
    page = await read(policies, f"{PATH}/versions", limit="1")
    rest = await read(policies, f"{PATH}/versions", limit="1", cursor=page["next_cursor"])
    assert [one["version"] for one in (*page["items"], *rest["items"])] == [2, 1]


async def test_conditions_are_those_that_belong_to_the_insurance_on_that_day(policies: Policies) -> None:
    await store_home_with_higher_deductible_from_december(policies)
    health = period(PolicyKind.HEALTH, "2020-01-01", covers=(PolicyCover.BASIC_HEALTH,))
    await store(policies.running.runtime, "123456-901-01", PolicyKind.HEALTH, health)

    today = await read(policies, f"{PATH}/conditions")
    later = await read(policies, f"{PATH}/conditions", on=DECEMBER)

    assert (today["product_version"], today["policy_terms"]) == ("home-2021.1", "/products/home-2021.1/terms")
    assert (await policies.get(today["policy_terms"], role=None)).status_code == 200
    assert "ten minste €\xa0250,00" in today["deductible"]
    assert later["deductible"] == "Van elke schade betaalt u de eerste €\xa0500,00 zelf."
    assert await problem(policies, "/customers/123456/policies/123456-901-01/conditions") == KEPT_ELSEWHERE.uri
    (refusal, *_) = (await read(policies, "/customers/123456/access-records"))["items"]
    assert (refusal["policy_number"], refusal["details"]) == ("123456-901-01", {"refused": "kept-elsewhere"})


async def test_a_customer_reads_how_they_are_reached_and_nobody_else_s(policies: Policies) -> None:
    await store(policies.running.runtime, HOME, PolicyKind.BUILDINGS, of_home("2019-04-01"))
    customer = await read(policies, "/customers/123456")
    assert (customer["name"], customer["mobile_phone"], customer["language"]) == ("J. Voorbeeld", "+31612345678", "nl")
    assert (await policies.get("/customers/123456", relation_number="654321")).status_code == 404
    assert (await policies.get("/customers/123456", role=Role.OPERATOR)).status_code == 403
