"""Sends letters to the new home of who has moved, from the day of the move on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from chassis.unit_of_work import DueTimer, Trace, Work
from contracts.codec import from_json
from contracts.policy import Home
from contracts.vocabulary import PostalAddress
from policy_svc.domain.addresses import comparable
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.timeline import in_force
from policy_svc.domain.versions import CustomerVersionReason
from policy_svc.flows.previews import Shown
from policy_svc.repository import customers, previews, terms

MOVED_LETTERS: Final = "moved-letters"
"""The timer, with the id of a confirmed preview of a move as its key, that fires when the day of the move begins."""


async def send_letters_to_the_new_home(due: Sequence[DueTimer], work: Work) -> None:
    """Change the postal address of each who has moved, where letters went to the home that was left."""
    for timer in due:
        preview = await previews.find(work.connection, preview_id=UUID(timer.key))
        if preview is not None and preview.policy_number is not None:
            await _send_to_the_new_home(
                work,
                relation_number=preview.relation_number,
                policy_number=preview.policy_number,
                left=from_json(Shown, preview.shown).outcome.before.home,
                trace=timer.trace,
            )


async def _send_to_the_new_home(
    work: Work, *, relation_number: str, policy_number: str, left: Home | None, trace: Trace | None
) -> None:
    """The home is the one of the day: the move may have been followed by another, or the policy have ended."""
    await customers.lock(work.connection, relation_numbers=[relation_number])
    contact = await customers.find(work.connection, relation_number=relation_number)
    current = await terms.current(work.connection, policy_numbers=[policy_number])
    today = in_force(current[policy_number], on=dutch_day(work.now))
    if contact is None or contact.postal_address is None or left is None or today is None or today.home is None:
        return
    if comparable(contact.postal_address) != comparable(left):
        return
    there = PostalAddress(postcode=today.home.postcode, house_number=today.home.house_number)
    moved = replace(contact, postal_address=there)
    saved = await customers.save(
        work.connection,
        customers=[moved],
        reason=CustomerVersionReason.LETTERS_MOVED,
        made_by="timer",
        recorded_at=work.now,
    )
    work.publish(*saved, trace=trace)
