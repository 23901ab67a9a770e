from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from domain.policy_periods import MARCH, MAY, terms

from contracts.policy import PolicyChanged, PolicyKind
from policy_svc.domain.policy import free_policy_number, next_version, relation_number_of

ANNA = UUID("0198c5f0-1111-7aaa-8bbb-123456789abc")


def test_a_new_policy_begins_with_version_1() -> None:
    policy = next_version(
        None, policy_number="123456-531-04", customer_id=ANNA, kind=PolicyKind.CONTENTS, wanted=[terms("2019-04-01")]
    )
    assert policy == PolicyChanged(
        policy_number="123456-531-04",
        version=1,
        customer_id=ANNA,
        kind=PolicyKind.CONTENTS,
        terms=(terms("2019-04-01"),),
    )


def test_the_same_terms_imported_later_are_no_change() -> None:
    known = PolicyChanged(policy_number="123456-531-04", version=3, customer_id=ANNA, terms=(terms("2019-04-01"),))
    again = terms("2019-04-01", recorded_at=MAY)
    assert (
        next_version(known, policy_number="123456-531-04", customer_id=ANNA, kind=PolicyKind.BUILDINGS, wanted=[again])
        is None
    )


def test_terms_that_stay_keep_the_moment_they_were_recorded_and_new_ones_get_theirs() -> None:
    first, second = terms("2018-04-01", "2019-04-01"), terms("2019-04-01")
    known = PolicyChanged(policy_number="123456-531-04", version=3, customer_id=ANNA, terms=(first, second))
    wanted = [
        terms("2018-04-01", "2019-04-01", recorded_at=MAY),
        terms("2019-04-01", "2021-06-01", recorded_at=MAY),
        terms("2021-06-01", recorded_at=MAY),
    ]
    policy = next_version(
        known, policy_number="123456-531-04", customer_id=ANNA, kind=PolicyKind.BUILDINGS, wanted=wanted
    )
    assert policy is not None
    assert policy.version == 4
    assert [(period.ends_on, period.recorded_at) for period in policy.terms] == [
        (date(2019, 4, 1), MARCH),
        (date(2021, 6, 1), MAY),
        (None, MAY),
    ]


@pytest.mark.parametrize(("policy_number", "relation_number"), [("123456-531-04", "123456"), ("7-001-01", "7")])
def test_the_relation_number_is_what_stands_before_the_first_hyphen(policy_number: str, relation_number: str) -> None:
    assert relation_number_of(policy_number) == relation_number


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        (set(), "123456-531-50"),
        ({"123456-531-01", "123456-531-04", "123456-532-77", "1234567-531-60"}, "123456-531-50"),
        ({"123456-531-50", "123456-531-52"}, "123456-531-53"),
        ({"123456-531-98"}, "123456-531-99"),
        ({"123456-531-99"}, None),
    ],
)
def test_a_policy_taken_out_here_has_a_number_of_our_own_above_every_other(taken: set[str], free: str | None) -> None:
    assert free_policy_number("123456", "531", taken=taken) == free
