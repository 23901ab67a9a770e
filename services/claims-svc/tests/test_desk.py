"""Handlers at their desk by HTTP: a queue, who has which claim, and decisions by hand under four eyes."""

from __future__ import annotations

import argparse
import asyncio
from datetime import timedelta
from typing import Any

import pytest
from claim_events import HEAVY_RAIN_CAME_IN, YES, policy, rainfall_answer, report
from claims_http import COLLEAGUE, HANDLER, ClaimsDesk
from httpx import Response
from msgspec.structs import replace

from claims_svc.commands.overturned import OVERTURNED
from claims_svc.domain.proof_check import differences
from claims_svc.repository import stored_proofs
from contracts.access import Role
from contracts.claim_messages import ClaimMessageRequested, ClaimOccasion
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute

SEWER = LossFacts(sewer_water_entered=YES, toilet_overflowed=Fact(value=Truth.FALSE))
COVER = {"route": "sewer_backflow", "outcome": "covered", "reason": "The street was under water: see the photos"}
DENY = {**COVER, "outcome": "denied", "reason": "The water came from a washing machine"}
WHY = {"reason": "I have looked at it too"}


async def referred(desk: ClaimsDesk, reported: LossReported | None = None, *, tenths_mm: int = 0) -> str:
    """Open a claim that the rules leave to a handler, and return its path at the desk."""
    await desk.driver.policy(policy())
    await desk.driver.report(reported or report(facts=SEWER))
    (question,) = await desk.driver.questions()
    await desk.driver.rain(rainfall_answer(question.claim_id, tenths_mm=tenths_mm))
    return f"/desk/claims/{await desk.reference()}"


async def handle(
    desk: ClaimsDesk, path: str, body: object = None, *, by: str = HANDLER, role: Role = Role.CLAIMS_HANDLER
) -> Response:
    return await desk.post(path, body, role=role, subject=by)


async def at_desk(desk: ClaimsDesk, path: str) -> Any:  # noqa: ANN401 - any JSON
    answer = await desk.get(path, role=Role.CLAIMS_HANDLER)
    assert answer.status_code == 200
    return answer.json()


async def queued(desk: ClaimsDesk, **filters: str) -> list[Any]:
    answer = await desk.get("/desk/queue", filters, role=Role.CLAIMS_HANDLER)
    assert answer.status_code == 200
    return list(answer.json()["items"])


async def _count_overturned(desk: ClaimsDesk) -> int:
    return await OVERTURNED.run(argparse.Namespace(), desk.driver.harness.runtime)


