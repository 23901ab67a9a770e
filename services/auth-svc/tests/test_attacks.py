"""What thieves and strangers have tried, each as they would: by HTTP, with what they have in hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from accounts import (
    ACCOUNT,
    EMAIL,
    THIEFS_EMAIL,
    THIEFS_PHONE,
    account,
    ask_for_phone,
    change_email,
    confirm_phone,
    device_with_session,
    identity,
    link_in,
    reinstate,
    stored,
    suspend,
)
from auth_world import CUSTOMER, PASSWORD, World, until_waiting_for_locks
from httpx import Response
from login_steps import begin
from test_pins import PIN, log_in
from test_pins import choose as choose_pin

from contracts.message_requests import Occasion

OWNERS_NEXT = "drie andere woorden samen"


async def change_password(world: World) -> None:
    """The owner has noticed something."""
    answer = await world.client.put(
        f"{ACCOUNT}/password",
        json={"current_password": PASSWORD, "password": OWNERS_NEXT},
        headers=world.as_customer(),
    )
    assert answer.status_code == 204, answer.text


async def suspend_for_a_while(world: World) -> None:
    """The owner has called, and an operator has let the account rest."""
    await suspend(world)
    answer = await reinstate(world)
    assert answer.status_code == 204, answer.text


Reaction = Callable[[World], Awaitable[None]]
reactions = pytest.mark.parametrize("react", [change_password, suspend_for_a_while])


@reactions
async def test_a_link_to_a_thiefs_address_is_over_once_the_owner_reacts(auth: World, react: Reaction) -> None:
    account_id = await account(auth)
    await change_email(auth, account_id, THIEFS_EMAIL)
    mailed = await auth.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED)

    await react(auth)

    assert (await auth.client.post("/links/email", json={"link": link_in(mailed)})).status_code == 410
    assert (await stored(auth))[0] == EMAIL


@reactions
async def test_no_link_is_mailed_to_a_thiefs_address_once_the_owner_has_reacted(auth: World, react: Reaction) -> None:
    await change_email(auth, await account(auth), THIEFS_EMAIL)

    await react(auth)

    assert Occasion.EMAIL_CONFIRMATION_REQUESTED not in dict(await auth.told())


@reactions
async def test_a_code_to_a_thiefs_phone_is_over_once_the_owner_reacts(auth: World, react: Reaction) -> None:
    account_id = await account(auth)
    await ask_for_phone(auth, account_id, THIEFS_PHONE)
    sent = await auth.only_told(Occasion.PHONE_CODE_REQUESTED)

    await react(auth)

    assert (await confirm_phone(auth, sent.code)).status_code == 409


@reactions
async def test_an_authenticator_that_a_thief_began_to_add_is_not_added_once_the_owner_reacts(
    auth: World, react: Reaction
) -> None:
    account_id = await account(auth)
    for path in ("totp", "passkeys/options"):
        body = {"confirmed_identity": await identity(auth, account_id)}
        assert (await auth.client.post(f"{ACCOUNT}/{path}", json=body, headers=auth.as_customer())).status_code == 200

    await react(auth)

    assert await auth.rows("SELECT FROM totp_enrolment") == []
    assert await auth.rows("SELECT FROM passkey_challenge") == []


@reactions
async def test_the_pin_of_a_thiefs_device_opens_nothing_once_the_owner_reacts(auth: World, react: Reaction) -> None:
    account_id = await account(auth)
    thiefs = await device_with_session(auth, account_id)
    assert (await choose_pin(auth, account_id, thiefs)).status_code == 204

    await react(auth)

    assert (await log_in(auth, thiefs, PIN)).status_code == 401


async def test_asking_for_mails_to_an_address_and_then_for_itself_tells_not_whether_it_has_an_account(
    auth: World,
) -> None:
    mine = await account(auth)
    await account(auth, relation_number="654321", email="buur@example.org")

    answers = []
    for email in ("buur@example.org", "niemand@example.org"):
        for _ in range(5):
            await auth.client.post("/password-resets", json={"email": email})
        await auth.told()
        answers.append((await change_email(auth, mine, email)).status_code)

    assert answers == [202, 202]


async def test_a_stranger_who_asks_for_a_reset_while_its_owner_follows_a_link_stops_nobody(auth: World) -> None:
    account_id = await account(auth)
    await auth.client.post("/password-resets", json={"email": EMAIL})
    await auth.told()
    await auth.client.post("/password-resets", json={"email": EMAIL})

    async with auth.running.pool.acquire() as owner, owner.transaction():  # as `choose_password` does
        await owner.execute("SELECT FROM account WHERE account_id = $1 FOR UPDATE", account_id)
        mailing = asyncio.create_task(auth.told())
        await until_waiting_for_locks(auth)
        assert await owner.fetchval("DELETE FROM link WHERE account_id = $1 RETURNING true", account_id)
    await mailing


async def test_who_activates_while_another_link_is_mailed_is_not_stopped(auth: World) -> None:
    await auth.know(CUSTOMER)
    await auth.client.post("/activations", json={"relation_number": "123456", "email": EMAIL})
    link = link_in(await auth.only_told(Occasion.ACTIVATION_REQUESTED))

    async with auth.running.pool.acquire() as mailing, mailing.transaction():  # as `mail_link` does
        await mailing.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"auth-svc {EMAIL}")
        activating = asyncio.create_task(
            auth.client.post("/activations/completion", json={"link": link, "password": PASSWORD})
        )
        await until_waiting_for_locks(auth)
        assert await mailing.fetchval("DELETE FROM link RETURNING true")
    assert (await activating).status_code == 410


async def test_a_device_is_forgotten_while_somebody_logs_in_on_it(auth: World) -> None:
    account_id = await account(auth)
    device_id = await device_with_session(auth, account_id)

    async with auth.running.pool.acquire() as login, login.transaction():  # as `finish_login` does
        await login.execute("SELECT FROM account WHERE account_id = $1 FOR UPDATE", account_id)
        await login.execute("UPDATE device SET last_used_at = now() WHERE device_id = $1", device_id)
        forgetting = asyncio.create_task(
            auth.client.delete(f"{ACCOUNT}/devices/{device_id}", headers=auth.as_customer())
        )
        await until_waiting_for_locks(auth)
        await login.execute("DELETE FROM session WHERE account_id = $1", account_id)
    assert (await forgetting).status_code == 204


async def test_who_was_kept_out_before_there_was_an_account_gets_in_once_there_is_one(auth: World) -> None:
    await auth.know(CUSTOMER)
    for _ in range(5):
        assert (await begin(auth, password="geraden woorden")).status_code == 401
    await auth.rows("UPDATE wrong_passwords SET in_a_row = 100")
    await auth.client.post("/activations", json={"relation_number": "123456", "email": EMAIL})
    link = link_in(await auth.only_told(Occasion.ACTIVATION_REQUESTED))

    await auth.client.post("/activations/completion", json={"link": link, "password": PASSWORD})

    assert (await begin(auth)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"email": EMAIL, "password": ["geheim123"]},
        {"email": EMAIL, "password": "geheim123", "extra": 1},
        {"email": "geheim123", "password": "geheim123"},
    ],
)
async def test_what_was_typed_is_not_repeated(auth: World, body: object, caplog: pytest.LogCaptureFixture) -> None:
    answer: Response = await auth.client.post("/logins", json=body)
    assert answer.status_code in {400, 422}
    assert "geheim123" not in answer.text + caplog.text
