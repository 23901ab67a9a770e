from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from accounts import EMAIL, PHONE, THIEFS_PHONE, account, undo
from argon2 import PasswordHasher
from auth_world import PASSWORD, World, cookie_in, settings, world
from login_steps import begin, begun, complete, from_address, log_in, other_than
from pyotp import TOTP

from auth_svc.domain.parameters import DEVICE_LIFETIME
from auth_svc.domain.secrets import digest_of
from auth_svc.parts import Parts
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

MASKED = "+31 6 ** ** ** 78"


async def test_password_and_code_open_a_session_on_a_device_that_is_remembered(auth: World) -> None:
    account_id = await account(auth)

    first = await begin(auth, email=EMAIL.upper())
    told = first.json()
    sent = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    answer = await complete(auth, told["login"], sent.code, headers={"User-Agent": "Firefox"})

    assert (told["next"], told["mobile_phone"], told["instead"]) == ("code", MASKED, [])
    assert (told["code_expires_at"], told["login_expires_at"]) == ("2026-11-27T09:05:00Z", "2026-11-27T09:15:00Z")
    assert sent.mobile_phone == PHONE
    assert (answer.status_code, answer.json()) == (200, {"confirmed_identity": None})
    ((session, device),) = await auth.rows("SELECT session, device FROM session JOIN device USING (device_id)")
    assert session["digest"] == digest_of(cookie_in(answer, "__Host-session"))
    assert device["digest"] == digest_of(cookie_in(answer, "__Host-device"))
    assert (session["account_id"], session["methods"]) == (account_id, ["password", "sms"])
    assert session["expires_at"] - session["began_at"] == timedelta(hours=24)
    assert (device["name"], device["expires_at"]) == ("Firefox", auth.clock.at + DEVICE_LIFETIME)
    assert await auth.told() == []
    assert [event.what for event in auth.events] == [
        SecurityEvent.CODE_SENT,
        SecurityEvent.DEVICE_REMEMBERED,
        SecurityEvent.LOGIN_SUCCEEDED,
    ]


