"""A key of STORAGE_KEYS is dropped: everything it has sealed is sealed by the newer one before."""

from __future__ import annotations

from base64 import b64encode

import pytest
from accounts import account
from auth_world import STORAGE, World, settings, world
from login_steps import begin, complete
from oauth_world import command
from pyotp import TOTP

from auth_svc.parts import Parts
from auth_svc.workers.keys import look_after_keys
from chassis.errors import CannotStartError

NEWER = b64encode(bytes(range(64, 96))).decode()
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def with_secrets(database: str, *, apps: int = 1) -> None:
    """Let the older key seal a signing key, and the app of accounts as it is and as it was before a change."""
    async with world(database) as auth:
        parts = Parts.of(settings(database))
        await look_after_keys(auth.running.runtime, parts)
        for number in range(apps):
            account_id = await account(
                auth, relation_number=str(123456 + number), email=f"j{number}.voorbeeld@example.org"
            )
            sealed = parts.storage.seal(SECRET.encode())
            await auth.rows("UPDATE account SET totp_secret = $2 WHERE account_id = $1", account_id, sealed)
            await auth.rows(
                """
                INSERT INTO undo (account_id, undo_id, email, mobile_phone_confirmed, since, expires_at, totp_secret)
                SELECT account_id, gen_random_uuid(), email, true, activated_at, activated_at + interval '1 y', $2
                  FROM account WHERE account_id = $1
                """,
                account_id,
                sealed,
            )


async def secrets_opened(auth: World, keys: str) -> set[str]:
    """Open every secret there is, by these keys."""
    parts = Parts.of(settings("postgresql://nowhere", storage_keys=keys))
    rows = await auth.rows("SELECT totp_secret FROM account UNION ALL SELECT totp_secret FROM undo")
    return {parts.storage.open(sealed).decode() for (sealed,) in rows}


async def test_what_an_older_key_has_sealed_is_opened_without_it_once_it_is_sealed_anew(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await with_secrets(database)
    async with world(database, storage_keys=f"{NEWER},{STORAGE}") as auth:
        assert await command(auth, "keys", "reseal") == 0
        assert capsys.readouterr().out.startswith("3 secrets sealed anew")
        assert await command(auth, "keys", "reseal") == 0
        assert capsys.readouterr().out.startswith("0 secrets sealed anew")

    async with world(database, storage_keys=NEWER) as auth:
        await look_after_keys(auth.running.runtime, Parts.of(settings(database, storage_keys=NEWER)))
        login = (await begin(auth, email="j0.voorbeeld@example.org")).json()["login"]
        assert (await complete(auth, login, TOTP(SECRET).at(auth.clock.at))).status_code == 200
        assert await secrets_opened(auth, NEWER) == {SECRET}


async def test_more_than_are_sealed_at_once_are_all_sealed_anew(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await with_secrets(database)
    async with world(database, storage_keys=f"{NEWER},{STORAGE}") as auth:
        await auth.rows(
            """
            INSERT INTO account (account_id, role, email, totp_secret, activated_at)
            SELECT gen_random_uuid(), 'operator', number || '@example.org', totp_secret, activated_at
              FROM account, generate_series(1, 250) AS number
            """
        )
        assert await command(auth, "keys", "reseal") == 0
        assert capsys.readouterr().out.startswith("253 secrets sealed anew")
        assert await secrets_opened(auth, NEWER) == {SECRET}


async def test_without_the_older_key_nothing_is_said_to_be_sealed_anew(database: str) -> None:
    await with_secrets(database)
    async with world(database, storage_keys=NEWER) as auth:
        with pytest.raises(CannotStartError, match="STORAGE_KEYS has not every key"):
            await command(auth, "keys", "reseal")
