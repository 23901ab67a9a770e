"""The checker's own idea of what must be decided, at the edges of the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from settled_claim import INSURED, REPORT

from drill.checker.oracle import Expected, OutsideTheFamilyError, expected
from drill.generator import rain
from drill.generator.policies import Insured
from drill.generator.rain import PLACES

DIRECT = {"precipitation_fell_directly": {"value": "true"}}
OPEN = {
    "precipitation_left_its_course": {"value": "true"},
    "came_through_open_window_or_door": {"value": "true"},
}


def decided(weather: str, *, facts: dict[str, Any] | None = None, deductible_cents: int = 0) -> Expected:
    report = {**REPORT, "facts": facts or REPORT["facts"]}
    return expected(report, insured=replace(INSURED, deductible_cents=deductible_cents), hours=rain.measured(weather))


def test_exactly_forty_millimetres_count_and_a_tenth_less_does_not() -> None:
    assert decided("exactly") == Expected("covered", "heavy_local_precipitation", 65_000)
    assert decided("almost") == Expected("denied", "no_heavy_local_precipitation", 0)


@pytest.mark.parametrize(("chosen", "payable"), [(0, 65_000), (25_000, 65_000), (50_000, 40_000), (100_000, 0)])
def test_the_chosen_deductible_counts_above_the_minimum(chosen: int, payable: int) -> None:
    assert decided("wet", deductible_cents=chosen).payable_cents == payable


def test_direct_rain_takes_the_minimum_in_a_cloudburst_only() -> None:
    assert decided("wet", facts=DIRECT).payable_cents == 90_000
    assert decided("cloudburst", facts=DIRECT).payable_cents == 65_000


def test_direct_rain_where_none_was_measured_is_a_handlers() -> None:
    assert decided("dry", facts=DIRECT) == Expected("referred", "direct_precipitation_without_rain", None)


def test_an_open_window_denies() -> None:
    assert decided("wet", facts=OPEN) == Expected("denied", "window_or_door_open", 0)


def test_what_the_oracle_does_not_know_it_does_not_judge() -> None:
    with pytest.raises(OutsideTheFamilyError):
        decided("wet", facts={"storm_caused_damage": {"value": "true"}})


def test_customers_live_at_every_station_but_the_late_one() -> None:
    weathers = {Insured(number=number).weather for number in range(50)}

    assert weathers == PLACES.keys() - {rain.LATE}
