"""Orders to pay of which nobody tells how they ended: once a day those that have become too old wait for a handler.

An order sets no timer of its own: most of them end within a day, and thousands are made at once in a storm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.service import Runtime
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc.desk_record import NOBODY
from claims_svc.domain.desk import Cause
from claims_svc.domain.handling import FAILED_PAYMENT_WITHIN, PAYMENT_SETTLED_WITHIN
from claims_svc.repository import desk_actions, desk_cases, payments, policies
from claims_svc.repository.desk_actions import DeskAction
from claims_svc.repository.payments import Ordered

PAYMENTS_UNSETTLED = "payments-unsettled"
"""The timer that looks through orders; there is one."""
ALL_ORDERS: Final = "orders"
LOOKED_THROUGH_EVERY: Final = timedelta(days=1)
AT_ONCE: Final = 1_000


async def look_through(_: Sequence[DueTimer], work: Work) -> None:
    """Let the claims of orders that have become too old wait for a handler; go on at once when there are more.

    The timer is one row that this transaction removes and sets again, so two instances never do this together.
    """
    ordered_until = work.now - PAYMENT_SETTLED_WITHIN
    found = await payments.overdue(work.connection, ordered_until=ordered_until, at_most=AT_ONCE)
    are_more = len(found) >= AT_ONCE
    await payments.put_down_looked_through(
        work.connection, ordered_until=found[-1].ordered_at if are_more else ordered_until
    )
    if found:
        await policies.lock_with_those_of_claims(work.connection, claim_ids={each.claim_id for each in found})
    late = await payments.lock_unsettled(work.connection, payment_ids=[each.payment_id for each in found])
    if late:
        await desk_cases.add(
            work.connection,
            claim_ids=set(late.values()),
            cause=Cause.PAYMENT_UNSETTLED,
            now=work.now,
            due_at=work.now + FAILED_PAYMENT_WITHIN,
        )
        actions = [
            DeskAction(
                claim_id=claim_id,
                kind="payment_unsettled",
                done_by=None,
                role=NOBODY,
                done_at=work.now,
                details={"payment_id": str(payment_id)},
            )
            for payment_id, claim_id in late.items()
        ]
        await desk_actions.insert(work.connection, actions=actions)
    wait = timedelta(0) if are_more else LOOKED_THROUGH_EVERY
    work.schedule(Timer(PAYMENTS_UNSETTLED, ALL_ORDERS, work.now + wait))


def is_late(work: Work, ordered: Ordered) -> bool:
    """Return whether a payment was ordered so long ago that its claim waits, or is about to."""
    return ordered.ordered_at <= work.now - PAYMENT_SETTLED_WITHIN


async def let_go(work: Work, ended: Collection[Ordered]) -> None:
    """Let claims wait no longer for orders that have ended now, unless another one is too old as well."""
    were_late = {each.claim_id for each in ended if is_late(work, each)}
    if not were_late:
        return
    ordered_until = work.now - PAYMENT_SETTLED_WITHIN
    still = await payments.with_unsettled(work.connection, claim_ids=were_late, ordered_until=ordered_until)
    if done := were_late.difference(still):
        await desk_cases.remove(work.connection, claim_ids=done, causes=[Cause.PAYMENT_UNSETTLED])


async def follow(work: Work, claim_ids: Collection[UUID]) -> None:
    """Let of locked claims that were joined or parted those wait of which late orders are due now, and no others."""
    ordered_until = work.now - PAYMENT_SETTLED_WITHIN
    due = await payments.with_unsettled(work.connection, claim_ids=claim_ids, ordered_until=ordered_until)
    due_at = work.now + FAILED_PAYMENT_WITHIN
    if due:
        await desk_cases.add(work.connection, claim_ids=due, cause=Cause.PAYMENT_UNSETTLED, now=work.now, due_at=due_at)
    if done := set(claim_ids).difference(due):
        await desk_cases.remove(work.connection, claim_ids=done, causes=[Cause.PAYMENT_UNSETTLED])


async def begin(runtime: Runtime) -> None:
    """Let orders be looked through as soon as the service runs; every look then sets the timer of the next one."""
    async with runtime.transaction() as work:
        work.schedule(Timer(PAYMENTS_UNSETTLED, ALL_ORDERS, work.now))
    await runtime.stopping.wait()
