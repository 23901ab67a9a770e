"""Somebody knows the password and nothing else: the owner still gets in where they have been, and is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
from accounts import ACCOUNT, EMAIL, THIEFS_PHONE, account, ask_for_phone, identity
from auth_world import PASSWORD, World, cookie_in, settings, until_waiting_for_locks, world
from httpx import Response
from login_steps import begin, complete, from_address, log_in, other_than

from auth_svc.domain.limit_parameters import SMS_OF_ACCOUNT
from auth_svc.domain.parameters import WRONG_CODES_A_DAY
from auth_svc.domain.secrets import new_secret
from auth_svc.parts import Parts
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

LIMIT = "/problems/limit-reached"


async def known_browser(auth: World) -> Mapping[str, str]:
    """Log in completely; return what this browser sends from then on."""
    return device_of(await log_in(auth))


def device_of(answer: Response) -> dict[str, str]:
    return {"Cookie": f"__Host-device={cookie_in(answer, '__Host-device')}"}


async def guess(auth: World, wrong: int, *, headers: Mapping[str, str] | None = None) -> list[int]:
    """Begin a login and show wrong codes."""
    answer = await begin(auth, headers=headers)
    sent = dict(await auth.told())[Occasion.LOGIN_CODE_REQUESTED]
    login = answer.json()["login"]
    return [(await complete(auth, login, other_than(sent.code), headers=headers)).status_code for _ in range(wrong)]


async def use_up_text_messages(auth: World) -> None:
    """Begin logins without end, as who knows the password can, until the day has no more codes for them."""
    for _ in range(4):
        for _ in range(SMS_OF_ACCOUNT.most):
            await begin(auth)
        auth.clock.advance(SMS_OF_ACCOUNT.within)
    assert (await begin(auth)).json()["type"] == LIMIT
    await auth.told()


async def use_up_tries(auth: World) -> None:
    """Show wrong codes until the day has no more for them; the limits on messages are no hindrance here."""
    while not await auth.rows("SELECT FROM audit_trail WHERE details->>'limit' = 'wrong-codes-of-account'"):
        await guess(auth, 4)
        await auth.rows("DELETE FROM bucket WHERE name LIKE 'sms%' OR name = 'logins'")


async def test_who_knows_the_password_uses_up_no_text_messages_of_a_browser_that_was_used_before(auth: World) -> None:
    await account(auth)
    mine = await known_browser(auth)
    await use_up_text_messages(auth)

    assert (await log_in(auth, headers=mine)).status_code == 200


async def test_who_knows_the_password_uses_up_no_tries_of_a_browser_that_was_used_before(auth: World) -> None:
    await account(auth)
    mine = await known_browser(auth)
    await use_up_tries(auth)

    assert (await log_in(auth, headers=mine)).status_code == 200


async def test_browsers_that_are_not_known_share_the_tries_of_a_day(auth: World) -> None:
    await account(auth)
    await use_up_tries(auth)

    assert len(await auth.rows("SELECT FROM audit_trail WHERE what = 'code_refused'")) == WRONG_CODES_A_DAY


async def test_a_device_of_another_account_has_no_tries_of_its_own(auth: World) -> None:
    await account(auth)
    await account(auth, relation_number="654321", email="dief@example.net")
    first = await begin(auth, email="dief@example.net")
    sent = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    thiefs = device_of(await complete(auth, first.json()["login"], sent.code))
    await use_up_text_messages(auth)

    assert (await begin(auth, headers=thiefs)).json()["type"] == LIMIT


async def test_of_a_hundred_guesses_at_once_over_several_logins_thirty_are_tried(database: str) -> None:
    async with world(database, api_concurrency_per_address=200, api_concurrency=200) as auth:
        await account(auth)
        logins = []
        for _ in range(10):
            logins.append((await begin(auth)).json()["login"])
            await auth.rows("DELETE FROM bucket")
        codes = {contents.code for _, contents in await auth.told()}
        wrong = next(code for number in range(100) if (code := f"{number:06d}") not in codes)
        answers = await asyncio.gather(*(complete(auth, login, wrong) for login in logins for _ in range(10)))

        tried = await auth.rows("SELECT FROM audit_trail WHERE what = 'code_refused'")
        assert len(tried) == WRONG_CODES_A_DAY
        assert set(Counter(answer.status_code for answer in answers)) <= {401, 410, 429}


# The owner is told


async def test_five_wrong_codes_are_told_once_a_day(auth: World) -> None:
    await account(auth)
    assert await guess(auth, 4) == [401] * 4
    assert await auth.told() == []

    await guess(auth, 1)
    assert (await auth.only_told(Occasion.SECOND_STEP_FAILED)).email == EMAIL
    assert auth.events[-1].what is SecurityEvent.SECOND_STEP_FAILED

    auth.clock.advance(timedelta(hours=23))
    assert await guess(auth, 5) == [401] * 4 + [410]
    assert await auth.told() == []
    auth.clock.advance(timedelta(hours=1))
    assert await guess(auth, 5) == [401] * 4 + [410]
    await auth.only_told(Occasion.SECOND_STEP_FAILED)


async def test_a_code_that_is_right_tells_nobody_anything(auth: World) -> None:
    await account(auth)
    mine = await known_browser(auth)

    for _ in range(3):
        assert (await log_in(auth, headers=mine)).status_code == 200

    assert await auth.told() == []


# After a reset


async def reset(auth: World, chosen: str, headers: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Choose another password by a mailed link; return what this browser sends from then on."""
    await auth.client.post("/password-resets", json={"email": EMAIL})
    link = (await auth.only_told(Occasion.PASSWORD_RESET_REQUESTED)).link or ""
    answer = await auth.client.post(
        "/password-resets/completion", json={"link": link.partition("#")[2], "password": chosen}, headers=headers
    )
    assert answer.status_code == 204, answer.text
    await auth.only_told(Occasion.PASSWORD_CHANGED)
    return device_of(answer)


