"""What handlers do with a claim besides deciding: take it, add what they know, assess the damage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from claims_svc import promises
from claims_svc.desk_record import put_on_record
from claims_svc.domain.claim import Claim
from claims_svc.domain.desk import PROMISED, Cause, due_at
from claims_svc.domain.supplement import Supplement
from claims_svc.domain.told_by_hand import ToldByHand
from claims_svc.domain.verdict import Verdict
from claims_svc.flows import authority, claim_at_hand
from claims_svc.repository import decisions, desk_actions, desk_cases
from claims_svc.repository.proposals import Proposal
from claims_svc.tell import tell
from contracts.claim_messages import ClaimOccasion
from contracts.coverage import Outcome
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import Fact, FactSource, Truth


async def take(work: Work, caller: Caller, claim: Claim) -> str | None:
    """Let `caller` have a locked claim that is free; return who has it then, None where it waits for nobody.

    Its customer is told the first time.
    """
    before = await desk_cases.taken_by(work.connection, claim_id=claim.claim_id)
    if before is not None:
        return before
    taken_by = await desk_cases.take(
        work.connection,
        claim_id=claim.claim_id,
        subject=caller.subject,
        role=caller.kind,
        team=caller.team,
        now=work.now,
    )
    if taken_by is not None:
        done = await desk_actions.of_claim(work.connection, claim_id=claim.claim_id)
        if not any(action.kind == "taken" for action in done):
            await tell(work, claim, ClaimOccasion.TAKEN_UP)
        await promises.keep(work, [claim.claim_id])
        await put_on_record(work, claim.claim_id, "taken", caller=caller)
    return taken_by


async def release(work: Work, caller: Caller, claim: Claim) -> None:
    """Let a locked claim be free again. What was told since has been looked at; for the rest there is a new promise."""
    await desk_cases.release(work.connection, claim_id=claim.claim_id)
    await looked_at(work, claim)
    left = await desk_cases.of_claim(work.connection, claim_id=claim.claim_id)
    if left is not None and not PROMISED.isdisjoint(left.causes):
        await promises.make(work, [claim.claim_id], due_at=due_at(work.now))
    await put_on_record(work, claim.claim_id, "released", caller=caller)


@dataclass(frozen=True, slots=True)
class Cost:
    """What it does that something is told, in euro cents.

    `more_cents` would be paid besides at once, `later_cents` can be paid by rain or an answer, when nobody asks any
    more who told or assessed what it rests on. `denies`: something is denied that nothing was decided about.
    """

    more_cents: int
    later_cents: int
    denies: bool


async def add_facts(
    work: Work,
    caller: Caller,
    claim: Claim,
    facts: Mapping[str, Truth],
    *,
    source: FactSource,
    found_in: str,
    limit_cents: int,
) -> Claim | Proposal | None:
    """Complete the report of a locked claim by facts of a handler or of a register; return what came of it.

    That is a proposal where more would be paid than `caller` may promise alone, and where something is denied by it;
    None where something is proposed already.
    """
    told = Supplement(
        supplement_id=uuid7(),
        source=source,
        told_at=work.now,
        facts=LossFacts(**{name: Fact(value=value, source=source) for name, value in facts.items()}),
    )
    return await _tell(work, caller, claim, ToldByHand(supplement=told, reason=found_in), limit_cents=limit_cents)


async def assess(
    work: Work, caller: Caller, claim: Claim, damage: Sequence[DamageItem], *, reason: str, limit_cents: int
) -> Claim | Proposal | None:
    """Replace the damage of a locked claim by what a handler found; return what came of it.

    That is a proposal where it is assessed higher, or more would be paid, than `caller` may promise alone, None where
    something is proposed already.
    """
    told = Supplement(supplement_id=uuid7(), source=FactSource.HANDLER, told_at=work.now, damage=tuple(damage))
    return await _tell(work, caller, claim, ToldByHand(supplement=told, reason=reason), limit_cents=limit_cents)


async def _tell(
    work: Work, caller: Caller, claim: Claim, told: ToldByHand, *, limit_cents: int
) -> Claim | Proposal | None:
    cost = await cost_of(work, claim, told.supplement, assessed_cents=told.assessed_cents)
    is_above = await is_above_authority(work, caller, claim, cost, limit_cents=limit_cents)
    if not is_above and not cost.denies:
        return await _complete(work, caller, claim, told, **authority.spent_alone(cost.more_cents))
    more_cents = max(cost.more_cents, cost.later_cents)
    proposal = await authority.propose(work, caller, claim, told=told, more_cents=more_cents, needs_senior=is_above)
    if proposal is not None:
        proposal_id = str(proposal.proposal_id)
        await put_on_record(
            work,
            claim.claim_id,
            "proposed",
            caller=caller,
            reason=told.reason,
            about=told.kind,
            **told.details,
            proposal_id=proposal_id,
        )
    return proposal


async def tell_approved(work: Work, caller: Caller, claim: Claim, proposal: Proposal, told: ToldByHand) -> Claim | None:
    """Complete the report of a locked claim as somebody else proposed; None: more would be paid than they saw."""
    told = replace(told, supplement=replace(told.supplement, told_at=work.now))
    cost = await cost_of(work, claim, told.supplement, assessed_cents=told.assessed_cents)
    if max(cost.more_cents, cost.later_cents) > proposal.more_cents:
        return None
    return await _complete(
        work, caller, claim, told, decided_by=proposal.proposed_by, proposal_id=str(proposal.proposal_id)
    )


async def cost_of(work: Work, claim: Claim, told: Supplement, *, assessed_cents: int = 0) -> Cost:
    """Return what it would cost that something is told of a locked claim; nothing is stored."""
    working_set = await claim_at_hand.supplemented(work, claim.claim_id, told)
    after = working_set.standing(claim.claim_id)
    standing = (await decisions.standing(work.connection, claim_ids=[claim.claim_id])).get(claim.claim_id)
    before_cents = 0 if standing is None else standing.payable_cents
    assessed_before = sum(item.amount_cents for item in claim.damage if item.estimated_by is not FactSource.CUSTOMER)
    later_cents = assessed_before if after is None else 0
    if assessed_cents > assessed_before:
        later_cents = assessed_cents
    denies = standing is None and after is not None and _is_any_denied(after.document.verdict)
    return Cost(
        more_cents=max(0, (0 if after is None else after.payable_cents) - before_cents),
        later_cents=later_cents,
        denies=denies,
    )


def _is_any_denied(verdict: Verdict) -> bool:
    return Outcome.DENIED in {verdict.outcome, *(item.outcome for item in verdict.items)}


async def is_above_authority(work: Work, caller: Caller, claim: Claim, cost: Cost, *, limit_cents: int) -> bool:
    """Return whether that is more than `caller` may let be paid alone of a claim, now or later."""
    is_above = cost.more_cents > await authority.left_cents(work, caller, claim, limit_cents=limit_cents)
    return is_above or cost.later_cents > limit_cents


async def _complete(work: Work, caller: Caller, claim: Claim, told: ToldByHand, **details: str) -> Claim:
    completed = await claim_at_hand.supplement(work, claim.claim_id, told.supplement)
    await looked_at(work, claim)
    await put_on_record(work, claim.claim_id, told.kind, caller=caller, reason=told.reason, **told.details, **details)
    return completed


async def looked_at(work: Work, claim: Claim) -> None:
    """Let a locked claim wait no longer for somebody who looks at what was told, or was not."""
    await desk_cases.remove(work.connection, claim_ids=[claim.claim_id], causes=[Cause.ANSWERED, Cause.UNANSWERED])
