"""Passkeys, made and used by python-fido2's client with a phone that speaks CTAP 2."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from accounts import ACCOUNT, EMAIL, account, identity, undo
from auth_world import World, cookie_in
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from passkey_device import Phone, make_passkey, use_passkey

from auth_svc.flows.passkey_ceremonies import (
    RelyingParty,
    challenge_in,
    credential_id_in,
    verified_addition,
    verified_login,
)
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion


async def options_to_add(world: World, account_id: UUID) -> dict[str, Any]:
    begun = await world.client.post(
        f"{ACCOUNT}/passkeys/options",
        json={"confirmed_identity": await identity(world, account_id)},
        headers=world.as_customer(),
    )
    assert begun.status_code == 200, begun.text
    options: dict[str, Any] = begun.json()["public_key"]
    return options


async def send_new(world: World, credential: dict[str, Any]) -> Response:
    return await world.client.post(
        f"{ACCOUNT}/passkeys", json={"credential": credential, "name": "Telefoon"}, headers=world.as_customer()
    )


async def add(world: World, account_id: UUID, phone: Phone) -> str:
    added = await send_new(world, make_passkey(phone, await options_to_add(world, account_id)))
    assert added.status_code == 201, added.text
    return str(added.json()["passkey_id"])


async def options_to_log_in(world: World, purpose: str = "log_in") -> dict[str, Any]:
    begun = await world.client.post("/passkey-logins", json={"purpose": purpose})
    assert begun.status_code == 200, begun.text
    options: dict[str, Any] = begun.json()["public_key"]
    return options


async def complete(world: World, credential: dict[str, Any]) -> Response:
    return await world.client.post("/passkey-logins/completion", json={"credential": credential})


async def log_in(world: World, phone: Phone, purpose: str = "log_in") -> Response:
    return await complete(world, use_passkey(phone, await options_to_log_in(world, purpose)))


async def failures(world: World) -> list[str]:
    rows = await world.rows("SELECT details->>'why' AS why FROM audit_trail WHERE what = 'login_failed'")
    return [row["why"] for row in rows]


async def test_a_passkey_is_added_and_logs_in_by_itself(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    await add(auth, account_id, phone)

    answer = await log_in(auth, phone)

    assert answer.status_code == 200
    assert answer.json() == {"confirmed_identity": None}
    assert cookie_in(answer, "__Host-session")
    assert cookie_in(answer, "__Host-device")
    (session,) = await auth.rows("SELECT account_id, methods FROM session")
    assert (session["account_id"], session["methods"]) == (account_id, ["passkey"])


async def test_what_is_added_is_told_with_a_link_that_removes_it(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    await add(auth, account_id, phone)
    told = await auth.only_told(Occasion.AUTHENTICATOR_ADDED)
    assert told.email == EMAIL
    assert [event.what for event in auth.events] == [SecurityEvent.AUTHENTICATOR_ADDED]

    assert await undo(auth, told) == 200

    assert (await log_in(auth, phone)).status_code == 401


async def test_cookies_are_for_this_host_only_and_for_no_script(auth: World) -> None:
    phone = Phone()
    await add(auth, await account(auth), phone)
    for cookie in (await log_in(auth, phone)).headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


async def test_an_identity_that_a_passkey_confirms_serves_one_change(auth: World) -> None:
    phone = Phone()
    passkey_id = await add(auth, await account(auth), phone)
    answer = await log_in(auth, phone, "confirm_identity")
    assert "set-cookie" not in answer.headers
    body, path = {"confirmed_identity": answer.json()["confirmed_identity"]}, f"{ACCOUNT}/passkeys/{passkey_id}/removal"

    assert (await auth.client.post(path, json=body, headers=auth.as_customer())).status_code == 204
    assert (await auth.client.post(path, json=body, headers=auth.as_customer())).status_code == 403


async def test_what_a_login_is_for_is_said_at_its_beginning_and_stays_so(auth: World) -> None:
    phone = Phone()
    await add(auth, await account(auth), phone)
    signed = use_passkey(phone, await options_to_log_in(auth, "log_in"))
    answer = await auth.client.post(
        "/passkey-logins/completion", json={"credential": signed, "purpose": "confirm_identity"}
    )
    assert answer.status_code == 422
    assert (await complete(auth, signed)).json() == {"confirmed_identity": None}


async def test_nobody_adds_a_passkey_without_having_shown_who_they_are(auth: World) -> None:
    account_id = await account(auth)
    secret = await identity(auth, account_id)
    for confirmed, status in ((secret[::-1], 403), (secret, 200), (secret, 403)):
        answer = await auth.client.post(
            f"{ACCOUNT}/passkeys/options", json={"confirmed_identity": confirmed}, headers=auth.as_customer()
        )
        assert answer.status_code == status


async def test_the_challenge_of_one_account_adds_nothing_to_another(auth: World) -> None:
    await account(auth)
    other = await account(auth, relation_number="654321", email="ander@example.org", mobile_phone="+31611111111")
    begun = await auth.client.post(
        "/accounts/654321/passkeys/options",
        json={"confirmed_identity": await identity(auth, other)},
        headers=auth.as_customer("654321"),
    )
    made = make_passkey(Phone(), begun.json()["public_key"])
    assert (await send_new(auth, made)).status_code == 401
    answer = await auth.client.post(
        "/accounts/654321/passkeys", json={"credential": made, "name": "x"}, headers=auth.as_customer("654321")
    )
    assert answer.status_code == 201


async def test_the_challenge_of_a_login_adds_nothing_and_the_other_way_round(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    await add(auth, account_id, phone)
    to_add, to_log_in = await options_to_add(auth, account_id), await options_to_log_in(auth)
    assert (
        await send_new(auth, make_passkey(Phone(), to_add | {"challenge": to_log_in["challenge"]}))
    ).status_code == 401
    swapped = use_passkey(phone, to_log_in | {"challenge": to_add["challenge"]})
    assert (await complete(auth, swapped)).status_code == 401


async def test_a_challenge_is_used_up_by_the_first_signature(auth: World) -> None:
    phone = Phone()
    await add(auth, await account(auth), phone)
    options = await options_to_log_in(auth)
    assert (await complete(auth, use_passkey(phone, options))).status_code == 200
    assert (await complete(auth, use_passkey(phone, options))).status_code == 401


async def test_of_many_logins_with_one_signature_at_once_one_succeeds(auth: World) -> None:
    phone = Phone()
    await add(auth, await account(auth), phone)
    signed = use_passkey(phone, await options_to_log_in(auth))
    answers = await asyncio.gather(*(complete(auth, signed) for _ in range(100)))
    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert len(await auth.rows("SELECT FROM session")) == 1


async def test_a_challenge_is_over_after_five_minutes(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    await add(auth, account_id, phone)
    signed, made = use_passkey(phone, await options_to_log_in(auth)), await options_to_add(auth, account_id)
    auth.clock.advance(timedelta(minutes=5))
    assert (await complete(auth, signed)).status_code == 401
    assert (await send_new(auth, make_passkey(Phone(), made))).status_code == 401


async def test_a_passkey_that_counts_backwards_is_a_copy_and_is_refused(auth: World) -> None:
    phone = Phone()
    await add(auth, await account(auth), phone)
    for _ in range(2):
        assert (await log_in(auth, phone)).status_code == 200
    phone.keys["mijn.example.org"].signatures = 1  # the copy's next signature is its second, too
    assert (await log_in(auth, phone)).status_code == 401
    assert await failures(auth) == ["sign_count"]
    assert (await log_in(auth, phone)).status_code == 200  # the one that is ahead


async def test_a_passkey_that_does_not_count_logs_in_again_and_again(auth: World) -> None:
    phone = Phone(counts=False)
    await add(auth, await account(auth), phone)
    for _ in range(2):
        assert (await log_in(auth, phone)).status_code == 200


async def test_a_phone_that_does_not_know_its_user_is_one_factor_and_not_enough(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    await add(auth, account_id, phone)
    phone.verifies_user = False
    assert (await log_in(auth, phone)).status_code == 401
    assert await failures(auth) == ["signature"]
    assert (await send_new(auth, make_passkey(phone, await options_to_add(auth, account_id)))).status_code == 401


async def test_a_signature_from_a_page_beside_the_portal_is_worth_nothing(auth: World) -> None:
    phone = Phone()
    await add(auth, await account(auth), phone)
    options = await options_to_log_in(auth)
    signed = use_passkey(phone, options, page="https://blog.mijn.example.org")
    assert (await complete(auth, signed)).status_code == 401


async def test_a_passkey_of_nobody_is_refused(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    make_passkey(phone, await options_to_add(auth, account_id))  # never sent
    assert (await log_in(auth, phone)).status_code == 401
    assert await failures(auth) == ["passkey"]


async def test_a_passkey_says_whose_it_is_and_another_account_is_not_entered_with_it(auth: World) -> None:
    phone = Phone()
    await add(auth, await account(auth), phone)
    signed = use_passkey(phone, await options_to_log_in(auth))
    signed = signed | {
        "response": {**signed["response"], "userHandle": urlsafe_b64encode(bytes(16)).decode().rstrip("=")}
    }
    assert (await complete(auth, signed)).status_code == 401


async def test_a_suspended_account_is_not_entered(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    await add(auth, account_id, phone)
    await auth.rows("UPDATE account SET suspended_at = $2 WHERE account_id = $1", account_id, auth.clock.at)
    assert (await log_in(auth, phone)).status_code == 401
    assert await failures(auth) == ["suspended"]


async def test_one_passkey_cannot_be_of_two_accounts(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    await add(auth, account_id, phone)
    again = Phone()
    made = make_passkey(again, await options_to_add(auth, account_id))
    await auth.rows("UPDATE passkey SET credential_id = $1", again.keys["mijn.example.org"].credential_id)
    assert (await send_new(auth, made)).status_code == 401
    assert len(await auth.rows("SELECT FROM passkey")) == 1


async def test_who_removes_a_passkey_is_told_and_cannot_log_in_with_it(auth: World) -> None:
    phone, account_id = Phone(), await account(auth)
    passkey_id = await add(auth, account_id, phone)
    await auth.told()

    async def remove(which: str) -> int:
        body = {"confirmed_identity": await identity(auth, account_id)}
        path = f"{ACCOUNT}/passkeys/{which}/removal"
        return (await auth.client.post(path, json=body, headers=auth.as_customer())).status_code

    assert await remove("0198c5f5-7d1a-7c43-9a51-6f2f3b1c7d11") == 404
    assert await remove(passkey_id) == 204
    assert (await auth.only_told(Occasion.AUTHENTICATOR_REMOVED)).email == EMAIL
    assert (await log_in(auth, phone)).status_code == 401


async def test_logins_by_passkey_are_limited_by_address(auth: World) -> None:
    statuses = [(await auth.client.post("/passkey-logins", json={"purpose": "log_in"})).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


async def test_another_site_cannot_log_its_visitor_in(auth: World) -> None:
    phone = Phone()
    await add(auth, await account(auth), phone)
    signed = use_passkey(phone, await options_to_log_in(auth))
    answer = await auth.client.post(
        "/passkey-logins/completion", json={"credential": signed}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("credential", [{}, {"response": {}}, {"rawId": 1}, {"response": {"clientDataJSON": "W10"}}])
async def test_what_is_no_credential_is_refused(auth: World, credential: dict[str, Any]) -> None:
    await account(auth)
    assert (await complete(auth, credential)).status_code == 401
    assert (await send_new(auth, credential)).status_code == 401


PORTAL = RelyingParty("mijn.example.org", "https://mijn.example.org")
CHALLENGE = bytes(range(32))
_PHONE = Phone()
_MADE = make_passkey(
    _PHONE,
    {
        "rp": {"id": PORTAL.host, "name": "x"},
        "user": {"id": "AQ", "name": "x", "displayName": "x"},
        "challenge": urlsafe_b64encode(CHALLENGE).decode().rstrip("="),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
    },
)
_SIGNED = use_passkey(
    _PHONE,
    {
        "rpId": PORTAL.host,
        "challenge": urlsafe_b64encode(CHALLENGE).decode().rstrip("="),
        "userVerification": "required",
    },
)


@given(
    field=st.sampled_from(["clientDataJSON", "attestationObject"]), at=st.integers(0, 400), value=st.binary(max_size=4)
)
def test_a_mutilated_new_passkey_is_refused_and_breaks_nothing(field: str, at: int, value: bytes) -> None:
    mutilated = _mutilated(_MADE, field, at, value)
    if mutilated != _MADE:
        assert verified_addition(PORTAL, mutilated, challenge=CHALLENGE) is None
    challenge_in(mutilated)


@given(
    field=st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]),
    at=st.integers(0, 200),
    value=st.binary(max_size=4),
)
def test_a_mutilated_signature_is_refused_and_breaks_nothing(field: str, at: int, value: bytes) -> None:
    made = verified_addition(PORTAL, _MADE, challenge=CHALLENGE)
    assert made is not None
    mutilated = _mutilated(_SIGNED, field, at, value)
    verified = verified_login(PORTAL, mutilated, challenge=CHALLENGE, public_key=made.credential_public_key)
    assert (verified is None) == (mutilated != _SIGNED)
    challenge_in(mutilated)
    credential_id_in(mutilated)


def _mutilated(credential: dict[str, Any], field: str, at: int, value: bytes) -> dict[str, Any]:
    """Return it with `value` in the place of so many bytes of `field`."""
    text = credential["response"][field]
    sound = urlsafe_b64decode(text + "==")
    at %= len(sound)
    changed = urlsafe_b64encode(sound[:at] + value + sound[at + len(value) :]).decode().rstrip("=")
    return {**credential, "response": {**credential["response"], field: changed}}
