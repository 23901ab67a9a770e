"""Changes can be undone by who had the account before them, whatever a thief does in whichever order."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from accounts import (
    EMAIL,
    PHONE,
    THIEFS_EMAIL,
    THIEFS_PHONE,
    account,
    ask_for_phone,
    change_email,
    confirm_phone,
    device_with_session,
    identity,
    link_in,
    move_to_email,
    move_to_phone,
    passkey,
    stored,
    undo,
)
from auth_world import World, until_waiting_for_locks

from auth_svc.repository.accounts import locked
from auth_svc.repository.undo import is_reserved, keep
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion


async def test_a_changed_address_is_told_to_the_one_before_with_a_link_that_undoes_it(auth: World) -> None:
    account_id = await account(auth)

    told = await move_to_email(auth, account_id, THIEFS_EMAIL)

    assert told.email == EMAIL
    assert await stored(auth) == (THIEFS_EMAIL, PHONE)
    assert await undo(auth, told) == 200
    assert await stored(auth) == (EMAIL, PHONE)
    undone = await auth.only_told(Occasion.CHANGES_UNDONE)
    assert (undone.email, undone.mobile_phone) == (EMAIL, PHONE)
    assert auth.events[-1].what is SecurityEvent.CHANGES_UNDONE


async def test_there_and_back_again_leaves_the_thief_no_way_to_their_own_address(auth: World) -> None:
    account_id = await account(auth)

    first = await move_to_email(auth, account_id, THIEFS_EMAIL)
    second = await move_to_email(auth, account_id, EMAIL)
    third = await move_to_email(auth, account_id, THIEFS_EMAIL)

    assert [one.email for one in (first, second, third)] == [EMAIL] * 3
    assert link_in(first) == link_in(second) == link_in(third)
    assert await undo(auth, second) == 200
    assert await stored(auth) == (EMAIL, PHONE)


async def test_a_second_change_of_address_is_told_to_the_first_address_and_not_to_the_thiefs(auth: World) -> None:
    account_id = await account(auth)
    await move_to_email(auth, account_id, THIEFS_EMAIL)

    second = await move_to_email(auth, account_id, "dief2@example.net")

    assert second.email == EMAIL


async def test_phone_first_and_then_the_address_come_back_together(auth: World) -> None:
    account_id = await account(auth)

    told = dict(await move_to_phone(auth, account_id, THIEFS_PHONE))
    await move_to_email(auth, account_id, THIEFS_EMAIL)

    assert told[Occasion.MOBILE_PHONE_CHANGED].email == EMAIL
    assert told[Occasion.MOBILE_PHONE_LEFT].mobile_phone == PHONE
    assert await stored(auth) == (THIEFS_EMAIL, THIEFS_PHONE)
    assert await undo(auth, told[Occasion.MOBILE_PHONE_CHANGED]) == 200
    assert await stored(auth) == (EMAIL, PHONE)


async def test_two_changes_in_a_week_are_undone_until_a_week_after_the_second(auth: World) -> None:
    account_id = await account(auth)
    await move_to_phone(auth, account_id, THIEFS_PHONE)
    auth.clock.at += timedelta(days=5)
    await move_to_email(auth, account_id, THIEFS_EMAIL)
    auth.clock.at += timedelta(days=6)
    told = await move_to_email(auth, account_id, "dief2@example.net")
    auth.clock.at += timedelta(days=7, seconds=-1)

    assert await undo(auth, told) == 200
    assert await stored(auth) == (EMAIL, PHONE)


async def test_after_a_week_a_link_undoes_nothing_and_the_next_change_is_one_of_its_own(auth: World) -> None:
    account_id = await account(auth)
    old = await move_to_email(auth, account_id, "nieuw@example.org")
    auth.clock.at += timedelta(days=7)

    assert await undo(auth, old) == 410
    new = await move_to_email(auth, account_id, THIEFS_EMAIL)
    assert new.email == "nieuw@example.org"
    assert await undo(auth, old) == 410
    assert await undo(auth, new) == 200
    assert await stored(auth) == ("nieuw@example.org", PHONE)


async def test_what_was_added_since_goes_and_what_there_was_before_stays(auth: World) -> None:
    account_id = await account(auth)
    await passkey(auth, account_id)
    auth.clock.at += timedelta(days=1)
    told = await move_to_email(auth, account_id, THIEFS_EMAIL)
    await passkey(auth, account_id)  # at the very moment of the first change
    auth.clock.at += timedelta(days=1)
    await passkey(auth, account_id)
    await auth.rows("UPDATE account SET totp_secret = 'sealed', totp_added_at = $1", auth.clock.at)

    assert await undo(auth, told) == 200

    assert len(await auth.rows("SELECT FROM passkey")) == 1
    (row,) = await auth.rows("SELECT totp_secret, totp_added_at, password_hash FROM account")
    assert tuple(row) == (None, None, None)


async def test_an_authenticator_app_from_before_the_changes_stays(auth: World) -> None:
    account_id = await account(auth)
    await auth.rows("UPDATE account SET totp_secret = 'sealed', totp_added_at = $1", auth.clock.at)
    auth.clock.at += timedelta(seconds=1)

    assert await undo(auth, await move_to_email(auth, account_id, THIEFS_EMAIL)) == 200

    assert [row["totp_secret"] for row in await auth.rows("SELECT totp_secret FROM account")] == ["sealed"]


async def test_nobody_stays_in_and_no_change_under_way_goes_on(auth: World) -> None:
    account_id = await account(auth)
    told = await move_to_email(auth, account_id, THIEFS_EMAIL)
    await device_with_session(auth, account_id)
    assert (await change_email(auth, account_id, "dief2@example.net")).status_code == 202
    asked = await auth.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED)
    assert (await ask_for_phone(auth, account_id, THIEFS_PHONE)).status_code == 202
    code = (await auth.only_told(Occasion.PHONE_CODE_REQUESTED)).code
    unused = await identity(auth, account_id)

    assert await undo(auth, told) == 200

    for table in ("session", "device", "login", "confirmed_identity", "link", "phone_change", "undo"):
        assert await auth.rows(f"SELECT FROM {table}") == [], table
    assert (await confirm_phone(auth, code)).status_code == 409
    assert (await auth.client.post("/links/email", json={"link": link_in(asked)})).status_code == 410
    again = await auth.client.put(
        "/accounts/123456/email",
        json={"email": THIEFS_EMAIL, "confirmed_identity": unused},
        headers=auth.as_customer() | {"If-Match": "*"},
    )
    assert again.status_code == 403
    assert await stored(auth) == (EMAIL, PHONE)


async def test_a_link_undoes_once(auth: World) -> None:
    told = await move_to_email(auth, await account(auth), THIEFS_EMAIL)

    assert [await undo(auth, told), await undo(auth, told)] == [200, 410]


async def test_of_a_hundred_at_once_one_undoes(auth: World) -> None:
    told = await move_to_email(auth, await account(auth), THIEFS_EMAIL)
    link = {"link": link_in(told)}

    async def once() -> int:
        while (status := (await auth.client.post("/links/undo", json=link)).status_code) in {429, 503}:
            await asyncio.sleep(0.05)
        return status

    async with auth.running.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM account FOR UPDATE")
        following = asyncio.gather(*(once() for _ in range(100)))
        await until_waiting_for_locks(auth, 2)

    assert sorted(await following) == [200] + [410] * 99
    await auth.only_told(Occasion.CHANGES_UNDONE)


async def test_a_link_that_was_made_up_undoes_nothing(auth: World) -> None:
    told = link_in(await move_to_email(auth, await account(auth), THIEFS_EMAIL))
    undo_id, _, digest = told.partition(".")

    for made_up in (undo_id, f"{undo_id}.", f"{undo_id}.{digest[::-1]}", f"{'0' * 32}.{digest}", f".{digest}", "é.é"):
        assert (await auth.client.post("/links/undo", json={"link": made_up})).status_code == 410
    assert await stored(auth) == (THIEFS_EMAIL, PHONE)


async def test_nobody_else_takes_an_address_that_may_come_back(auth: World) -> None:
    told = await move_to_email(auth, await account(auth), "nieuw@example.org")
    other = await account(auth, relation_number="654321", email=THIEFS_EMAIL)
    asked = await auth.client.put(
        "/accounts/654321/email",
        json={"email": EMAIL, "confirmed_identity": await identity(auth, other)},
        headers=auth.as_customer("654321") | {"If-Match": "*"},
    )

    assert (asked.status_code, await auth.told()) == (202, [])
    async with auth.running.pool.acquire() as connection, connection.transaction():
        assert await is_reserved(connection, email=EMAIL, now=auth.clock.at)
        assert not await is_reserved(connection, email=EMAIL, now=auth.clock.at + timedelta(days=7))
    assert await undo(auth, told) == 200


async def test_who_takes_an_address_waits_for_who_reserves_it(auth: World) -> None:
    account_id = await account(auth)
    now, pool = auth.clock.at, auth.running.pool
    async with pool.acquire() as one, pool.acquire() as other:
        async with one.transaction():
            stored_now = await locked(one, account_id=account_id)
            assert stored_now is not None
            await keep(one, account=stored_now, undo_id=account_id, now=now, expires_at=now + timedelta(days=7))
            asking = asyncio.create_task(is_reserved(other, email=EMAIL, now=now))
            await asyncio.sleep(0.2)
            assert not asking.done()
        assert await asking


async def test_no_other_account_is_touched(auth: World) -> None:
    other = await account(auth, relation_number="654321", email="ander@example.org")
    await device_with_session(auth, other)
    await passkey(auth, other)

    assert await undo(auth, await move_to_email(auth, await account(auth), THIEFS_EMAIL)) == 200

    for table in ("session", "device", "passkey"):
        assert len(await auth.rows(f"SELECT FROM {table}")) == 1
    (row,) = await auth.rows("SELECT password_hash IS NULL AS is_lost FROM account WHERE account_id = $1", other)
    assert not row["is_lost"]
