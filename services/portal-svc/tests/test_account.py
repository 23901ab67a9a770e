"""My account: how one logs in, where one is, what happened, and changes by who has just shown who they are."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from my_pages import ACCOUNT, CONFIRMED
from portal_world import PORTAL_KEY, Browser, Portal
from starlette.responses import Response

from contracts.auth import SecurityEvent
from contracts.language import Language
from portal_svc.keys import PortalKeys, new_secret
from portal_svc.web import cookies
from portal_svc.web.sealed_cookies import keep_sealed, read_sealed
from portal_svc.web.texts import texts_in

PASSKEY_ID = "0198c5f5-7d1a-7c43-9a51-6f2f3b1c7d11"
NEED_IDENTITY = [
    "/account/email",
    "/account/phone",
    "/account/app",
    "/account/app/remove",
    "/account/passkeys/new",
    f"/account/passkeys/{PASSKEY_ID}/remove",
]


def sent(portal: Portal, method: str, path: str) -> httpx.Request:
    return [one for one in portal.auth.asked if (one.method, one.url.path) == (method, path)][-1]


async def confirmed(portal: Portal, path: str) -> tuple[Browser, httpx.Response]:
    """Go to a page that asks who it is first, show it, and come to the page."""
    portal.auth.answers("GET", ACCOUNT, portal.auth.example("GET", ACCOUNT), headers={"etag": '"7"'})
    portal.auth.answers("POST", "/logins/completion", {"confirmed_identity": CONFIRMED})
    browser = await portal.logged_in()
    asked = await browser.follow(f"/nl{path}")
    code = await browser.to_the_end(await browser.submit(asked, {"password": " een twee "}, action="/confirm"))
    return browser, await browser.to_the_end(await browser.submit(code, {"code": "123456"}, action="/code"))


async def test_the_account_tells_who_somebody_is_and_where_they_are_logged_in(portal: Portal) -> None:
    text = (await (await portal.logged_in()).get("/nl/account")).text
    for told in ("J. Voorbeeld", "123456", "j.voorbeeld@example.org", "+31 6 ** ** ** 78", "Firefox on Linux"):
        assert told in text
    assert {one.url.path for one in portal.auth.asked} == {
        "/accounts/123456",
        "/accounts/123456/devices",
        "/accounts/123456/sessions",
    }


async def test_history_is_read_page_by_page(portal: Portal) -> None:
    path = f"{ACCOUNT}/login-history"
    example = portal.auth.example("GET", path)
    portal.auth.answers("GET", path, {**example, "next_cursor": "a b"})
    browser = await portal.logged_in()
    page = await browser.get("/nl/account/history")
    assert "Ingelogd" in page.text
    assert "wachtwoord, sms-code" in page.text
    assert "/nl/account/history?after=a%20b" in page.text
    await browser.get("/nl/account/history?after=a%20b")
    assert portal.auth.asked[-1].url.params["cursor"] == "a b"


@pytest.mark.parametrize("language", Language)
def test_everything_that_happens_to_an_account_has_words(language: Language) -> None:
    assert [what for what in SecurityEvent if f"account.event.{what}" not in texts_in(language)] == [
        SecurityEvent.TOKENS_GRANTED,
        SecurityEvent.TOKENS_REVOKED,
    ]


@pytest.mark.parametrize("path", NEED_IDENTITY)
async def test_what_guards_an_account_is_changed_by_who_has_just_shown_who_they_are(portal: Portal, path: str) -> None:
    browser = await portal.logged_in()
    for answer in (await browser.get(f"/nl{path}"),):
        assert answer.headers["location"] == f"/nl/account/confirm?then={path}"
    page = await browser.follow("/nl/account")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    posted = await browser.post(f"/nl{path}", {"csrf": token})
    assert posted.headers["location"] == f"/nl/account/confirm?then={path}"

    browser, page = await confirmed(portal, path)

    assert page.status_code == HTTPStatus.OK
    assert page.request.url.path == f"/nl{path}"
    begun = json.loads(sent(portal, "POST", "/logins").content)
    assert begun == {"email": "j.voorbeeld@example.org", "password": " een twee ", "purpose": "confirm_identity"}


async def test_nobody_is_led_from_showing_who_they_are_to_another_page(portal: Portal) -> None:
    page = await (await portal.logged_in()).get("/nl/account/confirm?then=//evil.example")
    assert 'name="then" value="/account"' in page.text


async def test_a_wrong_password_is_told(portal: Portal) -> None:
    portal.auth.refuses("POST", "/logins", "wrong-credentials", status=401)
    browser = await portal.logged_in()
    page = await browser.get("/nl/account/confirm?then=/account/email")
    answer = await browser.submit(page, {"password": "x"}, action="/confirm")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "klopt niet" in answer.text


async def test_who_one_is_can_be_shown_by_a_passkey(portal: Portal) -> None:
    portal.auth.answers("POST", "/passkey-logins/completion", {"confirmed_identity": CONFIRMED})
    browser = await portal.logged_in()
    page = await browser.get("/nl/account/confirm?then=/account/email")
    asked = await browser.to_the_end(await browser.submit(page, action="/confirm/passkey"))
    form = await browser.to_the_end(await browser.submit(asked, {"credential": '{"id": "AQ"}'}, action="/passkey"))
    assert form.request.url.path == "/nl/account/email"


async def test_another_address_is_asked_for_with_the_version_that_was_seen(portal: Portal) -> None:
    browser, form = await confirmed(portal, "/account/email")
    done = await browser.to_the_end(await browser.submit(form, {"email": "New@Example.org"}, action="/email"))
    assert "mail op uw nieuwe adres" in done.text
    asked = sent(portal, "PUT", "/accounts/123456/email")
    assert json.loads(asked.content) == {"email": "new@example.org", "confirmed_identity": CONFIRMED}
    assert asked.headers["if-match"] == '"7"'
    assert (await browser.get("/nl/account/email")).status_code == HTTPStatus.SEE_OTHER  # it is for one change


async def test_an_identity_that_was_shown_too_long_ago_is_asked_for_again(portal: Portal) -> None:
    browser, form = await confirmed(portal, "/account/email")
    portal.auth.refuses("PUT", f"{ACCOUNT}/email", "identity-not-confirmed", status=403)
    answer = await browser.submit(form, {"email": "new@example.org"}, action="/email")
    assert answer.headers["location"] == "/nl/account/confirm?then=/account/email"


async def test_the_identity_that_was_shown_is_worth_nothing_in_another_browser(portal: Portal) -> None:
    mine, _ = await confirmed(portal, "/account/email")
    theirs = await portal.logged_in()
    theirs.cookies["__Host-identity"] = mine.cookies["__Host-identity"]
    assert (await theirs.get("/nl/account/email")).status_code == HTTPStatus.SEE_OTHER


def test_a_secret_is_read_from_its_own_cookie_alone() -> None:
    cookies_of_browser: dict[str, str] = {}
    visit: Any = SimpleNamespace(
        parts=SimpleNamespace(keys=PortalKeys(PORTAL_KEY)),
        browser_secret=new_secret(),
        request=SimpleNamespace(cookies=cookies_of_browser),
    )
    response = Response()
    keep_sealed(visit, response, "__Host-one", {"x": 1}, seconds=9)
    cookies_of_browser["__Host-one"] = cookies_of_browser["__Host-other"] = SimpleCookie(
        response.headers["set-cookie"]
    )["__Host-one"].value
    assert read_sealed(visit, "__Host-one") == {"x": 1}
    assert read_sealed(visit, "__Host-other") == {}


async def test_another_number_counts_by_its_code(portal: Portal) -> None:
    browser, form = await confirmed(portal, "/account/phone")
    code = await browser.to_the_end(await browser.submit(form, {"mobile_phone": "06 87654321"}, action="/phone"))
    portal.auth.refuses("PUT", f"{ACCOUNT}/mobile-phone/confirmation", "wrong-code", status=401)
    assert "nieuwste code" in (await browser.submit(code, {"code": "111111"}, action="/code")).text
    portal.auth.answers("PUT", f"{ACCOUNT}/mobile-phone/confirmation", status=204)
    done = await browser.to_the_end(await browser.submit(code, {"code": "123 456"}, action="/code"))
    assert "Uw nieuwe nummer telt" in done.text
    assert portal.auth.bodies("PUT", f"{ACCOUNT}/mobile-phone")[0]["mobile_phone"] == "06 87654321"


async def test_a_number_that_gets_no_text_messages_is_told(portal: Portal) -> None:
    browser, form = await confirmed(portal, "/account/phone")
    portal.auth.refuses("PUT", f"{ACCOUNT}/mobile-phone", "not-a-mobile-phone", status=422)
    answer = await browser.submit(form, {"mobile_phone": "010 1234567"}, action="/phone")
    assert "geen sms-berichten" in answer.text
    assert "010 1234567" in answer.text


async def test_an_app_gets_its_secret_as_a_picture_and_as_letters(portal: Portal) -> None:
    browser, page = await confirmed(portal, "/account/app")
    picture = await browser.to_the_end(await browser.submit(page, action="/app"))
    assert "<svg" in picture.text
    assert "JBSW Y3DP EHPK 3PXP" in picture.text
    assert "style=" not in picture.text  # which the policy of the page would block
    done = await browser.to_the_end(await browser.submit(picture, {"code": "123456"}, action="/code"))
    assert "De app is ingesteld" in done.text
    assert "__Host-adding" not in browser.cookies


@pytest.mark.parametrize(
    ("path", "asked", "says"),
    [
        ("/account/app/remove", "/accounts/123456/totp/removal", "De app is weg"),
        (
            f"/account/passkeys/{PASSKEY_ID}/remove",
            f"/accounts/123456/passkeys/{PASSKEY_ID}/removal",
            "De passkey is weg",
        ),
    ],
)
async def test_an_app_and_a_passkey_are_removed(portal: Portal, path: str, asked: str, says: str) -> None:
    browser, page = await confirmed(portal, path)
    done = await browser.to_the_end(await browser.submit(page, action="/remove"))
    assert says in done.text
    assert json.loads(sent(portal, "POST", asked).content) == {"confirmed_identity": CONFIRMED}


async def test_a_passkey_is_made_and_has_a_name(portal: Portal) -> None:
    browser, page = await confirmed(portal, "/account/passkeys/new")
    make = await browser.to_the_end(await browser.submit(page, action="/new"))
    assert 'data-passkey="create"' in make.text
    portal.auth.refuses("POST", f"{ACCOUNT}/passkeys", "wrong-passkey", status=401)
    wrong = await browser.submit(make, {"credential": '{"id": "AQ"}'}, action="/make")
    assert "niet gelukt" in wrong.text
    made = portal.auth.example("POST", f"{ACCOUNT}/passkeys")
    portal.auth.answers("POST", f"{ACCOUNT}/passkeys", made)
    done = await browser.to_the_end(
        await browser.submit(make, {"credential": '{"id": "AQ"}', "name": "Mijn telefoon"}, action="/make")
    )
    assert "Uw passkey is gemaakt" in done.text
    assert portal.auth.bodies("POST", f"{ACCOUNT}/passkeys")[-1] == {
        "credential": {"id": "AQ"},
        "name": "Mijn telefoon",
    }


async def test_a_new_password_logs_out_here_as_well(portal: Portal) -> None:
    browser = await portal.logged_in()
    kept = dict(browser.cookies)
    page = await browser.get("/nl/account/password")
    portal.auth.refuses("PUT", f"{ACCOUNT}/password", "password-common", status=422)
    values = {"current": " oud ", "password": "nieuw nieuw "}
    assert "lijsten van mensen" in (await browser.submit(page, values, action="/password")).text
    portal.auth.answers("PUT", f"{ACCOUNT}/password", status=204)

    done = await browser.to_the_end(await browser.submit(page, values, action="/password"))

    assert "overal uitgelogd" in done.text
    assert portal.auth.bodies("PUT", f"{ACCOUNT}/password")[-1] == {
        "current_password": " oud ",
        "password": "nieuw nieuw ",
    }
    assert cookies.SESSION not in browser.cookies
    browser.cookies = kept
    assert (await browser.get("/nl/account")).status_code == HTTPStatus.SEE_OTHER


async def test_one_can_log_out_everywhere_at_one_place_or_of_one_device(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get("/nl/account")
    assert (
        "Dit toestel kennen we niet meer"
        in (await browser.to_the_end(await browser.submit(page, action="/forget"))).text
    )
    ended = await browser.submit(page, action="3b1c7d10/end")
    assert ended.headers["location"] == "/nl/account?done=session#sessions"
    left = await browser.submit(page, action="/sessions/end")
    assert left.headers["location"] == "/nl/goodbye"
    deleted = [one.url.path for one in portal.auth.asked if one.method == "DELETE"]
    assert deleted[0].startswith("/accounts/123456/devices/")
    assert deleted[1].startswith("/accounts/123456/sessions/")
    assert deleted[2] == "/accounts/123456/sessions"
    assert cookies.SESSION not in browser.cookies


async def test_what_the_page_says_was_done_is_ours_alone(portal: Portal) -> None:
    page = await (await portal.logged_in()).get("/nl/account?done=everything")
    assert page.status_code == HTTPStatus.OK
    assert 'role="status"' not in page.text
