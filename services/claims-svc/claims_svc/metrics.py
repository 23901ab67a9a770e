"""Metrics of what people do."""

from __future__ import annotations

from prometheus_client import Counter

RULINGS = Counter(
    "claims_rulings",
    "What people decided by hand, by the ground that had decided before or left it to them, and by outcome",
    ["ground", "outcome"],
)
PROMISES = Counter(
    "claims_promises",
    "Promises that a claim is taken up within two working days: made, at risk on the last day, held, broken",
    ["what"],
)
