"""Why a claim waits for a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from claims_svc.domain import working_days
from claims_svc.domain.handling import TAKE_UP_WITHIN_WORKING_DAYS


class Cause(StrEnum):
    """One reason for which somebody must look at a claim; it can have several at once."""

    REFERRED = "referred"
    """Its decision leaves something to a handler."""
    ASSESSMENT = "assessment"
    """What is covered is to be assessed, and nobody repairs it."""
    EVIDENCE_AGAINST = "evidence_against"
    """New evidence goes against the customer; the decision stands meanwhile."""
    ANSWERED = "answered"
    """What a handler asked has been answered, or the customer told something new."""
    UNANSWERED = "unanswered"
    """What a handler asked has no answer on the day until which one was expected."""
    PROPOSED = "proposed"
    """A handler wants something decided that a second person must approve."""
    REVIEW = "review"
    """The customer asked for a person to look at the decision again."""
    PAYMENT_FAILED = "payment_failed"
    REPAIR_CONSENT = "repair_consent"
    """A partner has its repair, and the customer has not agreed to be called though they were asked twice."""
    REPAIR_LATE = "repair_late"
    """A partner has had its repair for so long that somebody is to ask what became of it."""
    PAYMENT_UNSETTLED = "payment_unsettled"
    """Nobody has told in time how a payment ended that was ordered."""


PROMISED: Final = frozenset({Cause.REFERRED, Cause.ASSESSMENT})
"""What is promised to be taken up in time."""


def due_at(now: datetime) -> datetime:
    """Return until when somebody is to take up a claim that begins to wait now."""
    return working_days.due_at(now, working_days=TAKE_UP_WITHIN_WORKING_DAYS)
