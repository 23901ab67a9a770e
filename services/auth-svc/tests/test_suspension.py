"""An operator suspends an account, and reinstates it as its owner, who has called, says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from accounts import (
    ACCOUNT,
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
    reinstate,
    stored,
    suspend,
    undo,
)
from auth_world import CUSTOMER, PASSWORD, World
from httpx import Response
from login_steps import begin, begun, complete
from oauth_world import authorize, issuing
from oauth_world import log_in as session_of
from passkey_device import Phone
from test_passkeys import add as add_passkey
from test_passkeys import log_in as log_in_by_passkey
from test_pins import choose as choose_pin
from test_pins import log_in as log_in_by_pin
from test_totp import added as add_app

from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

NEW_PHONE = "+31611112222"
NEXT_PASSWORD = "nog vier andere woorden"


async def account_etag(auth: World) -> str:
    """Return the version that an operator reads."""
    etag: str = (await auth.client.get(ACCOUNT, headers=auth.as_operator())).headers["etag"]
    return etag


async def test_a_suspended_account_is_used_by_nobody_until_it_is_reinstated(auth: World) -> None:
    account_id = await account(auth)
    await device_with_session(auth, account_id)
    confirmed = await identity(auth, account_id)

    for _ in range(2):
        await suspend(auth)

    assert (await auth.client.get(ACCOUNT, headers=auth.as_operator())).json()["suspended"]
    assert await auth.rows("SELECT FROM session") == []
    assert await auth.rows("SELECT FROM confirmed_identity") == []
    body = {"current_password": PASSWORD, "password": NEXT_PASSWORD}
    assert (await auth.client.put(f"{ACCOUNT}/password", json=body, headers=auth.as_customer())).status_code == 401
    changed = await auth.client.put(
        f"{ACCOUNT}/email",
        json={"email": "nieuw@example.org", "confirmed_identity": confirmed},
        headers=auth.as_customer() | {"If-Match": "*"},
    )
    assert changed.status_code == 403

    assert [(await reinstate(auth)).status_code for _ in range(2)] == [204, 409]

    told = await auth.only_told(Occasion.ACCOUNT_REINSTATED)
    assert (told.email, told.link) == (EMAIL, None)
    assert (await auth.client.put(f"{ACCOUNT}/password", json=body, headers=auth.as_customer())).status_code == 204
    trail = await auth.rows("SELECT what, actor FROM audit_trail WHERE actor IS NOT NULL ORDER BY event_id")
    assert [(row["what"], row["actor"]) for row in trail] == [
        ("account_suspended", "somebody"),
        ("account_reinstated", "somebody"),
    ]


async def test_no_way_leads_into_a_suspended_account(auth: World) -> None:
    await auth.know(CUSTOMER)
    account_id, phone = await account(auth), Phone()
    await add_passkey(auth, account_id, phone)
    device = await device_with_session(auth, account_id)
    assert (await choose_pin(auth, account_id, device)).status_code == 204
    await auth.told()
    login, code = await begun(auth)
    assert (await change_email(auth, account_id, "nieuw@example.org")).status_code == 202
    email_link = link_in(await auth.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED))
    assert (await ask_for_phone(auth, account_id, NEW_PHONE)).status_code == 202
    phone_code = (await auth.only_told(Occasion.PHONE_CODE_REQUESTED)).code
    await auth.client.post("/password-resets", json={"email": EMAIL})
    reset_link = link_in(await auth.only_told(Occasion.PASSWORD_RESET_REQUESTED))
    unused = await identity(auth, account_id)
    # Nothing but this: what was begun before is all there, and each way must ask.
    await auth.rows("UPDATE account SET suspended_at = $1", auth.clock.at)

    async def post(path: str, **body: object) -> int:
        return (await auth.client.post(path, json=body, headers=auth.as_customer())).status_code

    assert (await begin(auth)).status_code == 401
    assert (await complete(auth, login, code.code)).status_code == 410
    assert (await log_in_by_passkey(auth, phone)).status_code == 401
    assert (await log_in_by_passkey(auth, phone, "confirm_identity")).status_code == 401
    assert (await log_in_by_pin(auth, device)).status_code == 401
    assert await post("/password-resets/completion", link=reset_link, password=NEXT_PASSWORD) == 410
    assert await post("/links/email", link=email_link) == 410
    assert (await confirm_phone(auth, phone_code)).status_code == 409
    assert await post(f"{ACCOUNT}/passkeys/options", confirmed_identity=unused) == 403
    assert await post(f"{ACCOUNT}/totp", confirmed_identity=unused) == 403
    assert await post("/password-resets", email=EMAIL) == 202
    assert await post("/activations", relation_number="123456", email=EMAIL) == 202
    assert await auth.told() == []
    assert await stored(auth) == (EMAIL, PHONE)


async def test_a_session_of_a_suspended_account_gives_no_client_anything(database: str) -> None:
    async with issuing(database) as own:
        somebody = await session_of(own)
        assert "code=" in (await authorize(own, somebody)).headers["location"]

        await own.rows("UPDATE account SET suspended_at = $1", own.clock.at)

        assert (await authorize(own, somebody)).headers["location"].startswith("https://mijn.example.org/login?")


async def test_a_link_still_undoes_changes_of_a_suspended_account_and_it_stays_suspended(auth: World) -> None:
    account_id = await account(auth)
    mailed = await move_to_email(auth, account_id, THIEFS_EMAIL)
    await suspend(auth)

    answer = await auth.client.post("/links/undo", json={"link": link_in(mailed)})

    assert answer.json()["suspended"]
    assert (await auth.only_told(Occasion.CHANGES_UNDONE_AND_SUSPENDED)).email == EMAIL
    assert await stored(auth) == (EMAIL, PHONE)
    assert (await auth.client.get(ACCOUNT, headers=auth.as_operator())).json()["suspended"]


async def test_a_caller_gives_another_number_and_the_old_one_and_the_mailbox_are_told(auth: World) -> None:
    await account(auth)
    await suspend(auth)

    assert (await reinstate(auth, mobile_phone="06-11 11 22 22")).status_code == 204

    told = dict(await auth.told())
    assert set(told) == {Occasion.MOBILE_PHONE_LEFT, Occasion.ACCOUNT_REINSTATED}
    assert told[Occasion.MOBILE_PHONE_LEFT].mobile_phone == PHONE
    assert told[Occasion.ACCOUNT_REINSTATED].email == EMAIL
    assert await stored(auth) == (EMAIL, NEW_PHONE)
    _, sent = await begun(auth)
    assert sent.mobile_phone == NEW_PHONE
    (changed,) = await auth.rows("SELECT * FROM audit_trail WHERE what = 'mobile_phone_changed'")
    assert changed["actor"] == "somebody"
    assert NEW_PHONE not in str(changed)


async def test_who_had_no_other_number_before_is_not_told_that_it_was_left(auth: World) -> None:
    await account(auth)
    await suspend(auth)

    assert (await reinstate(auth, mobile_phone=PHONE)).status_code == 204

    await auth.only_told(Occasion.ACCOUNT_REINSTATED)


@pytest.mark.parametrize("number", ["020 123 45 67", "+44 7700 900123", "twelve"])
async def test_a_number_that_gets_no_text_messages_reinstates_nothing(auth: World, number: str) -> None:
    await account(auth)
    await suspend(auth)

    answer = await reinstate(auth, mobile_phone=number, remove_authenticators=True)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/not-a-mobile-phone")
    assert (await auth.client.get(ACCOUNT, headers=auth.as_operator())).json()["suspended"]


async def test_without_a_number_that_a_code_has_reached_one_must_be_given(auth: World) -> None:
    """Whoever logs in first names a phone of their own."""
    await account(auth)
    await auth.rows("UPDATE account SET mobile_phone_confirmed = false")
    await suspend(auth)

    refused = await reinstate(auth)

    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "no-mobile-phone")
    assert (await reinstate(auth, mobile_phone=NEW_PHONE)).status_code == 204
    await auth.told()
    _, sent = await begun(auth)
    assert sent.mobile_phone == NEW_PHONE


async def test_passkeys_and_app_of_a_lost_phone_are_removed(auth: World) -> None:
    account_id, phone = await account(auth), Phone()
    await add_passkey(auth, account_id, phone)
    await add_app(auth, account_id)
    await auth.told()
    await suspend(auth)

    assert (await reinstate(auth, remove_authenticators=True)).status_code == 204

    await auth.only_told(Occasion.ACCOUNT_REINSTATED)
    assert (await log_in_by_passkey(auth, phone)).status_code == 401
    assert (await begin(auth)).json()["next"] == "code"
    removed = await auth.rows(
        "SELECT actor, details->>'method' AS method FROM audit_trail WHERE what = 'authenticator_removed'"
    )
    assert {tuple(row) for row in removed} == {("somebody", "totp"), ("somebody", "passkey")}


async def test_what_there_is_stays_where_the_caller_says_nothing_of_it(auth: World) -> None:
    account_id, phone = await account(auth), Phone()
    await add_passkey(auth, account_id, phone)
    await add_app(auth, account_id)
    await suspend(auth)

    assert (await reinstate(auth)).status_code == 204

    assert (await log_in_by_passkey(auth, phone)).status_code == 200
    assert (await begin(auth)).json()["next"] == "totp"
    assert await stored(auth) == (EMAIL, PHONE)


async def test_no_link_undoes_what_the_caller_has_said(auth: World) -> None:
    """It was mailed before, and brings back the address only: neither the stolen number nor what is on its phone."""
    account_id = await account(auth)
    await passkey(auth, account_id)
    await auth.rows("UPDATE account SET totp_secret = 'sealed', totp_added_at = $1", auth.clock.at)
    auth.clock.advance(timedelta(seconds=1))
    mailed = dict(await move_to_phone(auth, account_id, THIEFS_PHONE))[Occasion.MOBILE_PHONE_CHANGED]
    await suspend(auth)
    assert (await reinstate(auth, mobile_phone=NEW_PHONE, remove_authenticators=True)).status_code == 204
    await auth.told()

    assert await undo(auth, mailed) == 200

    await auth.only_told(Occasion.CHANGES_UNDONE)
    assert await stored(auth) == (EMAIL, NEW_PHONE)
    assert await auth.rows("SELECT FROM passkey") == []
    assert [row["totp_secret"] for row in await auth.rows("SELECT totp_secret FROM account")] == [None]


async def test_a_passkey_that_was_removed_before_the_call_does_not_come_back_either(auth: World) -> None:
    account_id, phone = await account(auth), Phone()
    passkey_id = await add_passkey(auth, account_id, phone)
    await auth.told()
    auth.clock.advance(timedelta(days=8))
    body = {"confirmed_identity": await identity(auth, account_id)}
    path = f"{ACCOUNT}/passkeys/{passkey_id}/removal"
    assert (await auth.client.post(path, json=body, headers=auth.as_customer())).status_code == 204
    mailed = await auth.only_told(Occasion.AUTHENTICATOR_REMOVED)
    await suspend(auth)
    assert (await reinstate(auth, remove_authenticators=True)).status_code == 204
    await auth.told()

    assert await undo(auth, mailed) == 200

    await auth.only_told(Occasion.CHANGES_UNDONE)
    assert (await log_in_by_passkey(auth, phone)).status_code == 401


async def test_who_reinstates_must_have_seen_what_came_back_by_a_link(auth: World) -> None:
    mailed = dict(await move_to_phone(auth, await account(auth), NEW_PHONE))[Occasion.MOBILE_PHONE_CHANGED]
    await suspend(auth)
    seen = await account_etag(auth)
    assert await undo(auth, mailed) == 200

    assert (await reinstate(auth, version=seen)).status_code == 412

    assert (await reinstate(auth, version=await account_etag(auth))).status_code == 204
    unguarded: Response = await auth.client.put(f"{ACCOUNT}/reinstatement", json={}, headers=auth.as_operator())
    assert unguarded.status_code == 428


async def test_customers_suspend_and_reinstate_nobody(auth: World) -> None:
    await account(auth)
    headers = auth.as_customer() | {"If-Match": "*"}

    assert (await auth.client.put(f"{ACCOUNT}/suspension", headers=headers)).status_code == 403
    assert (await auth.client.put(f"{ACCOUNT}/reinstatement", json={}, headers=headers)).status_code == 403


async def test_what_happens_to_an_account_is_told_to_who_watches(auth: World) -> None:
    await account(auth)
    await suspend(auth)
    await reinstate(auth, mobile_phone=NEW_PHONE)
    await auth.told()

    assert [event.what for event in auth.events] == [
        SecurityEvent.ACCOUNT_SUSPENDED,
        SecurityEvent.MOBILE_PHONE_CHANGED,
        SecurityEvent.ACCOUNT_REINSTATED,
    ]
