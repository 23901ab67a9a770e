"""Time works for who waits: questions are told and told again, a claim is promised to be taken up in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from claim_events import LOSS_AT, YES, policy, rainfall_answer, report
from claims_http import ClaimsDesk

from contracts.access import Role
from contracts.claim_messages import ClaimMessageRequested, ClaimOccasion
from contracts.loss_reports import LossFacts

BY_STORM = LossFacts(storm_caused_damage=YES)


async def told(desk: ClaimsDesk) -> list[ClaimMessageRequested]:
    return [event for event in await desk.driver.published() if isinstance(event, ClaimMessageRequested)]


async def promises(desk: ClaimsDesk) -> list[tuple[bool, bool, bool]]:
    rows = await desk.driver.rows("SELECT warned_at, kept_at, broken_at FROM promise ORDER BY made_at")
    return [tuple(value is not None for value in row.values()) for row in rows]  # type: ignore[misc] # three of them


async def test_what_is_asked_is_told_at_once_and_once_more_half_way(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=LossFacts()))

    (asked,) = await told(desk)
    assert (asked.occasion, asked.questions) == (ClaimOccasion.QUESTIONS_ASKED, ("route",))
    assert str(asked.due_on) == "2021-08-16", "two weeks after Monday 2 August"
    await desk.driver.wait(days=7, minutes=1)
    (again,) = await told(desk)
    assert (again.occasion, again.questions, again.due_on) == (ClaimOccasion.ANSWERS_AWAITED, ("route",), asked.due_on)
    await desk.driver.wait(days=7)
    assert (await desk.get(f"/customers/123456/claims/{await desk.reference()}")).json()["state"] == "referred"


async def test_an_answer_is_waited_for_until_the_day_that_was_told_however_long_the_rain_took(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    two_waters = LossFacts(sewer_water_entered=YES, groundwater_entered=YES)
    (claim_id,) = await desk.driver.open_claims(report(facts=two_waters, damage=()))
    own = f"/customers/123456/claims/{await desk.reference()}"

    async def shown() -> tuple[str, set[str | None]]:
        questions = (await desk.get(f"{own}/questions")).json()["questions"]
        return (await desk.get(own)).json()["state"], {question["due_on"] for question in questions}

    assert await shown() == ("waiting_for_rainfall", {"2021-08-16"})
    await desk.driver.wait(days=7, minutes=1)
    assert {str(each.due_on) for each in await told(desk) if each.questions} == {"2021-08-16"}
    await desk.driver.wait(days=2)
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    assert await shown() == ("waiting_for_answer", {"2021-08-16"})
    await desk.driver.wait(days=5)
    assert (await desk.get(own)).json()["state"] == "referred"


async def test_who_does_not_answer_is_no_longer_waited_for_once_the_rain_comes_later_than_that(
    desk: ClaimsDesk,
) -> None:
    await desk.driver.policy(policy())
    two_waters = LossFacts(sewer_water_entered=YES, groundwater_entered=YES)
    (claim_id,) = await desk.driver.open_claims(report(facts=two_waters, damage=()))
    own = f"/customers/123456/claims/{await desk.reference()}"
    await desk.driver.wait(days=8)
    earlier = {"from_at": "2021-07-14T01:30:00Z", "until_at": "2021-07-14T01:30:00Z"}
    assert (await desk.post(f"{own}/news", {"loss": earlier})).status_code == 200
    await desk.driver.wait(days=7)
    assert (await desk.get(own)).json()["state"] == "waiting_for_rainfall"

    answer = rainfall_answer(claim_id, tenths_mm=402, request_version=2, loss_at=LOSS_AT - timedelta(days=1))
    await desk.driver.rain(answer)
    assert (await desk.get(own)).json()["state"] == "referred"


async def test_a_question_that_an_answer_leads_to_is_waited_for_as_long_as_its_message_says(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    two_waters = LossFacts(sewer_water_entered=YES, groundwater_entered=YES)
    (claim_id,) = await desk.driver.open_claims(report(facts=two_waters, damage=()))
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    own = f"/customers/123456/claims/{await desk.reference()}"
    assert (await desk.get(own)).json()["state"] == "waiting_for_answer"
    await desk.driver.wait(days=10)
    await told(desk)

    damage = [{"kind": "buildings", "amount_cents": 184_000}]
    answered = await desk.post(f"{own}/answers", {"answers": [{"code": "damage", "damage": damage}]})

    (asked,) = await told(desk)
    assert (asked.questions, str(asked.due_on)) == (("damage.0.route",), "2021-08-26")
    assert {question["due_on"] for question in answered.json()["questions"]} == {"2021-08-26"}
    await desk.driver.wait(days=13)
    assert (await desk.get(own)).json()["state"] == "waiting_for_answer"
    await desk.driver.wait(days=1, minutes=1)
    assert (await desk.get(own)).json()["state"] != "waiting_for_answer"


async def test_who_waits_for_rain_hears_so_half_way_and_until_when(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy(), policy(policy_number="123456-531-05"))
    (waits_on,) = await desk.driver.open_claims(report())
    (claim_id,) = await desk.driver.open_claims(report(policy_number="123456-531-05"))
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    assert await told(desk) == []

    await desk.driver.wait(days=5, minutes=-1)
    assert await told(desk) == []
    await desk.driver.wait(minutes=2)
    (waiting,) = await told(desk)
    assert waiting.claim_id == waits_on
    assert (waiting.occasion, str(waiting.due_on)) == (ClaimOccasion.RAIN_AWAITED, "2021-08-12")
    await desk.driver.wait(days=5)
    assert ClaimOccasion.RAIN_AWAITED not in [each.occasion for each in await told(desk)]


async def test_who_was_told_a_day_for_the_rain_hears_soon_when_an_answer_moves_it(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    two_waters = LossFacts(precipitation_left_its_course=YES, groundwater_entered=YES)
    await desk.driver.report(report(facts=two_waters))
    await desk.driver.wait(days=6)
    assert ("rain_awaited", "2021-08-12") in [(each.occasion, str(each.due_on)) for each in await told(desk)]

    earlier = datetime(2021, 7, 14, 1, 30, tzinfo=UTC)
    loss = {"from_at": earlier.isoformat(), "until_at": earlier.isoformat()}
    news = await desk.post(f"/customers/123456/claims/{await desk.reference()}/news", {"loss": loss})
    assert news.status_code == 200, news.text
    await desk.driver.wait(minutes=59)
    assert await told(desk) == []
    await desk.driver.wait(minutes=2)
    (moved,) = await told(desk)
    assert (moved.occasion, str(moved.due_on)) == (ClaimOccasion.RAIN_AWAITED, "2021-08-18")
    await desk.driver.wait(days=9, hours=22)
    (claim,) = await desk.driver.rows("SELECT state FROM claim")
    assert claim["state"] == "waiting_for_rainfall"


async def test_who_gets_the_rain_at_once_hears_of_no_wait_for_it(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(report())
    await desk.driver.wait(days=6)
    await told(desk)

    corrected_loss = {"from_at": "2021-07-14T01:30:00Z", "until_at": "2021-07-14T01:30:00Z"}
    news = await desk.post(f"/customers/123456/claims/{await desk.reference()}/news", {"loss": corrected_loss})
    assert news.status_code == 200, news.text
    await desk.driver.rain(
        rainfall_answer(claim_id, tenths_mm=402, request_version=2, loss_at=LOSS_AT - timedelta(days=1))
    )
    await desk.driver.wait(hours=2)
    assert ClaimOccasion.RAIN_AWAITED not in [each.occasion for each in await told(desk)]


async def test_nothing_is_asked_before_the_policy_is_there_and_then_one_day_is_named(desk: ClaimsDesk) -> None:
    await desk.driver.report(report(facts=LossFacts()))
    await desk.driver.wait(days=1)
    assert await told(desk) == []

    await desk.driver.policy(policy())
    (asked,) = await told(desk)
    assert (asked.occasion, asked.questions) == (ClaimOccasion.QUESTIONS_ASKED, ("route",))
    assert str(asked.due_on) == "2021-08-17", "two weeks after Tuesday 3 August"
    await desk.driver.wait(days=7, minutes=1)
    (again,) = await told(desk)
    assert (again.occasion, again.due_on) == (ClaimOccasion.ANSWERS_AWAITED, asked.due_on)
    await desk.driver.wait(days=7)
    (claim,) = await desk.driver.rows("SELECT state, waits_until FROM claim")
    assert (claim["state"], str(claim["waits_until"].date())) == ("referred", str(asked.due_on))


async def test_nothing_is_asked_about_a_claim_whose_policy_never_comes(desk: ClaimsDesk) -> None:
    await desk.driver.report(report(facts=LossFacts()))

    await desk.driver.wait(days=2, minutes=1)
    assert [each["state"] for each in await desk.driver.rows("SELECT state FROM claim")] == ["referred"]
    await desk.driver.wait(days=14)
    occasions = {each.occasion for each in await told(desk)}
    assert not occasions & {ClaimOccasion.QUESTIONS_ASKED, ClaimOccasion.ANSWERS_AWAITED}


async def test_who_has_answered_is_not_asked_again(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=LossFacts()))
    path = f"/customers/123456/claims/{await desk.reference()}/answers"
    answered = await desk.post(path, {"answers": [{"code": "route", "routes": ["storm"]}]})
    assert answered.status_code == 200, answered.text
    await told(desk)

    await desk.driver.wait(days=7, minutes=1)
    assert ClaimOccasion.ANSWERS_AWAITED not in [each.occasion for each in await told(desk)]


async def test_a_claim_that_is_taken_up_in_time_keeps_the_promise(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=BY_STORM))
    reference = await desk.reference()
    assert await promises(desk) == [(False, False, False)]

    taken = await desk.client.put(f"/desk/claims/{reference}/assignment", headers=desk.token_of(Role.CLAIMS_HANDLER))
    assert taken.status_code == 204, taken.text
    await desk.driver.wait(days=5)
    assert await promises(desk) == [(False, True, False)]
    assert [each.occasion for each in await told(desk)] == [ClaimOccasion.TAKEN_UP]


async def test_a_claim_that_is_taken_up_too_late_breaks_the_promise_also_where_no_timer_has_said_so_yet(
    desk: ClaimsDesk,
) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=BY_STORM))
    reference = await desk.reference()
    desk.clock.at += timedelta(days=4)  # and no timer fires

    taken = await desk.client.put(f"/desk/claims/{reference}/assignment", headers=desk.token_of(Role.CLAIMS_HANDLER))
    assert taken.status_code == 204, taken.text
    assert await promises(desk) == [(False, True, True)]
    timeline = await desk.get(f"/customers/123456/claims/{reference}/timeline")
    assert "promise_broken" in timeline.text
    at_desk = await desk.get(f"/desk/claims/{reference}/timeline", role=Role.CLAIMS_HANDLER)
    assert "promise_held" not in at_desk.text


async def test_who_waits_for_too_long_hears_so_on_the_last_day_and_the_broken_promise_is_kept(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=BY_STORM))
    await told(desk)

    await desk.driver.wait(days=2, hours=-1)
    (warned,) = await told(desk)
    assert (warned.occasion, str(warned.due_on)) == (ClaimOccasion.STILL_WAITING, "2021-08-04")
    assert await promises(desk) == [(True, False, False)]
    await desk.driver.wait(days=1)
    assert await promises(desk) == [(True, False, True)]
    assert await told(desk) == []
