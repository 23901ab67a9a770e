"""Tells customers that the money of an order to pay was transferred, by what is known here of that order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

import structlog

from chassis.consuming.delivery import Batch
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import LONGEST_VALIDITY
from contracts.payments import PaymentOutcome, PaymentSettled
from notify_svc.domain.requests import Lane, Request
from notify_svc.repository import requests
from notify_svc.repository.requests import OrderToPay
from notify_svc.settlements import publish_settled_requests

log = structlog.get_logger(__name__)

PAYMENT_UNTOLD: Final = "payment-untold"
"""Looks again for the order of a payment that was settled; its key is the payment, and which look it is."""
_TOLD_WITHIN: Final = timedelta(days=3)
"""Whoever was paid longer ago has seen it. A new subscription begins with all that its topic has kept."""
_LOOKS: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""An order comes by another topic, and may come after what became of it."""


@dataclass(frozen=True, kw_only=True)
class SettledPayments:
    """Consumes how orders to pay ended. `due` wakes the sender of this process."""

    due: asyncio.Event

    async def tell(self, batch: Batch[PaymentSettled], work: Work) -> None:
        """Create a message per order that was transferred lately; one that failed is a handler's."""
        told_since = work.now - _TOLD_WITHIN
        transferred = {
            delivery.event.payment_id: delivery.event.ended_at
            for delivery in batch
            if delivery.event.outcome is PaymentOutcome.SETTLED and delivery.event.ended_at > told_since
        }
        _look_again(work, await self._tell(work, transferred), look=0)

    async def tell_later(self, due: Sequence[DueTimer], work: Work) -> None:
        """Create the messages of which the order was not known before, if it is now."""
        looks = {UUID(payment_id): int(look) for payment_id, _, look in (timer.key.partition(" ") for timer in due)}
        for payment_id in await self._tell(work, dict.fromkeys(looks, work.now)):
            _look_again(work, [payment_id], look=looks[payment_id] + 1)

    async def _tell(self, work: Work, transferred: Mapping[UUID, datetime]) -> Sequence[UUID]:
        """Create messages about payments, each with the moment of its transfer; return those whose order is unknown."""
        if not transferred:
            return ()
        orders = await requests.orders_to_pay(work.connection, payment_ids=transferred.keys())
        told = [_request(order, transferred_at=transferred[order.payment_id]) for order in orders]
        if told:
            publish_settled_requests(work, await requests.insert(work.connection, requests=told, now=work.now))
            work.after_commit(self.due.set)
        return sorted(transferred.keys() - {order.payment_id for order in orders})


def _look_again(work: Work, payment_ids: Iterable[UUID], *, look: int) -> None:
    for payment_id in payment_ids:
        if look < len(_LOOKS):
            work.schedule(Timer(PAYMENT_UNTOLD, f"{payment_id} {look}", due_at=work.now + _LOOKS[look], trace=None))
        else:
            log.warning("payment.untold", payment_id=str(payment_id))


def _request(order: OrderToPay, *, transferred_at: datetime) -> Request:
    return Request(
        request_id=uuid5(order.payment_id, ClaimOccasion.PAYMENT_SETTLED),
        customer_id=order.customer_id,
        occasion=ClaimOccasion.PAYMENT_SETTLED,
        occurred_at=transferred_at,
        lane=Lane.ABOUT_CLAIM,
        expires_at=transferred_at + LONGEST_VALIDITY,
        claim=order.claim,
        report_ids=(),
        trace=order.trace,
    )