def problem(answer: Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


async def test_a_referred_claim_waits_in_the_queue_until_one_handler_takes_it_and_decides(desk: ClaimsDesk) -> None:
    path = await referred(desk)
    (waiting,) = await queued(desk)
    assert (waiting["causes"], waiting["ground"], waiting["taken_by"]) == (
        ["referred"],
        "sewer_water_without_cause",
        None,
    )
    # Two working days after Monday 2 August end with Wednesday.
    assert waiting["due_at"] == "2021-08-04T22:00:00Z"

    taken = await asyncio.gather(
        *(
            desk.client.put(f"{path}/assignment", headers=desk.token_of(Role.CLAIMS_HANDLER, subject=handler))
            for handler in (HANDLER, COLLEAGUE)
        )
    )
    assert sorted(answer.status_code for answer in taken) == [204, 409]
    winner, other = (HANDLER, COLLEAGUE) if taken[0].status_code == 204 else (COLLEAGUE, HANDLER)
    assert await queued(desk, whose="free") == []
    mine = await desk.get("/desk/queue", {"whose": "mine"}, role=Role.CLAIMS_HANDLER, subject=winner)
    assert [item["taken_by"] for item in mine.json()["items"]] == [winner]

    opened = (await at_desk(desk, path))["can_be_decided"]
    assert [(each["route"], each["item"]) for each in opened] == [("sewer_backflow", None), (None, 0)]
    assert {each["because"] for each in opened} == {"sewer_water_without_cause"}
    assert len(await queued(desk, cause="referred", state="referred", ground=waiting["ground"], sort="since")) == 1
    assert await queued(desk, due_before=waiting["due_at"]) == []
    body = {"claim_version": 1, "rulings": [COVER]}
    assert problem(await handle(desk, f"{path}/rulings", body, by=other)) == "taken-by-another"
    ruled = await handle(desk, f"{path}/rulings", body, by=winner)

    assert (ruled.status_code, ruled.json()["state"], ruled.json()["claim_version"]) == (200, "decided", 2)
    (decision,) = (await desk.driver.decisions())[-1:]
    assert (decision.outcome, decision.deciding_ground) == (Outcome.COVERED, GroundCode.HANDLER_COVERS)
    assert decision.money.payable_cents == 184_000
    assert await queued(desk) == []
    (stored,) = await desk.driver.rows("SELECT proof FROM decision WHERE claim_version = 2")
    assert differences(stored_proofs.unpack(stored["proof"])) == []
    kinds = await desk.driver.rows("SELECT kind, done_by, reason, details ->> 'ground' AS ground FROM desk_action")
    assert [tuple(row) for row in kinds] == [
        ("taken", winner, None, None),
        ("ruled", winner, COVER["reason"], "sewer_water_without_cause"),
    ]


async def test_a_handler_reads_what_the_members_of_their_team_have(desk: ClaimsDesk) -> None:
    path = await referred(desk)

    async def read(whose: str, *, subject: str = COLLEAGUE, team: str | None = "storm-north") -> Response:
        token = desk.token_of(Role.CLAIMS_HANDLER, subject=subject, team=team)
        return await desk.client.get("/desk/queue", params={"whose": whose}, headers=token)

    assert (await read("team")).json()["items"] == []
    token = desk.token_of(Role.CLAIMS_HANDLER, subject=HANDLER, team="storm-north")
    assert (await desk.client.put(f"{path}/assignment", headers=token)).status_code == 204

    (waiting,) = (await read("team")).json()["items"]
    assert (waiting["taken_by"], waiting["taken_in"]) == (HANDLER, "storm-north")
    assert (await read("mine")).json()["items"] == []
    assert (await read("team", team="storm-south")).json()["items"] == []
    assert (await read("team", subject=HANDLER, team="storm-south")).json()["items"] == []
    without = await read("team", team=None)
    assert (without.status_code, problem(without)) == (409, "no-team")

    assert (await desk.client.delete(f"{path}/assignment", headers=token)).status_code == 204
    assert (await read("team")).json()["items"] == []
    assert [item["taken_in"] for item in (await read("free")).json()["items"]] == [None]

    assert (await desk.client.put(f"{path}/assignment", headers=token)).status_code == 204
    # As an instance of before lets go of it, while both versions run.
    await desk.driver.rows("UPDATE desk_case SET taken_by = NULL, taken_as = NULL, taken_at = NULL")
    assert (await read("team")).json()["items"] == []
    assert [item["taken_in"] for item in (await read("free")).json()["items"]] == [None]


async def test_of_two_handlers_who_decide_the_same_claim_at_once_one_wins(desk: ClaimsDesk) -> None:
    path = await referred(desk)

    answers = await asyncio.gather(
        *(
            handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [COVER]}, by=handler)
            for handler in (HANDLER, COLLEAGUE)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [problem(answer) for answer in answers if answer.status_code == 409] == ["decided-meanwhile"]
    assert len(await desk.driver.decisions()) == 2


async def test_a_denial_by_hand_needs_a_second_person_who_is_somebody_else(desk: ClaimsDesk) -> None:
    path = await referred(desk)

    proposed = await handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [DENY]})
    assert proposed.json()["state"] == "proposed"
    proposal = f"{path}/proposals/{proposed.json()['proposal_id']}"
    assert len(await desk.driver.decisions()) == 1
    assert [item["causes"] for item in await queued(desk, cause="proposed")] == [["referred", "proposed"]]
    again = await handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [DENY]}, by=COLLEAGUE)
    assert problem(again) == "proposed-already"
    assert problem(await handle(desk, f"{proposal}/approval", WHY)) == "second-person-needed"

    approved = await handle(desk, f"{proposal}/approval", WHY, by=COLLEAGUE)

    assert approved.json()["state"] == "decided"
    (decision,) = await desk.driver.decisions()
    assert (decision.outcome, decision.deciding_ground) == (Outcome.DENIED, GroundCode.HANDLER_DENIES)
    (ruling,) = (await at_desk(desk, path))["rulings"]
    assert (ruling["decided_by"], ruling["approved_by"], ruling["reason"]) == (HANDLER, COLLEAGUE, DENY["reason"])
    assert problem(await handle(desk, f"{proposal}/approval", WHY, by=COLLEAGUE)) == "proposal-closed"
    assert await queued(desk) == []


