"""What one person may let be paid alone, and what they must propose to a second one."""

from __future__ import annotations

from collections.abc import Sequence

from uuid_utils.compat import uuid7

from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from claims_svc.domain.claim import Claim
from claims_svc.domain.desk import Cause, due_at
from claims_svc.domain.joining import Move
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.told_by_hand import ToldByHand
from claims_svc.repository import desk_actions, desk_cases, proposals
from claims_svc.repository.proposals import Proposal
from claims_svc.settings import Settings
from contracts.access import Role


def limit_cents(caller: Caller, settings: Settings) -> int:
    """Return what `caller` may let be paid alone of one claim."""
    return settings.senior_limit_cents if caller.role is Role.SENIOR_HANDLER else settings.handler_limit_cents


async def left_cents(work: Work, caller: Caller, claim: Claim, *, limit_cents: int) -> int:
    """Return what of that is left: a limit that each small step passes anew would be none."""
    spent = await desk_actions.alone_cents(work.connection, claim_id=claim.claim_id, account=caller.subject)
    return limit_cents - spent


def spent_alone(more_cents: int) -> dict[str, str]:
    """Return what the desk's record says of money that one person let be paid alone."""
    return {"alone_cents": str(more_cents)} if more_cents else {}


async def propose(
    work: Work,
    caller: Caller,
    claim: Claim,
    *,
    more_cents: int,
    needs_senior: bool,
    rulings: Sequence[Ruling] = (),
    told: ToldByHand | None = None,
    move: Move | None = None,
) -> Proposal | None:
    """Let what `caller` wants done with a locked claim wait for a second person; None when something waits already."""
    known = await proposals.of_claim(work.connection, claim_id=claim.claim_id)
    if any(each.state == "open" for each in known):
        return None
    proposal = Proposal(
        proposal_id=uuid7(),
        claim_id=claim.claim_id,
        claim_version=claim.claim_version,
        rulings=tuple(rulings),
        told=told,
        move=move,
        more_cents=more_cents,
        needs_senior=needs_senior,
        proposed_by=caller.subject,
        proposed_at=work.now,
    )
    await proposals.insert(work.connection, proposal=proposal)
    await desk_cases.add(
        work.connection,
        claim_ids=[claim.claim_id],
        cause=Cause.PROPOSED,
        now=work.now,
        due_at=due_at(work.now),
    )
    return proposal