async def test_the_cookies_are_for_this_host_alone_and_not_for_scripts(auth: World) -> None:
    await account(auth)
    for header in (await log_in(auth)).headers.get_list("set-cookie"):
        attributes = {part.strip().lower() for part in header.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


async def test_the_customer_is_told_of_a_device_that_is_not_known_but_not_at_the_first_login(auth: World) -> None:
    await account(auth)
    first = await log_in(auth)
    assert await auth.told() == []
    known = {"Cookie": f"__Host-device={cookie_in(first, '__Host-device')}"}

    again = await log_in(auth, headers=known)
    assert await auth.told() == []
    assert cookie_in(again, "__Host-device") == cookie_in(first, "__Host-device")  # which is kept for 90 days from now

    await log_in(auth)
    assert (await auth.only_told(Occasion.NEW_DEVICE_USED)).email == EMAIL


async def test_a_login_ends_the_session_that_the_browser_had(auth: World) -> None:
    await account(auth)
    before = cookie_in(await log_in(auth), "__Host-session")
    after = await log_in(auth, headers={"Cookie": f"__Host-session={before}"})
    (session,) = await auth.rows("SELECT digest FROM session")
    assert session["digest"] == digest_of(cookie_in(after, "__Host-session"))


async def test_another_site_can_neither_begin_nor_finish_a_login(auth: World) -> None:
    await account(auth)
    login, sent = await begun(auth)
    elsewhere = {"Origin": "https://evil.example.net", "Sec-Fetch-Site": "cross-site"}
    assert (await begin(auth, headers=elsewhere)).status_code == 403
    assert (await complete(auth, login, sent.code, headers=elsewhere)).status_code == 403


async def test_who_is_confirmed_gets_a_secret_for_one_change_and_no_session(auth: World) -> None:
    account_id = await account(auth)
    answer = await log_in(auth, purpose="confirm_identity")
    assert answer.headers.get_list("set-cookie") == []
    (kept,) = await auth.rows("SELECT digest, account_id, expires_at FROM confirmed_identity")
    assert kept["digest"] == digest_of(answer.json()["confirmed_identity"])
    assert (kept["account_id"], kept["expires_at"]) == (account_id, auth.clock.at + timedelta(minutes=10))
    assert await auth.rows("SELECT 1 FROM session") == []
    await auth.told()
    assert auth.events[-1].what is SecurityEvent.IDENTITY_CONFIRMED


# Codes


async def test_a_code_is_used_once(auth: World) -> None:
    await account(auth)
    login, sent = await begun(auth)
    assert (await complete(auth, login, sent.code)).status_code == 200
    assert (await complete(auth, login, sent.code)).status_code == 410


async def test_a_code_is_worth_nothing_for_another_login(auth: World) -> None:
    await account(auth)
    first, sent = await begun(auth)
    second, _ = await begun(auth)
    assert (await complete(auth, second, sent.code)).status_code == 401
    assert (await complete(auth, first, sent.code)).status_code == 200


async def test_a_code_is_good_for_five_minutes(auth: World) -> None:
    await account(auth)
    login, sent = await begun(auth)
    auth.clock.advance(timedelta(minutes=5))
    assert (await complete(auth, login, sent.code)).status_code == 401


async def test_a_login_is_over_after_a_quarter_of_an_hour(auth: World) -> None:
    await account(auth)
    login, sent = await begun(auth)
    auth.clock.advance(timedelta(minutes=15))
    assert (await complete(auth, login, sent.code)).status_code == 410


async def test_a_new_code_replaces_the_one_before_and_there_are_three(auth: World) -> None:
    await account(auth)
    login, first = await begun(auth)
    assert (await auth.client.post("/logins/codes", json={"login": login})).status_code == 200
    second = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    assert (await auth.client.post("/logins/codes", json={"login": login})).status_code == 200
    await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    refused = await auth.client.post("/logins/codes", json={"login": login})

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert (await complete(auth, login, first.code)).status_code == 401
    assert (await complete(auth, login, second.code)).status_code == 401


async def test_a_new_code_gives_no_further_tries(auth: World) -> None:
    await account(auth)
    login, sent = await begun(auth)
    wrong = [(await complete(auth, login, other_than(sent.code))).status_code for _ in range(3)]
    await auth.client.post("/logins/codes", json={"login": login})
    newest = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    wrong += [(await complete(auth, login, other_than(newest.code))).status_code for _ in range(2)]

    assert wrong == [401, 401, 401, 401, 410]
    assert (await complete(auth, login, newest.code)).status_code == 410


async def test_of_a_hundred_uses_of_a_code_at_once_one_succeeds(database: str) -> None:
    async with world(database, api_concurrency_per_address=200, api_concurrency=200) as auth:
        await account(auth)
        login, sent = await begun(auth)
        answers = await asyncio.gather(*(complete(auth, login, sent.code) for _ in range(100)))
        counted = Counter(answer.status_code for answer in answers)
        assert counted[200] == 1
        assert set(counted) <= {200, 410, 429}
        assert len(await auth.rows("SELECT 1 FROM session")) == 1


async def test_a_suspended_account_takes_no_code(auth: World) -> None:
    await account(auth)
    login, sent = await begun(auth)
    await auth.rows("UPDATE account SET suspended_at = activated_at")
    assert (await complete(auth, login, sent.code)).status_code == 410


async def test_neither_code_nor_secret_of_a_login_stands_in_the_database(auth: World) -> None:
    await account(auth)
    login, sent = await begun(auth)
    kept = str([dict(row) for row in await auth.rows("SELECT * FROM login")])
    assert login not in kept
    assert f"{sent.code}" not in kept
    assert digest_of(sent.code or "") != (await auth.rows("SELECT code_digest FROM login"))[0]["code_digest"]


# The first login


@pytest.fixture
async def first(auth: World) -> World:
    """The customer has an account, and no code has ever reached its number."""
    await account(auth)
    await auth.rows("UPDATE account SET mobile_phone_confirmed = false")
    return auth


async def choose(auth: World, login: str, number: str | None) -> int:
    return (await auth.client.post("/logins/phone", json={"login": login, "mobile_phone": number})).status_code


async def test_the_first_code_goes_where_the_customer_says_and_confirms_the_number_we_know(first: World) -> None:
    told = (await begin(first)).json()
    assert (told["next"], told["mobile_phone"], told["code_expires_at"]) == ("choose_phone", MASKED, None)
    assert await first.told() == []

    assert await choose(first, told["login"], None) == 200
    sent = await first.only_told(Occasion.LOGIN_CODE_REQUESTED)
    assert sent.mobile_phone == PHONE
    assert (await complete(first, told["login"], sent.code)).status_code == 200

    assert await first.told() == []
    (stored,) = await first.rows("SELECT mobile_phone, mobile_phone_confirmed FROM account")
    assert tuple(stored) == (PHONE, True)
    assert (await begin(first)).json()["next"] == "code"


async def test_who_has_the_number_we_know_is_told_when_another_is_confirmed_and_can_undo_it(first: World) -> None:
    told = (await begin(first)).json()
    assert await choose(first, told["login"], "06-87654321") == 200
    sent = await first.only_told(Occasion.LOGIN_CODE_REQUESTED)
    assert sent.mobile_phone == THIEFS_PHONE
    assert (await complete(first, told["login"], sent.code)).status_code == 200

    messages = dict(await first.told())
    assert set(messages) == {Occasion.MOBILE_PHONE_LEFT, Occasion.MOBILE_PHONE_CHANGED}
    assert messages[Occasion.MOBILE_PHONE_LEFT].mobile_phone == PHONE
    assert messages[Occasion.MOBILE_PHONE_CHANGED].email == EMAIL
    assert (await first.rows("SELECT mobile_phone FROM account"))[0][0] == THIEFS_PHONE

    assert await undo(first, messages[Occasion.MOBILE_PHONE_CHANGED]) == 200
    (stored,) = await first.rows("SELECT mobile_phone, mobile_phone_confirmed FROM account")
    assert tuple(stored) == (PHONE, False)


async def test_without_any_number_the_customer_is_told_whom_to_call(first: World) -> None:
    await first.rows("UPDATE account SET mobile_phone = NULL")
    told = (await begin(first)).json()
    answer = await first.client.post("/logins/phone", json={"login": told["login"], "mobile_phone": None})
    assert (told["mobile_phone"], answer.status_code) == (None, 409)
    assert "088 000 00 00" in answer.json()["detail"]
    assert await choose(first, told["login"], "+31 6 1234 5678") == 200


@pytest.mark.parametrize("number", ["0201234567", "+447700900123", "+882123456789", "112", "geen"])
async def test_numbers_that_get_no_text_messages_are_refused(first: World, number: str) -> None:
    assert await choose(first, (await begin(first)).json()["login"], number) == 422
    assert await first.told() == []


async def test_a_confirmed_number_is_not_chosen_again(auth: World) -> None:
    await account(auth)
    login, _ = await begun(auth)
    assert await choose(auth, login, THIEFS_PHONE) == 409
    assert await auth.told() == []


async def test_of_two_first_logins_the_second_cannot_take_another_number_any_more(first: World) -> None:
    one, other = (await begin(first)).json()["login"], (await begin(first)).json()["login"]
    assert await choose(first, one, None) == 200
    known = await first.only_told(Occasion.LOGIN_CODE_REQUESTED)
    assert await choose(first, other, THIEFS_PHONE) == 200
    thiefs = await first.only_told(Occasion.LOGIN_CODE_REQUESTED)

    assert (await complete(first, one, known.code)).status_code == 200
    assert (await complete(first, other, thiefs.code)).status_code == 410
    assert (await first.rows("SELECT mobile_phone FROM account"))[0][0] == PHONE


# Authenticator apps


async def with_app(auth: World) -> TOTP:
    """Give the account an app."""
    await account(auth)
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    sealed = Parts.of(settings("postgresql://unused")).storage.seal(secret.encode())
    await auth.rows("UPDATE account SET totp_secret = $1, totp_added_at = activated_at", sealed)
    return TOTP(secret)


async def test_who_has_an_app_shows_its_code_and_gets_no_message(auth: World) -> None:
    app = await with_app(auth)
    told = (await begin(auth)).json()
    assert (told["next"], told["instead"]) == ("totp", ["code"])
    assert await auth.told() == []
    assert (await complete(auth, told["login"], other_than(app.at(auth.clock.at)))).status_code == 401
    assert (await complete(auth, told["login"], app.at(auth.clock.at))).status_code == 200
    assert (await auth.rows("SELECT methods FROM session"))[0]["methods"] == ["password", "totp"]


async def test_who_has_an_app_may_ask_for_a_message_instead(auth: World) -> None:
    await with_app(auth)
    login = (await begin(auth)).json()["login"]
    assert (await auth.client.post("/logins/codes", json={"login": login})).json()["next"] == "code"
    sent = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    assert (await complete(auth, login, sent.code)).status_code == 200


async def test_staff_get_no_messages(auth: World) -> None:
    await with_app(auth)
    await auth.rows(
        """
        UPDATE account SET role = 'operator', relation_number = NULL, customer_id = NULL, mobile_phone = NULL,
                           mobile_phone_confirmed = false
        """
    )
    told = (await begin(auth)).json()
    assert (told["next"], told["mobile_phone"], told["instead"]) == ("totp", None, [])
    assert (await auth.client.post("/logins/codes", json={"login": told["login"]})).status_code == 409


# Passwords


@pytest.mark.usefixtures("hashes_at_full_cost")
async def test_a_password_hashed_by_old_parameters_is_hashed_anew(auth: World) -> None:
    await account(auth)
    old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    await auth.rows("UPDATE account SET password_hash = $1", old)
    assert (await begin(auth)).status_code == 200
    ((stored,),) = await auth.rows("SELECT password_hash FROM account")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await begin(auth)).status_code == 200
    assert (await auth.rows("SELECT password_hash FROM account"))[0][0] == stored


@pytest.mark.usefixtures("hashes_at_full_cost")
async def test_more_logins_than_are_hashed_soon_are_told_to_come_back(database: str) -> None:
    async with world(database, password_hashes_at_once=1, password_hashes_waiting=0) as auth:
        answers = await asyncio.gather(*(begin(auth, email=f"{number}@example.org") for number in range(8)))
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert {answer.json()["type"] for answer in refused} == {"/problems/busy"}
        assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
        assert (await begin(auth)).status_code == 401


async def test_logins_from_one_address_are_limited(database: str) -> None:
    async with world(database, api_trusted_proxies="127.0.0.1") as auth:
        await account(auth)
        here, there = from_address("203.0.113.7"), from_address("198.51.100.7")
        for number in range(30):
            await begin(auth, email=f"{number}@example.org", headers=here)
        assert (await begin(auth, headers=here)).json()["type"] == "/problems/limit-reached"
        assert (await begin(auth, headers=there)).status_code == 200
