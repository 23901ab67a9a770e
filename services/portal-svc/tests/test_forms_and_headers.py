"""Whose forms are taken, and what every page tells a browser."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from portal_world import PHONE, Portal, forms_on

from portal_svc.web.assets import address_of, assets


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
async def test_a_form_that_another_site_sends_is_not_taken(portal: Portal, headers: dict[str, str]) -> None:
    browser = await portal.logged_in()
    form = forms_on(await browser.get("/nl"))[0]

    answer = await browser.post("/nl/logout", form.values, headers=headers)

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.OK


async def test_a_form_with_the_token_of_another_session_is_not_taken(portal: Portal) -> None:
    mine, theirs = await portal.logged_in(), await portal.logged_in()
    stolen = forms_on(await theirs.get("/nl"))[0].values
    for values in (stolen, {"x": "1"}, {"csrf": "é"}):
        assert (await mine.post("/nl/logout", values)).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("sent", [b'{"csrf": 1}', b"--x\r\nbroken"])
async def test_what_is_no_form_is_not_taken(portal: Portal, sent: bytes) -> None:
    browser = await portal.logged_in()
    kind = "application/json" if sent.startswith(b"{") else "multipart/form-data; boundary=x"
    answer = await portal.client.post(
        "/nl/logout", content=sent, headers={"content-type": kind, "origin": portal.origin}
    )
    # The reader of files finds no field in what is broken: the token is missing then.
    assert answer.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN}
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.OK


async def test_a_page_allows_nothing_from_elsewhere_and_is_kept_nowhere(portal: Portal) -> None:
    for path in ("/nl", "/nl/nowhere", "/nowhere"):
        answer = await portal.browser().get(path)
        assert answer.headers["content-security-policy"].startswith(
            "default-src 'none'; style-src 'self'; script-src 'self'"
        )
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"]


async def test_no_page_has_style_or_script_of_its_own(portal: Portal) -> None:
    browser = await portal.logged_in()
    for path in ("/nl", "/nl/insurances", "/nl/insurances/123456-531-04"):
        text = (await browser.get(path)).text
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text
        assert " onclick" not in text


async def test_assets_are_kept_for_a_year_under_an_address_of_their_contents(portal: Portal) -> None:
    for name in assets():
        answer = await portal.browser().get(address_of(name))
        assert answer.status_code == HTTPStatus.OK
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await portal.browser().get("/assets/000000000000/portal.css")).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["/nowhere", "/nl/nowhere", "/de/insurances", "/nl/insurances/", "/assets/x"])
async def test_what_is_not_there_is_told_with_what_to_do(portal: Portal, path: str) -> None:
    answer = await portal.browser().get(path)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    if path != "/assets/x":
        assert PHONE in answer.text


async def test_an_outage_of_a_service_is_told_with_what_to_do(portal: Portal) -> None:
    portal.policy.is_away = True
    answer = await (await portal.logged_in()).get("/en/insurances")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers["retry-after"] == "5"
    assert "not your fault" in answer.text
    assert PHONE in answer.text


async def test_the_first_page_comes_in_the_language_of_the_browser(portal: Portal) -> None:
    browser = portal.browser()
    assert (await browser.get("/", **{"accept-language": "en-GB,en;q=0.9"})).headers["location"] == "/en"
    assert (await browser.get("/", **{"accept-language": "de"})).headers["location"] == "/nl"


async def test_the_other_language_is_one_link_away_on_the_same_page(portal: Portal) -> None:
    answer = await (await portal.logged_in()).get("/nl/insurances/123456-531-04")
    assert 'href="/en/insurances/123456-531-04"' in answer.text
    assert portal.policy.asked[-1].headers["accept-language"] == "nl"
