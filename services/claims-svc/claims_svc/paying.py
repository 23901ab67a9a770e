"""Orders what was decided to be paid, once, and takes in how payments end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.consuming.delivery import Batch
from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from claims_svc import figures, unsettled
from claims_svc.desk_record import put_on_record
from claims_svc.domain.claim import Claim
from claims_svc.domain.desk import Cause
from claims_svc.domain.handling import FAILED_PAYMENT_WITHIN
from claims_svc.domain.payment import Due, due_of_standing
from claims_svc.repository import decisions, desk_actions, desk_cases, payments, policies
from claims_svc.repository.desk_actions import DeskAction
from contracts.payments import PaymentOrdered, PaymentOutcome, PaymentSettled


async def order(work: Work, due: Iterable[Due]) -> Sequence[PaymentOrdered]:
    """Order what is due of each claim beyond what was ordered before: one payment a claim, none where nothing is left.

    The claims are locked, so that no two orders of one claim are computed at once.
    """
    wanted = {uuid7(): each for each in due}
    amounts = await payments.order(work.connection, due=wanted, now=work.now)
    ordered = [
        _publish(work, wanted[payment_id], payment_id=payment_id, amount_cents=amount_cents)
        for payment_id, amount_cents in amounts.items()
    ]
    work.after_commit(partial(figures.count_ordered, ordered))
    return ordered


def _publish(work: Work, due: Due, *, payment_id: UUID, amount_cents: int) -> PaymentOrdered:
    ordered = PaymentOrdered(
        payment_id=payment_id,
        claim_id=due.claim_id,
        claim_reference=due.claim_reference,
        claim_version=due.claim_version,
        customer_id=due.customer_id,
        amount_cents=amount_cents,
        ordered_at=work.now,
    )
    work.publish(ordered, trace=due.trace)
    return ordered


async def order_again(work: Work, claim: Claim, *, caller: Caller) -> int | None:
    """Order what is still due of a locked claim after a payment failed; return its cents, None where none failed.

    Where nothing is due any more the claim waits for that no longer.
    """
    standing = (await decisions.standing(work.connection, claim_ids=[claim.claim_id])).get(claim.claim_id)
    number = claim.report.policy_number
    customer_id = (await policies.customers(work.connection, policy_numbers=[number])).get(number)
    if standing is None or customer_id is None:
        return None
    if not await payments.has_failed(work.connection, claim_id=claim.claim_id):
        return None
    waiting = await desk_cases.of_claim(work.connection, claim_id=claim.claim_id)
    ordered = await order(work, [due_of_standing(claim, standing, customer_id=customer_id)])
    if not ordered and (waiting is None or Cause.PAYMENT_FAILED not in waiting.causes):
        return None
    await _let_go(work, claim)
    await put_on_record(work, claim.claim_id, "payment_ordered_again" if ordered else "payment_not_due", caller=caller)
    return sum(each.amount_cents for each in ordered)


async def order_held_back(work: Work, claim: Claim, due: Due) -> None:
    """Order what is due of a locked claim now that it is not repaired, and with it what failed before."""
    await order(work, [due])
    await _let_go(work, claim)


async def let_go_unless_due(work: Work, claim: Claim, due: Due) -> None:
    """Let a locked claim wait no longer because a payment failed, if its repair takes all that is due."""
    if await payments.left_cents(work.connection, due=due) <= 0:
        await _let_go(work, claim)


async def _let_go(work: Work, claim: Claim) -> None:
    await desk_cases.remove(work.connection, claim_ids=[claim.claim_id], causes=[Cause.PAYMENT_FAILED])


async def end_payments(batch: Batch[PaymentSettled], work: Work) -> None:
    """Keep how payments ended; the first answer counts, and the claim of one that failed waits for a handler."""
    told = {delivery.event.payment_id: delivery.event for delivery in reversed(batch)}
    order_of = await payments.orders_of(work.connection, payment_ids=told)
    for delivery in batch:
        if delivery.event.payment_id not in order_of:
            work.refuse(delivery, code="payment-unknown", reason="no such payment was ordered; send its payment_id")
    locked = {
        each.claim_id
        for payment_id, each in order_of.items()
        if told[payment_id].outcome is PaymentOutcome.FAILED or unsettled.is_late(work, each)
    }
    if locked:
        # Who orders again just now would not see that this one failed, and let its claim wait for nobody after that.
        # Nor may a claim be joined or parted meanwhile that waits because nobody told how this one ended.
        await policies.lock_with_those_of_claims(work.connection, claim_ids=locked)
    ended = await payments.end(work.connection, settled=[told[payment_id] for payment_id in order_of])
    failed = {
        payment_id: each.claim_id
        for payment_id, each in ended.items()
        if told[payment_id].outcome is PaymentOutcome.FAILED
    }
    if failed:
        await _let_wait(work, failed, told)
    # After that: a claim that waited for this alone and now waits because it failed stays with who has taken it.
    await unsettled.let_go(work, ended.values())


async def _let_wait(work: Work, failed: Mapping[UUID, UUID], told: Mapping[UUID, PaymentSettled]) -> None:
    due_at = work.now + FAILED_PAYMENT_WITHIN
    await desk_cases.add(
        work.connection, claim_ids=set(failed.values()), cause=Cause.PAYMENT_FAILED, now=work.now, due_at=due_at
    )
    actions = [
        DeskAction(
            claim_id=claim_id,
            kind="payment_failed",
            done_by=None,
            role="system",
            done_at=work.now,
            details={"failure": str(told[payment_id].failure), "payment_id": str(payment_id)},
        )
        for payment_id, claim_id in failed.items()
    ]
    await desk_actions.insert(work.connection, actions=actions)
