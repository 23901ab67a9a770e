"""A policy's terms, period by period, and whether the periods are consistent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from contracts.policy import PolicyTerms

EARLIEST: Final = date(1900, 1, 1)
TOO_LATE: Final = date(2200, 1, 1)
"""Insured days lie from `EARLIEST` to before this: Python's calendar ends in 9999, and years are added to a day."""


def contradiction_in(terms: Sequence[PolicyTerms]) -> str | None:
    """Return what is wrong with a policy's periods, or None: they must follow each other; gaps are allowed."""
    for period in terms:
        if any(day is not None and not EARLIEST <= day < TOO_LATE for day in (period.effective_on, period.ends_on)):
            return f"the terms from {period.effective_on}: their days must lie from 1900 to before 2200"
        if period.ends_on is not None and period.ends_on <= period.effective_on:
            return f"the terms from {period.effective_on} end on {period.ends_on}: the end must be later"
    for earlier, later in pairwise(terms):
        if later.effective_on < earlier.effective_on:
            return (
                f"the terms from {later.effective_on} come after those from {earlier.effective_on}: sort them by date"
            )
        if earlier.ends_on is None:
            return f"the terms from {earlier.effective_on} have no end, but others follow from {later.effective_on}"
        if later.effective_on < earlier.ends_on:
            return f"the terms from {later.effective_on} begin before those until {earlier.ends_on} have ended"
    return None