async def test_what_is_declined_leaves_the_decision_and_what_was_overtaken_cannot_be_approved(
    desk: ClaimsDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await referred(desk)
    body = {"claim_version": 1, "rulings": [DENY]}
    first = (await handle(desk, f"{path}/rulings", body)).json()["proposal_id"]

    declined = await handle(desk, f"{path}/proposals/{first}/refusal", WHY, by=COLLEAGUE)
    assert declined.json()["state"] == "left_as_it_was"

    second = (await handle(desk, f"{path}/rulings", body)).json()["proposal_id"]
    await handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [COVER]}, by=COLLEAGUE)
    late = await handle(desk, f"{path}/proposals/{second}/approval", WHY, by=COLLEAGUE)
    assert problem(late) == "proposal-closed"
    capsys.readouterr()
    assert await _count_overturned(desk) == 0
    assert capsys.readouterr().out == "sewer_water_without_cause\tcovered\t1\n"
    states = [each["state"] for each in (await at_desk(desk, path))["proposals"]]
    assert states == ["declined", "stale"]
    unknown = await handle(desk, f"{path}/proposals/00000000-0000-4000-8000-000000000000/approval", WHY)
    assert unknown.status_code == 404


async def test_a_denial_beside_what_is_better_for_the_customer_needs_a_second_person_too(desk: ClaimsDesk) -> None:
    facts = replace(HEAVY_RAIN_CAME_IN, storm_caused_damage=YES, causes_inseparable=YES)
    damage = (
        DamageItem(kind=DamageKind.BUILDINGS, amount_cents=100_000, route=WaterRoute.INDIRECT_PRECIPITATION),
        DamageItem(kind=DamageKind.CONTENTS, amount_cents=50_000, route=WaterRoute.STORM),
    )
    path = await referred(desk, report(facts=facts, damage=damage), tenths_mm=402)
    lift = {"ground": "causes_inseparable", "outcome": "covered", "reason": "The photos tell them apart"}
    denied = {"route": "storm", "outcome": "denied", "reason": "There was no wind to speak of"}

    both = await handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [lift, denied]})
    assert both.json()["state"] == "proposed"
    (proposal,) = (await at_desk(desk, path))["proposals"]
    assert proposal["more_cents"] == 75_000
    await handle(desk, f"{path}/proposals/{proposal['proposal_id']}/approval", WHY, by=COLLEAGUE)

    decision = (await desk.driver.decisions())[-1]
    assert [item.outcome for item in decision.items] == [Outcome.COVERED, Outcome.DENIED]
    counted = await desk.driver.rows("SELECT details ->> 'ground' FROM desk_action WHERE kind = 'ruled' ORDER BY place")
    assert [row[0] for row in counted] == ["causes_inseparable", "storm"]


