"""Tokens are kept on the server, sealed, and renewed by one at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http import HTTPStatus

import pytest
from portal_world import Portal, access_token
from test_entry import TOKENS, gives_tokens, to_the_callback

from chassis.vault import CannotOpenKeptError
from portal_svc.keys import PortalKeys, new_secret
from portal_svc.web import cookies


def times_asked_for_tokens(portal: Portal) -> int:
    return sum(one.url.path == "/oauth/token" for one in portal.auth.asked)


async def test_a_token_is_renewed_before_it_is_over_and_used_from_then_on(portal: Portal) -> None:
    gives_tokens(portal)
    browser = portal.browser()
    await to_the_callback(portal, browser)
    portal.clock.advance(timedelta(seconds=280))
    renewed = access_token(relation_number="123456") + "renewed"
    portal.auth.answers("POST", "/oauth/token", {**TOKENS, "access_token": renewed, "refresh_token": "second"})

    await browser.get("/nl/insurances")
    await browser.get("/nl/insurances")

    assert times_asked_for_tokens(portal) == 2
    assert portal.policy.asked[-1].headers["authorization"] == f"Bearer {renewed}"


async def test_pages_asked_for_at_once_renew_a_token_once(portal: Portal) -> None:
    gives_tokens(portal)
    browser = portal.browser()
    await to_the_callback(portal, browser)
    portal.clock.advance(timedelta(seconds=299))

    answers = await asyncio.gather(*(browser.get("/nl/insurances") for _ in range(3)))

    assert {answer.status_code for answer in answers} == {HTTPStatus.OK}
    assert times_asked_for_tokens(portal) == 2  # the second would end the session


async def test_who_gets_no_more_tokens_logs_in_again(portal: Portal) -> None:
    gives_tokens(portal)
    browser = portal.browser()
    await to_the_callback(portal, browser)
    portal.clock.advance(timedelta(seconds=299))
    portal.auth.answers("POST", "/oauth/token", {"error": "invalid_grant", "error_description": "over"}, status=400)

    answer = await browser.get("/nl/insurances")

    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "/enter?return=" in answer.headers["location"]
    assert await portal.running.pool.fetchval("SELECT count(*) FROM session") == 0


async def test_an_outage_of_auth_ends_no_session(portal: Portal) -> None:
    gives_tokens(portal)
    browser = portal.browser()
    await to_the_callback(portal, browser)
    portal.clock.advance(timedelta(seconds=299))
    portal.auth.is_away = True
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.SERVICE_UNAVAILABLE
    portal.auth.is_away = False
    assert (await browser.get("/nl/insurances")).status_code == HTTPStatus.OK


async def test_the_database_holds_neither_tokens_nor_what_opens_them(portal: Portal) -> None:
    gives_tokens(portal)
    browser = portal.browser()
    await to_the_callback(portal, browser)

    (row,) = await portal.running.pool.fetch("SELECT * FROM session")

    everything = b" ".join(value for value in row.values() if isinstance(value, bytes))
    for secret in (b"first-refresh", access_token().encode(), b"123456", browser.cookies[cookies.SESSION].encode()):
        assert secret not in everything


def test_what_is_sealed_for_one_browser_opens_for_no_other() -> None:
    keys, mine, theirs = PortalKeys("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), new_secret(), new_secret()
    sealed = keys.seal_for(mine, b"tokens")
    assert keys.open_for(mine, sealed) == b"tokens"
    with pytest.raises(CannotOpenKeptError):
        keys.open_for(theirs, sealed)


def test_an_older_key_still_opens_what_it_sealed() -> None:
    old, new = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="
    secret = new_secret()
    sealed = PortalKeys(old).seal_for(secret, b"tokens")
    assert PortalKeys(f"{new},{old}").open_for(secret, sealed) == b"tokens"
    assert PortalKeys(f"{new},{old}").is_token_for_forms(PortalKeys(old).token_for_forms(secret), secret)
    with pytest.raises(CannotOpenKeptError):
        PortalKeys(new).open_for(secret, sealed)
