"""Customers ask in their own words, handlers answer, and nothing that somebody typed is lost."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from portal_world import Portal

from contracts.access import Role

MINE = "/customers/{relation_number}/questions"
ONE = "/questions/{question_id}"
QUESTION_ID = "0198c5f2-9a10-7c43-9a51-6f2f3b1c7d12"
TEXT = "Is mijn schuur ook verzekerd?\r\nHij staat los."


async def test_a_question_reaches_policy_svc_once_and_stands_among_mine(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get("/nl/help/ask")
    answers = [await browser.submit(page, {"text": TEXT}, action="/help/ask") for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {"/nl/help/mine?sent=1"}
    assert portal.policy.bodies("POST", MINE) == [{"question": TEXT.replace("\r\n", "\n")}] * 2
    assert len({one.headers["idempotency-key"] for one in portal.policy.asked if one.method == "POST"}) == 1
    mine = (await browser.get("/nl/help/mine?sent=1")).text
    assert "Uw vraag is verstuurd" in mine


async def test_what_was_searched_for_in_vain_stands_in_the_form_already(portal: Portal) -> None:
    browser = await portal.logged_in()
    assert ">\nnijlpaard</textarea>" in (await browser.get("/nl/help/ask?about=nijlpaard")).text


async def test_who_does_not_log_in_is_led_there_and_back(portal: Portal) -> None:
    answer = await portal.browser().get("/nl/help/ask?about=x")
    assert answer.headers["location"] == "/nl/enter?return=%2Fhelp%2Fask%3Fabout%3Dx"


@pytest.mark.parametrize(("text", "sentence"), [("Kort?", "ten minste tien tekens"), ("x" * 4_001, "te lang")])
async def test_what_is_too_short_or_long_is_told_beside_the_field(portal: Portal, text: str, sentence: str) -> None:
    browser = await portal.logged_in()
    answer = await browser.submit(await browser.get("/nl/help/ask"), {"text": text}, action="/help/ask")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in answer.text
    assert text in answer.text
    assert portal.policy.bodies("POST", MINE) == []


async def test_who_asks_too_much_keeps_what_they_wrote(portal: Portal) -> None:
    portal.policy.refuses("POST", MINE, "too-many-questions", status=429)
    browser = await portal.logged_in()
    answer = await browser.submit(await browser.get("/en/help/ask"), {"text": TEXT}, action="/help/ask")
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Is mijn schuur ook verzekerd?" in answer.text
    assert "Wait a minute" in answer.text


async def test_a_question_outlives_the_session(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get("/nl/help/ask")
    portal.clock.advance(timedelta(hours=2))
    answer = await browser.submit(page, {"text": TEXT}, action="/help/ask")
    assert answer.headers["location"] == "/nl/help/ask"
    assert portal.policy.bodies("POST", MINE) == []

    again = await portal.logged_in()
    page = await again.get("/nl/help/ask")
    assert "Wat u schreef hebben we bewaard" in page.text
    await again.submit(page, action="/help/ask")
    (sent,) = portal.policy.bodies("POST", MINE)
    assert sent["question"].split() == TEXT.split()
    assert "Wat u schreef hebben we bewaard" not in (await again.get("/nl/help/ask")).text


async def test_an_answer_is_shown_as_text_with_its_lines(portal: Portal) -> None:
    page = portal.policy.example("GET", MINE)
    (example,) = page["items"]
    moment = "2026-11-27T10:00:00Z"
    item = {**example, "question": "<b>?", "answer": "<script>\nregel twee", "answered_at": moment}
    portal.policy.answers("GET", MINE, {**page, "items": [item]})
    text = (await (await portal.logged_in()).get("/nl/help/mine")).text
    assert "&lt;script&gt;\nregel twee" in text
    assert "Ons antwoord van 27 november 2026 om 11:00 uur" in text


async def test_handlers_see_what_waits_and_answer_it(portal: Portal) -> None:
    browser = await portal.logged_in(Role.CLAIMS_HANDLER)
    queue = (await browser.get("/nl/questions")).text
    assert f"/nl/questions/{QUESTION_ID}" in queue
    unanswered = {**portal.policy.example("GET", ONE), "answer": None, "answered_at": None}
    portal.policy.answers("GET", ONE, unanswered)
    page = await browser.get(f"/nl/questions/{QUESTION_ID}")
    answer = await browser.submit(page, {"text": "Ja.\r\nHoor."}, action=QUESTION_ID)
    assert answer.headers["location"] == "/nl/questions?sent=1"
    assert portal.policy.bodies("POST", f"{ONE}/answer") == [{"answer": "Ja.\nHoor."}]


async def test_an_answer_that_comes_second_is_not_sent_and_not_lost(portal: Portal) -> None:
    unanswered = {**portal.policy.example("GET", ONE), "answer": None, "answered_at": None}
    portal.policy.answers("GET", ONE, unanswered)
    portal.policy.refuses("POST", f"{ONE}/answer", "question-answered", status=409)
    browser = await portal.logged_in(Role.SENIOR_HANDLER)
    page = await browser.get(f"/nl/questions/{QUESTION_ID}")
    answer = await browser.submit(page, {"text": "Wel degelijk."}, action=QUESTION_ID)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Iemand anders heeft deze vraag al beantwoord" in answer.text
    assert "Wel degelijk." in answer.text


async def test_an_answer_outlives_the_session_of_who_writes_it(portal: Portal) -> None:
    unanswered = {**portal.policy.example("GET", ONE), "answer": None, "answered_at": None}
    portal.policy.answers("GET", ONE, unanswered)
    browser = await portal.logged_in(Role.CLAIMS_HANDLER)
    page = await browser.get(f"/nl/questions/{QUESTION_ID}")
    portal.clock.advance(timedelta(hours=2))
    await browser.submit(page, {"text": "Half af"}, action=QUESTION_ID)
    again = await portal.logged_in(Role.CLAIMS_HANDLER)
    assert "Half af" in (await again.get(f"/nl/questions/{QUESTION_ID}")).text
