"""Metrics of looking up positions."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

PENDING = Gauge("policy_positions_pending", "Insured homes whose position is not known yet")
LOOKUPS = Counter("policy_position_lookups", "Look-ups of positions, by result: found, or the problem", ["result"])
