"""Promise: tokens are given once, to whom they are meant for, as a client library that nobody here wrote expects."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from auth_world import World
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]  # has no types
from oauth_world import (
    CALLBACK,
    CHALLENGE,
    SESSIONS,
    VERIFIER,
    ask_for_tokens,
    at_once,
    authorize,
    bearer,
    code_of,
    command,
    issuing,
    log_in,
    recorded,
    redeem,
    refresh,
    sent_back_with,
    tokens_of,
)

_ITSELF = {"grant_type": "client_credentials"}


@pytest.fixture
async def own(database: str) -> AsyncIterator[World]:
    """auth-svc, which verifies its own tokens."""
    async with issuing(database) as running:
        yield running


async def test_a_client_library_gets_and_renews_tokens_that_open_a_guarded_route(own: World) -> None:
    somebody = await log_in(own)
    metadata = (await own.client.get("/.well-known/oauth-authorization-server")).json()
    async with AsyncOAuth2Client(
        client_id="portal",
        redirect_uri=CALLBACK,
        scope="account:read sessions:end",
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
    ) as library:
        address, state = library.create_authorization_url(metadata["authorization_endpoint"], code_verifier=VERIFIER)
        browser = await own.client.get(address, headers=somebody.cookie)
        token = await library.fetch_token(
            metadata["token_endpoint"],
            authorization_response=browser.headers["location"],
            code_verifier=VERIFIER,
            state=state,
        )
        renewed = await library.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
        await library.revoke_token(metadata["revocation_endpoint"], token=renewed["refresh_token"])

    assert sent_back_with(browser)["iss"] == metadata["issuer"]
    for access_token in token["access_token"], renewed["access_token"]:
        listed = (await own.client.get(SESSIONS, headers=bearer(access_token))).json()["sessions"]
        assert [session["session_id"] for session in listed] == [str(somebody.session_id)]
    assert (await refresh(own, renewed["refresh_token"])).json()["error"] == "invalid_grant"
    assert await recorded(own) == ["client_changed"] * 2 + ["tokens_granted"] * 2 + ["tokens_revoked"]


async def test_a_client_library_gets_a_token_for_the_client_itself(own: World) -> None:
    client_id, secret = await _machine(own)
    async with AsyncOAuth2Client(client_id=client_id, client_secret=secret) as library:
        token = await library.fetch_token(f"{own.client.base_url}/oauth/token", grant_type="client_credentials")

    assert "refresh_token" not in token
    claims = _claims(token["access_token"])
    (client,) = await own.rows("SELECT subject_id FROM client WHERE client_id = $1", client_id)
    assert claims["sub"] == str(client["subject_id"])
    assert claims["role"] == "operator"
    assert (await own.client.get("/accounts/1/sessions", headers=bearer(token["access_token"]))).status_code == 404


async def _machine(own: World) -> tuple[str, str]:
    """Add a client that acts for itself. Nothing is granted to partners and services yet: this one is an operator."""
    await own.running.pool.execute(
        """
        INSERT INTO client (client_id, subject_id, name, secret_digest, role, scopes, redirect_uris)
        VALUES ('robot', gen_random_uuid(), 'R', sha256('a secret'), 'operator', '{account:read}', '{}')
        """
    )
    return "robot", "a secret"


async def test_a_token_says_whose_it_is_for_which_services_and_no_more_than_the_role_has(own: World) -> None:
    somebody = await log_in(own)
    code = await code_of(own, somebody, scope=None)
    token = (await redeem(own, code)).json()

    claims = _claims(token["access_token"])
    assert claims["sub"] == str(somebody.account_id)
    assert claims["relation_number"] == "123456"
    assert claims["aud"] == ["auth-svc"]
    assert claims["scope"] == token["scope"] == "account:read sessions:end"
    assert claims["exp"] - claims["iat"] == token["expires_in"] == 300
    assert "relation_number" not in _claims((await tokens_of(own, await log_in(own, role="operator")))["access_token"])


async def test_the_token_of_a_member_of_staff_names_their_team(own: World) -> None:
    handler = await log_in(own, role="operator")
    assert "team" not in _claims((await tokens_of(own, handler))["access_token"])

    assert await command(own, "staff", "team", "--email", "operator@example.org", "--team", "storm-north") == 0
    assert _claims((await tokens_of(own, handler))["access_token"])["team"] == "storm-north"

    assert await command(own, "staff", "team", "--email", "operator@example.org", "--none") == 0
    assert "team" not in _claims((await tokens_of(own, handler))["access_token"])


@pytest.mark.parametrize("name", ["Storm North", "", "1st", "a" * 41])
async def test_a_team_has_a_name_that_fits_a_token(own: World, name: str) -> None:
    with pytest.raises(SystemExit):
        await command(own, "staff", "team", "--email", "operator@example.org", "--team", name)


async def test_a_customer_works_in_no_team(own: World) -> None:
    await log_in(own)
    assert await command(own, "staff", "team", "--email", "123456@example.org", "--team", "storm-north") == 1


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": CALLBACK + "x"},
        {"redirect_uri": CALLBACK.replace("https", "http")},
        {"redirect_uri": CALLBACK.partition("?")[0]},
        {"redirect_uri": CALLBACK.replace("mijn", "MIJN")},
        {"redirect_uri": "https://evil.example.org/"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_the_client_has_not_registered(
    own: World, changes: dict[str, str | None]
) -> None:
    answer = await authorize(own, await log_in(own), **changes)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


async def test_a_parameter_that_comes_twice_sends_nobody_anywhere(own: World) -> None:
    somebody = await log_in(own)
    twice = {"client_id": "portal", "redirect_uri": [CALLBACK, CALLBACK], "response_type": "code"}

    answer = await own.client.get("/oauth/authorize", params=twice, headers=somebody.cookie)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "A"}, "invalid_request"),
        ({"scope": "account:read accounts:suspend"}, "invalid_scope"),
        ({"scope": "audit:read"}, "invalid_scope"),
    ],
)
async def test_what_a_registered_client_asks_wrongly_it_is_told(
    own: World, changes: dict[str, str | None], error: str
) -> None:
    told = sent_back_with(await authorize(own, await log_in(own), **changes))

    assert told["error"] == error
    assert told["state"] == "s1"
    assert "code" not in told


async def test_who_is_not_logged_in_goes_to_the_portal_and_from_there_back(own: World) -> None:
    answer = await authorize(own, None)

    assert answer.headers["location"].startswith(
        "https://mijn.example.org/login?return=%2Foauth%2Fauthorize%3Fclient_id%3Dportal"
    )


@pytest.mark.parametrize(("header", "value"), [("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "iframe")])
async def test_scripts_and_frames_get_no_code(own: World, header: str, value: str) -> None:
    somebody = await log_in(own)

    answer = await own.client.get("/oauth/authorize", headers={**somebody.cookie, header: value})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "app"},
        {"redirect_uri": "https://mijn.example.org/callback"},
        {"redirect_uri": None},
        {"code_verifier": None},
        {"code_verifier": CHALLENGE},
        {"code_verifier": VERIFIER + "x"},
    ],
)
async def test_a_code_is_for_who_asked_for_it(own: World, changes: dict[str, str | None]) -> None:
    code = await code_of(own, await log_in(own))

    refused = await redeem(own, code, **changes)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await redeem(own, code)).status_code == 200
    assert (await redeem(own, "never issued")).json()["error"] == "invalid_grant"


async def test_a_code_is_over_after_a_minute(own: World) -> None:
    code = await code_of(own, await log_in(own))
    own.clock.advance(timedelta(seconds=60))

    assert (await redeem(own, code)).json()["error"] == "invalid_grant"


async def test_of_a_hundred_uses_of_a_code_one_succeeds_and_the_session_ends(own: World) -> None:
    somebody = await log_in(own)
    code = await code_of(own, somebody)

    answers = await at_once(times=100, ask=partial(redeem, own, code))

    (success,) = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} == {200, 400}
    assert (await refresh(own, success.json()["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await recorded(own)).count("token_reused") == 1
    assert await own.rows("SELECT 1 FROM session") == []


async def test_of_a_hundred_uses_of_a_refresh_token_one_succeeds_and_its_family_is_gone(own: World) -> None:
    somebody = await log_in(own)
    token = (await tokens_of(own, somebody))["refresh_token"]

    answers = await at_once(times=100, ask=partial(refresh, own, token))

    (success,) = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} == {200, 400}
    assert (await refresh(own, success.json()["refresh_token"])).json()["error"] == "invalid_grant"
    assert await own.rows("SELECT 1 FROM session") == []
    assert "login?return" in (await authorize(own, somebody)).headers["location"]


async def test_a_refresh_token_is_bound_to_its_client_and_may_ask_for_less(own: World) -> None:
    token = (await tokens_of(own, await log_in(own)))["refresh_token"]

    assert (await refresh(own, token, client_id="app")).json()["error"] == "invalid_grant"
    assert (await refresh(own, token, scope="audit:read")).json()["error"] == "invalid_scope"
    less = (await refresh(own, token, scope="account:read")).json()
    assert less["scope"] == "account:read"
    assert (await refresh(own, less["refresh_token"])).json()["scope"] == "account:read sessions:end"


async def test_an_idle_session_renews_nothing_and_a_used_one_does_until_its_day_is_over(own: World) -> None:
    token = (await tokens_of(own, await log_in(own)))["refresh_token"]
    for _ in range(28):
        own.clock.advance(timedelta(minutes=50))
        token = (await refresh(own, token)).json()["refresh_token"]
    own.clock.advance(timedelta(minutes=40))
    assert (await refresh(own, token)).json()["error"] == "invalid_grant"

    idle = (await tokens_of(own, await log_in(own)))["refresh_token"]
    own.clock.advance(timedelta(hours=1))
    assert (await refresh(own, idle)).json()["error"] == "invalid_grant"


async def test_a_suspended_account_renews_nothing(own: World) -> None:
    token = (await tokens_of(own, await log_in(own)))["refresh_token"]
    await own.running.pool.execute("UPDATE account SET suspended_at = now()")

    assert (await refresh(own, token)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("auth", "form"),
    [
        (("robot", "wrong"), {}),
        (("robot", ""), {}),
        (("nobody", "a secret"), {}),
        (("robot", "a secret"), {"client_id": "portal"}),
        (("robot", "a secret"), {"client_secret": "a secret"}),
        (None, {"client_id": "robot", "client_secret": "a secret"}),
        (None, {"client_id": "robot"}),
        (None, {}),
        (("portal", ""), {}),
    ],
)
async def test_who_does_not_prove_to_be_a_client_gets_nothing(
    own: World, auth: tuple[str, str] | None, form: dict[str, str]
) -> None:
    await _machine(own)

    answer = await ask_for_tokens(own, {"grant_type": "client_credentials", **form}, auth=auth)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"] == 'Basic realm="auth-svc"'
    assert (await recorded(own))[-1] == "login_failed"


async def test_wrong_secrets_from_one_address_are_limited_and_the_right_one_is_not(own: World) -> None:
    robot = await _machine(own)
    answers = [await ask_for_tokens(own, _ITSELF, auth=("robot", "wrong")) for _ in range(61)]

    assert [answer.status_code for answer in answers] == [401] * 60 + [429]
    assert (await ask_for_tokens(own, _ITSELF, auth=robot)).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
    ],
)
async def test_what_cannot_be_answered_is_told_in_the_words_of_the_standard(
    own: World, form: dict[str, str], error: str
) -> None:
    answer = await ask_for_tokens(own, {"client_id": "portal", **form})

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_disabled_client_gets_nothing_more(own: World) -> None:
    somebody = await log_in(own)
    token = (await tokens_of(own, somebody))["refresh_token"]
    assert await command(own, "clients", "disable", "portal") == 0

    assert (await refresh(own, token)).status_code == 401
    assert (await authorize(own, somebody)).status_code == 400


async def test_a_client_cannot_take_back_what_another_one_has(own: World) -> None:
    token = (await tokens_of(own, await log_in(own)))["refresh_token"]

    refused = await own.client.post("/oauth/revoke", data={"client_id": "app", "token": token})
    unknown = await own.client.post("/oauth/revoke", data={"client_id": "app", "token": "never issued"})

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert unknown.status_code == 200
    assert (await refresh(own, token)).status_code == 200


async def test_taking_back_is_on_record_once_however_often_it_is_asked(own: World) -> None:
    somebody = await log_in(own)
    token = (await tokens_of(own, somebody))["refresh_token"]
    form = {"client_id": "portal", "token": token}

    answers = await at_once(times=20, ask=lambda: own.client.post("/oauth/revoke", data=form))

    assert {answer.status_code for answer in answers} == {200}
    (entry,) = await own.rows("SELECT account_id, client_id FROM audit_trail WHERE what = 'tokens_revoked'")
    assert (entry["account_id"], entry["client_id"]) == (somebody.account_id, "portal")
