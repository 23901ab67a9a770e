"""What auth-svc consumes, and its timers: how customers are reached, and what was asked for by an address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from auth_svc.flows import activation, email_change, password_reset
from auth_svc.flows.asked import What
from auth_svc.parts import Parts
from auth_svc.repository import asked, customers
from auth_svc.repository.customers import Customer
from chassis.consuming.delivery import Batch
from chassis.unit_of_work import DueTimer, Work
from contracts.policy import ContactChanged

_MAILS: Final[Mapping[What, Callable[..., Awaitable[None]]]] = {
    What.ACTIVATION: activation.mail_link,
    What.PASSWORD_RESET: password_reset.mail_link,
    What.EMAIL_CHANGE: email_change.mail_link,
}


async def store_customers(batch: Batch[ContactChanged], work: Work) -> None:
    """Keep how customers are reached, the newest version of each. Accounts keep the address and number they have."""
    newest: dict[UUID, ContactChanged] = {}
    for contact in (delivery.event for delivery in batch):
        known = newest.setdefault(contact.customer_id, contact)
        if contact.version > known.version:
            newest[contact.customer_id] = contact
    await customers.store_newer(
        work.connection,
        customers=[
            Customer(
                customer_id=contact.customer_id,
                version=contact.version,
                relation_number=contact.relation_number,
                email=contact.email and contact.email.lower(),
                mobile_phone=contact.mobile_phone,
            )
            for contact in newest.values()
        ],
    )


@dataclass(frozen=True)
class AskedHandler:
    """Answers by mail what was asked for."""

    parts: Parts

    async def answer(self, due: Sequence[DueTimer], work: Work) -> None:
        """Mail what each of them asked for, to who may get it."""
        for timer in due:
            question = await asked.take(work.connection, asked_id=UUID(timer.key))
            if question is not None:
                await _MAILS[What(question.what)](work, self.parts, question, trace=timer.trace)
