"""Operators read the audit trail, and are on it themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from accounts import account
from auth_world import NOW, World
from uuid_utils.compat import uuid7

from contracts.access import Role
from contracts.auth import SecurityEvent


async def happened(auth: World, what: SecurityEvent, *, after: timedelta, account_id: UUID | None = None) -> None:
    await auth.rows(
        "INSERT INTO audit_trail (event_id, occurred_at, what, account_id) VALUES ($1, $2, $3, $4)",
        uuid7(),
        NOW + after,
        what,
        account_id,
    )


async def search(auth: World, *, query: str = "", **body: object) -> Any:  # noqa: ANN401 - JSON
    answer = await auth.client.post(f"/audit/searches{query}", json=body, headers=auth.as_operator())
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def of_account(auth: World) -> UUID:
    """An account on whose trail stand two logins, an hour apart, among what happened to others."""
    account_id = await account(auth)
    await happened(auth, SecurityEvent.LOGIN_FAILED, after=-timedelta(hours=3), account_id=account_id)
    await happened(auth, SecurityEvent.LOGIN_SUCCEEDED, after=-timedelta(hours=2), account_id=account_id)
    await happened(auth, SecurityEvent.LOGIN_FAILED, after=-timedelta(hours=1))
    return account_id


@pytest.mark.usefixtures("of_account")
async def test_a_search_finds_what_fits_everything_that_is_given(auth: World) -> None:
    def whats(found: Any) -> list[str]:  # noqa: ANN401 - JSON
        return [entry["what"] for entry in found["items"]]

    since, until = (NOW - timedelta(hours=3)).isoformat(), (NOW - timedelta(hours=2)).isoformat()

    assert whats(await search(auth)) == ["login_failed", "login_succeeded", "login_failed"]
    assert whats(await search(auth, relation_number="123456")) == ["login_succeeded", "login_failed"]
    assert whats(await search(auth, relation_number="123456", what="login_failed")) == ["login_failed"]
    assert whats(await search(auth, since=since, until=until)) == ["login_failed"]
    assert whats(await search(auth, relation_number="999")) == []


async def test_who_reads_the_trail_is_on_it_with_whose_it_was(auth: World, of_account: UUID) -> None:
    await search(auth, relation_number="123456")

    (latest, *_) = (await search(auth))["items"]
    await auth.told()

    assert latest["what"] == "audit_trail_read"
    assert latest["actor"] == "somebody"
    assert latest["account_id"] == str(of_account)
    assert latest["address"] == "127.0.0.1"
    assert [event.what for event in auth.events] == ["audit_trail_read"]


@pytest.mark.usefixtures("of_account")
async def test_page_by_page_everything_is_seen_once_though_reading_adds_lines(auth: World) -> None:
    seen, query = [], "?limit=1"
    while True:
        page = await search(auth, query=query)
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        query = f"?limit=1&cursor={page['next_cursor']}"

    assert [entry["what"] for entry in seen] == ["login_failed", "login_succeeded", "login_failed"]


async def test_nobody_but_an_operator_reads_the_trail(auth: World) -> None:
    for role in set(Role) - {Role.OPERATOR}:
        assert (await auth.client.post("/audit/searches", json={}, headers=auth.with_token(role))).status_code == 403
    assert (await auth.client.post("/audit/searches", json={})).status_code == 401
