"""The durable waits of a claim: which timer ends each, and when it is due.

Deadlines map a kind of timer to the moment it is due, or to None when it is no longer needed. Here they are set;
`handlers.py` stores them as timers of the chassis.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.product import Product

POLICY_DEADLINE = "policy-deadline"
RAINFALL_DEADLINE = "rainfall-deadline"
DEADLINE_OF = MappingProxyType(
    {ClaimState.WAITING_FOR_POLICY: POLICY_DEADLINE, ClaimState.WAITING_FOR_RAINFALL: RAINFALL_DEADLINE}
)
"""The timer that ends each wait."""

Deadlines = Mapping[str, datetime | None]


def deadlines_of_new_wait(claim: Claim, *, state: ClaimState, product: Product, now: datetime) -> Deadlines:
    """Return the deadlines when `claim` begins to wait in `state`, instead of whatever it waited for before.

    A wait counts from `now`, the moment it begins, not from the loss (domain.md, "Evidence that comes later"; the
    product's `policy_wait` and `rainfall_wait`).
    """
    wait = product.policy_wait if state is ClaimState.WAITING_FOR_POLICY else product.rainfall_wait
    return {**deadlines_of_ended_wait(claim), DEADLINE_OF[state]: now + wait}


def deadlines_of_ended_wait(claim: Claim) -> Deadlines:
    """Return the deadlines when `claim` waits no longer."""
    kind = DEADLINE_OF.get(claim.state)
    return {} if kind is None else {kind: None}
