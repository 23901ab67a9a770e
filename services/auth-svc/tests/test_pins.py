"""PINs: of one device, which is forgotten when somebody guesses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from accounts import ACCOUNT, EMAIL, account, device_with_session, identity
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from auth_world import World, cookie_in, until_waiting_for_locks, world
from httpx import Response, Timeout
from login_steps import from_address

from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion
from devstack.outside.issuer import Issuer

PIN, WRONG = "40718", "40719"


def on(device: UUID | None) -> dict[str, str]:
    """Return the header of a request from `device`."""
    return {} if device is None else {"Cookie": f"__Host-device={device}"}


async def choose(world: World, account_id: UUID, device: UUID | None, pin: str = PIN) -> Response:
    return await world.client.put(
        f"{ACCOUNT}/devices/current/pin",
        json={"pin": pin, "confirmed_identity": await identity(world, account_id)},
        headers=world.as_customer() | on(device),
    )


async def log_in(
    world: World, device: UUID | None, pin: str = PIN, headers: Mapping[str, str] | None = None
) -> Response:
    return await world.client.post("/pin-logins", json={"pin": pin}, headers={**on(device), **(headers or {})})


async def with_pin(world: World) -> tuple[UUID, UUID]:
    """Return an account and its device, which has the PIN."""
    account_id = await account(world)
    device = await device_with_session(world, account_id)
    assert (await choose(world, account_id, device)).status_code == 204
    return account_id, device


async def test_a_pin_logs_in_on_its_device(auth: World) -> None:
    account_id, device = await with_pin(auth)
    assert (await auth.only_told(Occasion.AUTHENTICATOR_ADDED)).email == EMAIL
    await auth.rows("DELETE FROM session")

    answer = await log_in(auth, device)

    assert answer.status_code == 200
    assert answer.json() == {"confirmed_identity": None}
    assert cookie_in(answer, "__Host-session")
    (session,) = await auth.rows("SELECT account_id, device_id, methods FROM session")
    assert (session["account_id"], session["device_id"], session["methods"]) == (account_id, device, ["pin"])


async def test_browser_and_service_remember_the_device_for_ninety_days_from_the_last_login(auth: World) -> None:
    _, device = await with_pin(auth)
    auth.clock.advance(timedelta(days=89))

    answer = await log_in(auth, device)

    (kept,) = (header for header in answer.headers.get_list("set-cookie") if header.startswith("__Host-device="))
    assert {f"__Host-device={device}", f"Max-Age={90 * 24 * 60 * 60}"} <= set(kept.split("; "))
    ((expires_at,),) = await auth.rows("SELECT expires_at FROM device")
    assert expires_at == auth.clock.at + timedelta(days=90)


async def test_a_pin_is_worth_nothing_on_another_device(auth: World) -> None:
    account_id, _ = await with_pin(auth)
    other = await device_with_session(auth, account_id)
    await auth.rows("UPDATE device SET pin_hash = NULL WHERE device_id = $1", other)
    for device in (None, other, account_id):
        assert (await log_in(auth, device)).status_code == 401


async def test_five_wrong_pins_in_a_row_and_the_device_is_forgotten(auth: World) -> None:
    _, device = await with_pin(auth)
    for _ in range(4):
        assert (await log_in(auth, device, WRONG)).status_code == 401
    assert (await log_in(auth, device)).status_code == 200  # counts anew from here
    for _ in range(5):
        assert (await log_in(auth, device, WRONG)).status_code == 401
    assert (await log_in(auth, device)).status_code == 401
    assert await auth.rows("SELECT FROM device") == []
    await auth.told()
    assert SecurityEvent.DEVICE_FORGOTTEN in {event.what for event in auth.events}


async def test_a_hundred_guesses_at_once_are_five_tries(database: str, issuer: Issuer) -> None:
    async with world(
        database,
        issuer,
        api_trusted_proxies="127.0.0.1",
        api_concurrency=200,
        api_request_seconds=60,
        password_hashes_at_once=8,
        password_hashes_waiting=100,
    ) as auth:
        auth.client.timeout = Timeout(60)
        _, device = await with_pin(auth)
        guesses = (log_in(auth, device, f"{guess:05}", from_address(f"203.0.{guess}.7")) for guess in range(100))
        async with auth.running.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT FROM account FOR UPDATE")
            guessing = asyncio.gather(*guesses)
            await until_waiting_for_locks(auth, 4)
        answers = await guessing
        assert {answer.status_code for answer in answers} == {401}
        tried = await auth.rows("SELECT FROM audit_trail WHERE what = 'login_failed' AND details->>'why' = 'pin'")
        assert len(tried) == 5
        assert await auth.rows("SELECT FROM device") == []


async def test_a_suspended_account_is_not_entered(auth: World) -> None:
    account_id, device = await with_pin(auth)
    await auth.rows("UPDATE account SET suspended_at = $2 WHERE account_id = $1", account_id, auth.clock.at)
    assert (await log_in(auth, device)).status_code == 401


@pytest.mark.parametrize("pin", ["00000", "12345", "98765", "56789012", "12121", "5554545"])
async def test_what_a_finder_would_try_first_is_no_pin(auth: World, pin: str) -> None:
    account_id = await account(auth)
    device = await device_with_session(auth, account_id)
    assert (await choose(auth, account_id, device, pin)).status_code == 422


@pytest.mark.parametrize("pin", ["4071", "407184071", "4071a", "٤٠٧١٨", "40718\n"])
async def test_a_pin_is_five_to_eight_digits(auth: World, pin: str) -> None:
    account_id = await account(auth)
    device = await device_with_session(auth, account_id)
    assert (await choose(auth, account_id, device, pin)).status_code == 422


async def test_a_device_that_is_unknown_or_of_somebody_else_gets_no_pin(auth: World) -> None:
    account_id = await account(auth)
    other = await account(auth, relation_number="654321", email="ander@example.org", mobile_phone="+31611111111")
    for device in (None, await device_with_session(auth, other)):
        assert (await choose(auth, account_id, device)).status_code == 409


async def test_nobody_chooses_or_removes_a_pin_without_having_shown_who_they_are(auth: World) -> None:
    _, device = await with_pin(auth)
    path, headers, body = (
        f"{ACCOUNT}/devices/current/pin",
        auth.as_customer() | on(device),
        {"confirmed_identity": "A" * 43},
    )
    assert (await auth.client.put(path, json=body | {"pin": "51829"}, headers=headers)).status_code == 403
    assert (await auth.client.post(f"{path}/removal", json=body, headers=headers)).status_code == 403
    assert (await log_in(auth, device)).status_code == 200


async def test_who_removes_the_pin_is_told_and_the_device_stays_known(auth: World) -> None:
    account_id, device = await with_pin(auth)
    await auth.told()

    async def remove() -> int:
        answer = await auth.client.post(
            f"{ACCOUNT}/devices/current/pin/removal",
            json={"confirmed_identity": await identity(auth, account_id)},
            headers=auth.as_customer() | on(device),
        )
        return answer.status_code

    assert await remove() == 204
    assert (await auth.only_told(Occasion.AUTHENTICATOR_REMOVED)).email == EMAIL
    assert await remove() == 404
    assert (await log_in(auth, device)).status_code == 401
    assert len(await auth.rows("SELECT FROM device")) == 1


async def test_a_pin_never_confirms_an_identity(auth: World) -> None:
    _, device = await with_pin(auth)
    answer = await auth.client.post("/pin-logins", json={"pin": PIN, "purpose": "confirm_identity"}, headers=on(device))
    assert answer.status_code == 422
    assert await auth.rows("SELECT FROM confirmed_identity") == []


async def test_another_site_cannot_log_its_visitor_in(auth: World) -> None:
    _, device = await with_pin(auth)
    answer = await auth.client.post(
        "/pin-logins", json={"pin": PIN}, headers=on(device) | {"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


async def test_the_database_alone_does_not_tell_a_pin(auth: World) -> None:
    _, device = await with_pin(auth)
    (row,) = await auth.rows("SELECT pin_hash FROM device WHERE device_id = $1", device)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(row["pin_hash"], PIN)
