"""The committed files that the demo imports: KNMI's hours of July 2021 and the policies of invented people."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent / "data"
HOURS = DATA / "knmi" / "hours_2021-07-10_2021-07-17.txt"
LATE_HOURS = DATA / "knmi" / "hours_2021-07-late.txt"
POLICIES = DATA / "policies" / "policies.jsonl"
LATE_POLICIES = DATA / "policies" / "policies_late.jsonl"
