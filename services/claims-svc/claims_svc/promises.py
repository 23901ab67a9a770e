"""The promise that a claim which waits for a person is taken up within two working days: made, and kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.unit_of_work import Timer, Work
from claims_svc.domain.working_days import warning_at
from claims_svc.metrics import PROMISES
from claims_svc.repository import promises

PROMISE_AT_RISK = "promise-at-risk"
"""The timer of the last day of promises that were made together; see `flows.waiting`."""
PROMISE_DUE = "promise-due"
"""The timer of their end."""

for _what in ("made", "at_risk", "held", "broken"):
    PROMISES.labels(_what)  # Prometheus misses what begins with its first count


async def make(work: Work, claim_ids: Collection[UUID], *, due_at: datetime) -> None:
    """Promise that these claims are taken up by `due_at`: those of which that is not promised yet."""
    batch_id = uuid7()
    made = await promises.insert(work.connection, claim_ids=claim_ids, batch_id=batch_id, now=work.now, due_at=due_at)
    if made:
        work.schedule(
            Timer(PROMISE_AT_RISK, str(batch_id), warning_at(due_at)), Timer(PROMISE_DUE, str(batch_id), due_at)
        )
        work.after_commit(partial(PROMISES.labels("made").inc, made))


async def keep(work: Work, claim_ids: Collection[UUID]) -> None:
    """Put on record that somebody has begun with these claims, or that nobody needs to any more."""
    ended = await promises.keep(work.connection, claim_ids=claim_ids, now=work.now)
    if ended.held:
        work.after_commit(partial(PROMISES.labels("held").inc, ended.held))
    if ended.broken:
        work.after_commit(partial(PROMISES.labels("broken").inc, ended.broken))
