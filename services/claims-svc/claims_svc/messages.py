"""Keeps how messages about claims ended, for the timeline."""

from __future__ import annotations

from chassis.consuming.delivery import Batch
from chassis.unit_of_work import Work
from claims_svc.repository import messages
from claims_svc.repository.messages import EndedMessage
from contracts.claim_messages import ClaimMessageSettled
from contracts.notify import MessageSettled

ABOUT_DECISION = "decision"


async def keep_about_decisions(batch: Batch[MessageSettled], work: Work) -> None:
    """Keep how messages about decisions ended."""
    ended = [
        EndedMessage(
            claim_id=delivery.event.claim_id,
            message_id=delivery.event.message_id,
            settlement=delivery.event.settlement,
            about=ABOUT_DECISION,
            channel=delivery.event.channel,
            settled_at=delivery.time,
        )
        for delivery in batch
    ]
    await messages.insert(work.connection, messages=ended)


async def keep_about_claims(batch: Batch[ClaimMessageSettled], work: Work) -> None:
    """Keep how the messages ended that were asked for besides."""
    ended = [
        EndedMessage(
            claim_id=delivery.event.claim_id,
            message_id=delivery.event.request_id,
            settlement=delivery.event.settlement,
            about=delivery.event.occasion,
            channel=delivery.event.channel,
            settled_at=delivery.time,
        )
        for delivery in batch
    ]
    await messages.insert(work.connection, messages=ended)
