from __future__ import annotations

from collections.abc import Callable

import pytest
from decisions import NOTICES

from contracts.claims import DecisionMade
from notify_svc.domain.notice import NoticeKind, notice_kind


@pytest.mark.parametrize(("kind", "make"), NOTICES.items())
def test_each_kind_of_notice_has_its_decisions(kind: NoticeKind, make: Callable[[], DecisionMade]) -> None:
    assert notice_kind(make()) is kind


def test_every_kind_of_notice_has_an_example() -> None:
    assert set(NOTICES) == set(NoticeKind)
