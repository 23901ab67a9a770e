"""What is asked about an incomplete report, answers and news, as customers see it by HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from claim_events import LOSS_AT, YES, policy, rainfall_answer, report
from claims_http import ClaimsDesk
from msgspec.structs import replace

from claims_svc.domain.handling import ANSWER_WAIT
from contracts.access import Role
from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported

WINDOW = "facts.came_through_open_window_or_door"
RAIN_RAN_IN = LossFacts(precipitation_left_its_course=YES)


async def incomplete(desk: ClaimsDesk, reported: LossReported) -> str:
    """Report a loss to a customer's policy and return the path of its claim."""
    await desk.driver.policy(policy())
    await desk.driver.report(reported)
    return f"/customers/123456/claims/{await desk.reference()}"


async def asked(desk: ClaimsDesk, path: str) -> list[str]:
    response = await desk.get(f"{path}/questions")
    assert response.status_code == 200
    return [question["code"] for question in response.json()["questions"]]


async def answer(desk: ClaimsDesk, path: str, *answers: dict[str, Any], key: str | None = None) -> Any:  # noqa: ANN401 - JSON
    return await desk.post(f"{path}/answers", {"answers": list(answers)}, key=key)


async def decisions(desk: ClaimsDesk) -> list[DecisionMade]:
    return await desk.driver.decisions()


async def test_policy_and_moment_suffice_and_answers_make_the_report_complete(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, replace(report(), facts=LossFacts(), damage=()))
    assert await asked(desk, path) == ["route", "damage"]

    response = await answer(desk, path, {"code": "route", "routes": ["indirect_precipitation"]})
    assert [each["code"] for each in response.json()["questions"]] == ["damage", WINDOW]
    response = await answer(
        desk,
        path,
        {"code": WINDOW, "known": "false"},
        {"code": "damage", "damage": [{"kind": "buildings", "amount_cents": 184_000}]},
    )

    assert (response.json()["state"], response.json()["questions"]) == ("waiting_for_rainfall", [])
    (question,) = await desk.driver.questions()
    await desk.driver.rain(rainfall_answer(question.claim_id, tenths_mm=402))
    (decision,) = await decisions(desk)
    assert (decision.outcome, decision.money.payable_cents) == (Outcome.COVERED, 159_000)
    assert decision.turned_statements == ()


async def test_a_question_says_in_the_readers_language_what_is_asked_why_and_until_when(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report(facts=RAIN_RAN_IN))
    (rain,) = await desk.driver.questions()
    await desk.driver.rain(rainfall_answer(rain.claim_id, tenths_mm=402))

    dutch = await desk.get(f"{path}/questions")

    (question,) = dutch.json()["questions"]
    assert dutch.json()["state"] == "waiting_for_answer"
    assert dutch.headers["Content-Language"] == "nl"
    assert question["text"] == "Kwam het water door een raam of deur die openstond?"
    assert question["reason"].startswith("Regenwater dat eerst buiten viel en door een open raam")
    assert "window_or_door_open" in question["because"]
    assert question["due_on"] == str((desk.clock.at + ANSWER_WAIT).date())


async def test_a_claim_nobody_answers_about_is_decided_when_the_wait_is_over(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report(facts=RAIN_RAN_IN))
    (rain,) = await desk.driver.questions()
    await desk.driver.rain(rainfall_answer(rain.claim_id, tenths_mm=402))
    assert await decisions(desk) == []

    await desk.driver.wait(days=ANSWER_WAIT.days)

    (decision,) = await decisions(desk)
    assert (decision.outcome, decision.deciding_ground) == (Outcome.REFERRED, GroundCode.FACT_MISSING)
    assert await asked(desk, path) == [WINDOW]
    assert (await answer(desk, path, {"code": WINDOW, "known": "false"})).json()["state"] == "decided"
    assert [each.outcome for each in await decisions(desk)] == [Outcome.COVERED]


async def test_who_does_not_know_has_answered(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, replace(report(), facts=LossFacts(), damage=()))

    response = await answer(desk, path, {"code": "route", "known": "unknown"}, {"code": "damage", "known": "unknown"})

    assert (response.json()["state"], response.json()["questions"]) == ("referred", [])
    (decision,) = await decisions(desk)
    assert decision.deciding_ground is GroundCode.NO_ROUTE_REPORTED


