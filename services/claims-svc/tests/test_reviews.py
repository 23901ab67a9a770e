"""The customer's right to a human, and taking a claim back."""

from __future__ import annotations

from typing import Any

from claim_events import HEAVY_RAIN_CAME_IN, NO, YES, policy, rainfall_answer, report
from claims_http import COLLEAGUE, HANDLER, ClaimsDesk
from msgspec.structs import replace

from contracts.access import Role
from contracts.claim_messages import ClaimMessageRequested, ClaimOccasion
from contracts.loss_reports import LossFacts

SENIOR, THIRD = Role.SENIOR_HANDLER, "handler-3"
REASON = {"reason": "The water came out of the drain, not out of the toilet"}


async def a_referred_claim(desk: ClaimsDesk) -> str:
    """A storm opened the way for the water: only a handler decides about that."""
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=LossFacts(storm_caused_damage=YES)))
    return await desk.reference()


async def rule(desk: ClaimsDesk, reference: str, outcome: str, *, by: str, approved_by: str | None = None) -> None:
    shown = (await desk.get(f"/desk/claims/{reference}", role=SENIOR, subject=by)).json()
    (left,) = [each for each in shown["can_be_decided"] if each["route"] == "storm"]
    about = {"route": "storm", "overrules": left["overrules"]}
    rulings = [{"outcome": outcome, "reason": "Seen on the spot", **about}]
    body = {"claim_version": shown["claim_version"], "rulings": rulings}
    ruled = await desk.post(f"/desk/claims/{reference}/rulings", body, role=SENIOR, subject=by)
    assert ruled.status_code == 200, ruled.text
    if approved_by is not None:
        path = f"/desk/claims/{reference}/proposals/{ruled.json()['proposal_id']}/approval"
        approved = await desk.post(path, {"reason": "So it is"}, role=SENIOR, subject=approved_by)
        assert approved.status_code == 200, approved.text


async def told(desk: ClaimsDesk) -> list[ClaimOccasion]:
    published = await desk.driver.published()
    return [event.occasion for event in published if isinstance(event, ClaimMessageRequested)]


async def test_a_denial_is_reviewed_and_overturned_by_people_who_had_no_part_in_it(desk: ClaimsDesk) -> None:
    reference = await a_referred_claim(desk)
    await rule(desk, reference, "denied", by=HANDLER, approved_by=COLLEAGUE)
    own = f"/customers/123456/claims/{reference}"
    await desk.driver.published()

    opened = await desk.post(f"{own}/reviews", REASON)
    assert opened.status_code == 201, opened.text
    assert (await desk.post(f"{own}/reviews", REASON)).json()["type"] == "/problems/review-is-open"
    assert await told(desk) == [ClaimOccasion.REVIEW_OPENED]
    queue = (await desk.get("/desk/queue", role=SENIOR)).json()["items"]
    assert [(case["reference"], case["causes"]) for case in queue] == [(reference, ["review"])]

    outcome = f"/desk/claims/{reference}/reviews/{opened.json()['review_id']}/outcome"
    overturned = {"outcome": "overturned", "answer": "You were right"}
    by_the_same = await desk.post(outcome, overturned, role=SENIOR, subject=COLLEAGUE)
    assert by_the_same.json()["type"] == "/problems/another-person-needed"
    too_early = await desk.post(outcome, overturned, role=SENIOR, subject=THIRD)
    assert too_early.json()["type"] == "/problems/not-decided-since"

    await rule(desk, reference, "covered", by=THIRD)
    ended = await desk.post(outcome, overturned, role=SENIOR, subject=THIRD)
    assert (ended.status_code, ended.json()["outcome"]) == (200, "overturned")
    assert ClaimOccasion.REVIEW_OVERTURNED in await told(desk)
    assert (await desk.get("/desk/queue", role=SENIOR)).json()["items"] == []
    shown = (await desk.get(f"{own}/reviews")).json()["reviews"]
    assert [(each["outcome"], each["answer"]) for each in shown] == [("overturned", "You were right")]


