"""Logging in, the account and changes in Chromium: in both languages, on a phone and a desk, in the dark."""

from __future__ import annotations

import json

import pytest
from chromium_pages import CHROMIUM, Chromium, chromium, complaints_of, examine
from my_pages import ACCOUNT, CONFIRMED, NUMBER, PREVIEW_ID, begins, insured, shows
from playwright.async_api import Page
from portal_world import Portal

from contracts.access import Role

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"), pytest.mark.timeout(600)]
SECRET = "wA9sZ0y3l5k7QpN1c2dM8bX4vT6rUeHjGfYiKoLxS_E"
PASSKEY = """
  const signed = { toJSON: () => ({ id: "AQ", made: true }) };
  navigator.credentials.get = async (asked) => { window.asked = asked; return signed; };
  navigator.credentials.create = navigator.credentials.get;
  PublicKeyCredential.parseRequestOptionsFromJSON = (told) => told;
  PublicKeyCredential.parseCreationOptionsFromJSON = (told) => told;
"""


async def log_in(page: Page, origin: str, language: str = "nl") -> None:
    await page.goto(f"{origin}/{language}/login")
    await page.locator("#email").fill("j.voorbeeld@example.org")
    await page.locator("#password").fill("vier losse woorden")
    await page.locator("form[action$='/login'] button").click()


async def test_pages_to_log_in_and_to_activate(portal: Portal) -> None:
    async with chromium(portal) as browser:
        for path in (
            *("/login", "/login/help", "/activate", "/activate/mail", "/activate/link", "/activate/done"),
            *("/password", "/password/mail", "/password/link", "/password/done", "/links/email", "/links/undo"),
        ):
            await browser.look_at(path, role=None, name=f"login{path.replace('/', '-')}")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("size", ["phone", "desk"])
async def test_the_steps_of_a_login(portal: Portal, language: str, size: str) -> None:
    async with chromium(portal) as browser:
        logins: dict[str, dict[str, object]] = {
            "code": {},
            "phone": {"next": "choose_phone"},
            "no-phone": {"next": "choose_phone", "mobile_phone": None},
            "app": {"next": "totp", "instead": ["code"]},
        }
        for name, login in logins.items():
            begins(portal, **login)
            context = await browser.context(None, size=size, scripts=False)
            page = await context.new_page()
            await log_in(page, portal.origin, language)
            await page.wait_for_url("**/login/*")
            await context.close()
            await examine_without_scripts(browser, portal, language, size, name)


async def examine_without_scripts(browser: Chromium, portal: Portal, language: str, size: str, name: str) -> None:
    """The same in a window with scripts, which axe needs."""
    context = await browser.context(None, size=size)
    page = await context.new_page()
    complaints = complaints_of(page, portal.origin)
    await log_in(page, portal.origin, language)
    await page.wait_for_url("**/login/*")
    await examine(page, name=f"login-{name}-{language}-{size}")
    assert complaints == []
    await context.close()


async def test_a_wrong_password_is_told_where_a_screen_reader_hears_it(portal: Portal) -> None:
    portal.auth.refuses("POST", "/logins", "wrong-credentials", status=401)
    async with chromium(portal) as browser:
        context = await browser.context(None, size="phone")
        page = await context.new_page()
        await log_in(page, portal.origin)
        await page.get_by_role("alert").wait_for()
        await examine(page, name="login-wrong-nl-phone")
        await context.close()


async def test_a_mailed_link_fills_itself_in_and_leaves_the_address(portal: Portal) -> None:
    async with chromium(portal) as browser:
        context = await browser.context(None)
        page = await context.new_page()
        complaints = complaints_of(page, portal.origin)
        await page.goto(f"{portal.origin}/reset-password#{SECRET}")
        assert await page.locator("#link").input_value() == SECRET
        assert not await page.locator("#link").is_visible()
        assert "#" not in page.url
        await page.locator("#password").fill("vier losse woorden")
        await page.locator("main button[type=submit]").click()
        await page.wait_for_url("**/password/done")
        assert portal.auth.bodies("POST", "/password-resets/completion")[0]["link"] == SECRET
        assert complaints == []
        await context.close()


