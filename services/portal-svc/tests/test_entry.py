"""The way in by the OAuth code flow with PKCE, and out."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from portal_world import Browser, Portal, access_token

from contracts.access import Role
from portal_svc.rooms.entry import is_own_path
from portal_svc.web import cookies

TOKENS = {"token_type": "Bearer", "expires_in": 300, "scope": "policies:read", "refresh_token": "first-refresh"}


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


async def to_the_callback(portal: Portal, browser: Browser, path: str = "/nl/enter", **changed: str) -> httpx.Response:
    """Go in, and come back as auth-svc sends who is logged in there."""
    asked = query_of((await browser.get(path)).headers["location"])
    back = {
        "code": "a-code",
        "state": asked["state"],
        "iss": portal.running.service.settings.api_issuer or "",
        **changed,
    }
    return await browser.get(f"/callback?{httpx.QueryParams(back)}")


def gives_tokens(portal: Portal, role: Role = Role.CUSTOMER, **changed: object) -> None:
    portal.auth.answers("POST", "/oauth/token", {**TOKENS, "access_token": access_token(role), **changed})


async def test_who_wants_a_page_for_customers_logs_in_and_comes_back_to_it(portal: Portal) -> None:
    gives_tokens(portal)
    browser = portal.browser()

    first = await browser.get("/nl/insurances?x=1")
    assert first.headers["location"] == "/nl/enter?return=%2Finsurances%3Fx%3D1"
    back = await to_the_callback(portal, browser, first.headers["location"])

    assert back.headers["location"] == "/nl/insurances?x=1"
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.OK


async def test_the_code_is_redeemed_by_the_verifier_of_the_challenge_and_the_secret_of_the_client(
    portal: Portal,
) -> None:
    gives_tokens(portal)
    browser = portal.browser()
    challenge = query_of((await browser.get("/nl/enter")).headers["location"])["code_challenge"]
    entry = browser.cookies[cookies.ENTRY]
    state = query_of((await browser.get("/nl/enter")).headers["location"])["state"]
    browser_of_second = browser.cookies[cookies.ENTRY]
    assert entry != browser_of_second

    issuer = portal.running.service.settings.api_issuer
    await browser.get(f"/callback?{httpx.QueryParams(code='a-code', state=state, iss=issuer or '')}")

    (sent,) = [one for one in portal.auth.asked if one.url.path == "/oauth/token"]
    form = parse_qs(sent.content.decode())
    verifier = form["code_verifier"][0]
    assert form["redirect_uri"] == [f"{portal.origin}/callback"]
    assert sent.headers["authorization"].startswith("Basic ")
    assert (
        urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode() != challenge
    )  # that of another try


@pytest.mark.parametrize("changed", [{"state": "another"}, {"iss": "https://evil.example"}, {"code": ""}], ids=str)
async def test_who_comes_back_with_something_else_is_not_logged_in(portal: Portal, changed: dict[str, str]) -> None:
    gives_tokens(portal)
    browser = portal.browser()

    answer = await to_the_callback(portal, browser, **changed)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert cookies.SESSION not in browser.cookies
    assert not [one for one in portal.auth.asked if one.url.path == "/oauth/token"]


async def test_a_code_brought_by_a_browser_that_did_not_ask_for_it_logs_nobody_in(portal: Portal) -> None:
    gives_tokens(portal)
    asked = query_of((await portal.browser().get("/nl/enter")).headers["location"])
    victim = portal.browser()

    issuer = portal.running.service.settings.api_issuer or ""
    answer = await victim.get(f"/callback?{httpx.QueryParams(code='a-code', state=asked['state'], iss=issuer)}")

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert cookies.SESSION not in victim.cookies


async def test_the_session_cookie_is_for_this_host_no_script_and_no_other_site(portal: Portal) -> None:
    gives_tokens(portal)
    answer = await to_the_callback(portal, portal.browser())

    (line,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{cookies.SESSION}=")]
    assert {part.strip().lower() for part in line.split(";")[1:]} == {"httponly", "path=/", "samesite=lax", "secure"}
    assert "access" not in line


async def test_each_role_comes_to_a_page_of_its_own(portal: Portal) -> None:
    for role, path in (
        (Role.CUSTOMER, "/nl/insurances"),
        (Role.SENIOR_HANDLER, "/nl/desk"),
        (Role.OPERATOR, "/nl/operations"),
    ):
        gives_tokens(portal, role)
        assert (await to_the_callback(portal, portal.browser())).headers["location"] == path


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"])
async def test_nobody_is_sent_to_another_host(portal: Portal, path: str) -> None:
    assert not is_own_path(path)
    gives_tokens(portal)
    answer = await to_the_callback(portal, portal.browser(), f"/en/enter?{httpx.QueryParams({'return': path})}")
    assert answer.headers["location"] == "/en/insurances"


async def test_authorization_is_handed_on_with_the_cookies_of_auth_alone(portal: Portal) -> None:
    portal.auth.answers(
        "GET",
        "/oauth/authorize",
        status=302,
        headers={"location": f"{portal.origin}/login?return=%2Foauth%2Fauthorize"},
    )
    browser = portal.browser()
    browser.cookies |= {"__Host-session": "at-auth", "__Host-portal": "x" * 43, "__Host-device": "known"}

    answer = await browser.get("/oauth/authorize?client_id=portal")

    assert answer.headers["location"].endswith("/login?return=%2Foauth%2Fauthorize")
    assert portal.auth.asked[-1].headers["cookie"] == "__Host-session=at-auth; __Host-device=known"


async def test_logging_in_goes_on_in_the_language_of_who_is_on_the_way_in(portal: Portal) -> None:
    browser = portal.browser()
    await browser.get("/en/enter")
    assert (await browser.get("/login?return=%2Foauth%2Fauthorize%3Fa%3D1")).headers["location"] == (
        "/en/login?return=%2Foauth%2Fauthorize%3Fa%3D1"
    )


async def test_logging_out_ends_the_session_here_and_at_auth(portal: Portal) -> None:
    gives_tokens(portal)
    browser = portal.browser()
    browser.cookies["__Host-session"] = "at-auth"
    await to_the_callback(portal, browser)
    kept = dict(browser.cookies)

    left = await browser.submit(await browser.get("/nl/goodbye"), action="/logout")

    assert left.headers["location"] == "/nl/goodbye"
    assert {one.url.path for one in portal.auth.asked} >= {"/oauth/revoke", "/session/end"}
    assert not {cookies.SESSION, "__Host-session"} & browser.cookies.keys()
    browser.cookies = kept  # of somebody who has copied it
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.SEE_OTHER


async def test_an_hour_without_a_page_ends_a_session(portal: Portal) -> None:
    browser = await portal.logged_in()
    portal.clock.advance(timedelta(minutes=59))
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.OK
    portal.clock.advance(timedelta(minutes=59))
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.OK
    portal.clock.advance(timedelta(minutes=60))
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.SEE_OTHER


async def test_a_day_ends_a_session_however_much_it_is_used(portal: Portal) -> None:
    gives_tokens(portal)
    browser = await portal.logged_in()
    for _ in range(24):
        assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.OK
        portal.clock.advance(timedelta(hours=1) - timedelta(seconds=1))
    portal.clock.advance(timedelta(minutes=1))
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.SEE_OTHER
