"""A claim that somebody at the desk is about to change."""

from __future__ import annotations

from chassis.http.caller import Caller
from chassis.http.problems import NOT_FOUND, Problem
from chassis.unit_of_work import Work
from claims_svc.domain.claim import Claim
from claims_svc.flows.claim_at_hand import lock_claim
from claims_svc.repository import desk_cases
from claims_svc.routes.problems import TAKEN_BY_ANOTHER


async def claim_to_work_at(work: Work, caller: Caller, *, reference: str) -> Claim:
    """Lock the claim with this reference and return it. Raise `Problem` where there is none, or another has taken it.

    A senior handler is no exception: they release it first, so that whoever has it sees that.
    """
    claim = await lock_claim(work, reference=reference)
    if claim is None:
        raise Problem(NOT_FOUND)
    if await desk_cases.is_taken_by_another(work.connection, claim_ids=[claim.claim_id], subject=caller.subject):
        raise Problem(TAKEN_BY_ANOTHER)
    return claim
