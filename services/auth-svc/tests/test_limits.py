"""Limits hold across instances and restarts; nothing is taken when one is used up; no window sees more than that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from auth_world import NOW, World, settings, world
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from auth_svc.domain.limit_parameters import LOGINS, SMS_OF_ACCOUNT, SMS_TO_NEW_NUMBER
from auth_svc.domain.networks import networks_of
from auth_svc.domain.origin import Origin
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.sliding_windows import Window, number_in, still_counted, wait_for_one, with_one_more
from auth_svc.flows.limits import Take, login_takes, sms_takes, take
from auth_svc.parts import Parts

HOUR = timedelta(hours=1)
TEN_AN_HOUR = Take("tests", "whose", 10, HOUR)
HOME = Origin(address="192.0.2.7")


async def taken(auth: World, *takes: Take) -> Refusal | None:
    """Take in a transaction of its own, which is committed whatever comes of it."""
    parts = Parts.of(settings("postgresql://nowhere"))
    async with auth.running.runtime.transaction() as work:
        return await take(work, parts, takes, origin=HOME)


async def how_many(auth: World, *takes: Take, most: int = 100) -> int:
    """Take until it is refused; return how often it was not."""
    for count in range(most):
        if await taken(auth, *takes):
            return count
    return most


async def lines(auth: World) -> Sequence[str]:
    """What the trail tells of limits."""
    rows = await auth.rows("SELECT details->>'limit' AS name FROM audit_trail WHERE what = 'limit_reached' ORDER BY 1")
    return [row["name"] for row in rows]


async def test_as_many_as_a_limit_allows_are_taken_and_the_next_is_told_how_long_to_wait(auth: World) -> None:
    assert await how_many(auth, TEN_AN_HOUR) == 10
    assert await taken(auth, TEN_AN_HOUR) == Refusal(Reason.TOO_MANY, HOUR)


async def test_what_was_taken_counts_for_its_time_and_not_longer(auth: World) -> None:
    for _ in range(4):
        await taken(auth, TEN_AN_HOUR)
    auth.clock.advance(timedelta(minutes=40))
    assert await how_many(auth, TEN_AN_HOUR) == 6

    auth.clock.advance(timedelta(minutes=20))
    assert await how_many(auth, TEN_AN_HOUR) == 4

    auth.clock.advance(timedelta(days=30))
    assert await how_many(auth, TEN_AN_HOUR) == 10


async def test_who_is_refused_again_and_again_waits_no_longer_for_it(auth: World) -> None:
    once_a_day = Take("tests", "whose", 1, timedelta(days=1))
    assert await taken(auth, once_a_day) is None

    for _ in range(24):
        auth.clock.advance(HOUR - timedelta(seconds=1))
        assert await taken(auth, once_a_day) is not None
    auth.clock.advance(timedelta(seconds=24))

    assert await taken(auth, once_a_day) is None


async def test_when_one_bucket_has_no_room_nothing_is_taken_from_the_others(auth: World) -> None:
    one = Take("one", "whose", 1, HOUR)
    assert await taken(auth, one) is None

    for _ in range(20):
        assert await taken(auth, TEN_AN_HOUR, one) is not None

    assert await how_many(auth, TEN_AN_HOUR) == 10


async def test_a_restart_forgets_no_limit(database: str) -> None:
    async with world(database) as before:
        await how_many(before, TEN_AN_HOUR)

    async with world(database) as after:
        assert await taken(after, TEN_AN_HOUR) is not None


async def test_fifty_at_once_on_two_instances_take_no_more_than_there_is(database: str) -> None:
    other = Take("another", "whose", 100, HOUR)
    async with world(database) as first, world(database) as second:
        answers = await asyncio.gather(
            *(
                taken(auth, *((TEN_AN_HOUR, other) if number % 2 else (other, TEN_AN_HOUR)))
                for number in range(25)
                for auth in (first, second)
            )
        )

        assert answers.count(None) == 10
        assert await how_many(first, other) == 90


async def test_a_flood_of_refusals_puts_one_line_on_record_until_what_was_taken_is_over(auth: World) -> None:
    await how_many(auth, TEN_AN_HOUR)
    for _ in range(20):
        await taken(auth, TEN_AN_HOUR)
    assert await lines(auth) == ["tests"]

    auth.clock.advance(HOUR)
    await how_many(auth, TEN_AN_HOUR)

    assert await lines(auth) == ["tests", "tests"]


async def test_of_whom_a_bucket_is_the_database_does_not_know(auth: World) -> None:
    await taken(auth, Take("mails-to-address", "j.voorbeeld@example.org", 1, HOUR))

    (row,) = await auth.rows("SELECT key FROM bucket")
    assert len(row["key"]) == 32
    assert b"voorbeeld" not in row["key"]


async def test_one_address_is_stopped_before_its_network_and_the_network_before_the_rest(auth: World) -> None:
    assert await how_many(auth, *login_takes(Origin(address="192.0.2.7"))) == LOGINS.most

    others = [await how_many(auth, *login_takes(Origin(address=f"192.0.2.{last}"))) for last in range(10, 16)]

    assert sum(others) == 4 * LOGINS.most, "five times as many for the whole /24"
    assert await taken(auth, *login_takes(Origin(address="198.51.100.1"))) is None


async def test_another_address_of_the_same_home_is_the_same_home(auth: World) -> None:
    await how_many(auth, *login_takes(Origin(address="2001:db8:1:2::1")))

    assert await taken(auth, *login_takes(Origin(address="2001:db8:1:2:ffff::9"))) is not None
    assert await taken(auth, *login_takes(Origin(address="2001:db8:1:3::1"))) is None


async def test_codes_a_stranger_sends_to_my_number_are_none_of_mine(auth: World) -> None:
    parts, me, stranger, number = Parts.of(settings("postgresql://nowhere")), uuid7(), uuid7(), "+31612345678"
    theirs = sms_takes(parts, stranger, number, is_bound=False, origin=HOME)
    mine = sms_takes(parts, me, number, is_bound=True, origin=HOME)

    assert await how_many(auth, *theirs) == SMS_TO_NEW_NUMBER.most
    assert await how_many(auth, *mine) == SMS_OF_ACCOUNT.most


async def test_customers_behind_one_address_of_a_mobile_carrier_do_not_use_up_each_others_codes(auth: World) -> None:
    parts = Parts.of(settings("postgresql://nowhere"))
    codes = [sms_takes(parts, uuid7(), f"+316123456{last}", is_bound=True, origin=HOME) for last in range(10, 90)]

    assert [await taken(auth, *each) for each in codes] == [None] * len(codes)


async def test_a_day_costs_no_more_text_messages_than_the_setting_says(auth: World) -> None:
    parts = Parts.of(settings("postgresql://nowhere", sms_a_day=2))
    takes = [
        sms_takes(parts, uuid7(), f"+3161234567{last}", is_bound=True, origin=Origin(address=f"10.0.{last}.1"))
        for last in range(3)
    ]

    assert [await taken(auth, *each) is None for each in takes] == [True, True, False]


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("192.0.2.7", ["192.0.2.7/32", "192.0.2.0/24"]),
        ("::ffff:192.0.2.7", ["192.0.2.7/32", "192.0.2.0/24"]),
        ("2001:db8:1:2ff::1", ["2001:db8:1:2ff::/64", "2001:db8:1:200::/56", "2001:db8:1::/48"]),
        ("fe80::1%eth0", ["fe80::/64", "fe80::/56", "fe80::/48"]),
        ("", ["unknown"]),
    ],
)
def test_an_address_belongs_to_its_networks(address: str, networks: list[str]) -> None:
    assert [network.name for network in networks_of(address)] == networks


@given(
    most=st.integers(min_value=1, max_value=200),
    pauses=st.lists(st.one_of(st.just(0), st.integers(min_value=0, max_value=700)), max_size=600),
)
def test_no_window_of_the_time_ever_sees_more_than_may_be_taken(most: int, pauses: list[int]) -> None:
    within, now, window, taken_at = timedelta(seconds=1_000), NOW, Window(), list[datetime]()
    for pause in pauses:
        now += timedelta(seconds=pause / most)
        window = still_counted(window, now)
        wait = wait_for_one(window, now, most=most)
        if not wait:
            window = with_one_more(window, now, most=most, within=within)
            taken_at.append(now)
        assert number_in(still_counted(window, now + wait)) <= most - bool(wait), "who has waited may take one"
        assert wait <= within + within / 60
    for at in taken_at:
        assert sum(at <= other < at + within for other in taken_at) <= most


@given(pauses=st.lists(st.integers(min_value=0, max_value=40), max_size=200))
def test_up_to_sixty_are_counted_exactly(pauses: list[int]) -> None:
    most, within, now, window, taken_at = 30, timedelta(seconds=300), NOW, Window(), list[datetime]()
    for pause in pauses:
        now += timedelta(seconds=pause)
        window = still_counted(window, now)
        has_room = sum(now - within < at for at in taken_at) < most
        assert (wait_for_one(window, now, most=most) == timedelta(0)) is has_room
        if has_room:
            window = with_one_more(window, now, most=most, within=within)
            taken_at.append(now)


def test_a_row_does_not_grow_with_what_is_taken_of_many() -> None:
    window = Window()
    for second in range(3_600):
        now = NOW + timedelta(seconds=second)
        window = with_one_more(still_counted(window, now), now, most=5_000, within=HOUR)

    assert number_in(window) == 3_600
    assert len(window) <= 61


def test_a_clock_that_was_set_back_lets_nobody_take_more() -> None:
    window = with_one_more((), NOW, most=2, within=HOUR)
    window = with_one_more(window, NOW - HOUR, most=2, within=HOUR)

    assert wait_for_one(window, NOW - HOUR, most=2) == 2 * HOUR


async def test_who_tries_clients_without_end_is_told_to_wait_by_http(auth: World) -> None:
    secret = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "guess"}

    answers = [await auth.client.post("/oauth/token", data=secret) for _ in range(61)]

    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