async def test_more_money_than_a_handler_may_promise_alone_needs_a_senior(desk: ClaimsDesk) -> None:
    path = await referred(desk)
    assessed = {"damage": [{"kind": "buildings", "amount_cents": 500_001}], "reason": "Visited on 3 August"}
    assert (await handle(desk, f"{path}/assessments", assessed)).status_code == 204
    (waiting,) = (await at_desk(desk, path))["proposals"]
    proposal = f"{path}/proposals/{waiting['proposal_id']}/approval"
    assert (await handle(desk, proposal, WHY, by="senior-1", role=Role.SENIOR_HANDLER)).status_code == 200
    seen = await at_desk(desk, path)
    version, (item,) = seen["claim_version"], seen["items"]
    assert (item["amount_cents"], item["estimated_by"], item["outcome"]) == (500_001, "handler", "referred")

    proposed = (await handle(desk, f"{path}/rulings", {"claim_version": version, "rulings": [COVER]})).json()
    proposal = f"{path}/proposals/{proposed['proposal_id']}/approval"
    assert problem(await handle(desk, proposal, WHY, by=COLLEAGUE)) == "senior-needed"
    approved = await handle(desk, proposal, WHY, by="senior-1", role=Role.SENIOR_HANDLER)

    assert approved.json()["state"] == "decided"
    assert (await desk.driver.decisions())[-1].money.payable_cents == 500_001


async def test_nobody_lets_more_be_paid_alone_than_they_may_by_what_they_say_the_damage_is(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report())
    path = f"/desk/claims/{await desk.reference()}"
    assessed = {"damage": [{"kind": "buildings", "amount_cents": 90_000_000}], "reason": "Visited on 3 August"}

    # Also while it waits for rain: what is assessed now is paid then.
    assert (await handle(desk, f"{path}/assessments", assessed)).status_code == 204
    (question,) = await desk.driver.questions()
    await desk.driver.rain(rainfall_answer(question.claim_id, tenths_mm=402))
    (decision,) = await desk.driver.decisions()
    assert decision.money.payable_cents == 159_000

    assert problem(await handle(desk, f"{path}/assessments", assessed)) == "proposed-already"
    seen = await at_desk(desk, path)
    (proposed,) = seen["proposals"]
    assert ([item["amount_cents"] for item in proposed["told"]["damage"]], proposed["more_cents"]) == (
        [90_000_000],
        90_000_000,
    )
    proposal = f"{path}/proposals/{proposed['proposal_id']}/approval"
    assert problem(await handle(desk, proposal, WHY)) == "second-person-needed"
    assert problem(await handle(desk, proposal, WHY, by=COLLEAGUE)) == "senior-needed"
    approved = await handle(desk, proposal, WHY, by="senior-1", role=Role.SENIOR_HANDLER)
    assert approved.json()["state"] == "decided"
    assert (await desk.driver.decisions())[-1].money.payable_cents == 90_000_000 - 25_000
    record = await desk.driver.rows("SELECT kind, done_by, reason FROM desk_action ORDER BY place")
    assert [tuple(row) for row in record] == [
        ("proposed", HANDLER, assessed["reason"]),
        ("approved", "senior-1", WHY["reason"]),
        ("assessed", "senior-1", assessed["reason"]),
    ]


async def test_facts_by_which_a_claim_is_denied_that_nothing_was_decided_about_need_two(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report())
    path = f"/desk/claims/{await desk.reference()}"
    facts = {
        "facts": {"came_through_open_window_or_door": "true"},
        "source": "handler",
        "found_in": "The photos show a window that is ajar",
    }

    assert (await handle(desk, f"{path}/facts", facts)).status_code == 204

    assert await desk.driver.decisions() == []
    (proposed,) = (await at_desk(desk, path))["proposals"]
    assert (proposed["needs_senior"], proposed["proposed_by"]) == (False, HANDLER)
    proposal = f"{path}/proposals/{proposed['proposal_id']}/approval"
    assert problem(await handle(desk, proposal, WHY)) == "second-person-needed"
    assert (await handle(desk, proposal, WHY, by=COLLEAGUE)).status_code == 200
    (decision,) = await desk.driver.decisions()
    assert decision.outcome is Outcome.DENIED