async def test_an_answer_to_what_is_not_asked_counts_for_nothing_and_is_told_what_is(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report(facts=RAIN_RAN_IN))
    both = ({"code": WINDOW, "known": "false"}, {"code": "facts.toilet_overflowed", "known": "true"})

    refused = await answer(desk, path, *both)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-asked")
    assert refused.json()["open_questions"] == [WINDOW]
    assert await desk.driver.rows("SELECT FROM supplement") == []
    assert (await answer(desk, path, both[0], key="once")).status_code == 200
    assert (await answer(desk, path, both[0], key="once")).status_code == 200
    assert (await answer(desk, path, both[0])).status_code == 409
    assert len(await desk.driver.rows("SELECT FROM supplement")) == 1


async def test_an_answer_that_does_not_fit_its_question_is_refused_in_words(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report(facts=RAIN_RAN_IN))

    for misfit in (
        {"code": WINDOW, "routes": ["flood"]},
        {"code": WINDOW},
        {"code": "route", "known": "true"},
        {"code": "damage.0.route", "routes": ["flood", "storm"]},
        {"code": "facts.gravity", "known": "true"},
    ):
        refused = await answer(desk, path, misfit)
        assert refused.status_code == 422, misfit
        assert refused.json()["errors"][0]["message"].startswith(("must be answered by", "is no question"))


async def test_damage_is_told_anew_or_item_by_item_and_never_both_at_once(desk: ClaimsDesk) -> None:
    items = tuple(DamageItem(kind=kind, amount_cents=60_000) for kind in (DamageKind.BUILDINGS, DamageKind.CONTENTS))
    path = await incomplete(
        desk, report(facts=LossFacts(sewer_water_entered=YES, groundwater_entered=YES), damage=items)
    )
    due_on = str((desk.clock.at + timedelta(days=7)).date())
    codes = ["damage", "damage.0.route", "damage.1.route"]
    asking = {"codes": codes, "due_on": due_on, "reason": "Which water did what?"}
    at_desk = f"/desk/claims/{path.rpartition('/')[2]}/questions"
    assert (await desk.post(at_desk, asking, role=Role.CLAIMS_HANDLER)).is_success
    anew = {"code": "damage", "damage": [{"kind": "buildings", "amount_cents": 60_000}]}
    first, second = ({"code": f"damage.{place}.route", "routes": ["sewer_backflow"]} for place in (0, 1))

    for answers in ((anew, second), (second, anew), (first, anew)):
        refused = await answer(desk, path, *answers)
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["message"].startswith("must tell the damage anew, or what is asked of its")
    assert (await answer(desk, path, first, second)).status_code == 200


async def test_something_new_is_compared_with_the_decision_that_stands(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report())
    (rain,) = await desk.driver.questions()
    await desk.driver.rain(rainfall_answer(rain.claim_id, tenths_mm=402))
    (covered,) = await decisions(desk)

    more = {"damage": [{"kind": "buildings", "amount_cents": 184_000}, {"kind": "contents", "amount_cents": 50_000}]}
    assert (await desk.post(f"{path}/news", more)).json()["state"] == "decided"

    (again,) = await decisions(desk)
    assert (covered.money.payable_cents, again.money.payable_cents) == (159_000, 209_000)
    assert again.money.to_pay_cents == 50_000


async def test_news_that_no_report_can_say_are_refused_by_field(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report())
    after_report = (LOSS_AT + timedelta(days=2)).isoformat()

    late = await desk.post(f"{path}/news", {"loss": {"from_at": after_report, "until_at": after_report}})
    dear = {"kind": "buildings", "amount_cents": 10**11}
    much = await desk.post(f"{path}/news", {"damage": [dear, dear]})

    assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "/loss/until_at")
    assert (much.status_code, much.json()["errors"][0]["field"]) == (422, "/damage")
    assert (await desk.post(f"{path}/news", {})).status_code == 422
    assert await desk.driver.rows("SELECT FROM supplement") == []


