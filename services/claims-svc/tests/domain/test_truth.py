from __future__ import annotations

from itertools import product

import pytest

from claims_svc.domain.truth import all_of, any_of, negation
from contracts.vocabulary import Truth

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (TRUE, TRUE, TRUE, TRUE),
        (TRUE, FALSE, FALSE, TRUE),
        (TRUE, UNKNOWN, UNKNOWN, TRUE),
        (FALSE, FALSE, FALSE, FALSE),
        (FALSE, UNKNOWN, FALSE, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_an_unknown_matters_only_where_it_can_change_the_answer(
    left: Truth, right: Truth, both: Truth, either: Truth
) -> None:
    assert all_of(left, right) is all_of(right, left) is both
    assert any_of(left, right) is any_of(right, left) is either


def test_all_of_nothing_is_true_and_any_of_nothing_is_false() -> None:
    assert all_of() is TRUE
    assert any_of() is FALSE


def test_what_is_not_all_true_is_somewhere_false() -> None:
    for left, right in product(Truth, Truth):
        assert negation(all_of(left, right)) is any_of(negation(left), negation(right))
