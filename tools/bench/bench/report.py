"""The results of all rounds: medians, spreads, and ratios within each round."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TypeAlias

from bench.drain import Run
from bench.pipelines import Pipeline

Json: TypeAlias = "str | int | float | list[Json] | dict[str, Json]"


def summary(rounds: Sequence[Mapping[Pipeline, Run]], *, machine: dict[str, Json]) -> dict[str, Json]:
    """Return everything as it is written to the file of results."""
    measured = [pipeline for pipeline in Pipeline if all(pipeline in one for one in rounds)]
    return {
        **{pipeline.value: _of_pipeline([one[pipeline] for one in rounds]) for pipeline in measured},
        "ratios": _ratios(rounds, measured),
        "machine": machine,
    }


def _of_pipeline(runs: Sequence[Run]) -> dict[str, Json]:
    speeds = [run.claims_per_second for run in runs]
    processes = runs[0].cpu_microseconds_per_claim
    return {
        "claims_per_second": round(median(speeds)),
        "rounds": [round(speed) for speed in speeds],
        "spread": [round(min(speeds)), round(max(speeds))],
        "outcomes": dict(Counter(decision.outcome for decision in runs[0].harvest.decisions)),
        "cpu_us_per_claim": {
            name: round(median(run.cpu_microseconds_per_claim[name] for run in runs), 1) for name in processes
        },
    }


def _ratios(rounds: Sequence[Mapping[Pipeline, Run]], measured: Sequence[Pipeline]) -> dict[str, Json]:
    ratios: dict[str, Json] = {}
    for other in (Pipeline.FRAMELESS, Pipeline.RAW_FLOOR):
        if Pipeline.DRAIN in measured and other in measured:
            each = [one[Pipeline.DRAIN].claims_per_second / one[other].claims_per_second for one in rounds]
            ratios[f"drain_to_{other}"] = round(median(each), 3)
            ratios[f"drain_to_{other}_rounds"] = [round(ratio, 3) for ratio in each]
    return ratios


def machine() -> dict[str, Json]:
    """Return what was measured on."""
    cpu_lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in cpu_lines if line.startswith("model name")), "unknown")
    return {
        "cpus": os.cpu_count() or 0,
        "cpu": model,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def table(results: Mapping[str, Json]) -> str:
    """Return the results as a few lines for a terminal."""
    lines = [f"{'pipeline':<10} {'claims/s':>9} {'spread':>13}  CPU microseconds a claim"]
    for pipeline in Pipeline:
        figures = results.get(pipeline.value)
        if isinstance(figures, dict):
            lines.append(_line(pipeline, figures))
    ratios = results["ratios"]
    if isinstance(ratios, dict):
        lines += [f"{name}: {value}" for name, value in ratios.items()]
    latency = results.get("latency")
    if isinstance(latency, dict):
        lines += [f"latency at {rate}: {figures}" for rate, figures in latency.items()]
    return "\n".join(lines)


def _line(pipeline: Pipeline, figures: Mapping[str, Json]) -> str:
    spread, costs = figures["spread"], figures["cpu_us_per_claim"]
    between = "-".join(map(str, spread)) if isinstance(spread, list) else ""
    each = ", ".join(f"{name} {cost}" for name, cost in costs.items()) if isinstance(costs, dict) else ""
    return f"{pipeline:<10} {figures['claims_per_second']:>9} {between:>13}  {each}"
