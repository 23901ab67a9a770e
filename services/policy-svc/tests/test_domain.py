"""Periods of a policy, and what counts as a change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from contracts.policy import Home, HomeType, PolicyChanged, PolicyTerms
from contracts.vocabulary import Cover, Location
from policy_svc import domain

HOME = Home(
    postcode="6011RA",
    house_number="12",
    location=Location(latitude_microdegrees=51_190_000, longitude_microdegrees=5_790_000, accuracy_metres=25),
    home_type=HomeType.SEMI_DETACHED,
)
MARCH = datetime(2021, 3, 1, 9, tzinfo=UTC)
MAY = datetime(2021, 5, 3, 9, tzinfo=UTC)
ANNA = UUID("0198c5f0-1111-7aaa-8bbb-123456789abc")


def terms(effective_on: str, ends_on: str | None = None, *, recorded_at: datetime = MARCH) -> PolicyTerms:
    return PolicyTerms(
        effective_on=date.fromisoformat(effective_on),
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
        recorded_at=recorded_at,
        home=HOME,
        covers=(Cover.BUILDINGS,),
        deductible_cents=25_000,
        product_version="home-2021.1",
    )


@pytest.mark.parametrize(
    "periods",
    [
        [terms("2019-04-01")],
        [terms("2019-04-01", "2020-04-01")],
        [terms("2019-04-01", "2020-04-01"), terms("2020-04-01")],
        [terms("2019-04-01", "2020-04-01"), terms("2020-06-01", "2020-06-02"), terms("2021-01-01")],
    ],
    ids=["open", "ended", "followed at once", "with gaps"],
)
def test_periods_that_follow_each_other_are_consistent(periods: list[PolicyTerms]) -> None:
    assert domain.contradiction_in(periods) is None


@pytest.mark.parametrize(
    ("periods", "complaint"),
    [
        ([terms("2019-04-01", "2019-04-01")], "the terms from 2019-04-01 end on 2019-04-01: the end must be later"),
        (
            [terms("2020-04-01"), terms("2019-04-01", "2020-04-01")],
            "the terms from 2019-04-01 come after those from 2020-04-01: sort them by date",
        ),
        (
            [terms("2019-04-01"), terms("2020-04-01")],
            "the terms from 2019-04-01 have no end, but others follow from 2020-04-01",
        ),
        (
            [terms("2019-04-01", "2020-04-02"), terms("2020-04-01")],
            "the terms from 2020-04-01 begin before those until 2020-04-02 have ended",
        ),
        (
            [terms("2019-04-01", "2020-04-01"), terms("2019-04-01", "2020-04-01")],
            "the terms from 2019-04-01 begin before those until 2020-04-01 have ended",
        ),
    ],
    ids=["empty period", "out of order", "open one in the middle", "overlap", "twice the same"],
)
def test_periods_that_contradict_each_other_are_told_apart(periods: list[PolicyTerms], complaint: str) -> None:
    assert domain.contradiction_in(periods) == complaint


def test_a_policy_nobody_knew_begins_with_version_1() -> None:
    state = domain.next_state(None, policy_number="123456-531-04", customer_id=ANNA, wanted=[terms("2019-04-01")])
    assert state == PolicyChanged(
        policy_number="123456-531-04", version=1, customer_id=ANNA, terms=(terms("2019-04-01"),)
    )


def test_the_same_terms_told_later_are_no_change() -> None:
    known = PolicyChanged(policy_number="123456-531-04", version=3, customer_id=ANNA, terms=(terms("2019-04-01"),))
    again = terms("2019-04-01", recorded_at=MAY)
    assert domain.next_state(known, policy_number="123456-531-04", customer_id=ANNA, wanted=[again]) is None


def test_terms_that_stay_keep_the_moment_they_were_recorded_and_new_ones_get_theirs() -> None:
    first, second = terms("2018-04-01", "2019-04-01"), terms("2019-04-01")
    known = PolicyChanged(policy_number="123456-531-04", version=3, customer_id=ANNA, terms=(first, second))
    wanted = [
        terms("2018-04-01", "2019-04-01", recorded_at=MAY),
        terms("2019-04-01", "2021-06-01", recorded_at=MAY),
        terms("2021-06-01", recorded_at=MAY),
    ]
    state = domain.next_state(known, policy_number="123456-531-04", customer_id=ANNA, wanted=wanted)
    assert state is not None
    assert state.version == 4
    assert [period.recorded_at for period in state.terms] == [MARCH, MAY, MAY]


@pytest.mark.parametrize(("policy_number", "relation_number"), [("123456-531-04", "123456"), ("7-001-01", "7")])
def test_the_relation_number_is_what_stands_before_the_first_hyphen(policy_number: str, relation_number: str) -> None:
    assert domain.relation_number_of(policy_number) == relation_number
