"""The committed files that the demo imports: hours of KNMI, most of July 2021, and the policies of invented people."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent / "data"
HOURS = (DATA / "knmi" / "hours_2021-07-08_2021-07-20.txt", DATA / "knmi" / "hours_of_other_storms.txt")
LATE_HOURS = DATA / "knmi" / "hours_2021-07-late.txt"
CORRECTED_HOURS = DATA / "knmi" / "hours_2021-08-22_corrected.txt"
"""One hour in it is made up, as KNMI could correct it."""
CORRECTED_AT = "2021-08-29T09:00:00Z"
HOURS_WITH_AN_OUTAGE = DATA / "knmi" / "hours_with_an_outage_2021-12.txt"
PUBLISHED_WITH_AN_OUTAGE_AT = "2025-05-27T17:43:40Z"
"""The time of the file in the archive from which the hours were taken."""
POLICIES = DATA / "policies" / "policies.jsonl"
LATE_POLICIES = DATA / "policies" / "policies_late.jsonl"
