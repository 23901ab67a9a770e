"""The committed files that the demo imports: hours of KNMI, most of July 2021, and the policies of invented people."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent / "data"
HOURS = (DATA / "knmi" / "hours_2021-07-08_2021-07-20.txt", DATA / "knmi" / "hours_of_other_storms.txt")
LATE_HOURS = DATA / "knmi" / "hours_2021-07-late.txt"
POLICIES = DATA / "policies" / "policies.jsonl"
LATE_POLICIES = DATA / "policies" / "policies_late.jsonl"
