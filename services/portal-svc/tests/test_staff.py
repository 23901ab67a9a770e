"""Members of staff make their account: a password, an app, its first code."""

from __future__ import annotations

from http import HTTPStatus

from portal_world import Portal

LINK = "wA9sZ0y3l5k7QpN1c2dM8bX4vT6rUeHjGfYiKoLxS_E"
PASSWORD = "vier woorden zonder verband"
BEGIN, CONFIRM = "/staff-activations", "/staff-activations/confirmation"


async def test_the_link_of_an_invitation_leads_to_the_page_in_a_language(portal: Portal) -> None:
    answer = await portal.browser().get("/staff", **{"accept-language": "en"})
    assert answer.headers["location"] == "/en/staff"


async def test_a_password_and_a_code_make_an_account_and_the_browser_is_remembered(portal: Portal) -> None:
    device = "__Host-device=abc; Path=/; Secure; HttpOnly; SameSite=Lax"
    portal.auth.answers("POST", CONFIRM, status=204, headers={"set-cookie": device})
    browser = portal.browser()
    page = await browser.submit(await browser.get("/nl/staff"), {"link": LINK, "password": PASSWORD})
    assert "<svg" in page.text
    assert "JBSW Y3DP" in page.text

    answer = await browser.submit(page, {"code": "123 456"}, action="/staff/app")

    assert answer.headers["location"] == "/nl/staff/ready"
    assert portal.auth.bodies("POST", BEGIN) == [{"link": LINK, "password": PASSWORD}]
    assert portal.auth.bodies("POST", CONFIRM) == [{"link": LINK, "code": "123456"}]
    assert browser.cookies["__Host-device"] == "abc"
    assert "authorization" not in portal.auth.asked[-1].headers
    assert "/nl/enter" in (await browser.to_the_end(answer)).text


async def test_the_whole_link_may_be_pasted_where_no_script_runs(portal: Portal) -> None:
    browser = portal.browser()
    values = {"link": f"https://mijn.example.org/staff#{LINK}", "password": PASSWORD}
    await browser.submit(await browser.get("/nl/staff"), values)
    assert portal.auth.bodies("POST", BEGIN)[0]["link"] == LINK


async def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_asked(portal: Portal) -> None:
    browser = portal.browser()
    answer = await browser.submit(await browser.get("/en/staff"), {"link": "no link", "password": ""})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "43 letters and digits" in answer.text
    assert "at least 8 characters" in answer.text
    assert portal.auth.asked == []


async def test_a_password_that_many_have_and_an_invitation_that_is_over_are_told(portal: Portal) -> None:
    browser = portal.browser()
    for problem, status, told in (
        ("common-password", 422, "Many people use this password"),
        ("weak-password", 422, "at least 8 characters"),
        ("link-over", 410, "Ask an operator for a new one"),
    ):
        portal.auth.refuses("POST", BEGIN, problem, status=status)
        answer = await browser.submit(await browser.get("/en/staff"), {"link": LINK, "password": PASSWORD})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert told in answer.text
        assert PASSWORD not in answer.text


async def test_a_wrong_code_shows_the_same_picture_again(portal: Portal) -> None:
    portal.auth.refuses("POST", CONFIRM, "wrong-code", status=401)
    browser = portal.browser()
    page = await browser.submit(await browser.get("/en/staff"), {"link": LINK, "password": PASSWORD})
    for code in ("000000", "letters"):
        answer = await browser.submit(page, {"code": code}, action="/staff/app")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "This code is not right" in answer.text
        assert "JBSW Y3DP" in answer.text


async def test_what_is_no_app_is_not_drawn(portal: Portal) -> None:
    browser = portal.browser()
    page = await browser.submit(await browser.get("/en/staff"), {"link": LINK, "password": PASSWORD})
    answer = await browser.submit(page, {"code": "1", "uri": "javascript:alert(1)"}, action="/staff/app")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "<svg" not in answer.text
    assert (await browser.get("/en/staff/app")).headers["location"] == "/en/staff"
