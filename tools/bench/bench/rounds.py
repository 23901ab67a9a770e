"""The rounds: a warm-up that is not counted, then every pipeline once a round, in an order of the round's own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from bench import checker
from bench.drain import Run
from bench.pipelines import Pipeline
from bench.processes import RunFailedError
from contracts.envelope import Message

Drain: TypeAlias = Callable[[Pipeline, Sequence[Message]], Awaitable[Run]]
"""Measures one pipeline on one backlog."""


@dataclass(frozen=True, kw_only=True)
class WarmUp:
    """How the broker is warmed: every pipeline drains `backlog`, and again until so many seconds have passed.

    The Java of the broker compiles what it runs often: cold, it serves the fast floor worst and flatters the services.
    """

    backlog: Sequence[Message]
    seconds: float


async def warm_up(how: WarmUp, *, pipelines: Sequence[Pipeline], drain: Drain) -> float:
    """Warm the broker; return how many seconds it took."""
    begin, seconds = time.monotonic(), 0.0
    while not seconds or seconds < how.seconds:
        for pipeline in pipelines:
            run = await drain(pipeline, how.backlog)
            seconds = time.monotonic() - begin
            print(f"warm-up, {seconds:.0f} s: {pipeline} {run.claims_per_second:.0f} claims/s, not counted", flush=True)
    return seconds


async def measure_round(
    number: int, *, pipelines: Sequence[Pipeline], backlog: Sequence[Message], drain: Drain
) -> Mapping[Pipeline, Run]:
    """Measure every pipeline once, and compare what services and handlers decided."""
    order = Random(number).sample(pipelines, len(pipelines))  # noqa: S311 - the same order for everybody
    runs: dict[Pipeline, Run] = {}
    for pipeline in order:
        runs[pipeline] = run = await drain(pipeline, backlog)
        print(f"round {number + 1}: {pipeline} {run.claims_per_second:.0f} claims/s", flush=True)
    if Pipeline.DRAIN in runs and Pipeline.FRAMELESS in runs:
        unlike = checker.differences(runs[Pipeline.DRAIN].harvest, runs[Pipeline.FRAMELESS].harvest)
        if unlike:
            raise RunFailedError(f"the pipelines decided {len(unlike)} things differently, first: {unlike[0]}")
    return runs
