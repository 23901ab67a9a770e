"""A customer on the portal's pages, through the real services: from activating an account to logging out everywhere."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from pathlib import Path

import httpx
import pyotp
import pytest
from customers_at_the_portal import CAR, EMAIL, HOME_POLICY, PET, RELATION_NUMBER, Customer, customer_at_the_portal
from whole_platform import WholePlatform

from portal_svc.web import cookies

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "vier woorden zonder verband"
STEP_SECONDS = 30


async def test_a_customer_goes_online_changes_her_insurances_and_guards_her_account(
    whole: WholePlatform, tmp_path: Path
) -> None:
    async with customer_at_the_portal(whole, tmp_path) as ada:
        await activates(ada)
        await logs_in_for_the_first_time(ada)
        await changes_her_insurances(ada)
        await reads_what_belongs_to_them(ada)
        await changes_her_details(ada)
        await sets_up_an_app_and_logs_out_everywhere(ada)


async def activates(ada: Customer) -> None:
    page = await ada.get("/nl/activate")
    page = await ada.submit(page, {"relation_number": HOME_POLICY, "email": EMAIL}, action="/activate")
    assert "Stap 2 van 3" in page.text
    page = await ada.get("/activate")
    values = {"link": await ada.link_to("activate"), "password": "12345678"}
    refused = await ada.submit(page, values, action="/link")
    assert "lijsten van mensen" in refused.text
    page = await ada.submit(refused, {"password": PASSWORD}, action="/link")
    assert "Uw account is klaar" in page.text


async def logs_in_for_the_first_time(ada: Customer) -> None:
    page = await ada.get("/nl/insurances")
    assert page.request.url.path == "/nl/login"
    page = await ada.submit(page, {"email": EMAIL, "password": "een ander wachtwoord"}, action="/login")
    assert "klopt niet" in page.text
    page = await ada.submit(page, {"password": PASSWORD}, action="/login")
    assert "Het nummer dat we van u kennen" in page.text
    seen = len(ada.texts())
    page = await ada.submit(page, action="/login/phone")
    await ada.code_after(seen)
    page = await ada.submit(page, action="/login/code/again")
    assert "nieuwe code onderweg" in page.text
    page = await ada.submit(page, {"code": await ada.code_after(seen + 1)}, action="/login/code")
    assert page.request.url.path == "/nl/insurances"
    for number in (HOME_POLICY, CAR, PET):
        assert number in page.text


async def changes_her_insurances(ada: Customer) -> None:
    page = await ada.get(f"/nl/insurances/{HOME_POLICY}/change/deductible")
    page = await ada.submit(page, {"deductible": "50000"}, action="/deductible")
    assert "per jaar minder" in page.text
    page = await confirmed(ada, page)
    page = await ada.get(f"/nl/insurances/{HOME_POLICY}/change/move")
    values = {"postcode": "6011 RA", "house_number": "20", "home_type": "canal_house"}
    page = await ada.submit(page, values, action="/move")
    assert "Deze woning verzekeren wij niet" in page.text
    page = await ada.get(f"/nl/insurances/{CAR}/change/plate")
    page = await ada.submit(page, {"licence_plate": "SS-01-BB", "which": "same"}, action="/plate")
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = await ada.submit(page, {"licence_plate": "g-001-bb", "which": "same"}, action="/plate")
    assert "G-001-BB" in page.text
    await confirmed(ada, page)
    page = await ada.get(f"/nl/insurances/{CAR}/change/cover")
    page = await ada.submit(page, {"covers": ["third_party", "limited_casco"]}, action="/cover")
    await confirmed(ada, page)
    page = await ada.get(f"/en/insurances/{PET}/change/cancel")
    page = await ada.submit(page, action="/cancel")
    assert "The insurance ends on" in page.text
    page = await ada.submit(page, action=page.request.url.path)
    assert "It is arranged" in page.text


async def confirmed(ada: Customer, page: httpx.Response) -> httpx.Response:
    """Confirm what is shown."""
    assert "Klopt dit?" in page.text
    done = await ada.submit(page, action=page.request.url.path)
    assert "Het is geregeld" in done.text
    return done


async def reads_what_belongs_to_them(ada: Customer) -> None:
    page = await ada.get(f"/nl/insurances/{HOME_POLICY}")
    assert "Bevestiging van een wijziging" in page.text
    assert "Neerslag" in (await ada.get(f"/nl/insurances/{HOME_POLICY}/terms")).text
    for path in (
        f"/nl/insurances/{HOME_POLICY}/schedule?on=2026-11-01",
        f"/nl/insurances/{HOME_POLICY}/terms/file",
        f"/nl/insurances/{CAR}/green-card/file",
    ):
        assert (await ada.get(path)).content.startswith(b"%PDF-"), path
    page = await ada.get(f"/nl/insurances/{PET}/declarations")
    assert "€\u00a077,50 betaald van €\u00a0102,50" in page.text
    page = await ada.get(f"/nl/insurances/{PET}/declarations/D-2026-000710")
    assert "eigen risico" in page.text
    assert (await ada.get("/nl/insurances/100200-531-01")).status_code == HTTPStatus.NOT_FOUND


async def changes_her_details(ada: Customer) -> None:
    page = await ada.get("/nl/personal")
    assert "Ada Denkbeeldig" in page.text
    page = await ada.submit(page, {"house_number": "18"}, action="/personal")
    assert "<strong>18</strong>" in page.text
    page = await ada.submit(page, action="/personal/preview")
    assert "Uw gegevens zijn veranderd" in page.text
    assert "6011RA 18" in page.text


async def sets_up_an_app_and_logs_out_everywhere(ada: Customer) -> None:
    page = await ada.get("/nl/account/app")
    assert page.request.url.path == "/nl/account/confirm"
    seen = len(ada.texts())
    page = await ada.submit(page, {"password": PASSWORD}, action="/confirm")
    page = await ada.submit(page, {"code": await ada.code_after(seen)}, action="/login/code")
    page = await ada.submit(page, action="/account/app")
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    assert found is not None
    app = pyotp.TOTP(found[1].replace(" ", ""))
    before = app.at(int(time.time() - STEP_SECONDS))  # which is taken as well, and leaves the present one for the login
    page = await ada.submit(page, {"code": before}, action="/account/app/code")
    assert "De app is ingesteld" in page.text
    history = await ada.get("/nl/account/history")
    for told in ("Ingelogd", "wachtwoord, sms-code", "Een app, passkey of pincode toegevoegd"):
        assert told in history.text

    page = await ada.submit(page, action="/sessions/end")
    assert "U bent uitgelogd" in page.text
    assert cookies.SESSION not in ada.browser.cookies

    page = await ada.get("/nl/insurances")
    assert page.request.url.path == "/nl/login"
    page = await ada.submit(page, {"email": EMAIL, "password": PASSWORD}, action="/login")
    assert "Open de app" in page.text
    page = await ada.submit(page, {"code": app.now()}, action="/login/code")
    assert page.request.url.path == "/nl/insurances"
    assert RELATION_NUMBER in page.text
