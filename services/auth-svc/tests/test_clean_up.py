from __future__ import annotations

from datetime import timedelta

from auth_world import World

from auth_svc.repository.clean_up import TABLES
from auth_svc.workers.clean_up import clean_up_once

DAY = timedelta(days=1)


async def test_what_is_over_goes_and_what_is_live_stays(auth: World) -> None:
    now = auth.clock.at
    for name, until in (("over", now), ("live", now + timedelta(seconds=1))):
        key = name.encode()
        ((account,),) = await auth.rows(
            "INSERT INTO account (account_id, role, email, activated_at)"
            " VALUES (gen_random_uuid(), 'operator', $1, $2) RETURNING account_id",
            name,
            now,
        )
        await auth.rows("INSERT INTO link VALUES ($1, 'staff', NULL, NULL, $2, NULL, $3)", key, name, until)
        await auth.rows(
            "INSERT INTO login (digest, login_id, account_id, purpose, expires_at)"
            " VALUES ($1, gen_random_uuid(), $2, 'log_in', $3)",
            key,
            account,
            until,
        )
        await auth.rows("INSERT INTO confirmed_identity VALUES ($1, $2, $3)", key, account, until)
        await auth.rows("INSERT INTO passkey_challenge VALUES ($1, 'log_in', NULL, $2)", key, until)
        await auth.rows("INSERT INTO phone_change VALUES ($1, '+31612345678', 'd', 0, $2)", account, until)
        await auth.rows("INSERT INTO totp_enrolment VALUES ($1, 's', $2)", account, until)
        await auth.rows(
            "INSERT INTO undo VALUES ($1, gen_random_uuid(), $2, NULL, false, $3, $4)", account, name, now, until
        )
        await auth.rows(
            "INSERT INTO removed_passkey VALUES ($1, gen_random_uuid(), $2, 'k', 0, 'n', $3)", key, account, now
        )
        await auth.rows(
            "INSERT INTO device (device_id, digest, account_id, name, remembered_at, last_used_at, expires_at)"
            " VALUES (gen_random_uuid(), $1, $2, 'd', $3, $3, $4)",
            key,
            account,
            now,
            until,
        )
        ((session,),) = await auth.rows(
            "INSERT INTO session VALUES (gen_random_uuid(), $1, $2, NULL, '{}', '', $3, $3, $4) RETURNING session_id",
            key,
            account,
            now,
            now + DAY,
        )
        await auth.rows(
            "INSERT INTO authorization_code VALUES ($1, $2, 'c', 'r', 'x', 's', NULL, $3)", key, session, until
        )
        await auth.rows("INSERT INTO bucket VALUES ($1, $2, '[]', $3)", name, key, until - 2 * DAY)
        await auth.rows("INSERT INTO wrong_passwords VALUES ($1, 4, NULL, $2)", key, until - DAY)
        await auth.rows(
            "INSERT INTO asked VALUES (gen_random_uuid(), 'activation', '1', $1, '', $2)", name, until - DAY
        )
    await auth.rows("UPDATE session SET last_used_at = $1 WHERE digest = 'over'", now - timedelta(hours=1))

    await clean_up_once(auth.running.runtime)

    for table in (*TABLES, "removed_passkey"):
        assert len(await auth.rows(f"SELECT FROM {table}")) == 1, table


async def test_an_address_that_took_a_hundred_wrong_passwords_is_not_forgiven_by_waiting_a_day(auth: World) -> None:
    for name, in_a_row, ago in (
        ("few", 4, DAY),
        ("blocked", 5, DAY),
        ("for good", 100, 300 * DAY),
        ("old", 100, 365 * DAY),
    ):
        await auth.rows(
            "INSERT INTO wrong_passwords VALUES ($1, $2, NULL, $3)", name.encode(), in_a_row, auth.clock.at - ago
        )

    await clean_up_once(auth.running.runtime)

    left = await auth.rows("SELECT tried_on FROM wrong_passwords ORDER BY tried_on")
    assert [row["tried_on"] for row in left] == [b"blocked", b"for good"]


async def test_more_than_one_batch_is_deleted(auth: World) -> None:
    await auth.rows(
        "INSERT INTO asked SELECT gen_random_uuid(), 'activation', '1', '', '', $1 FROM generate_series(1, 2001)",
        auth.clock.at - DAY,
    )

    await clean_up_once(auth.running.runtime)

    assert await auth.rows("SELECT FROM asked") == []
