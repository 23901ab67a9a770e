"""The durable waits of a claim: when each ends, and which timer ends it.

A wait is set here, as the claim's `waits_until`. `working_sets.py` sets one timer for all waits that begin in one unit
of work and end at one moment. Few claims still wait then. Each of them gets a timer of its own, so that one that cannot
be decided does not keep the others waiting.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType

from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.handling import ANSWER_WAIT
from claims_svc.domain.product import CURRENT_PRODUCT, Product

WAITS_OVER = "waits-over"
"""The timer of waits that end together."""
RAIN_AWAITED = "rain-awaited"
"""Half-way through waits for rain that end together; its key is that of the waits."""
RAIN_AWAITED_ANEW = "rain-awaited-anew"
"""Soon after a claim has begun to wait for rain once more; its key is the claim."""
POLICY_DEADLINE = "policy-deadline"
RAINFALL_DEADLINE = "rainfall-deadline"
ANSWER_DEADLINE = "answer-deadline"
DEADLINE_OF = MappingProxyType(
    {
        ClaimState.WAITING_FOR_POLICY: POLICY_DEADLINE,
        ClaimState.WAITING_FOR_RAINFALL: RAINFALL_DEADLINE,
        ClaimState.WAITING_FOR_ANSWER: ANSWER_DEADLINE,
    }
)
"""The timer that ends the wait of one claim."""


def end_of_new_wait(claim: Claim, *, state: ClaimState, product: Product, now: datetime) -> datetime:
    """Return when a wait of `claim` in `state` ends that begins now.

    It counts from `now`, the moment it begins, not from the loss (domain.md, "Evidence that comes later"; the product's
    `policy_wait` and `rainfall_wait`, and `ANSWER_WAIT`). That for answers counts from when they were asked: what else
    the claim waited for meanwhile moves no day that its customer was told.
    """
    match state:
        case ClaimState.WAITING_FOR_POLICY:
            return now + product.policy_wait
        case ClaimState.WAITING_FOR_ANSWER:
            return answers_due_at(claim, now=now)
        case _:
            return now + product.rainfall_wait


def answers_due_at(claim: Claim, *, now: datetime) -> datetime:
    """Return until when the rules wait for what they asked of the reporter last, or ask now if that is nothing yet."""
    return (claim.asked_at or now) + ANSWER_WAIT


def are_answers_overdue(claim: Claim, *, now: datetime) -> bool:
    """Return whether the time is over in which what the rules asked could be answered."""
    return answers_due_at(claim, now=now) <= now


RAIN_TOLD_ANEW_AFTER = timedelta(hours=1)
"""Most answers about rain come within seconds: nobody is told of a wait that is over by then (ours)."""


def may_know_day_of_rain(claim: Claim, *, now: datetime) -> bool:
    """Return whether the customer of a claim that has waited for rain before can have been told until when."""
    return claim.opened_at <= rain_is_told_at(now)


def rain_is_told_at(ends_at: datetime) -> datetime:
    """Return when who waits for rain hears so: half-way through a wait that ends then."""
    return ends_at - CURRENT_PRODUCT.rainfall_wait / 2


def is_over(claim: Claim, *, kind: str, now: datetime) -> bool:
    """Return whether `claim` waits for what this kind of timer ends, and has waited long enough.

    A timer can belong to a wait of before. A wait from before waits had a column says nothing about when it ends.
    """
    return DEADLINE_OF.get(claim.state) == kind and (claim.waits_until is None or claim.waits_until <= now)
