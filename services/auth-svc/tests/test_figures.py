"""Logins are counted as they end, and whom no password is taken of at the moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from accounts import account
from auth_world import World, world
from login_steps import begin, begun, complete, from_address, log_in, other_than
from prometheus_client import REGISTRY


@pytest.fixture
async def auth(database: str) -> AsyncIterator[World]:
    async with world(database, api_trusted_proxies="127.0.0.1") as running:
        await account(running)
        yield running


def logins() -> dict[str, float]:
    results = ("succeeded", "failed", "blocked")
    return {result: REGISTRY.get_sample_value("auth_logins_total", {"result": result}) or 0 for result in results}


def since(before: dict[str, float]) -> dict[str, float]:
    return {result: count - before[result] for result, count in logins().items() if count != before[result]}


async def blocked(auth: World) -> float | None:
    await auth.running.measure()
    return REGISTRY.get_sample_value("auth_accounts_blocked")


async def test_every_result_is_exposed_before_there_is_any() -> None:
    assert all(
        REGISTRY.get_sample_value("auth_logins_total", {"result": result}) is not None
        for result in ("succeeded", "failed", "blocked")
    )


async def test_a_login_that_is_complete_counts_as_succeeded(auth: World) -> None:
    before = logins()
    assert (await log_in(auth)).status_code == 200

    assert since(before) == {"succeeded": 1}


async def test_a_wrong_password_and_a_wrong_code_count_as_failed(auth: World) -> None:
    before = logins()
    await begin(auth, password="wrong")
    login, sent = await begun(auth)
    await complete(auth, login, other_than(sent.code))

    assert since(before) == {"failed": 2}


async def test_whoever_guesses_too_often_is_blocked_for_a_while(auth: World) -> None:
    before = logins()
    assert await blocked(auth) == 0
    for number in range(6):
        await begin(auth, password="wrong", headers=from_address(f"203.0.113.{number}"))

    assert since(before) == {"failed": 6, "blocked": 1}
    assert await blocked(auth) == 1
    auth.clock.advance(timedelta(minutes=2))
    assert await blocked(auth) == 0
