"""What pages of the portal cost: the services that stand in answer, and what was not shown is no figure."""

from __future__ import annotations

import pytest

from bench.login.steady import Answer
from bench.portal.measure import GOAL_BUSY_MS, busy_figures
from bench.portal.stand_in import SERVICES, examples
from bench.processes import RunFailedError


def test_each_service_answers_by_the_examples_of_its_description() -> None:
    for service in SERVICES:
        assert examples(service), service
    patterns = [pattern for pattern, _ in examples("policy")]
    first = next(
        pattern for pattern in patterns if pattern.fullmatch("/policy/customers/123456/policies/123456-531-04")
    )
    assert not first.fullmatch("/policy/customers/123456/policies")


def test_who_waits_longest_decides_whether_the_goal_is_met() -> None:
    answers = [Answer(200, 10.0)] * 98 + [Answer(200, 400.0)] * 2
    figures = {figure.name: figure for figure in busy_figures(answers, cpu_ms=3.0, pages_a_second=100)}
    late = figures["100 pages a second, p99"]
    assert (late.value, late.goal) == (400.0, GOAL_BUSY_MS)
    assert not late.as_json()["is_met"]


def test_a_page_that_is_not_shown_is_no_fast_page() -> None:
    with pytest.raises(RunFailedError, match="503"):
        busy_figures([Answer(200, 1.0), Answer(503, 0.1)], cpu_ms=1.0, pages_a_second=100)