async def test_facts_of_damage_above_a_limit_that_rain_will_decide_need_a_senior(desk: ClaimsDesk) -> None:
    """What is paid later is not weighed again by anybody."""
    damage = (DamageItem(kind=DamageKind.BUILDINGS, amount_cents=600_000, estimated_by=FactSource.REPAIR_PARTNER),)
    await desk.driver.policy(policy())
    await desk.driver.report(report(damage=damage))
    path = f"/desk/claims/{await desk.reference()}"
    facts = {"facts": {"storm_caused_damage": "false"}, "source": "handler", "found_in": "The photos show it"}

    assert (await handle(desk, f"{path}/facts", facts)).status_code == 204

    (proposed,) = (await at_desk(desk, path))["proposals"]
    assert (proposed["needs_senior"], proposed["more_cents"]) == (True, 600_000)


async def test_a_limit_is_not_passed_in_small_steps(desk: ClaimsDesk) -> None:
    kinds = (DamageKind.BUILDINGS, DamageKind.CONTENTS, DamageKind.CLEANING)
    damage = tuple(DamageItem(kind=kind, amount_cents=60_000) for kind in kinds)
    path = await referred(desk, report(facts=SEWER, damage=damage))
    items = [{"kind": kind, "amount_cents": 200_000} for kind in kinds]
    assessed = {"damage": items, "reason": "Visited on 3 August"}
    await handle(desk, f"{path}/assessments", assessed, by="senior-1", role=Role.SENIOR_HANDLER)
    states = []
    for place in range(3):
        version = (await at_desk(desk, path))["claim_version"]
        item = {"item": place, "outcome": "covered", "reason": "The street was under water"}
        states.append((await handle(desk, f"{path}/rulings", {"claim_version": version, "rulings": [item]})).json())
    assert [each["state"] for each in states] == ["decided", "decided", "proposed"]


async def test_items_that_differ_in_their_amounts_alone_are_ruled_on_after_they_were_assessed(desk: ClaimsDesk) -> None:
    damage = tuple(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=cents) for cents in (60_000, 70_000, 80_000))
    path = await referred(desk, report(facts=SEWER, damage=damage))
    items = [{"kind": "buildings", "amount_cents": cents} for cents in (65_000, 75_000, 85_000)]
    await handle(desk, f"{path}/assessments", {"damage": items, "reason": "Visited on 3 August"})

    item = {"item": 1, "outcome": "covered", "reason": "The street was under water"}
    ruled = (await handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [item]})).json()

    assert ruled["state"] == "decided"
    (decision,) = (await desk.driver.decisions())[-1:]
    assert [each.outcome for each in decision.items] == [Outcome.REFERRED, Outcome.COVERED, Outcome.REFERRED]


async def test_evidence_against_the_customer_is_upheld_or_decided_on_by_two(desk: ClaimsDesk) -> None:
    path = await referred(desk)
    await handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [COVER]})
    lower = {"damage": [{"kind": "buildings", "amount_cents": 50_000}], "reason": "An invoice came in"}
    await handle(desk, f"{path}/assessments", lower)
    assert [item["causes"] for item in await queued(desk)] == [["evidence_against"]]

    upheld = await handle(desk, f"{path}/upholdings", {"claim_version": 2, "reason": "The invoice is a part"})
    assert upheld.json()["state"] == "left_as_it_was"
    assert await queued(desk) == []

    await handle(desk, f"{path}/assessments", {**lower, "damage": [{"kind": "buildings", "amount_cents": 60_000}]})
    evidence = {"claim_version": 2, "rulings": [{"reason": "The invoices are complete now"}]}
    proposed = (await handle(desk, f"{path}/rulings", evidence)).json()
    assert proposed["state"] == "proposed"
    await handle(desk, f"{path}/proposals/{proposed['proposal_id']}/approval", WHY, by=COLLEAGUE)

    decision = (await desk.driver.decisions())[-1]
    assert (decision.money.payable_cents, decision.money.to_pay_cents) == (60_000, 0)
    closed = [each["closed_as"] for each in (await at_desk(desk, path))["evidence_against"]]
    assert closed == ["decided"]
    assert await queued(desk) == []


