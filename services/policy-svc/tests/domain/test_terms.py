from __future__ import annotations

import pytest
from domain.policy_periods import terms

from contracts.policy import PolicyTerms
from policy_svc.domain.terms import contradiction_in


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
    assert contradiction_in(periods) is None


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
def test_each_contradiction_has_a_sentence_of_its_own(periods: list[PolicyTerms], complaint: str) -> None:
    assert contradiction_in(periods) == complaint
