"""A mailbox alone brings no second factor back into use: what comes back waits until its owner has called."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from accounts import (
    ACCOUNT,
    EMAIL,
    PHONE,
    THIEFS_EMAIL,
    THIEFS_PHONE,
    account,
    device_with_session,
    identity,
    link_in,
    move_to_email,
    move_to_phone,
    reinstate,
    stored,
    undo,
)
from auth_world import World, settings
from login_steps import begin, complete
from passkey_device import Phone, make_passkey
from pyotp import TOTP
from test_passkeys import add as add_passkey
from test_passkeys import log_in as log_in_by_passkey
from test_passkeys import options_to_add, send_new
from test_pins import choose as choose_pin
from test_pins import log_in as log_in_by_pin
from test_totp import added as add_app
from test_totp import shown

from auth_svc.parts import Parts
from contracts.message_requests import Occasion, SealedContents

NEW_PHONE = "+31611112222"
NEXT_PASSWORD = "nog vier andere woorden"


async def undone(auth: World, mailed: SealedContents) -> bool:
    """Undo; return whether the account is suspended, as the answer, the account and the mail say alike."""
    answer = await auth.client.post("/links/undo", json={"link": link_in(mailed)})
    assert answer.status_code == 200, answer.text
    is_suspended: bool = answer.json()["suspended"]
    for sentences in (answer.json()["advice"]["nl"], answer.json()["advice"]["en"]):
        assert ("088 000 00 00" in sentences[0]) == is_suspended
        assert any("088 000 00 00" in sentence for sentence in sentences)
    read = await auth.client.get(ACCOUNT, headers=auth.as_operator())
    assert read.json()["suspended"] == is_suspended
    await auth.only_told(Occasion.CHANGES_UNDONE_AND_SUSPENDED if is_suspended else Occasion.CHANGES_UNDONE)
    return is_suspended


async def remove(auth: World, account_id: UUID, what: str) -> SealedContents:
    """Remove an authenticator as who has shown who they are; return what its owner is told."""
    body = {"confirmed_identity": await identity(auth, account_id)}
    answer = await auth.client.post(f"{ACCOUNT}/{what}/removal", json=body, headers=auth.as_customer())
    assert answer.status_code == 204, answer.text
    return await auth.only_told(Occasion.AUTHENTICATOR_REMOVED)


async def choose_new_password(auth: World) -> int:
    """Ask for a link by mail and choose a password by it, if one comes; return the status, 0 if none comes."""
    assert (await auth.client.post("/password-resets", json={"email": EMAIL})).status_code == 202
    mailed = dict(await auth.told()).get(Occasion.PASSWORD_RESET_REQUESTED)
    if mailed is None:
        return 0
    body = {"link": link_in(mailed), "password": NEXT_PASSWORD}
    status = (await auth.client.post("/password-resets/completion", json=body)).status_code
    await auth.told()
    return status


async def is_let_in_by(auth: World, app: TOTP) -> bool:
    """Whether the new password and the app's next code log in."""
    login = (await begin(auth, password=NEXT_PASSWORD)).json()
    return login["next"] == "totp" and (await complete(auth, login["login"], shown(auth, app))).status_code == 200


async def with_app(auth: World) -> tuple[UUID, TOTP]:
    account_id = await account(auth)
    app = await add_app(auth, account_id)
    await auth.told()
    auth.clock.advance(timedelta(days=8))
    return account_id, app


async def test_a_thief_who_took_number_and_app_is_out_and_the_owner_in_by_the_app_there_was(auth: World) -> None:
    account_id, owners = await with_app(auth)
    mailed = dict(await move_to_phone(auth, account_id, THIEFS_PHONE))[Occasion.MOBILE_PHONE_CHANGED]
    thiefs = await add_app(auth, account_id)
    await auth.told()
    device = await device_with_session(auth, account_id)
    assert (await choose_pin(auth, account_id, device)).status_code == 204
    await auth.told()

    assert await undone(auth, mailed)

    assert await stored(auth) == (EMAIL, PHONE)
    assert await choose_new_password(auth) == 0
    assert (await begin(auth)).status_code == 401
    assert (await log_in_by_pin(auth, device)).status_code == 401
    assert (await auth.client.post("/links/undo", json={"link": link_in(mailed)})).status_code == 410

    assert (await reinstate(auth)).status_code == 204
    await auth.told()
    assert await choose_new_password(auth) == 204
    assert not await is_let_in_by(auth, thiefs)
    assert await is_let_in_by(auth, owners)
    assert (await log_in_by_pin(auth, device)).status_code == 401
    assert (await begin(auth)).status_code == 401


