"""Sets the metrics of claims: what happened is counted once it is committed, what is there is counted in the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from chassis.database import Connection
from claims_svc import metrics
from claims_svc.domain.changes import Changes
from claims_svc.metrics import STORED_STATES, WAITING_STATES
from claims_svc.repository import figures
from contracts.coverage import Outcome
from contracts.payments import PaymentOrdered


def count(changes: Changes) -> None:
    """Count what was decided, and which claims are suspected to be about the damage of another one."""
    decided = Counter((each.event.outcome, each.event.deciding_ground) for each in changes.decisions)
    for (outcome, ground), number in decided.items():
        metrics.DECISIONS.labels(outcome=outcome, ground=ground).inc(number)
        if outcome is Outcome.REFERRED:
            metrics.REFERRED.inc(number)
    if held := sum(claim.possible_duplicate_of is not None for claim in changes.opened.values()):
        metrics.DUPLICATES_SUSPECTED.inc(held)


def count_ordered(ordered: Iterable[PaymentOrdered]) -> None:
    """Count the money of these orders."""
    metrics.ORDERED_CENTS.inc(sum(each.amount_cents for each in ordered))


async def measure(connection: Connection, now: datetime) -> None:
    """Set how many claims are in each state, and how long the first of those waits that wait for something."""
    found = await figures.by_state(connection)
    for state in STORED_STATES:
        number, opened_at = found.get(state, (0, now))
        metrics.CLAIMS.labels(state).set(number)
        if state in WAITING_STATES:
            metrics.OLDEST_WAIT_SECONDS.labels(state).set(max(0.0, (now - opened_at).total_seconds()))
