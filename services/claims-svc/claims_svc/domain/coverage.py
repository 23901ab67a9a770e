"""The decision on a claim."""

from __future__ import annotations

from claims_svc.domain.case import Case
from claims_svc.domain.verdict import Verdict, conclude

__all__ = ["Verdict", "decide"]


def decide(case: Case) -> Verdict:
    """Decide `case` on what is known now. Total: doubt gives REFERRED, never an exception and never a denial.

    The same case always gives the same verdict. Call it when `next_need` says NOTHING.
    """
    return conclude(case.basis)
