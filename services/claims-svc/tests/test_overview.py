"""Operators read a claim in codes and figures: where it stands, on what, and nothing that people wrote."""

from __future__ import annotations

from typing import Any

from claim_events import HEAVY_RAIN_CAME_IN, YES, policy, rainfall_answer, report
from claims_driver import REPORT_TRACE
from claims_http import HANDLER, ClaimsDesk

from contracts.access import Role
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Fact, Truth

SEWER = LossFacts(sewer_water_entered=YES, toilet_overflowed=Fact(value=Truth.FALSE))
REASON = "The stains of Mrs Jansen are old"


async def overview(desk: ClaimsDesk) -> dict[str, Any]:
    answer = await desk.get(f"/claims/{await desk.reference()}/overview", role=Role.OPERATOR)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_claim_that_waits_for_rain_says_since_when_and_on_what_facts(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    sent = report(facts=HEAVY_RAIN_CAME_IN)
    (claim_id,) = await desk.driver.open_claims(sent)

    told = await overview(desk)

    assert (told["claim_id"], told["state"]) == (str(claim_id), "waiting_for_rainfall")
    assert told["waits_until"] is not None
    assert (told["rain_asked"], told["rain"], told["money"]) == (1, None, None)
    assert [each["report_id"] for each in told["reports"]] == [str(sent.report_id)]
    known = {name: fact.value for name in LossFacts.__struct_fields__ if (fact := getattr(sent.facts, name))}
    assert {fact["name"]: Truth(fact["value"]) for fact in told["facts"]} == known
    assert told["trace_id"] == REPORT_TRACE[3:35]


async def test_a_paid_claim_tells_its_rain_findings_money_and_payment(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(report())
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    told = await overview(desk)

    assert (told["state"], told["outcome"], told["claim_version"]) == ("decided", "covered", 1)
    (station,) = told["rain"]["stations"]
    assert station["number"] == 377
    assert {window["sum_tenths_mm"] for window in station["windows"]} == {402}
    assert told["findings"][0]["decisive"] == told["deciding_ground"]
    assert sum(step["amount_cents"] for step in told["money"]["steps"]) == told["payable_cents"] > 0
    assert [(each["amount_cents"], each["state"]) for each in told["payments"]] == [(told["payable_cents"], "ordered")]
    assert len(told["proof_sha256"]) == 64


async def test_a_claim_that_waits_for_a_person_says_why_and_neither_who_nor_what_they_wrote(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(report(facts=SEWER))
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=0))
    path = f"/desk/claims/{await desk.reference()}"
    taken = await desk.client.put(f"{path}/assignment", headers=desk.token_of(Role.CLAIMS_HANDLER))
    assert taken.status_code == 204, taken.text
    body = {"facts": {"toilet_overflowed": "false"}, "source": "handler", "found_in": REASON}
    added = await desk.post(f"{path}/facts", body, role=Role.CLAIMS_HANDLER)
    assert added.status_code == 204, added.text

    answer = await desk.get(f"/claims/{await desk.reference()}/overview", role=Role.OPERATOR)

    awaited = answer.json()["person_awaited"]
    assert (awaited["is_taken"], awaited["causes"]) == (True, ["referred"])
    assert "Jansen" not in answer.text
    assert HANDLER not in answer.text


async def test_what_does_not_exist_is_not_found_and_customers_ask_elsewhere(desk: ClaimsDesk) -> None:
    assert (await desk.get("/claims/WAAAAAAAAAA/overview", role=Role.OPERATOR)).status_code == 404
    assert (await desk.get("/claims/WAAAAAAAAAA/overview")).status_code == 403