async def test_a_thief_with_phone_and_mailbox_undoes_and_gets_nowhere(auth: World) -> None:
    account_id, stolen = await account(auth), Phone()
    await add_passkey(auth, account_id, stolen)
    await auth.told()
    auth.clock.advance(timedelta(days=8))
    mailed = dict(await move_to_phone(auth, account_id, NEW_PHONE))[Occasion.MOBILE_PHONE_CHANGED]
    passkey_id = (await auth.rows("SELECT passkey_id FROM passkey"))[0]["passkey_id"]
    await remove(auth, account_id, f"passkeys/{passkey_id}")

    assert await undone(auth, mailed)

    assert await stored(auth) == (EMAIL, PHONE)
    assert await choose_new_password(auth) == 0
    assert (await log_in_by_passkey(auth, stolen)).status_code == 401

    assert (await reinstate(auth, mobile_phone=NEW_PHONE, remove_authenticators=True)).status_code == 204
    await auth.told()
    assert await choose_new_password(auth) == 204  # by the mailbox, which the thief reads
    assert (await log_in_by_passkey(auth, stolen)).status_code == 401
    assert (await auth.client.post("/links/undo", json={"link": link_in(mailed)})).status_code == 410
    begun = (await begin(auth, password=NEXT_PASSWORD)).json()
    sent = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    assert sent.mobile_phone == NEW_PHONE
    assert (await complete(auth, begun["login"], sent.code)).status_code == 200


async def test_where_only_the_address_comes_back_the_owner_needs_no_call(auth: World) -> None:
    account_id, owners = await with_app(auth)

    assert not await undone(auth, await move_to_email(auth, account_id, THIEFS_EMAIL))

    assert await choose_new_password(auth) == 204
    assert await is_let_in_by(auth, owners)


async def test_what_a_thief_added_goes_without_a_call(auth: World) -> None:
    account_id, thiefs = await account(auth), Phone()
    await add_passkey(auth, account_id, thiefs)
    mailed = await auth.only_told(Occasion.AUTHENTICATOR_ADDED)
    await add_app(auth, account_id)
    await auth.told()

    assert not await undone(auth, mailed)

    assert await choose_new_password(auth) == 204
    assert (await log_in_by_passkey(auth, thiefs)).status_code == 401
    assert (await begin(auth, password=NEXT_PASSWORD)).json()["next"] == "code"


async def test_an_app_that_was_removed_comes_back(auth: World) -> None:
    account_id, owners = await with_app(auth)

    assert await undone(auth, await remove(auth, account_id, "totp"))

    assert (await reinstate(auth)).status_code == 204
    await auth.told()
    assert await choose_new_password(auth) == 204
    assert await is_let_in_by(auth, owners)


async def test_an_app_whose_secret_was_sealed_anew_is_the_same_app(auth: World) -> None:
    account_id, owners = await with_app(auth)
    mailed = await move_to_email(auth, account_id, THIEFS_EMAIL)
    storage = Parts.of(settings("postgresql://localhost/unused")).storage
    ((sealed,),) = await auth.rows("SELECT totp_secret FROM account")
    await auth.rows("UPDATE account SET totp_secret = $1", storage.seal(storage.open(sealed)))

    assert not await undone(auth, mailed)

    assert await choose_new_password(auth) == 204
    assert await is_let_in_by(auth, owners)


async def test_an_app_that_stayed_takes_no_code_twice(auth: World) -> None:
    account_id, owners = await with_app(auth)
    mailed = await move_to_email(auth, account_id, THIEFS_EMAIL)
    login = (await begin(auth, email=THIEFS_EMAIL)).json()["login"]
    assert (await complete(auth, login, shown(auth, owners))).status_code == 200
    await auth.told()

    assert not await undone(auth, mailed)

    assert await choose_new_password(auth) == 204
    assert not await is_let_in_by(auth, owners)