async def test_a_question_that_was_answered_is_open_again_when_a_handler_asks_it_again(desk: ClaimsDesk) -> None:
    path = await referred(desk)
    own = f"/customers/123456/claims/{await desk.reference()}"
    damage = [{"kind": "buildings", "amount_cents": 184_000}]
    answers = [{"code": "damage", "damage": damage}, {"code": "route", "routes": ["sewer_backflow"]}]
    body = {"codes": ["damage", "route"], "due_on": "2021-08-10", "reason": "What stood in the cellar?"}

    for times in (1, 2):
        desk.clock.at += timedelta(hours=1)
        assert (await handle(desk, f"{path}/questions", {**body, "reason": f"Asked {times} times"})).status_code == 204
        told = [each for each in await desk.driver.published() if isinstance(each, ClaimMessageRequested)]
        assert [each.questions for each in told if each.occasion is ClaimOccasion.QUESTIONS_ASKED] == [
            ("damage", "route")
        ]
        desk.clock.at += timedelta(hours=1)
        answered = await desk.post(f"{own}/answers", {"answers": answers})
        assert (answered.status_code, answered.json()["questions"]) == (200, [])

    asked = [each for each in (await at_desk(desk, path))["asked"] if each["asked_by"]]
    assert [each["code"] for each in asked] == ["damage", "route", "damage", "route"]
    assert asked[0]["asked_at"] < asked[2]["asked_at"]
    assert len(await desk.driver.rows("SELECT FROM supplement")) == 2


async def test_handlers_ask_and_add_facts_with_their_source_and_nobody_rules_on_what_the_rules_decide(
    desk: ClaimsDesk,
) -> None:
    path = await referred(desk)
    asked = {"codes": ["damage"], "due_on": "2021-08-10", "reason": "What stood in the cellar?"}
    assert (await handle(desk, f"{path}/questions", asked)).status_code == 204
    assert problem(await handle(desk, f"{path}/questions", {**asked, "due_on": "2021-08-02"})) == "due-day-impossible"
    beyond = await handle(desk, f"{path}/questions", {**asked, "codes": ["route", "damage.1.route"]})
    assert [error["field"] for error in beyond.json()["errors"]] == ["/codes/1"]
    own = f"/customers/123456/claims/{await desk.reference()}"
    assert [each["code"] for each in (await desk.get(f"{own}/questions")).json()["questions"]] == ["damage"]
    (question,) = [each for each in (await at_desk(desk, path))["asked"] if each["asked_by"]]
    assert (question["code"], question["asked_by"], question["due_on"]) == ("damage", HANDLER, "2021-08-10")

    contents = {"code": "damage", "damage": [{"kind": "contents", "amount_cents": 70_000}]}
    assert (await desk.post(f"{own}/answers", {"answers": [contents]})).status_code == 200
    assert [item["causes"] for item in await queued(desk)] == [["referred", "answered"]]

    facts = {"facts": {"precipitation_fell_directly": "true"}, "source": "handler", "found_in": "On the spot"}
    assert (await handle(desk, f"{path}/facts", facts)).status_code == 204
    assert [item["causes"] for item in await queued(desk)] == [["referred"]]
    seen = await at_desk(desk, path)
    assert {"name": "precipitation_fell_directly", "value": "true", "source": "handler"} in seen["facts"]

    wrong = {**COVER, "route": "flood"}
    answer = await handle(desk, f"{path}/rulings", {"claim_version": seen["claim_version"], "rulings": [wrong]})
    assert problem(answer) == "not-left-open"
    nothing = await handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [{**COVER, "item": 0}]})
    assert nothing.status_code == 422
    assert (await desk.get(path)).status_code == 403
    assert (
        await handle(desk, "/desk/claims/W0000000000/rulings", {"claim_version": 1, "rulings": [COVER]})
    ).status_code == 404
