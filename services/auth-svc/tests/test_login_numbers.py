"""Numbers of docs/login.md that no story shows: secrets, hashes, and limits over a day."""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from time import perf_counter

import pytest
from accounts import account
from auth_world import World, settings
from login_steps import begun, complete, log_in, other_than
from uuid_utils.compat import uuid4

from auth_svc.domain.origin import Origin
from auth_svc.domain.secrets import new_code, new_secret
from auth_svc.flows.limits import Take, sms_takes, take, wrong_code_takes
from auth_svc.parts import Parts
from auth_svc.passwords import Passwords

_HOST = count(1)
DAY = timedelta(days=1)


def somewhere() -> Origin:
    """Return an address in a network that nobody has used before."""
    return Origin(address=f"10.{next(_HOST) // 250}.{next(_HOST) % 250}.1")


async def until_refused(auth: World, takes: Callable[[int], Sequence[Take]], *, most: int = 1_000) -> int:
    """Take again and again; return how often it was granted."""
    parts = Parts.of(settings("postgresql://nowhere"))
    for number in range(most):
        async with auth.running.runtime.transaction() as work:
            if await take(work, parts, takes(number)):
                return number
    return most


@pytest.mark.usefixtures("hashes_at_full_cost")
async def test_a_password_is_hashed_by_argon2id_with_19_mib_two_rounds_and_a_salt_of_128_bits() -> None:
    passwords = Passwords(at_once=1, waiting=0)

    began = perf_counter()
    stored = await passwords.hash("vier woorden zonder verband")
    took = perf_counter() - began

    _, algorithm, version, parameters, salt, _ = stored.split("$")
    assert (algorithm, version, parameters) == ("argon2id", "v=19", "m=19456,t=2,p=1")
    assert len(b64decode(salt + "==")) * 8 == 128
    assert await passwords.hash("vier woorden zonder verband") != stored
    assert took < 1


@pytest.mark.parametrize("other", ["x" * 127 + "y", "x" * 127, "x" * 129, "X" + "x" * 127, "x" * 72])
async def test_the_whole_password_counts_to_its_last_character_and_as_it_was_typed(other: str) -> None:
    passwords = Passwords(at_once=1, waiting=0)
    stored = await passwords.hash("x" * 128)

    assert await passwords.matches("x" * 128, stored)
    assert not await passwords.matches(other, stored)


def test_a_secret_holds_256_bits_and_never_comes_twice() -> None:
    made = {new_secret().text for _ in range(1_000)}

    assert len(made) == 1_000
    assert {len(urlsafe_b64decode(text + "=")) * 8 for text in made} == {256}


def test_a_code_has_six_digits_each_of_which_can_be_any() -> None:
    made = [new_code() for _ in range(2_000)]

    assert all(re.fullmatch(r"[0-9]{6}", code) for code in made)
    assert all({code[place] for code in made} == set("0123456789") for place in range(6))
    assert len(set(made)) > 1_900


async def test_an_account_takes_thirty_wrong_codes_a_day_over_all_its_logins(auth: World) -> None:
    account_id = uuid4()
    assert await until_refused(auth, lambda _: wrong_code_takes(account_id)) == 30
    auth.clock.advance(DAY)
    assert await until_refused(auth, lambda _: wrong_code_takes(account_id)) == 30


async def test_who_logs_in_anew_for_more_tries_is_stopped_by_the_day(auth: World) -> None:
    account_id = await account(auth)
    await until_refused(auth, lambda _: wrong_code_takes(account_id), most=29)
    login, sent = await begun(auth)
    assert (await complete(auth, login, other_than(sent.code))).status_code == 401

    assert (await complete(auth, login, sent.code)).json()["type"] == "/problems/limit-reached"


async def test_codes_that_are_right_use_up_nothing(auth: World) -> None:
    account_id = await account(auth)
    await until_refused(auth, lambda _: wrong_code_takes(account_id), most=29)

    for _ in range(2):
        assert (await log_in(auth)).status_code == 200
        await auth.told()
    login, sent = await begun(auth)
    assert (await complete(auth, login, other_than(sent.code))).status_code == 401


async def test_an_account_is_sent_three_codes_a_quarter_of_an_hour_and_ten_a_day(auth: World) -> None:
    parts, account_id = Parts.of(settings("postgresql://nowhere")), uuid4()

    def to_the_number_it_has(_: int) -> Sequence[Take]:
        return sms_takes(parts, account_id, "+31612345678", is_bound=True, origin=somewhere())

    sent = []
    for _ in range(6):
        sent.append(await until_refused(auth, to_the_number_it_has))
        auth.clock.advance(timedelta(minutes=15))

    assert sent[0] == 3
    assert sum(sent) == 10


async def test_however_many_browsers_log_in_an_account_is_sent_thirty_codes_a_day_to_all_of_them(auth: World) -> None:
    parts, account_id = Parts.of(settings("postgresql://nowhere")), uuid4()

    def to_another_browser(_: int) -> Sequence[Take]:
        return sms_takes(parts, account_id, "+31612345678", is_bound=True, origin=somewhere(), device_id=uuid4())

    sent = []
    for _ in range(6):
        sent.append(await until_refused(auth, to_another_browser))
        auth.clock.advance(timedelta(minutes=15))

    assert sent[0] == 9
    assert sum(sent) == 30
    assert await until_refused(auth, lambda _: wrong_code_takes(account_id, uuid4())) == 90


async def test_a_new_number_is_sent_three_codes_a_day_and_an_account_tries_five_numbers(auth: World) -> None:
    parts, account_id = Parts.of(settings("postgresql://nowhere")), uuid4()

    def to_one_number(_: int) -> Sequence[Take]:
        return sms_takes(parts, uuid4(), "+31612345678", is_bound=False, origin=somewhere())

    def of_one_account(number: int) -> Sequence[Take]:
        return sms_takes(parts, account_id, f"+316{number:08d}", is_bound=False, origin=somewhere())

    assert await until_refused(auth, to_one_number) == 3
    assert await until_refused(auth, of_one_account) == 5


async def test_an_address_has_ten_codes_sent_an_hour_and_a_prefix_five_hundred_a_day(auth: World) -> None:
    parts, here = Parts.of(settings("postgresql://nowhere")), Origin(address="192.0.2.7")

    def from_one_address(number: int) -> Sequence[Take]:
        return sms_takes(parts, uuid4(), f"+32470{number:06d}", is_bound=False, origin=here)

    def to_one_prefix(number: int) -> Sequence[Take]:
        return sms_takes(parts, uuid4(), f"+31612{number:06d}", is_bound=False, origin=somewhere())

    assert await until_refused(auth, from_one_address) == 10
    assert await until_refused(auth, to_one_prefix) == 500


async def test_browsers_are_told_for_a_year_to_come_by_https_alone(auth: World) -> None:
    told = (await auth.client.get("/.well-known/jwks.json")).headers["Strict-Transport-Security"]

    found = re.match(r"max-age=(\d+)", told)
    assert found is not None
    assert int(found[1]) >= 365 * 24 * 60 * 60
