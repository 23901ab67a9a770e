"""When what a handler asked is answered, or decided without an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from claims_svc.domain.answering import Decided, is_decided
from claims_svc.domain.ruling import Ruling

ASKED_AT = datetime(2021, 8, 2, 9, tzinfo=UTC)


def decided(*days: float) -> list[Decided]:
    """Return decisions so many days after the question; those before 0 or at a whole day settle the claim."""
    return [Decided(at=ASKED_AT + timedelta(days=day), is_settled=day % 1 == 0) for day in days]


def ruled(*days: float) -> list[Ruling]:
    return [
        Ruling(ruling_id=UUID(int=1), reason="Seen", decided_by="anna", decided_at=ASKED_AT + timedelta(days=day))
        for day in days
    ]


@pytest.mark.parametrize(
    ("decisions", "rulings", "closed"),
    [
        ((), (), False),
        ((1,), (), True),
        ((-0.5, 1), (), True),
        ((-0.5, 1.5), (), False),
        ((-1, 3), (), False),
        ((-1, 3), (-2,), False),
        ((-1, 3), (3,), True),
        ((-1, 3), (2,), True),
        ((-1, 3), (4,), False),
        ((-1, 3, 4.5), (3,), True),
        ((-0.5, 1, 2.5), (), True),
        ((-1, -0.5, 1), (), True),
    ],
)
def test_a_question_ends_by_the_decision_it_was_asked_for_and_by_no_other(
    decisions: tuple[float, ...], rulings: tuple[float, ...], *, closed: bool
) -> None:
    assert is_decided(ASKED_AT, decided=decided(*decisions), rulings=ruled(*rulings)) is closed
