from __future__ import annotations

from collections.abc import Callable

import pytest
from decisions import NOTICES
from letter_cases import CASES

from contracts.claims import DecisionMade
from notify_svc.domain.notice import NoticeKind, is_by_hand, notice_kind


@pytest.mark.parametrize(("kind", "make"), NOTICES.items())
def test_each_kind_of_notice_has_its_decisions(kind: NoticeKind, make: Callable[[], DecisionMade]) -> None:
    assert notice_kind(make()) is kind


def test_every_kind_of_notice_has_an_example() -> None:
    assert set(NOTICES) == set(NoticeKind)


def test_what_people_decided_is_told_as_theirs() -> None:
    by_hand = {name for name, decision in CASES.items() if is_by_hand(decision)}

    assert by_hand == {"covered-by-hand", "denied-by-hand", "denied-by-hand-as-a-whole", "doubt-set-aside"}
