from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest
from accounts import EMAIL, account
from auth_world import World, cookie_in, world
from httpx import Response, Timeout
from login_steps import begin, from_address, log_in

from auth_svc.domain.blocks import WrongPasswords
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

NOBODY = "niemand@example.org"


@pytest.fixture
async def auth(database: str) -> AsyncIterator[World]:
    """auth-svc behind a proxy: whoever guesses comes from wherever they like."""
    async with world(database, api_trusted_proxies="127.0.0.1") as running:
        await account(running)
        yield running


async def guess(
    auth: World, times: int = 1, *, email: str = EMAIL, headers: Mapping[str, str] | None = None
) -> Response:
    answers = [
        await begin(
            auth, email=email, password="wrong", headers={**from_address(f"203.0.113.{number}"), **(headers or {})}
        )
        for number in range(times)
    ]
    return answers[-1]


def told(answer: Response) -> tuple[int, bytes, Mapping[str, str]]:
    return answer.status_code, answer.content, {**answer.headers, "date": ""}


async def test_unknown_wrong_blocked_and_suspended_are_answered_alike(auth: World) -> None:
    unknown, wrong = await guess(auth, email=NOBODY), await guess(auth)
    await guess(auth, 4)
    blocked = await begin(auth)
    await auth.rows("DELETE FROM wrong_passwords")
    await auth.rows("UPDATE account SET suspended_at = activated_at")
    suspended = await begin(auth)

    assert wrong.status_code == 401
    assert told(unknown) == told(wrong) == told(blocked) == told(suspended)


async def test_the_right_password_counts_from_none_again(auth: World) -> None:
    await guess(auth, 4)
    assert (await begin(auth)).status_code == 200
    await guess(auth, 4)
    assert (await begin(auth)).status_code == 200


async def test_five_in_a_row_block_for_a_minute_and_each_further_one_twice_as_long(auth: World) -> None:
    await guess(auth, 5)
    for minutes in (1, 2, 4):
        auth.clock.advance(timedelta(minutes=minutes) - timedelta(seconds=1))
        assert (await begin(auth)).status_code == 401
        auth.clock.advance(timedelta(seconds=1))
        await guess(auth)
    auth.clock.advance(timedelta(minutes=8))
    assert (await begin(auth)).status_code == 200


async def test_what_is_tried_during_a_block_does_not_make_it_longer(auth: World) -> None:
    await guess(auth, 20)
    auth.clock.advance(timedelta(minutes=1))
    assert (await begin(auth)).status_code == 200


async def test_whoever_guesses_does_not_keep_the_owner_out_of_a_browser_that_was_used_before(auth: World) -> None:
    known = {"Cookie": f"__Host-device={cookie_in(await log_in(auth), '__Host-device')}"}
    await guess(auth, 5)
    assert (await begin(auth)).status_code == 401
    assert (await begin(auth, headers=known)).status_code == 200

    await guess(auth, 5, headers=known)
    assert (await begin(auth, headers=known)).status_code == 401


async def test_the_device_of_one_account_does_not_help_to_guess_another(auth: World) -> None:
    await account(auth, relation_number="654321", email="dief@example.net")
    first = await begin(auth, email="dief@example.net")
    sent = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    done = await auth.client.post("/logins/completion", json={"login": first.json()["login"], "code": sent.code})
    await guess(auth, 5)
    thiefs = {"Cookie": f"__Host-device={cookie_in(done, '__Host-device')}"}
    assert (await begin(auth, headers=thiefs)).status_code == 401


async def test_a_block_is_told_once_and_only_of_an_account(auth: World) -> None:
    await guess(auth, 7, email=NOBODY)
    assert await auth.told() == []
    await guess(auth, 5)
    assert (await auth.only_told(Occasion.LOGIN_BLOCKED)).email == EMAIL
    auth.clock.advance(timedelta(minutes=1))
    await guess(auth, 2)
    assert await auth.told() == []
    happened = [event.what for event in auth.events]
    assert (
        happened == [SecurityEvent.LOGIN_FAILED] * 5 + [SecurityEvent.LOGIN_BLOCKED] + [SecurityEvent.LOGIN_FAILED] * 2
    )


async def test_after_a_hundred_only_a_reset_helps(auth: World) -> None:
    await guess(auth)
    await auth.rows("UPDATE wrong_passwords SET in_a_row = 99")
    await guess(auth)
    auth.clock.advance(timedelta(days=365))
    assert (await begin(auth)).status_code == 401
    assert (await auth.only_told(Occasion.LOGIN_BLOCKED)).email == EMAIL


async def test_a_hundred_guesses_at_once_are_five_tries(database: str) -> None:
    async with world(
        database,
        api_trusted_proxies="127.0.0.1",
        api_concurrency=200,
        api_concurrency_per_address=200,
        api_request_seconds=60,
        password_hashes_waiting=200,
    ) as auth:
        auth.client.timeout = Timeout(60)
        await account(auth)
        guesses = [
            begin(auth, password=f"wrong {number}", headers=from_address(f"203.0.{number}.7")) for number in range(100)
        ]
        answers = await asyncio.gather(*guesses)
        assert {answer.status_code for answer in answers} == {401}
        ((in_a_row,),) = await auth.rows("SELECT in_a_row FROM wrong_passwords")
        assert in_a_row == 5


async def test_the_address_that_was_tried_is_not_kept(auth: World) -> None:
    await guess(auth, email=NOBODY)
    kept = await auth.rows("SELECT tried_on FROM wrong_passwords")
    assert NOBODY.encode() not in kept[0]["tried_on"]
    (line,) = await auth.rows("SELECT account_id, details::text FROM audit_trail")
    assert line["account_id"] is None
    assert NOBODY not in line["details"]


async def test_a_block_grows_to_an_hour_and_no_further(auth: World) -> None:
    now = auth.clock.at
    wrong, lasted = WrongPasswords(), []
    for _ in range(99):
        wrong = wrong.and_another(now)
        lasted.append((wrong.blocked_until or now) - now)
    assert lasted[:4] == [timedelta(0)] * 4
    assert lasted[4:10] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32)]
    assert set(lasted[10:]) == {timedelta(hours=1)}