async def test_a_number_that_comes_back_waits_for_a_call(auth: World) -> None:
    mailed = dict(await move_to_phone(auth, await account(auth), NEW_PHONE))[Occasion.MOBILE_PHONE_CHANGED]

    assert await undone(auth, mailed)

    assert await stored(auth) == (EMAIL, PHONE)
    assert await choose_new_password(auth) == 0
    suspended = await auth.rows("SELECT actor, details->>'why' FROM audit_trail WHERE what = 'account_suspended'")
    assert [tuple(row) for row in suspended] == [(None, "changes_undone")]


async def test_a_number_that_no_code_had_reached_lets_nobody_name_a_phone(auth: World) -> None:
    """As after the first login, of which the mailbox knows the rest."""
    account_id = await account(auth)
    await auth.rows("UPDATE account SET mobile_phone_confirmed = false")
    await move_to_phone(auth, account_id, NEW_PHONE)
    mailed = dict(await move_to_phone(auth, account_id, PHONE))[Occasion.MOBILE_PHONE_CHANGED]

    assert await undone(auth, mailed)

    assert (await reinstate(auth)).status_code == 409


@pytest.mark.parametrize("counts", [True, False])
async def test_a_passkey_that_was_removed_comes_back_as_it_was(auth: World, counts: bool) -> None:  # noqa: FBT001 - a case
    account_id, owners = await account(auth), Phone(counts=counts)
    passkey_id = await add_passkey(auth, account_id, owners)
    assert (await log_in_by_passkey(auth, owners)).status_code == 200
    await auth.told()
    auth.clock.advance(timedelta(days=8))
    before = await auth.rows("SELECT * FROM passkey")

    assert await undone(auth, await remove(auth, account_id, f"passkeys/{passkey_id}"))

    assert await auth.rows("SELECT * FROM passkey") == before
    assert (await log_in_by_passkey(auth, owners)).status_code == 401
    assert (await reinstate(auth)).status_code == 204
    assert (await log_in_by_passkey(auth, owners)).status_code == 200


async def test_a_passkey_that_a_thief_added_and_removed_does_not_come_back(auth: World) -> None:
    account_id, thiefs = await account(auth), Phone()
    mailed = await move_to_email(auth, account_id, THIEFS_EMAIL)
    passkey_id = await add_passkey(auth, account_id, thiefs)
    await auth.told()
    await remove(auth, account_id, f"passkeys/{passkey_id}")

    assert not await undone(auth, mailed)

    assert await auth.rows("SELECT FROM passkey") == []


async def test_nobody_takes_the_id_of_a_passkey_that_may_come_back(auth: World) -> None:
    account_id, owners = await account(auth), Phone()
    passkey_id = await add_passkey(auth, account_id, owners)
    await auth.told()
    auth.clock.advance(timedelta(days=8))
    ((credential_id,),) = await auth.rows("SELECT credential_id FROM passkey")
    await remove(auth, account_id, f"passkeys/{passkey_id}")

    thiefs = make_passkey(Phone(next_id=credential_id), await options_to_add(auth, account_id))

    assert (await send_new(auth, thiefs)).status_code == 401


async def test_when_nothing_can_be_undone_any_more_removed_passkeys_are_gone(auth: World) -> None:
    account_id, phone = await account(auth), Phone()
    passkey_id = await add_passkey(auth, account_id, phone)
    await auth.told()
    auth.clock.advance(timedelta(days=8))
    await remove(auth, account_id, f"passkeys/{passkey_id}")
    assert len(await auth.rows("SELECT FROM removed_passkey")) == 1
    auth.clock.advance(timedelta(days=7))

    mailed = await move_to_email(auth, account_id, THIEFS_EMAIL)

    assert await auth.rows("SELECT FROM removed_passkey") == []
    assert await undo(auth, mailed) == 200
    assert await auth.rows("SELECT FROM passkey") == []