async def test_only_its_customer_and_handlers_answer_and_only_as_long_as_the_claim_lasts(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report(facts=RAIN_RAN_IN))
    body = {"answers": [{"code": WINDOW, "known": "false"}]}

    assert (await desk.post(f"{path}/answers", body, relation_number="654321")).status_code == 404
    assert (await desk.post(f"{path}/answers", body, role=Role.OPERATOR)).status_code == 403
    assert (await desk.post(f"{path}/answers", body, role=Role.CLAIMS_HANDLER)).status_code == 200
    await desk.driver.rows("UPDATE claim SET withdrawn_at = opened_at, touched_by_people = true")
    ended = await desk.post(f"{path}/news", {"facts": {"sewer_water_entered": "true"}})
    assert (ended.status_code, ended.json()["type"]) == (409, "/problems/claim-has-ended")
    assert await asked(desk, path) == []


async def test_what_a_handler_asks_is_open_until_it_is_answered(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report())
    reference = path.rpartition("/")[2]
    due_on = str((desk.clock.at + timedelta(days=7)).date())
    code = "facts.toilet_overflowed"
    asking = {"codes": [code], "due_on": due_on, "reason": "The photo shows a toilet."}
    assert (await desk.post(f"/desk/claims/{reference}/questions", asking, role=Role.CLAIMS_HANDLER)).is_success

    (question,) = (await desk.get(f"{path}/questions")).json()["questions"]
    assert (question["code"], question["due_on"], question["because"]) == (code, due_on, [])
    assert (await answer(desk, path, {"code": code, "known": "unknown"})).json()["questions"] == []


async def asked_by_hand(desk: ClaimsDesk, path: str, *codes: str) -> str:
    """Let a handler ask these, to be answered within a week; return where the claim stands at the desk."""
    at_desk = f"/desk/claims/{path.rpartition('/')[2]}"
    due_on = str((desk.clock.at + timedelta(days=7)).date())
    asking = {"codes": codes, "due_on": due_on, "reason": "The photo shows a toilet."}
    assert (await desk.post(f"{at_desk}/questions", asking, role=Role.CLAIMS_HANDLER)).is_success
    desk.clock.at += timedelta(hours=1)
    return at_desk


async def waits_in_vain(desk: ClaimsDesk) -> bool:
    """Return whether somebody waits for an answer in vain when its day is over."""
    await desk.driver.wait(days=8)
    return bool(await desk.driver.rows("SELECT FROM desk_case WHERE 'unanswered' = ANY (causes)"))


async def test_what_somebody_else_has_told_is_not_asked_of_the_customer_any_more(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report())
    told, left = "facts.toilet_overflowed", "facts.came_through_cellar_wall"
    at_desk = await asked_by_hand(desk, path, told, left, "damage.0.route")

    facts = {"toilet_overflowed": "false", "came_through_cellar_wall": "unknown"}
    found = {"facts": facts, "source": "handler", "found_in": "Seen on the spot"}
    assert (await desk.post(f"{at_desk}/facts", found, role=Role.CLAIMS_HANDLER)).is_success
    assert await asked(desk, path) == [left, "damage.0.route"]
    body = {"damage": [{"kind": "buildings", "amount_cents": 184_000}], "reason": "Seen on the spot"}
    assert (await desk.post(f"{at_desk}/assessments", body, role=Role.CLAIMS_HANDLER)).is_success
    assert await asked(desk, path) == [left, "damage.0.route"], "what somebody else does not know or say is no answer"
    assert (await answer(desk, path, {"code": left, "known": "unknown"})).json()["questions"] != []
    assert (await answer(desk, path, {"code": "damage.0.route", "known": "unknown"})).json()["questions"] == []

    assert not await waits_in_vain(desk)


async def test_what_was_asked_for_a_decision_is_asked_no_more_once_all_is_decided(desk: ClaimsDesk) -> None:
    path = await incomplete(desk, report(facts=LossFacts(storm_caused_damage=YES)))
    at_desk = await asked_by_hand(desk, path, "facts.toilet_overflowed")
    assert await asked(desk, path) == ["facts.toilet_overflowed"]

    ruling = {"route": "storm", "outcome": "covered", "reason": "Seen on the spot"}
    body = {"claim_version": 1, "rulings": [ruling]}
    assert (await desk.post(f"{at_desk}/rulings", body, role=Role.SENIOR_HANDLER)).json()["state"] == "decided"

    assert await asked(desk, path) == []
    assert not await waits_in_vain(desk)
    await asked_by_hand(desk, path, "facts.toilet_overflowed")
    assert await asked(desk, path) == ["facts.toilet_overflowed"], "what is asked after that is open"
