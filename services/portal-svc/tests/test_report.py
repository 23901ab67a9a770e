"""Reporting damage: one question at a time, and nothing is lost when the session ends in the middle."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from claim_pages import CLAIM, REFERENCE, has_claim
from portal_world import Browser, Portal

QUESTIONS = f"{CLAIM}/questions"
PATH = f"/nl/claims/{REFERENCE}"


async def up_to_sending(browser: Browser) -> None:
    first = await browser.submit(await browser.get("/nl/report"), {"policy": "123456-531-04"}, action="/report")
    assert first.headers["location"] == "/nl/report/when"
    second = await browser.submit(
        await browser.get("/nl/report/when"), {"day": "2021-07-15", "time": ""}, action="/when"
    )
    assert second.headers["location"] == "/nl/report/check"


async def test_insurance_and_day_suffice_to_report(portal: Portal) -> None:
    browser = await portal.logged_in()
    await up_to_sending(browser)

    sent = await browser.submit(await browser.get("/nl/report/check"), action="/check")

    assert sent.headers["location"] == f"{PATH}/questions"
    assert portal.claims.bodies("POST", "/customers/{relation_number}/claims") == [
        {"policy_number": "123456-531-04", "channel": "portal", "day": "2021-07-15"}
    ]
    assert (await browser.get("/nl/report/check")).headers["location"] == "/nl/report"  # nothing is half filled in


async def test_a_time_is_sent_as_a_moment_in_the_dutch_time(portal: Portal) -> None:
    browser = await portal.logged_in()
    await up_to_sending(browser)
    await browser.submit(await browser.get("/nl/report/when"), {"day": "2021-07-15", "time": "08:30"}, action="/when")
    await browser.submit(await browser.get("/nl/report/check"), action="/check")
    (told,) = portal.claims.bodies("POST", "/customers/{relation_number}/claims")
    assert told["loss"] == {"from_at": "2021-07-15T08:30:00+02:00", "until_at": "2021-07-15T08:30:00+02:00"}


async def test_a_day_to_come_is_told_beside_the_field(portal: Portal) -> None:
    browser = await portal.logged_in()
    await browser.submit(await browser.get("/nl/report"), {"policy": "123456-531-04"}, action="/report")
    answer = await browser.submit(await browser.get("/nl/report/when"), {"day": "2199-01-01"}, action="/when")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "moet nog komen" in answer.text
    assert 'value="2199-01-01"' in answer.text


async def test_what_is_entered_before_and_after_the_end_of_a_session_is_there_after_logging_in(portal: Portal) -> None:
    browser = await portal.logged_in()
    await browser.submit(await browser.get("/nl/report"), {"policy": "123456-531-04"}, action="/report")
    page = await browser.get("/nl/report/when")
    portal.clock.advance(timedelta(hours=3))
    answer = await browser.submit(page, {"day": "2021-07-15", "time": "08:30"}, action="/when")
    assert answer.headers["location"] == "/nl/report/check"

    again = await portal.logged_in()
    shown = (await again.get("/nl/report/check")).text

    assert "123456-531-04" in shown
    assert "15 juli 2021 · 08:30" in shown


async def test_after_the_end_of_a_session_nothing_that_was_entered_is_shown(portal: Portal) -> None:
    browser = await portal.logged_in()
    await browser.submit(await browser.get("/nl/report"), {"policy": "123456-531-04"}, action="/report")
    page = await browser.get("/nl/report/when")
    portal.clock.advance(timedelta(hours=2))

    answer = await browser.submit(page, {"day": "never", "time": "08:30"}, action="/when")

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "08:30" not in answer.text


async def test_one_question_is_asked_with_why_and_answered(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/questions")
    assert "Kwam het water door een raam of deur die openstond?" in page.text
    assert "is niet verzekerd" in page.text

    await browser.submit(page, {"known": "false"}, action="/questions")

    assert portal.claims.bodies("POST", f"{CLAIM}/answers") == [
        {"answers": [{"code": "facts.came_through_open_window_or_door", "known": "false"}]}
    ]


async def test_waters_and_damage_are_answered_in_their_forms(portal: Portal) -> None:
    browser, asked = await portal.logged_in(), portal.claims.example("GET", QUESTIONS)
    for kind, code, entered in (
        ("routes", "route", {"routes": ["sewer_backflow", "groundwater"]}),
        ("damage", "damage", {"damage-contents": "450"}),
    ):
        question = {**asked["questions"][0], "answered_by": kind, "code": code}
        portal.claims.answers("GET", QUESTIONS, {**asked, "questions": [question]})
        await browser.submit(await browser.get(f"{PATH}/questions"), entered, action="/questions")
    assert portal.claims.bodies("POST", f"{CLAIM}/answers") == [
        {"answers": [{"code": "route", "routes": ["sewer_backflow", "groundwater"]}]},
        {"answers": [{"code": "damage", "damage": [{"kind": "contents", "amount_cents": 45_000}]}]},
    ]


async def test_an_answer_that_is_sent_after_the_session_has_ended_is_kept(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/questions")
    portal.clock.advance(timedelta(hours=2))
    await browser.submit(page, {"known": "true"}, action="/questions")
    assert portal.claims.bodies("POST", f"{CLAIM}/answers") == []

    shown = (await (await portal.logged_in()).get(f"{PATH}/questions")).text

    assert "Uw antwoord van daarnet is bewaard" in shown
    assert 'value="true" required checked' in shown


async def test_without_an_answer_nothing_is_sent(portal: Portal) -> None:
    browser = await portal.logged_in()
    answer = await browser.submit(await browser.get(f"{PATH}/questions"), action="/questions")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert portal.claims.bodies("POST", f"{CLAIM}/answers") == []


async def test_after_the_last_question_come_photos(portal: Portal) -> None:
    portal.claims.answers("GET", QUESTIONS, {"state": "decided", "questions": []})
    answer = await (await portal.logged_in()).get(f"{PATH}/questions")
    assert answer.headers["location"] == f"{PATH}/photos"


async def test_photos_are_added_under_ids_of_their_sending(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/photos")
    photos = [("photos", (f"{n}.jpg", b"\xff\xd8" + bytes([n]), "image/jpeg")) for n in range(2)]
    for _ in range(2):
        assert (await browser.submit(page, action="/photos", files=photos)).headers["location"] == f"{PATH}/photos"
    sent = [one for one in portal.claims.asked if one.method == "PUT"]
    assert [one.content for one in sent] == [b"\xff\xd8\x00", b"\xff\xd8\x01"] * 2
    assert len({one.url.path for one in sent}) == 2
    assert {one.headers["content-type"] for one in sent} == {"image/jpeg"}


async def test_a_file_that_is_refused_is_told_by_its_name(portal: Portal) -> None:
    portal.claims.refuses("PUT", f"{CLAIM}/files/{{file_id}}", "too-many-files", status=409)
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/photos")
    files = [("photos", ("<b>.jpg", b"x", "image/jpeg")), ("photos", ("a.exe", b"x", "application/x-exe"))]
    answer = await browser.submit(page, action="/photos", files=files)
    assert "er zijn al 20 bestanden" in answer.text
    assert "a.exe: dit soort bestand kunnen we niet lezen" in answer.text
    assert "<b>.jpg" not in answer.text


async def test_it_is_told_what_happens_next(portal: Portal) -> None:
    has_claim(portal)
    text = (await (await portal.logged_in()).get(f"{PATH}/next")).text
    assert REFERENCE in text
