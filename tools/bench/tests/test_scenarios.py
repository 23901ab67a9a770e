from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import orjson
import pytest

from bench import scenarios
from bench.checker import Harvest
from bench.drain import Run
from bench.pipelines import Pipeline
from bench.scenarios import Scenario, Sizes, growth_a_minute
from bench.storm import Storm, policy_number

SIZES = Sizes(claims=20_000)


def policies_of(storm: Storm) -> Counter[str]:
    return Counter(orjson.loads(message.value)["policy_number"] for message in storm.reports())


def run_of(*, claims_per_second: float) -> Run:
    return Run(
        pipeline=Pipeline.DRAIN,
        seconds=1_000 / claims_per_second,
        claims=1_000,
        cpu_microseconds_per_claim={"claims-svc": 300.0},
        wal_bytes_per_claim=12_000,
        highest_resident_mib={"claims-svc": 120.0},
        load_before=0.5,
        harvest=Harvest(claims=[], decisions=[], settled=[], left_in_outboxes=0),
    )


def test_a_crowd_of_claims_has_one_policy_and_comes_between_the_others() -> None:
    crowded = Storm(claims=1_000, policies=500, crowd=100)
    policies = [orjson.loads(message.value)["policy_number"] for message in crowded.reports()]

    places = [place for place, policy in enumerate(policies) if policy == policy_number(0)]
    assert 100 <= len(places) <= 102
    assert max(after - before for before, after in pairwise(places)) <= 10
    assert max(count for policy, count in policies_of(crowded).items() if policy != policy_number(0)) <= 2


def test_many_claims_a_policy_are_spread_evenly() -> None:
    assert set(policies_of(Storm(claims=600, policies=20, claims_a_policy=30)).values()) == {30}


def test_a_crowd_or_many_claims_leave_the_plain_reports_as_they_are() -> None:
    plain = Storm(claims=100, policies=50)

    assert replace(plain, claims_a_policy=30).reports() == plain.reports()


@pytest.mark.parametrize(
    ("wanted", "policies"),
    [
        ([Scenario.ONE_POLICY, Scenario.MANY_A_POLICY], 10_000),
        ([Scenario.OLD_CLAIMS], 21_000),
        ([Scenario.BURSTS], 13_000),
        (list(Scenario), 60_000),
    ],
)
def test_there_are_policies_for_every_scenario(wanted: list[Scenario], policies: int) -> None:
    assert SIZES.policies(wanted) == policies


def test_the_issue_names_the_sizes_by_default() -> None:
    assert (SIZES.crowd, SIZES.many, SIZES.claims_a_policy) == (2_000, 60_000, 30)
    assert SIZES.decided == 2_000
    assert (SIZES.old_claims, SIZES.memory_seconds, SIZES.burst) == (1_000_000, 600, 2_000)


def test_growth_is_the_slope_of_the_later_half() -> None:
    filling = [(0.0, 50.0), (30.0, 90.0), (60.0, 100.0), (90.0, 101.0), (120.0, 102.0), (150.0, 103.0)]

    assert growth_a_minute(filling) == 2.0
    assert growth_a_minute(filling[:1]) == 0.0


def test_a_scenario_is_compared_with_the_plain_drains_around_it() -> None:
    plain = [run_of(claims_per_second=900), run_of(claims_per_second=1_100)]
    figures = scenarios.of_run(run_of(claims_per_second=850))

    assert scenarios.compared(figures, plain)["ratio_to_plain"] == 0.85
    assert scenarios.compared({"latency_ms": {}}, plain) == {"latency_ms": {}}


def test_the_table_tells_the_ratio() -> None:
    figures = scenarios.compared(scenarios.of_run(run_of(claims_per_second=850)), [run_of(claims_per_second=1_000)])

    printed = scenarios.table({"30 claims a policy": figures})

    assert printed.splitlines()[:2] == ["30 claims a policy", "    claims_per_second: 850"]
    assert "    ratio_to_plain: 0.85" in printed