async def test_a_passkey_logs_in_in_a_browser(portal: Portal) -> None:
    portal.auth.answers("POST", "/passkey-logins/completion", {"confirmed_identity": None})
    async with chromium(portal) as browser:
        context = await browser.context(None, size="phone")
        await context.add_init_script(PASSKEY)
        page = await context.new_page()
        await page.goto(f"{portal.origin}/nl/login")
        await page.get_by_role("button", name="Verder met een passkey").click()
        await page.wait_for_url("**/login/passkey")
        await examine(page, name="login-passkey-nl-phone")
        await page.get_by_role("button", name="Gebruik mijn passkey").click()
        await page.wait_for_url(lambda url: "/login/passkey" not in url)
        assert portal.auth.bodies("POST", "/passkey-logins/completion") == [{"credential": {"id": "AQ", "made": True}}]
        await context.close()


async def test_the_account_and_its_changes(portal: Portal) -> None:
    portal.auth.answers("GET", ACCOUNT, portal.auth.example("GET", ACCOUNT), headers={"etag": '"7"'})
    portal.auth.answers("POST", "/logins/completion", {"confirmed_identity": CONFIRMED})
    async with chromium(portal) as browser:
        for path in ("/account", "/account/history", "/account/password", "/account/phone/code", "/personal"):
            await browser.look_at(path, role=Role.CUSTOMER, name=f"my{path.replace('/', '-')}")
        await browser.look_at("/account/confirm?then=/account/app", role=Role.CUSTOMER, name="my-account-confirm")
        context = await browser.context(Role.CUSTOMER, size="phone")
        await context.add_init_script(PASSKEY)
        page = await context.new_page()
        complaints = complaints_of(page, portal.origin)
        for path, name in (("app", "app"), ("passkeys/new", "passkey"), ("email", "email"), ("phone", "phone")):
            await page.goto(f"{portal.origin}/nl/account/{path}")
            await page.locator("#password").fill("vier losse woorden")
            await page.locator("form[action$='/confirm'] button").click()
            await page.locator("#code").fill("123456")
            await page.locator("form[action$='/login/code'] button").click()
            await page.wait_for_url(f"**/account/{path}")
            await examine(page, name=f"my-account-{name}-nl-phone")
            if name in {"app", "passkey"}:
                await page.locator("main form button[type=submit]").click()
                await page.wait_for_url(f"**/account/{'app/code' if name == 'app' else 'passkeys/make'}")
                await examine(page, name=f"my-account-{name}-made-nl-phone")
        await page.goto(f"{portal.origin}/nl/account/passkeys/make")
        await page.locator("main form button[type=submit]").click()
        await page.get_by_text("Uw passkey is gemaakt").wait_for()
        assert json.dumps(portal.auth.bodies("POST", f"{ACCOUNT}/passkeys")[0]["credential"]) == (
            '{"id": "AQ", "made": true}'
        )
        assert complaints == []
        await context.close()


async def test_changes_and_documents(portal: Portal) -> None:
    shows(portal)
    change = f"/insurances/{NUMBER}/change"
    async with chromium(portal) as browser:
        for kind, names in {
            "buildings": ("", "/cover", "/deductible", "/move", "/cancel", f"/deductible/{PREVIEW_ID}"),
            "car": ("/plate",),
        }.items():
            insured(portal, kind)
            for name in names:
                picture = f"change{name.replace('/', '-').removesuffix(PREVIEW_ID)}"
                await browser.look_at(f"{change}{name}", role=Role.CUSTOMER, name=picture)
        insured(portal, "car")
        await browser.look_at(f"/insurances/{NUMBER}/green-card", role=Role.CUSTOMER, name="green-card")
        await browser.look_at(f"/insurances/{NUMBER}/terms", role=Role.CUSTOMER, name="terms")
        insured(portal, "pet")
        await browser.look_at(f"/insurances/{NUMBER}/declarations", role=Role.CUSTOMER, name="declarations")
        await browser.look_at(
            f"/insurances/{NUMBER}/declarations/D-2026-000123", role=Role.CUSTOMER, name="declaration"
        )
