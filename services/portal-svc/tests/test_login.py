"""Logging in at auth-svc through the portal's own pages."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import httpx
import pytest
from my_pages import begins
from portal_world import Browser, Portal

from contracts.access import Role
from contracts.language import Language
from portal_svc.clients.services import ServiceName, Services
from portal_svc.domain.browsers import name_of_browser
from portal_svc.settings import Settings
from portal_svc.web import formats

RESUME = "/oauth/authorize?client_id=portal&state=x"
LOGIN = f"/nl/login?return={quote(RESUME, safe='')}"
AUTH_COOKIES = [
    ("set-cookie", "__Host-session=at-auth; Path=/; Secure; HttpOnly; SameSite=lax"),
    ("set-cookie", "__Host-device=known; Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=lax"),
]
FINISHED = {"confirmed_identity": None}


def sent_to(portal: Portal, path: str) -> httpx.Request:
    return [one for one in portal.auth.asked if one.url.path == path][-1]


async def to_the_code(portal: Portal, browser: Browser, **changed: object) -> httpx.Response:
    """Log in as far as to the page that asks for the code, or for the number."""
    begins(portal, **changed)
    page = await browser.get(LOGIN)
    return await browser.to_the_end(
        await browser.submit(page, {"email": "J.Voorbeeld@example.org", "password": " drie woorden "}, action="/login")
    )


async def test_password_and_code_lead_on_to_what_one_logged_in_for_with_the_cookies_of_auth(portal: Portal) -> None:
    browser = portal.browser()
    page = await to_the_code(portal, browser)
    assert "+31 6 ** ** ** 78" in page.text
    portal.auth.answers("POST", "/logins/completion", FINISHED, headers=httpx.Headers(AUTH_COOKIES))

    done = await browser.submit(page, {"code": "123 456"}, action="/code")

    assert done.status_code == HTTPStatus.SEE_OTHER
    assert done.headers["location"] == RESUME
    assert (browser.cookies["__Host-session"], browser.cookies["__Host-device"]) == ("at-auth", "known")
    assert json.loads(sent_to(portal, "/logins").content) == {
        "email": "j.voorbeeld@example.org",
        "password": " drie woorden ",  # with its blanks
        "purpose": "log_in",
    }
    assert portal.auth.bodies("POST", "/logins/completion") == [
        {"login": portal.auth.example("POST", "/logins")["login"], "code": "123456"}
    ]


async def test_cookies_of_auth_stay_with_the_browser_they_are_for(portal: Portal) -> None:
    first = portal.browser()
    portal.auth.answers("POST", "/logins/completion", FINISHED, headers=httpx.Headers(AUTH_COOKIES))
    await first.submit(await to_the_code(portal, first), {"code": "123456"}, action="/code")

    await to_the_code(portal, portal.browser())

    assert "cookie" not in sent_to(portal, "/logins").headers
    assert "authorization" not in sent_to(portal, "/logins").headers


async def test_connections_to_services_keep_no_cookie_of_anybody(portal: Portal) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=httpx.Headers(AUTH_COOKIES))

    settings = portal.running.service.settings
    assert isinstance(settings, Settings)
    services = Services(
        settings.model_copy(update={"auth_url": "https://auth.invalid"}),
        transport_of=lambda _: httpx.MockTransport(answer),
    )
    client = services.client(ServiceName.AUTH)
    await client.post("/logins")
    assert list(client.cookies.jar) == []
    await services.close()


async def test_a_known_device_is_known_again_and_called_as_people_call_it(portal: Portal) -> None:
    browser = portal.browser()
    browser.cookies |= {"__Host-device": "known", "__Host-portal": "x" * 43}
    await to_the_code(portal, browser)
    assert sent_to(portal, "/logins").headers["cookie"] == "__Host-device=known"
    assert sent_to(portal, "/logins").headers["user-agent"] == "Browser"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox (Windows)"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome (Android)"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari (iPhone)"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge (Windows)"),
        ("", "Browser"),
    ],
)
def test_a_device_has_a_name_that_people_recognise(told: str, name: str) -> None:
    assert name_of_browser(told) == name


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/oauth/authorize", "/nl/insurances", ""])
async def test_a_login_leads_to_auth_or_in_from_the_start_and_nowhere_else(portal: Portal, path: str) -> None:
    browser = portal.browser()
    begins(portal)
    page = await browser.get(f"/nl/login?return={quote(path, safe='')}")
    code = await browser.to_the_end(await browser.submit(page, {"email": "a@b.nl", "password": "x"}, action="/login"))
    portal.auth.answers("POST", "/logins/completion", FINISHED)
    done = await browser.submit(code, {"code": "123456"}, action="/code")
    assert done.headers["location"] == "/nl/enter"


@pytest.mark.parametrize(
    ("problem", "status", "says"),
    [
        ("wrong-credentials", 401, "klopt niet"),
        ("limit-reached", 429, "Wacht een paar minuten"),
        ("too-many-requests", 429, "Wacht een paar minuten"),
        ("invalid", 422, "Vul uw e-mailadres in"),
    ],
)
async def test_a_password_that_is_not_taken_is_told_with_what_to_do(
    portal: Portal, problem: str, status: int, says: str
) -> None:
    portal.auth.refuses("POST", "/logins", problem, status=status)
    browser = portal.browser()
    answer = await browser.submit(
        await browser.get(LOGIN), {"email": "a@b.nl", "password": "secret words"}, action="/login"
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says in answer.text
    assert 'value="a@b.nl"' in answer.text
    assert "secret words" not in answer.text
    assert f'name="back" value="{RESUME.replace("&", "&amp;")}"' in answer.text


async def test_an_empty_form_is_told_without_asking_auth(portal: Portal) -> None:
    browser = portal.browser()
    answer = await browser.submit(await browser.get("/en/login"), action="/login")
    assert "Enter your password." in answer.text
    assert portal.auth.asked == []


async def test_the_code_is_sent_again(portal: Portal) -> None:
    browser = portal.browser()
    page = await to_the_code(portal, browser)
    portal.auth.answers("POST", "/logins/codes", {**portal.auth.example("POST", "/logins/codes"), "instead": []})
    again = await browser.to_the_end(await browser.submit(page, action="/again"))
    assert "nieuwe code onderweg" in again.text
    portal.auth.refuses("POST", "/logins/codes", "limit-reached", status=429)
    refused = await browser.submit(again, action="/again")
    assert "wacht een kwartier" in refused.text


async def test_the_first_login_asks_which_number_codes_go_to(portal: Portal) -> None:
    browser = portal.browser()
    page = await to_the_code(portal, browser, next="choose_phone", code_expires_at=None)
    assert "Het nummer dat we van u kennen: +31 6 ** ** ** 78" in page.text

    code = await browser.to_the_end(await browser.submit(page, action="/phone"))
    assert "Vul de code in" in code.text
    other = await browser.submit(page, {"which": "other", "mobile_phone": "06 87654321"}, action="/phone")
    assert other.headers["location"] == "/nl/login"  # the number was chosen

    bodies = portal.auth.bodies("POST", "/logins/phone")
    assert [body["mobile_phone"] for body in bodies] == [None]


async def test_another_number_can_be_given_at_the_first_login(portal: Portal) -> None:
    browser = portal.browser()
    page = await to_the_code(portal, browser, next="choose_phone")
    await browser.submit(page, {"which": "other", "mobile_phone": "06 87654321"}, action="/phone")
    assert portal.auth.bodies("POST", "/logins/phone")[0]["mobile_phone"] == "06 87654321"


async def test_without_a_known_number_one_is_asked_for(portal: Portal) -> None:
    browser = portal.browser()
    page = await to_the_code(portal, browser, next="choose_phone", mobile_phone=None)
    assert "Ik heb geen mobiele telefoon" in page.text
    empty = await browser.submit(page, action="/phone")
    assert "geen sms-berichten" in empty.text
    portal.auth.refuses("POST", "/logins/phone", "not-a-mobile-phone", status=422)
    wrong = await browser.submit(page, {"mobile_phone": "010 1234567"}, action="/phone")
    assert "geen sms-berichten" in wrong.text
    assert "010 1234567" in wrong.text


async def test_who_has_an_app_shows_its_code_or_asks_for_a_text_message(portal: Portal) -> None:
    browser = portal.browser()
    page = await to_the_code(portal, browser, next="totp", instead=["code"], code_expires_at=None)
    assert "Open de app" in page.text
    sms = await browser.to_the_end(await browser.submit(page, action="/again"))
    assert "code per sms onderweg" in sms.text


async def test_staff_are_not_offered_a_text_message(portal: Portal) -> None:
    page = await to_the_code(portal, portal.browser(), next="totp", instead=[])
    assert "/login/code/again" not in page.text


@pytest.mark.parametrize(
    ("problem", "status", "says"), [("wrong-code", 401, "nieuwste code"), ("limit-reached", 429, "Wacht een paar")]
)
async def test_a_wrong_code_is_told(portal: Portal, problem: str, status: int, says: str) -> None:
    browser = portal.browser()
    page = await to_the_code(portal, browser)
    portal.auth.refuses("POST", "/logins/completion", problem, status=status)
    assert says in (await browser.submit(page, {"code": "654321"}, action="/code")).text
    assert "zes cijfers" in (await browser.submit(page, {"code": "12"}, action="/code")).text


async def test_a_login_that_is_over_begins_again(portal: Portal) -> None:
    browser = portal.browser()
    page = await to_the_code(portal, browser)
    portal.auth.refuses("POST", "/logins/completion", "login-over", status=410)
    again = await browser.to_the_end(await browser.submit(page, {"code": "654321"}, action="/code"))
    assert "Dit inloggen is afgelopen" in again.text


@pytest.mark.parametrize("path", ["/login/code", "/login/phone", "/login/passkey"])
async def test_who_has_not_begun_begins(portal: Portal, path: str) -> None:
    assert (await portal.browser().get(f"/nl{path}")).headers["location"] == "/nl/login"


async def test_a_login_under_way_is_worth_nothing_in_another_browser(portal: Portal) -> None:
    mine, theirs = portal.browser(), portal.browser()
    await to_the_code(portal, mine)
    await theirs.get(LOGIN)
    theirs.cookies["__Host-login"] = mine.cookies["__Host-login"]
    assert (await theirs.get("/nl/login/code")).status_code == HTTPStatus.SEE_OTHER
    assert portal.auth.example("POST", "/logins")["login"] not in mine.cookies["__Host-login"]


async def test_a_passkey_logs_in(portal: Portal) -> None:
    browser = portal.browser()
    page = await browser.to_the_end(await browser.submit(await browser.get(LOGIN), action="/options"))
    assert "q8mMnJ5Bv0Nf7dD3rQm7i1Vq7b0z0X3b4mJ7o2k5c1A" in page.text
    portal.auth.answers("POST", "/passkey-logins/completion", FINISHED, headers=httpx.Headers(AUTH_COOKIES))

    signed = {"id": "AQ", "rawId": "AQ", "type": "public-key", "response": {}}
    done = await browser.submit(page, {"credential": json.dumps(signed)}, action="/passkey")

    assert done.headers["location"] == RESUME
    assert browser.cookies["__Host-session"] == "at-auth"
    assert portal.auth.bodies("POST", "/passkey-logins/completion") == [{"credential": signed}]


@pytest.mark.parametrize("sent", ["", "{", "refused"])
async def test_a_passkey_that_is_not_taken_is_told(portal: Portal, sent: str) -> None:
    browser = portal.browser()
    page = await browser.to_the_end(await browser.submit(await browser.get(LOGIN), action="/options"))
    portal.auth.refuses("POST", "/passkey-logins/completion", "wrong-passkey", status=401)
    credential = '{"id": "AQ"}' if sent == "refused" else sent
    answer = await browser.submit(page, {"credential": credential}, action="/passkey")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "log in met uw wachtwoord" in answer.text


async def test_help_tells_of_digid_and_of_doing_without_a_mobile_phone(portal: Portal) -> None:
    text = (await portal.browser().get("/nl/login/help")).text
    assert "portaal van de zorgverzekering" in text
    assert "088 123 45 67" in text


async def test_who_has_an_ended_session_can_log_in(portal: Portal) -> None:
    browser = await portal.logged_in(Role.CUSTOMER)
    portal.clock.advance(timedelta(hours=2))
    assert "Vul de code in" in (await to_the_code(portal, browser)).text


def test_an_amount_below_nothing_has_its_sign_before_the_euro() -> None:
    assert formats.money(-1_250, Language.DUTCH) == "−\u00a0€\u00a012,50"
    assert formats.money(125_000, Language.ENGLISH) == "€\u00a01,250.00"
