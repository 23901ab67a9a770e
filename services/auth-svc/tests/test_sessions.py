"""Promise: a session is listed, counts only while it is in use, and ends everywhere at once."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from auth_world import World
from joserfc import jws
from joserfc.jwk import ECKey
from oauth_world import SESSIONS, authorize, bearer, issuing, log_in, parts_of, recorded, refresh, tokens_of

from auth_svc.signing import signed

ATTACKS = (
    "alg none",
    "alg HS256 with the public key",
    "another key under the listed id",
    "an id that is not listed",
    "expired",
    "another audience",
    "another issuer",
    "claims changed under the signature",
    "no claims",
    "huge",
    "garbage",
    "empty",
    "not ASCII",
)


@pytest.fixture
async def own(database: str) -> AsyncIterator[World]:
    """auth-svc, which verifies its own tokens."""
    async with issuing(database) as running:
        yield running


async def _session_counts(own: World, somebody: Any) -> bool:  # noqa: ANN401 - whoever is logged in
    return "code=" in (await authorize(own, somebody)).headers["location"]


async def test_who_logs_out_has_no_session_and_no_tokens_and_may_do_it_again(own: World) -> None:
    somebody = await log_in(own)
    token = (await tokens_of(own, somebody))["refresh_token"]

    answers = [await own.client.post("/session/end", headers=somebody.cookie) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    (cookie,) = answers[0].headers.get_list("set-cookie")
    assert cookie.startswith('__Host-session="";')
    assert {part.strip().lower() for part in cookie.split(";")} >= {
        "max-age=0",
        "path=/",
        "secure",
        "httponly",
        "samesite=lax",
    }
    assert "domain" not in cookie.lower()
    assert not await _session_counts(own, somebody)
    assert (await refresh(own, token)).json()["error"] == "invalid_grant"
    assert (await recorded(own)).count("session_ended") == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "none"}, 204),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://mijn.example.org"}, 204),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://other.example.org"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.net"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example.net"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_another_site_cannot_log_somebody_out(own: World, headers: dict[str, str], status: int) -> None:
    somebody = await log_in(own)

    answer = await own.client.post("/session/end", headers={**somebody.cookie, **headers})

    assert answer.status_code == status
    assert await _session_counts(own, somebody) == (status == 403)


async def test_a_session_ends_after_an_idle_hour_or_a_day(own: World) -> None:
    idle = await log_in(own)
    own.clock.advance(timedelta(minutes=59))
    assert await _session_counts(own, idle)
    own.clock.advance(timedelta(minutes=60))
    assert not await _session_counts(own, idle)

    busy = await log_in(own)
    for _ in range(47):
        own.clock.advance(timedelta(minutes=30))
        assert await _session_counts(own, busy)
    own.clock.advance(timedelta(minutes=30))
    assert not await _session_counts(own, busy)


async def test_sessions_are_listed_by_device_and_those_that_are_over_are_not(own: World) -> None:
    own.clock.advance(timedelta(minutes=-61))
    over = await log_in(own)
    own.clock.advance(timedelta(minutes=61))
    somebody = await log_in(own)
    await own.running.pool.execute(
        """
        WITH known AS (
            INSERT INTO device (device_id, digest, account_id, name, remembered_at, last_used_at, expires_at)
            VALUES ($1, '\\x01', $2, 'Firefox on Linux', now(), now(), now()) RETURNING device_id)
        UPDATE session SET device_id = (SELECT device_id FROM known) WHERE session_id = $3
        """,
        uuid4(),
        somebody.account_id,
        somebody.session_id,
    )
    token = (await tokens_of(own, somebody))["access_token"]

    listed = (await own.client.get(SESSIONS, headers=bearer(token))).json()["sessions"]

    assert str(over.session_id) not in {session["session_id"] for session in listed}
    (mine,) = [session for session in listed if session["session_id"] == str(somebody.session_id)]
    assert (mine["device_name"], mine["methods"]) == ("Firefox on Linux", ["password", "sms"])
    assert mine["began_at"] <= mine["last_used_at"]


async def test_a_customer_ends_one_session_or_all_of_their_own_and_none_of_others(own: World) -> None:
    mine, other, foreign = await log_in(own), await log_in(own), await log_in(own, relation_number="654321")
    headers = bearer((await tokens_of(own, mine))["access_token"])

    assert (await own.client.delete(f"{SESSIONS}/{foreign.session_id}", headers=headers)).status_code == 404
    assert (await own.client.delete("/accounts/654321/sessions", headers=headers)).status_code == 404
    assert (await own.client.delete(f"{SESSIONS}/{other.session_id}", headers=headers)).status_code == 204
    assert (await own.client.delete(f"{SESSIONS}/{other.session_id}", headers=headers)).status_code == 404
    assert not await _session_counts(own, other)
    assert await _session_counts(own, mine)
    assert (await own.client.delete(SESSIONS, headers=headers)).status_code == 204
    assert not await _session_counts(own, mine)
    assert await _session_counts(own, foreign)
    rows = await own.rows("SELECT actor, account_id FROM audit_trail WHERE what IN ('session_ended', 'sessions_ended')")
    assert [(row["actor"], row["account_id"]) for row in rows] == [(None, mine.account_id)] * 2


async def test_an_operator_ends_the_sessions_of_a_customer_and_is_named(own: World) -> None:
    customer, operator = await log_in(own), await log_in(own, role="operator")
    headers = bearer((await tokens_of(own, operator))["access_token"])

    assert (await own.client.delete(SESSIONS, headers=headers)).status_code == 204

    assert not await _session_counts(own, customer)
    (row,) = await own.rows("SELECT actor, account_id FROM audit_trail WHERE what = 'sessions_ended'")
    assert (row["actor"], row["account_id"]) == (str(operator.account_id), customer.account_id)
    assert (await own.client.delete("/accounts/999/sessions", headers=headers)).status_code == 404


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_token_that_is_not_as_it_was_issued_opens_nothing(own: World, database: str, attack: str) -> None:
    good = (await tokens_of(own, await log_in(own)))["access_token"]
    assert (await own.client.get(SESSIONS, headers=bearer(good))).status_code == 200
    (listed,) = (await own.client.get("/.well-known/jwks.json")).json()["keys"]

    (stored,) = await own.rows("SELECT sealed_key FROM signing_key")
    private_key = parts_of(database).storage.open(stored["sealed_key"])

    wrong = _tampered(attack, good, listed, private_key=private_key)
    answer = await own.client.get(SESSIONS, headers={b"Authorization": f"Bearer {wrong}".encode("latin-1")})

    assert answer.status_code == 401


def _tampered(attack: str, good: str, listed: dict[str, str], *, private_key: bytes) -> str:
    header_part, claims_part, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(claims_part + "=="))
    stranger = ECKey.generate_key("P-256", {"kid": listed["kid"]})
    header = {"alg": "ES256", "typ": "at+jwt", "kid": listed["kid"]}
    public = ECKey.import_key({name: listed[name] for name in ("kty", "crv", "x", "y")}).as_pem(private=False)

    def forged(changed: dict[str, object], **headers: str) -> str:
        return jws.serialize_compact({**header, **headers}, json.dumps(changed).encode(), stranger)

    def by_the_issuer(**changed: object) -> str:
        return signed({**claims, **changed}, kid=listed["kid"], private_key=private_key)

    tokens = {
        "alg none": f"{_part({**header, 'alg': 'none'})}.{claims_part}.",
        "alg HS256 with the public key": f"{_part({**header, 'alg': 'HS256'})}.{claims_part}.{_part(public.decode())}",
        "another key under the listed id": forged(claims),
        "an id that is not listed": forged(claims, kid="unknown"),
        "expired": by_the_issuer(iat=claims["iat"] - 400, exp=claims["exp"] - 400),
        "another audience": by_the_issuer(aud="policy-svc"),
        "another issuer": by_the_issuer(iss="https://evil.example.net"),
        "claims changed under the signature": f"{header_part}.{_part({**claims, 'sub': 'x'})}.{signature}",
        "no claims": signed({}, kid=listed["kid"], private_key=private_key),
        "huge": good + "A" * 8_000,
        "garbage": "x" * 86,
        "empty": "..",
        "not ASCII": "\xe9\xfc.\xe9.\xe9",
    }
    return tokens[attack]


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
