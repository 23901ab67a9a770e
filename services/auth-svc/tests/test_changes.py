"""A customer changes password, address and number; whoever merely holds a session does not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from accounts import (
    ACCOUNT,
    EMAIL,
    PHONE,
    THIEFS_PHONE,
    account,
    ask_for_phone,
    change_email,
    confirm_phone,
    device_with_session,
    identity,
    link_in,
    move_to_phone,
    stored,
)
from auth_world import PASSWORD, World
from httpx import Response

from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

CHOSEN = "nog vier andere woorden"
NEW_EMAIL = "nieuw@example.org"


async def change_password(world: World, current: str, chosen: str = CHOSEN) -> Response:
    return await world.client.put(
        f"{ACCOUNT}/password", json={"current_password": current, "password": chosen}, headers=world.as_customer()
    )


async def sessions(world: World) -> int:
    return len(await world.rows("SELECT FROM session"))


async def test_who_knows_the_password_changes_it_and_all_sessions_are_over(auth: World) -> None:
    account_id = await account(auth)
    await device_with_session(auth, account_id)
    await identity(auth, account_id)

    assert (await change_password(auth, PASSWORD)).status_code == 204

    assert await sessions(auth) == 0
    assert await auth.rows("SELECT FROM confirmed_identity") == []
    assert len(await auth.rows("SELECT FROM device")) == 1
    assert (await auth.only_told(Occasion.PASSWORD_CHANGED)).email == EMAIL
    assert (await change_password(auth, PASSWORD)).status_code == 401
    assert (await change_password(auth, CHOSEN, PASSWORD)).status_code == 204


async def test_a_session_is_no_way_to_guess_the_password_on(auth: World) -> None:
    await device_with_session(auth, await account(auth))

    for _ in range(5):
        assert (await change_password(auth, "wrong")).status_code == 401
    assert (await change_password(auth, PASSWORD)).status_code == 401

    assert await sessions(auth) == 1
    await auth.only_told(Occasion.LOGIN_BLOCKED)
    auth.clock.at += timedelta(minutes=2)
    assert (await change_password(auth, PASSWORD)).status_code == 204


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        ("1234567", "password-length"),
        ("x" * 129, "password-length"),
        ("password123", "password-common"),
        ("j.voorbeeld-123456", "password-common"),
    ],
)
async def test_a_password_that_is_guessed_first_is_refused(auth: World, chosen: str, name: str) -> None:
    await account(auth)

    refused = await change_password(auth, PASSWORD, chosen)

    assert refused.status_code == 422
    assert refused.json()["type"].endswith(f"/{name}")


@pytest.mark.parametrize("what", ["email", "mobile-phone"])
async def test_a_session_alone_changes_neither_address_nor_number(auth: World, what: str) -> None:
    account_id = await account(auth)
    other = await account(auth, relation_number="654321", email="ander@example.org")
    used = await identity(auth, account_id)
    over = await identity(auth, account_id)
    bodies = iter(
        {"email": f"{n}{NEW_EMAIL}"} if what == "email" else {"mobile_phone": f"+3161111111{n}"} for n in range(4)
    )

    async def put(confirmed_identity: str) -> int:
        answer = await auth.client.put(
            f"{ACCOUNT}/{what}",
            json=next(bodies) | {"confirmed_identity": confirmed_identity},
            headers=auth.as_customer() | {"If-Match": "*"},
        )
        return answer.status_code

    assert await put(used) == 202
    await auth.told()
    assert await put(used) == 403
    assert await put(await identity(auth, other)) == 403
    auth.clock.at += timedelta(minutes=10)
    assert await put(over) == 403
    assert await auth.told() == []


async def test_who_has_not_seen_the_newest_version_changes_nothing_and_keeps_the_confirmed_identity(
    auth: World,
) -> None:
    body = {"email": NEW_EMAIL, "confirmed_identity": await identity(auth, await account(auth))}

    async def put(**headers: str) -> int:
        return (await auth.client.put(f"{ACCOUNT}/email", json=body, headers=auth.as_customer() | headers)).status_code

    assert await put() == 428
    assert await put(**{"If-Match": '"7"'}) == 412
    assert await put(**{"If-Match": '"1"'}) == 202


async def test_a_new_address_counts_when_its_link_was_followed(auth: World) -> None:
    account_id = await account(auth)
    assert (await change_email(auth, account_id, "Nieuw@Example.org")).status_code == 202
    first = await auth.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED)
    assert await stored(auth) == (EMAIL, PHONE)
    assert (await change_email(auth, account_id, NEW_EMAIL)).status_code == 202
    second = await auth.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED)

    async def follow(link: str) -> int:
        return (await auth.client.post("/links/email", json={"link": link})).status_code

    assert await follow(link_in(first)) == 410
    assert await follow(link_in(second)) == 204
    assert await follow(link_in(second)) == 410
    assert await stored(auth) == (NEW_EMAIL, PHONE)


async def test_a_link_to_a_new_address_is_over_after_a_day(auth: World) -> None:
    assert (await change_email(auth, await account(auth), NEW_EMAIL)).status_code == 202
    asked = await auth.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED)
    auth.clock.at += timedelta(days=1)

    assert (await auth.client.post("/links/email", json={"link": link_in(asked)})).status_code == 410


async def test_an_address_of_somebody_else_gets_the_same_answer_and_no_mail(auth: World) -> None:
    account_id = await account(auth)
    await account(auth, relation_number="654321", email="ander@example.org")

    free, taken = (
        await change_email(auth, account_id, NEW_EMAIL),
        await change_email(auth, account_id, "ander@example.org"),
    )

    assert (free.status_code, free.content) == (taken.status_code, taken.content)
    assert (await auth.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED)).email == NEW_EMAIL


async def test_an_address_that_was_taken_meanwhile_is_refused(auth: World) -> None:
    assert (await change_email(auth, await account(auth), NEW_EMAIL)).status_code == 202
    asked = await auth.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED)
    await account(auth, relation_number="654321", email=NEW_EMAIL)

    assert (await auth.client.post("/links/email", json={"link": link_in(asked)})).status_code == 409
    assert await stored(auth) == (EMAIL, PHONE)


async def test_a_new_number_counts_when_its_code_was_shown_and_the_old_phone_is_told(auth: World) -> None:
    account_id = await account(auth)

    told = dict(await move_to_phone(auth, account_id, THIEFS_PHONE))

    assert set(told) == {Occasion.MOBILE_PHONE_CHANGED, Occasion.MOBILE_PHONE_LEFT}
    assert (told[Occasion.MOBILE_PHONE_LEFT].mobile_phone, told[Occasion.MOBILE_PHONE_LEFT].code) == (PHONE, None)
    assert await stored(auth) == (EMAIL, THIEFS_PHONE)
    assert [row["mobile_phone"] for row in await auth.rows("SELECT * FROM account")] == [THIEFS_PHONE]


async def test_a_code_to_a_new_number_has_five_tries_and_five_minutes(auth: World) -> None:
    account_id = await account(auth)
    assert (await ask_for_phone(auth, account_id, THIEFS_PHONE)).status_code == 202
    code = (await auth.only_told(Occasion.PHONE_CODE_REQUESTED)).code
    assert code is not None
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    assert [(await confirm_phone(auth, wrong)).status_code for _ in range(5)] == [401] * 5
    assert (await confirm_phone(auth, code)).status_code == 409
    assert (await ask_for_phone(auth, account_id, THIEFS_PHONE)).status_code == 202
    code = (await auth.only_told(Occasion.PHONE_CODE_REQUESTED)).code
    auth.clock.at += timedelta(minutes=5)
    assert (await confirm_phone(auth, code)).status_code == 409
    assert await stored(auth) == (EMAIL, PHONE)


@pytest.mark.parametrize("written", ["020 123 45 67", "+88216000000", "nobody", "+1 202 555 0123"])
async def test_a_number_that_gets_no_text_messages_is_refused(auth: World, written: str) -> None:
    assert (await ask_for_phone(auth, await account(auth), written)).status_code == 422


async def test_codes_to_new_numbers_are_limited_whoever_has_a_session(auth: World) -> None:
    account_id = await account(auth)

    statuses = [(await ask_for_phone(auth, account_id, THIEFS_PHONE)).status_code for _ in range(4)]

    assert statuses == [202, 202, 202, 429]


async def test_a_login_that_waits_for_a_code_on_the_old_number_is_over(auth: World) -> None:
    account_id = await account(auth)
    await auth.rows(
        "INSERT INTO login (digest, login_id, account_id, purpose, expires_at) VALUES ('x', $1, $2, 'log_in', $3)",
        UUID(int=1),
        account_id,
        auth.clock.at + timedelta(minutes=15),
    )

    await move_to_phone(auth, account_id, THIEFS_PHONE)

    assert await auth.rows("SELECT FROM login") == []


async def test_every_change_is_on_record_without_address_or_number(auth: World) -> None:
    account_id = await account(auth)
    await move_to_phone(auth, account_id, THIEFS_PHONE)
    await change_email(auth, account_id, NEW_EMAIL)
    await change_password(auth, PASSWORD)

    trail = await auth.rows("SELECT what, audit_trail::text AS line FROM audit_trail ORDER BY event_id")

    assert [row["what"] for row in trail] == [
        SecurityEvent.CODE_SENT,
        SecurityEvent.MOBILE_PHONE_CHANGED,
        SecurityEvent.EMAIL_CHANGE_REQUESTED,
        SecurityEvent.PASSWORD_CHANGED,
    ]
    assert not any(THIEFS_PHONE[3:] in row["line"] or NEW_EMAIL in row["line"] for row in trail)
