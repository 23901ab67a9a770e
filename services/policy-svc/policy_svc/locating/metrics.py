"""Metrics of looking up positions."""

from __future__ import annotations

from chassis.telemetry.bounded_metrics import counter, gauge
from policy_svc.locating.pdok import Problem

PENDING = gauge("policy_positions_pending", "Insured homes whose position is not known yet")
LOOKUPS = counter(
    "policy_position_lookups",
    "Look-ups of positions, by result: found, or the problem",
    result=("found", *(problem.value for problem in Problem)),
)
