"""Activating an account, and what mailed links lead to."""

from __future__ import annotations

from http import HTTPStatus

import httpx
import pytest
from portal_world import Portal

from portal_svc.web.mailed import secret_of

SECRET = "wA9sZ0y3l5k7QpN1c2dM8bX4vT6rUeHjGfYiKoLxS_E"
PAGES = {
    "/nl/activate/link": "/activations/completion",
    "/nl/password/link": "/password-resets/completion",
    "/nl/links/email": "/links/email",
    "/nl/links/undo": "/links/undo",
}


async def test_an_account_is_activated_in_three_steps(portal: Portal) -> None:
    browser = portal.browser()
    first = await browser.get("/nl/activate")
    assert "Stap 1 van 3" in first.text
    second = await browser.to_the_end(
        await browser.submit(first, {"relation_number": "123456-531-04", "email": "J@Example.org"}, action="/activate")
    )
    assert "Stap 2 van 3" in second.text
    third = await browser.get("/nl/activate/link")
    assert "Stap 3 van 3" in third.text
    sent = {"link": f"https://mijn.example.org/activate#{SECRET}", "password": " vier losse woorden"}
    done = await browser.to_the_end(await browser.submit(third, sent, action="/link"))
    assert "Uw account is klaar" in done.text

    assert portal.auth.bodies("POST", "/activations") == [
        {"relation_number": "123456-531-04", "email": "j@example.org"}
    ]
    assert portal.auth.bodies("POST", "/activations/completion") == [
        {"link": SECRET, "password": " vier losse woorden"}
    ]


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/activate", "/en/activate/link"),
        ("/reset-password", "/en/password/link"),
        ("/email", "/en/links/email"),
        ("/undo", "/en/links/undo"),
    ],
)
async def test_each_mailed_link_leads_to_a_page_in_the_language_of_the_browser(
    portal: Portal, path: str, leads_to: str
) -> None:
    answer = await portal.browser().get(path, **{"accept-language": "en"})
    assert answer.headers["location"] == leads_to  # browsers keep what is behind the #
    assert (await portal.browser().get(leads_to)).status_code == HTTPStatus.OK


@pytest.mark.parametrize("text", [SECRET, f"https://x.example/undo#{SECRET}", f"x#{SECRET} "])
def test_the_whole_link_may_be_pasted(text: str) -> None:
    assert secret_of(text) == SECRET


async def test_a_relation_number_that_is_none_is_told_without_asking_auth(portal: Portal) -> None:
    browser = portal.browser()
    answer = await browser.submit(await browser.get("/nl/activate"), {"relation_number": "abc"}, action="/activate")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Vul uw relatienummer in" in answer.text
    assert 'value="abc"' in answer.text
    assert portal.auth.asked == []


@pytest.mark.parametrize("path", ["/nl/activate", "/nl/password"])
async def test_too_many_mails_are_told(portal: Portal, path: str) -> None:
    for asked in ("/activations", "/password-resets"):
        portal.auth.refuses("POST", asked, "limit-reached", status=429)
    browser = portal.browser()
    values = {"relation_number": "123456", "email": "a@b.nl"}
    answer = await browser.submit(await browser.get(path), values, action=path)
    assert "Wacht een paar minuten" in answer.text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("problem", "status", "says"),
    [
        ("link-over", 410, "al gebruikt, of te oud"),
        ("password-common", 422, "lijsten van mensen"),
        ("password-length", 422, "8 tot 128 tekens"),
        ("limit-reached", 429, "Wacht een paar minuten"),
    ],
)
async def test_what_is_not_taken_is_told_and_the_link_stays(
    portal: Portal, path: str, problem: str, status: int, says: str
) -> None:
    portal.auth.refuses("POST", PAGES[path], problem, status=status)
    browser = portal.browser()
    answer = await browser.submit(await browser.get(path), {"link": SECRET, "password": "x"}, action=path)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says in answer.text
    assert f'value="{SECRET}"' in answer.text


@pytest.mark.parametrize("path", PAGES)
async def test_without_a_link_one_is_asked_for(portal: Portal, path: str) -> None:
    browser = portal.browser()
    answer = await browser.submit(await browser.get(path), {"password": "x"}, action=path)
    assert "Plak hier de hele link" in answer.text
    assert portal.auth.asked == []


async def test_a_new_password_is_chosen_by_a_mailed_link_in_a_browser_that_is_known_from_then_on(
    portal: Portal,
) -> None:
    browser = portal.browser()
    sent = await browser.to_the_end(
        await browser.submit(await browser.get("/nl/password"), {"email": "a@b.nl"}, action="/password")
    )
    assert "ongewenste mail" in sent.text
    cookie = [("set-cookie", "__Host-device=known; Path=/; Secure"), ("set-cookie", "another=1")]
    portal.auth.answers("POST", "/password-resets/completion", status=204, headers=httpx.Headers(cookie))

    page = await browser.get("/nl/password/link")
    done = await browser.submit(page, {"link": SECRET, "password": "vier losse woorden"}, action="/link")

    assert done.headers["location"] == "/nl/password/done"
    assert browser.cookies["__Host-device"] == "known"
    assert "another" not in browser.cookies
    assert "overal uitgelogd" in (await browser.get("/nl/password/done")).text


async def test_a_new_address_counts_when_the_button_is_pressed(portal: Portal) -> None:
    browser = portal.browser()
    page = await browser.get("/nl/links/email")
    assert portal.auth.asked == []
    answer = await browser.submit(page, {"link": SECRET}, action="/email")
    assert "Uw e-mailadres is veranderd" in answer.text


@pytest.mark.parametrize("suspended", [True, False])
async def test_undoing_tells_what_to_do_now_in_the_language_of_the_page(portal: Portal, suspended: bool) -> None:  # noqa: FBT001
    advice = {"nl": ["Bel ons nu."], "en": ["Call us now."]}
    portal.auth.answers("POST", "/links/undo", {"suspended": suspended, "advice": advice})
    browser = portal.browser()
    answer = await browser.submit(await browser.get("/en/links/undo"), {"link": SECRET}, action="/undo")
    assert "Call us now." in answer.text
    assert ("/en/password" in answer.text) is not suspended
