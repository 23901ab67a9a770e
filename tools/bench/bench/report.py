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
from bench.pipelines import STAGES, Pipeline
from bench.processes import load_average

Json: TypeAlias = "str | int | float | list[Json] | dict[str, Json]"
PLATFORM = (*reversed(STAGES), "postgres", "kafka")
"""Whose CPU time is the platform's; everything else that is measured stands for what lies outside."""


def summary(rounds: Sequence[Mapping[Pipeline, Run]]) -> dict[str, Json]:
    """Return the results of all rounds as they are written to the file."""
    measured = [pipeline for pipeline in Pipeline if all(pipeline in one for one in rounds)]
    return {
        **{pipeline.value: of_pipeline([one[pipeline] for one in rounds]) for pipeline in measured},
        "ratios": _ratios(rounds, measured),
    }


def of_pipeline(runs: Sequence[Run]) -> dict[str, Json]:
    """Return the figures of all rounds of one pipeline."""
    speeds = [run.claims_per_second for run in runs]
    cpu = _medians([run.cpu_microseconds_per_claim for run in runs])
    inside = {name: cpu[name] for name in PLATFORM if name in cpu}
    return {
        "claims_per_second": round(median(speeds)),
        "rounds": [round(speed) for speed in speeds],
        "spread": [round(min(speeds)), round(max(speeds))],
        "outcomes": dict(Counter(decision.outcome for decision in runs[0].harvest.decisions)),
        "cpu_us_per_claim": {"sum": round(sum(inside.values()), 1), **inside},
        "cpu_us_per_claim_outside": {name: cost for name, cost in cpu.items() if name not in inside},
        "wal_bytes_per_claim": round(median(run.wal_bytes_per_claim for run in runs)),
        "highest_resident_mib": {
            name: max(run.highest_resident_mib[name] for run in runs) for name in runs[0].highest_resident_mib
        },
        "load_before": [run.load_before for run in runs],
    }


def _medians(of_runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(median(of_run[name] for of_run in of_runs), 1) for name in of_runs[0]}


def _ratios(rounds: Sequence[Mapping[Pipeline, Run]], measured: Sequence[Pipeline]) -> dict[str, Json]:
    ratios: dict[str, Json] = {}
    for one in (Pipeline.DRAIN, Pipeline.NULL_SENDERS):
        for other in (Pipeline.FRAMELESS, Pipeline.RAW_FLOOR):
            if one in measured and other in measured:
                each = [runs[one].claims_per_second / runs[other].claims_per_second for runs in rounds]
                ratios[f"{one}_to_{other}"] = round(median(each), 3)
                ratios[f"{one}_to_{other}_rounds"] = [round(ratio, 3) for ratio in each]
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
        "load_before": load_average(),
    }


def table(results: Mapping[str, Json]) -> str:
    """Return the rounds as a few lines for a terminal."""
    lines = [f"{'pipeline':<13}{'claims/s':>9}{'spread':>14}{'WAL B/claim':>13}  CPU microseconds a claim"]
    for pipeline in Pipeline:
        figures = results.get(pipeline.value)
        if isinstance(figures, dict):
            lines += _lines(pipeline, figures)
    ratios = results["ratios"]
    if isinstance(ratios, dict):
        lines += [f"{name}: {value}" for name, value in ratios.items()]
    return "\n".join(lines)


def _lines(pipeline: Pipeline, figures: Mapping[str, Json]) -> list[str]:
    spread, margin = figures["spread"], " " * 13
    between = "-".join(map(str, spread)) if isinstance(spread, list) else ""
    return [
        f"{pipeline:<13}{figures['claims_per_second']:>9}{between:>14}{figures['wal_bytes_per_claim']:>13}  "
        + _named(figures["cpu_us_per_claim"]),
        f"{margin}outside: {_named(figures['cpu_us_per_claim_outside'])}",
        f"{margin}highest resident MiB: {_named(figures['highest_resident_mib'])}",
        f"{margin}load before: {figures['load_before']}",
    ]


def _named(figures: Json) -> str:
    return ", ".join(f"{name} {figure}" for name, figure in figures.items()) if isinstance(figures, dict) else ""