async def test_a_review_is_overturned_also_where_news_was_enough_to_decide_anew(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    reported = report(facts=replace(HEAVY_RAIN_CAME_IN, came_through_open_window_or_door=YES))
    await desk.driver.report(reported)
    reference = await desk.reference()
    own = f"/customers/123456/claims/{reference}"
    assert (await desk.get(own)).json()["outcome"] == "denied"
    opened = await desk.post(f"{own}/reviews", REASON)
    news = {"facts": {"came_through_open_window_or_door": "false"}}
    assert (await desk.post(f"{own}/news", news)).status_code == 200
    for asked in await desk.driver.questions():
        await desk.driver.rain(rainfall_answer(asked.claim_id, tenths_mm=402))

    outcome = f"/desk/claims/{reference}/reviews/{opened.json()['review_id']}/outcome"
    ended = await desk.post(outcome, {"outcome": "overturned", "answer": "You were right"}, role=SENIOR, subject=THIRD)

    assert (ended.status_code, ended.json()["outcome"]) == (200, "overturned"), ended.text


async def test_a_decision_that_became_no_better_for_the_customer_is_not_overturned(desk: ClaimsDesk) -> None:
    reference = await a_referred_claim(desk)
    opened = await desk.post(f"/customers/123456/claims/{reference}/reviews", REASON)
    await rule(desk, reference, "denied", by=THIRD, approved_by=COLLEAGUE)

    outcome = f"/desk/claims/{reference}/reviews/{opened.json()['review_id']}/outcome"
    right = {"outcome": "overturned", "answer": "You were right"}
    refused = await desk.post(outcome, right, role=SENIOR, subject=THIRD)

    assert refused.status_code == 409, refused.text
    assert refused.json()["type"] == "/problems/not-decided-since"
    upheld = await desk.post(outcome, {**right, "outcome": "upheld"}, role=SENIOR, subject=THIRD)
    assert upheld.status_code == 200, upheld.text


async def test_who_ended_a_review_ends_no_other_one_of_that_claim(desk: ClaimsDesk) -> None:
    reference = await a_referred_claim(desk)
    await rule(desk, reference, "denied", by=HANDLER, approved_by=COLLEAGUE)
    own, upheld = f"/customers/123456/claims/{reference}", {"outcome": "upheld", "answer": "It stays so"}
    answers = []
    for _ in range(2):
        review_id = (await desk.post(f"{own}/reviews", REASON)).json()["review_id"]
        outcome = f"/desk/claims/{reference}/reviews/{review_id}/outcome"
        answers.append(await desk.post(outcome, upheld, role=SENIOR, subject=THIRD))

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["type"] == "/problems/another-person-needed"


async def test_who_waits_for_a_review_hears_so_on_its_last_day_and_lateness_is_on_record(desk: ClaimsDesk) -> None:
    reference = await a_referred_claim(desk)
    opened = await desk.post(f"/customers/123456/claims/{reference}/reviews", REASON)
    due_at = opened.json()["due_at"]
    assert due_at == "2021-08-16T22:00:00Z", "ten working days from Monday 2 August are over after Monday 16"
    await desk.driver.published()

    await desk.driver.wait(days=14, hours=1)
    assert ClaimOccasion.REVIEW_STILL_OPEN in await told(desk)
    await desk.driver.wait(days=1)
    done = await desk.driver.rows("SELECT kind FROM desk_action ORDER BY place")
    assert [row["kind"] for row in done if row["kind"].startswith("review")] == [
        "review_opened",
        "review_at_risk",
        "review_late",
    ]


async def test_a_claim_is_taken_back_once_and_stays_so(desk: ClaimsDesk) -> None:
    reference = await a_referred_claim(desk)
    own = f"/customers/123456/claims/{reference}"

    withdrawn = await desk.post(f"{own}/withdrawal", {})
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn"), withdrawn.text
    assert withdrawn.json()["outcome"] == "withdrawn"
    again: Any = await desk.post(f"{own}/withdrawal", {})
    assert again.json()["type"] == "/problems/claim-has-ended"
    assert (await desk.post(f"{own}/reviews", REASON)).json()["type"] == "/problems/claim-has-ended"
    assert (await desk.get("/desk/queue", role=SENIOR)).json()["items"] == []


async def test_no_one_person_at_the_desk_takes_a_claim_back_for_its_customer(desk: ClaimsDesk) -> None:
    reference = await a_referred_claim(desk)
    withdrawal, at_desk = f"/customers/123456/claims/{reference}/withdrawal", f"/desk/claims/{reference}"
    silent = await desk.post(withdrawal, {}, role=Role.CLAIMS_HANDLER)
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "/reason")

    said = await desk.post(withdrawal, {"reason": "She called"}, role=Role.CLAIMS_HANDLER)
    assert (said.status_code, said.json()["state"]) == (200, "referred"), said.text
    approval = f"{at_desk}/proposals/{said.json()['proposal_id']}/approval"
    alone = await desk.post(approval, REASON, role=Role.CLAIMS_HANDLER)
    assert alone.json()["type"] == "/problems/second-person-needed"
    approved = await desk.post(approval, REASON, role=Role.CLAIMS_HANDLER, subject=COLLEAGUE)

    assert approved.status_code == 200, approved.text
    assert (await desk.get(f"/customers/123456/claims/{reference}")).json()["state"] == "withdrawn"
    ((by, details),) = await desk.driver.rows("SELECT done_by, details FROM desk_action WHERE kind = 'withdrawn'")
    assert (by, "decided_by" in details) == (COLLEAGUE, True)


async def test_a_claim_that_nothing_was_decided_about_is_taken_back_without_waiting(desk: ClaimsDesk) -> None:
    await desk.driver.report(report(facts=replace(HEAVY_RAIN_CAME_IN, came_through_open_window_or_door=NO)))
    reference = await desk.reference()

    withdrawn = await desk.post(f"/customers/123456/claims/{reference}/withdrawal", {})
    assert withdrawn.json()["outcome"] == "withdrawn"
    await desk.driver.policy(policy())
    await desk.driver.wait(days=30)
    claim = await desk.get(f"/customers/123456/claims/{reference}")
    assert claim.json()["state"] == "withdrawn"


async def test_a_loss_that_was_taken_back_and_is_reported_again_waits_for_a_person(desk: ClaimsDesk) -> None:
    reference = await a_referred_claim(desk)
    await desk.post(f"/customers/123456/claims/{reference}/withdrawal", {})

    await desk.driver.report(report(facts=LossFacts(storm_caused_damage=YES)))

    again = await desk.reference()
    assert again != reference
    queue = (await desk.get("/desk/queue", role=SENIOR)).json()["items"]
    assert [(case["reference"], case["ground"]) for case in queue] == [(again, "possible_duplicate")]


async def test_nobody_reviews_what_is_not_decided_yet(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report())
    opened = await desk.post(f"/customers/123456/claims/{await desk.reference()}/reviews", REASON)
    assert opened.json()["type"] == "/problems/nothing-to-review"
