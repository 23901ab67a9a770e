"""Tells customers, once, that they can have their damage repaired instead of being paid."""

from __future__ import annotations

from chassis.unit_of_work import Work
from claims_svc.domain.changes import Changes
from claims_svc.domain.repair import ordered_at_most_cents
from claims_svc.repository import repair_offers
from claims_svc.tell import News, tell_all
from contracts.claim_messages import ClaimOccasion


async def announce(changes: Changes, work: Work) -> None:
    """Have repair offered where a decision made here leaves it to be chosen, after what it orders was ordered."""
    newest = {decision.event.claim_id: decision.standing for decision in changes.decisions}
    at_most = {claim_id: ordered_at_most_cents(standing) for claim_id, standing in newest.items()}
    # What is payable is ordered at once: repair is offered only where that leaves the damage to be repaired unpaid.
    offers = {
        claim_id: cents
        for claim_id, cents in at_most.items()
        if cents is not None and newest[claim_id].payable_cents <= cents
    }
    if not offers:
        return
    claims = changes.updated | changes.opened
    offered = await repair_offers.insert(work.connection, ordered_at_most_cents=offers, now=work.now)
    await tell_all(work, [News(claim=claims[each], occasion=ClaimOccasion.REPAIR_OFFERED) for each in sorted(offered)])
