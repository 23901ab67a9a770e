from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest

from bench import report
from bench.checker import Decided, Harvest
from bench.drain import Run
from bench.pipelines import ALWAYS_MEASURED, Pipeline
from bench.processes import RunFailedError
from bench.rounds import WarmUp, measure_round, warm_up
from bench.storm import Storm
from contracts.envelope import Message

FEW, MANY = (Storm(claims=claims, policies=2).reports() for claims in (1, 3))
SPEEDS = {Pipeline.DRAIN: 500, Pipeline.FRAMELESS: 1_000, Pipeline.RAW_FLOOR: 2_000}


class Measured:
    """Notes what was drained, and says that it went at the speed of each pipeline."""

    def __init__(
        self, speeds: Mapping[Pipeline, float] = SPEEDS, *, grounds: Mapping[Pipeline, str] | None = None
    ) -> None:
        self.drained: list[tuple[Pipeline, int]] = []
        self._speeds = speeds
        self._grounds = grounds or {}

    async def __call__(self, pipeline: Pipeline, backlog: Sequence[Message]) -> Run:
        self.drained.append((pipeline, len(backlog)))
        return run_of(pipeline, claims_per_second=self._speeds[pipeline], ground=self._grounds.get(pipeline, "rain"))


def run_of(pipeline: Pipeline, *, claims_per_second: float, ground: str = "rain") -> Run:
    decision = Decided(
        report_id=UUID(int=1), policy_number="700001-531-01", outcome="covered", ground=ground, payable_cents=1
    )
    return Run(
        pipeline=pipeline,
        seconds=1_000 / claims_per_second,
        claims=1_000,
        cpu_microseconds_per_claim={"claims-svc": 300.0, "postgres": 200.0, "message-sinks": 50.0},
        wal_bytes_per_claim=12_000,
        highest_resident_mib={"claims-svc": 120.0},
        load_before=0.5,
        harvest=Harvest(claims=[], decisions=[decision], settled=[], left_in_outboxes=0),
    )


async def test_every_pipeline_warms_the_broker_at_least_once() -> None:
    measured = Measured()

    await warm_up(WarmUp(backlog=FEW, seconds=0), pipelines=ALWAYS_MEASURED, drain=measured)

    assert measured.drained == [(pipeline, 1) for pipeline in ALWAYS_MEASURED]


async def test_the_broker_is_warmed_for_as_long_as_was_asked() -> None:
    measured = Measured()

    seconds = await warm_up(WarmUp(backlog=FEW, seconds=0.01), pipelines=ALWAYS_MEASURED, drain=measured)

    assert seconds >= 0.01
    assert len(measured.drained) > len(ALWAYS_MEASURED)
    assert len(measured.drained) % len(ALWAYS_MEASURED) == 0


async def test_a_round_measures_every_pipeline_once_in_an_order_of_its_own() -> None:
    measured = Measured()

    for number in range(3):
        await measure_round(number, pipelines=ALWAYS_MEASURED, backlog=MANY, drain=measured)

    orders = [tuple(measured.drained[begin : begin + 3]) for begin in (0, 3, 6)]
    assert all(sorted(order) == sorted((pipeline, 3) for pipeline in ALWAYS_MEASURED) for order in orders)
    assert len(set(orders)) > 1


async def test_what_was_decided_differently_fails_the_round() -> None:
    unlike = Measured(grounds={Pipeline.FRAMELESS: "flood"})

    with pytest.raises(RunFailedError, match="the pipelines decided 1 things differently"):
        await measure_round(0, pipelines=ALWAYS_MEASURED, backlog=MANY, drain=unlike)


def rounds_of(*drains: int, floors: Sequence[int]) -> list[dict[Pipeline, Run]]:
    return [
        {
            Pipeline.DRAIN: run_of(Pipeline.DRAIN, claims_per_second=drain),
            Pipeline.RAW_FLOOR: run_of(Pipeline.RAW_FLOOR, claims_per_second=floor),
        }
        for drain, floor in zip(drains, floors, strict=True)
    ]


def test_a_ratio_is_taken_within_its_round() -> None:
    results = report.summary(rounds_of(500, 1_000, 900, floors=(1_000, 4_000, 3_000)))

    assert results["ratios"] == {"drain_to_raw_floor": 0.3, "drain_to_raw_floor_rounds": [0.5, 0.25, 0.3]}


def test_speed_is_the_median_with_its_spread() -> None:
    drain = report.summary(rounds_of(500, 1_000, 900, floors=(1_000, 4_000, 3_000)))["drain"]

    assert isinstance(drain, dict)
    assert (drain["claims_per_second"], drain["spread"], drain["rounds"]) == (900, [500, 1_000], [500, 1_000, 900])


def test_the_sum_leaves_out_what_stands_for_the_world_outside() -> None:
    drain = report.summary(rounds_of(500, floors=(1_000,)))["drain"]

    assert isinstance(drain, dict)
    assert drain["cpu_us_per_claim"] == {"sum": 500.0, "claims-svc": 300.0, "postgres": 200.0}
    assert drain["cpu_us_per_claim_outside"] == {"message-sinks": 50.0}


def test_the_table_shows_each_pipeline_with_its_costs() -> None:
    printed = report.table(report.summary(rounds_of(500, floors=(1_000,))))

    assert "drain              500       500-500        12000  sum 500.0, claims-svc 300.0, postgres 200.0" in printed
    assert "outside: message-sinks 50.0" in printed
    assert "highest resident MiB: claims-svc 120.0" in printed
