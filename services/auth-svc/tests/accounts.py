"""An account as if its customer had activated it and logged in, for tests of what comes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from auth_world import CUSTOMER, NOW, PASSWORD, World
from httpx import Response
from uuid_utils.compat import uuid7

from auth_svc.domain.secrets import digest_of, new_secret
from auth_svc.passwords import Passwords
from contracts.message_requests import Occasion, SealedContents

EMAIL, PHONE = "j.voorbeeld@example.org", "+31612345678"
THIEFS_EMAIL, THIEFS_PHONE = "dief@example.net", "+31687654321"
ACCOUNT = "/accounts/123456"


async def account(
    world: World, *, relation_number: str = "123456", email: str = EMAIL, mobile_phone: str = PHONE
) -> UUID:
    """Store an account with `PASSWORD`, whose number a code has reached."""
    account_id = uuid7()
    await world.rows(
        """
        INSERT INTO account (account_id, role, relation_number, customer_id, email, mobile_phone,
                             mobile_phone_confirmed, password_hash, activated_at)
        VALUES ($1, 'customer', $2, $3, $4, $5, true, $6, $7)
        """,
        account_id,
        relation_number,
        CUSTOMER.customer_id if relation_number == "123456" else uuid7(),
        email,
        mobile_phone,
        await Passwords(at_once=1, waiting=0).hash(PASSWORD),
        NOW,
    )
    return account_id


async def identity(world: World, account_id: UUID) -> str:
    """Return what a login for the purpose confirm_identity hands out."""
    secret = new_secret()
    await world.rows(
        "INSERT INTO confirmed_identity (digest, account_id, expires_at) VALUES ($1, $2, $3)",
        secret.digest,
        account_id,
        world.clock.at + timedelta(minutes=10),
    )
    return secret.text


async def device_with_session(world: World, account_id: UUID) -> UUID:
    """Store a device with a session on it."""
    device_id, session_id = uuid7(), uuid7()
    await world.rows(
        """
        INSERT INTO device (device_id, digest, account_id, name, pin_hash, remembered_at, last_used_at, expires_at)
        VALUES ($1, $2, $3, 'Firefox', 'hash', $4, $4, $5)
        """,
        device_id,
        digest_of(str(device_id)),
        account_id,
        world.clock.at,
        world.clock.at + timedelta(days=90),
    )
    await world.rows(
        """
        INSERT INTO session (session_id, digest, account_id, device_id, methods, address, began_at, last_used_at,
                             expires_at)
        VALUES ($1, $2, $3, $4, '{password,sms}', '192.0.2.7', $5, $5, $6)
        """,
        session_id,
        digest_of(str(session_id)),
        account_id,
        device_id,
        world.clock.at,
        world.clock.at + timedelta(days=1),
    )
    return device_id


async def passkey(world: World, account_id: UUID) -> None:
    """Store a passkey that is added now."""
    await world.rows(
        """
        INSERT INTO passkey (credential_id, passkey_id, account_id, public_key, sign_count, name, added_at)
        VALUES ($1, $2, $3, 'key', 0, 'Telephone', $4)
        """,
        uuid7().bytes,
        uuid7(),
        account_id,
        world.clock.at,
    )


async def change_email(world: World, account_id: UUID, email: str) -> Response:
    """Ask for another address."""
    return await world.client.put(
        f"{ACCOUNT}/email",
        json={"email": email, "confirmed_identity": await identity(world, account_id)},
        headers=world.as_customer() | {"If-Match": "*"},
    )


async def move_to_email(world: World, account_id: UUID, email: str) -> SealedContents:
    """Change the address; return what the one before is told."""
    assert (await change_email(world, account_id, email)).status_code == 202
    asked = await world.only_told(Occasion.EMAIL_CONFIRMATION_REQUESTED)
    assert asked.email == email
    confirmed = await world.client.post("/links/email", json={"link": link_in(asked)})
    assert confirmed.status_code == 204
    return await world.only_told(Occasion.EMAIL_CHANGED)


async def ask_for_phone(world: World, account_id: UUID, mobile_phone: str) -> Response:
    """Ask for another number."""
    return await world.client.put(
        f"{ACCOUNT}/mobile-phone",
        json={"mobile_phone": mobile_phone, "confirmed_identity": await identity(world, account_id)},
        headers=world.as_customer() | {"If-Match": "*"},
    )


async def confirm_phone(world: World, code: str | None) -> Response:
    """Show the code that the new number received."""
    return await world.client.put(
        f"{ACCOUNT}/mobile-phone/confirmation", json={"code": code}, headers=world.as_customer()
    )


async def move_to_phone(world: World, account_id: UUID, mobile_phone: str) -> Sequence[tuple[Occasion, SealedContents]]:
    """Change the number; return what is told."""
    assert (await ask_for_phone(world, account_id, mobile_phone)).status_code == 202
    sent = await world.only_told(Occasion.PHONE_CODE_REQUESTED)
    assert sent.mobile_phone == mobile_phone
    assert (await confirm_phone(world, sent.code)).status_code == 204
    return await world.told()


async def undo(world: World, contents: SealedContents) -> int:
    """Follow the link of a mail; return the status."""
    return (await world.client.post("/links/undo", json={"link": link_in(contents)})).status_code


async def suspend(world: World) -> None:
    """Let an operator suspend the account."""
    assert (await world.client.put(f"{ACCOUNT}/suspension", headers=world.as_operator())).status_code == 204


async def reinstate(world: World, *, version: str = "*", **said: str | bool) -> Response:
    """Let an operator reinstate the account, with what its owner has said on the phone."""
    headers = world.as_operator() | {"If-Match": version}
    return await world.client.put(f"{ACCOUNT}/reinstatement", json=said, headers=headers)


async def stored(world: World) -> tuple[str, str | None]:
    """Return address and number of the account."""
    (row,) = await world.rows("SELECT email, mobile_phone FROM account WHERE relation_number = '123456'")
    return row["email"], row["mobile_phone"]


def link_in(contents: SealedContents) -> str:
    """Return what a link has behind its #."""
    assert contents.link is not None
    return urlsplit(contents.link).fragment