async def test_who_resets_the_password_where_they_have_been_gets_a_code(auth: World) -> None:
    await account(auth)
    mine = await known_browser(auth)
    await use_up_text_messages(auth)

    now = await reset(auth, "nog vier andere woorden", mine)

    assert now != mine, "whoever has copied the secret has nothing left"
    assert (await begin(auth, password="nog vier andere woorden", headers=mine)).status_code == 429
    assert (await begin(auth, password="nog vier andere woorden", headers=now)).status_code == 200


async def test_who_has_but_the_mailbox_gets_no_codes_of_their_own(auth: World) -> None:
    await account(auth)
    await use_up_text_messages(auth)

    thiefs = await reset(auth, PASSWORD)

    assert (await begin(auth, headers=thiefs)).json()["type"] == LIMIT


async def test_resets_give_a_browser_no_tries_anew(auth: World) -> None:
    await account(auth)
    mine = await known_browser(auth)
    for _ in range(3):
        await begin(auth, headers=mine)
    await auth.told()

    now = await reset(auth, PASSWORD, mine)

    assert (await begin(auth, headers=now)).json()["type"] == LIMIT


async def test_the_first_login_on_the_browser_that_has_reset_the_password_is_told(auth: World) -> None:
    await account(auth)
    await known_browser(auth)
    thiefs = await reset(auth, PASSWORD)

    assert (await log_in(auth, headers=thiefs)).status_code == 200

    assert (await auth.only_told(Occasion.NEW_DEVICE_USED)).email == EMAIL
    assert (await log_in(auth, headers=thiefs)).status_code == 200
    assert await auth.told() == []


# A token alone


@pytest.fixture
async def with_token(auth: World) -> World:
    """Somebody has got hold of an access token, not of a confirmed identity."""
    await account(auth)
    return auth


async def test_a_token_alone_uses_up_no_codes_to_new_numbers(with_token: World) -> None:
    auth = with_token
    for _ in range(10):
        answer = await auth.client.put(
            f"{ACCOUNT}/mobile-phone",
            json={"mobile_phone": THIEFS_PHONE, "confirmed_identity": new_secret().text},
            headers=auth.as_customer() | {"If-Match": "*"},
        )
        assert answer.status_code == 403

    ((account_id,),) = await auth.rows("SELECT account_id FROM account")
    assert (await ask_for_phone(auth, account_id, THIEFS_PHONE)).status_code == 202


async def test_an_outdated_view_of_the_account_uses_up_nothing(with_token: World) -> None:
    auth = with_token
    ((account_id,),) = await auth.rows("SELECT account_id FROM account")
    shown = await identity(auth, account_id)
    answer = await auth.client.put(
        f"{ACCOUNT}/mobile-phone",
        json={"mobile_phone": THIEFS_PHONE, "confirmed_identity": shown},
        headers=auth.as_customer() | {"If-Match": '"7"'},
    )

    assert answer.status_code == 412
    assert await auth.rows("SELECT FROM bucket") == []


# One network


async def test_while_a_password_is_looked_at_others_of_the_same_network_log_in(database: str) -> None:
    async with world(database, api_trusted_proxies="127.0.0.1", password_hashes_waiting=2) as auth:
        await account(auth)
        slow = Parts.of(settings("postgresql://nowhere")).digests.of("email", "traag@example.org")
        here, beside = from_address("203.0.113.7"), from_address("203.0.113.8")

        async with auth.running.pool.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO wrong_passwords VALUES ($1, 0, NULL, now())", slow)
            waits = asyncio.create_task(begin(auth, email="traag@example.org", headers=here))
            await until_waiting_for_locks(auth)
            for others in (here, beside):
                answer = await asyncio.wait_for(begin(auth, headers=others), timeout=5)
                assert answer.status_code == 200
        assert (await waits).status_code == 401
