"""A customer sees how their account is guarded and what happened to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts import ACCOUNT, THIEFS_PHONE, account, device_with_session, identity, move_to_phone, passkey, reinstate
from auth_world import PASSWORD, World

HISTORY = f"{ACCOUNT}/login-history"


async def test_an_account_shows_how_it_is_reached_and_guarded(auth: World) -> None:
    account_id = await account(auth)
    await passkey(auth, account_id)

    read = await auth.client.get(ACCOUNT, headers=auth.as_customer())

    assert read.status_code == 200
    shown = read.json()["passkeys"]
    assert read.json() == {
        "relation_number": "123456",
        "email": "j.voorbeeld@example.org",
        "mobile_phone": "+31 6 ** ** ** 78",
        "mobile_phone_confirmed": True,
        "passkeys": shown,
        "authenticator_app_added_at": None,
        "suspended": False,
    }
    assert [one["name"] for one in shown] == ["Telephone"]
    assert read.headers["etag"] == '"1"'


async def test_the_version_goes_with_every_change(auth: World) -> None:
    account_id = await account(auth)
    before = (await auth.client.get(ACCOUNT, headers=auth.as_customer())).headers["etag"]

    await move_to_phone(auth, account_id, THIEFS_PHONE)

    assert (await auth.client.get(ACCOUNT, headers=auth.as_customer())).headers["etag"] != before


async def test_what_there_is_no_account_of_is_not_found(auth: World) -> None:
    for path in (ACCOUNT, HISTORY, f"{ACCOUNT}/devices"):
        assert (await auth.client.get(path, headers=auth.as_customer())).status_code == 404
    assert (await auth.client.put(f"{ACCOUNT}/suspension", headers=auth.as_operator())).status_code == 404
    assert (await reinstate(auth)).status_code == 404


async def test_nobody_sees_the_history_of_another_account(auth: World) -> None:
    await account(auth)
    await account(auth, relation_number="654321", email="ander@example.org")

    for path in (ACCOUNT, HISTORY, f"{ACCOUNT}/devices"):
        assert (await auth.client.get(path, headers=auth.as_customer("654321"))).status_code == 404


async def test_the_history_shows_the_latest_first_page_by_page_and_each_once(auth: World) -> None:
    await account(auth)
    other = await account(auth, relation_number="654321", email="ander@example.org")
    for _ in range(3):
        await auth.client.put(
            f"{ACCOUNT}/password",
            json={"current_password": "wrong", "password": "nog vier andere woorden"},
            headers=auth.as_customer(),
        )
        auth.clock.at += timedelta(minutes=1)
    await auth.client.put(
        f"{ACCOUNT}/password",
        json={"current_password": PASSWORD, "password": "nog vier andere woorden"},
        headers=auth.as_customer(),
    )
    await auth.client.delete("/accounts/654321/sessions", headers=auth.as_customer("654321"))
    await identity(auth, other)

    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await auth.client.get(
            HISTORY, params={"limit": 3} | ({"cursor": cursor} if cursor else {}), headers=auth.as_customer()
        )
        seen += page.json()["items"]
        cursor = page.json()["next_cursor"]

    assert [one["what"] for one in seen] == ["password_changed", "login_failed", "login_failed", "login_failed"]
    assert [one["at"] for one in seen] == sorted((one["at"] for one in seen), reverse=True)
    assert {one["address"] for one in seen} == {"127.0.0.1"}
    assert seen[1]["details"] == {"method": "password"}


async def test_tokens_that_come_and_go_fill_no_history(auth: World) -> None:
    account_id = await account(auth)
    for what in ("tokens_granted", "tokens_revoked"):
        await auth.rows(
            "INSERT INTO audit_trail (event_id, occurred_at, what, account_id) VALUES (gen_random_uuid(), $1, $2, $3)",
            auth.clock.at,
            what,
            account_id,
        )

    assert (await auth.client.get(HISTORY, headers=auth.as_customer())).json()["items"] == []


async def test_a_device_is_listed_until_it_is_forgotten_and_its_session_ends_with_it(auth: World) -> None:
    account_id = await account(auth)
    lost = await device_with_session(auth, account_id)
    kept = await device_with_session(auth, account_id)

    async def listed() -> set[str]:
        answer = await auth.client.get(f"{ACCOUNT}/devices", headers=auth.as_customer())
        assert all(device["has_pin"] for device in answer.json()["devices"])
        return {device["device_id"] for device in answer.json()["devices"]}

    async def forget(relation_number: str) -> int:
        path = f"/accounts/{relation_number}/devices/{lost}"
        return (await auth.client.delete(path, headers=auth.as_customer(relation_number))).status_code

    await account(auth, relation_number="654321", email="ander@example.org")
    assert await listed() == {str(lost), str(kept)}
    assert await forget("654321") == 404
    assert await listed() == {str(lost), str(kept)}
    assert await forget("123456") == 204
    assert await listed() == {str(kept)}
    assert await forget("123456") == 404
    assert [row["device_id"] for row in await auth.rows("SELECT device_id FROM session")] == [kept]


async def test_a_device_that_is_not_remembered_any_more_is_not_listed(auth: World) -> None:
    await device_with_session(auth, await account(auth))
    auth.clock.at += timedelta(days=90)

    assert (await auth.client.get(f"{ACCOUNT}/devices", headers=auth.as_customer())).json() == {"devices": []}
