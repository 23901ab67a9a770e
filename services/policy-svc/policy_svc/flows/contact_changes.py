"""Shows a change of a customer's personal data, and makes it once it is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.unit_of_work import Trace, Work
from contracts.codec import from_json, to_json
from contracts.message_requests import Occasion
from contracts.policy import ContactChanged
from contracts.topic import Part
from policy_svc.domain.contact_changes import ContactOutcome, ContactRefusal, contact_outcome
from policy_svc.domain.versions import CustomerVersionReason
from policy_svc.flows.confirmations import NotConfirmed
from policy_svc.flows.messages import ask_to_tell, ask_to_tell_at
from policy_svc.flows.previews import VALID_FOR, keep
from policy_svc.repository import customers, previews
from policy_svc.repository.previews import Preview
from policy_svc.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPreview:
    """A preview of a change of one customer's data."""

    preview_id: UUID
    outcome: ContactOutcome
    expires_at: datetime


class ConfirmedContact(Part):
    """What confirming led to: the version that the customer's data have since."""

    version: int
    confirmed_at: datetime


async def show_contact_change(
    work: Work, *, relation_number: str, change: Callable[[ContactChanged], ContactChanged]
) -> ContactPreview | ContactRefusal | None:
    """Show what a change would be, and keep it to be confirmed; None when there is no such customer."""
    before = await customers.find(work.connection, relation_number=relation_number)
    if before is None:
        return None
    found = contact_outcome(before, change(before))
    if isinstance(found, ContactRefusal):
        return found
    preview = ContactPreview(preview_id=uuid7(), outcome=found, expires_at=work.now + VALID_FOR)
    await keep(
        work,
        Preview(
            preview_id=preview.preview_id,
            relation_number=relation_number,
            policy_number=None,
            version=before.version,
            asked=to_json(found.after).decode(),
            shown=to_json(found).decode(),
            made_at=work.now,
            expires_at=preview.expires_at,
        ),
    )
    return preview


async def confirm_contact_change(
    work: Work, settings: Settings, *, relation_number: str, preview_id: UUID, made_by: str, trace: Trace | None
) -> ConfirmedContact | NotConfirmed:
    """Make the change of a preview at once. Again, it answers the same and does nothing.

    The customer is told at the address before and the address after, so that nobody else can change it unseen.
    """
    await customers.lock(work.connection, relation_numbers=[relation_number])
    before = await customers.find(work.connection, relation_number=relation_number)
    preview = await previews.find(work.connection, preview_id=preview_id)
    if before is None or preview is None or (preview.relation_number, preview.policy_number) != (relation_number, None):
        return NotConfirmed.UNKNOWN
    if preview.result is not None:
        return from_json(ConfirmedContact, preview.result)
    if work.now >= preview.expires_at:
        return NotConfirmed.EXPIRED
    if before.version != preview.version:
        return NotConfirmed.STALE
    wanted = from_json(ContactChanged, preview.asked)
    (after,) = await customers.save(
        work.connection,
        customers=[wanted],
        reason=CustomerVersionReason.CHANGED,
        made_by=made_by,
        recorded_at=work.now,
    )
    work.publish(after, trace=trace)
    _tell(work, settings, before=before, after=after, trace=trace)
    confirmed = ConfirmedContact(version=after.version, confirmed_at=work.now)
    await previews.confirm(
        work.connection, preview_id=preview_id, confirmed_at=work.now, result=to_json(confirmed).decode()
    )
    return confirmed


def _tell(
    work: Work, settings: Settings, *, before: ContactChanged, after: ContactChanged, trace: Trace | None
) -> None:
    """Each address is named where it changes: notify-svc may read of the new one after it reads what to tell there."""
    customer_id, relation_number, occasion = after.customer_id, after.relation_number, Occasion.PERSONAL_DATA_CHANGED
    if before.email == after.email or not settings.message_public_key:
        ask_to_tell(work, customer_id=customer_id, relation_number=relation_number, occasion=occasion, trace=trace)
        return
    for email in (after.email, before.email):
        if email is not None:
            ask_to_tell_at(
                work,
                settings,
                customer_id=customer_id,
                relation_number=relation_number,
                occasion=occasion,
                email=email,
                trace=trace,
            )
