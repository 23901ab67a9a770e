"""Decides by hand, under four eyes where one pair is not enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from claims_svc import working_sets
from claims_svc.desk_record import put_on_record
from claims_svc.domain.basis import Basis
from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.desk import Cause
from claims_svc.domain.left_open import left_open
from claims_svc.domain.redetermination import Change, compare
from claims_svc.domain.rules.ruled_on import counts_in, item_seen, seen_in
from claims_svc.domain.ruling import Ruling
from claims_svc.flows import authority, claim_at_hand, desk_work, joining, reviewing
from claims_svc.metrics import RULINGS
from claims_svc.repository import desk_cases, human_reviews, proposals
from claims_svc.repository.proposals import Proposal
from contracts.access import Role
from contracts.coverage import GroundCode, Outcome

BY_RULES: Final = "by_rules"
"""The outcome that is counted of what was left to the rules again."""


class Refused(StrEnum):
    """Why nothing was decided."""

    WITHDRAWN = "withdrawn"
    UNDECIDED = "undecided"
    """There is no decision yet, or the claim waits for something."""
    MOVED_ON = "moved_on"
    """It was decided anew since the caller saw it."""
    TAKEN = "taken"
    """Another handler has taken it."""
    NOT_OPEN = "not_open"
    PROPOSED_ALREADY = "proposed_already"
    NO_PROPOSAL = "no_proposal"
    CLOSED = "closed"
    """That proposal was approved, declined or overtaken."""
    SAME_PERSON = "same_person"
    NEEDS_SENIOR = "needs_senior"


@dataclass(frozen=True, slots=True)
class Overturned:
    """What one ruling decides: by which ground it was decided, or left to people, before."""

    ruling: Ruling
    ground: GroundCode


@dataclass(frozen=True, slots=True)
class _Trial:
    """What rulings would lead to. `more_cents` is what would be paid besides."""

    overturned: Sequence[Overturned]
    more_cents: int
    is_against: bool


async def decide_by_hand(
    work: Work, caller: Caller, claim: Claim, rulings: Sequence[Ruling], *, seen_version: int, limit_cents: int
) -> Claim | Proposal | Refused:
    """Decide a locked claim again with these rulings, or propose them to a second person; return what came of it.

    A second person is needed for a denial by hand, for a cover that the rules deny, for what goes against the customer
    and for more money than who decides may promise alone, `limit_cents`, with what they did before. `rulings` are by
    `caller` and name nobody who approved them.

    Source: issue 13, "four eyes above an authority limit and for every denial by hand".
    """
    refused = await _refusal(work, caller, claim, seen_version=seen_version)
    if refused:
        return refused
    trial = await _try(work, claim, rulings)
    if isinstance(trial, Refused):
        return trial
    above_limit = trial.more_cents > await authority.left_cents(work, caller, claim, limit_cents=limit_cents)
    if above_limit or trial.is_against or any(map(_needs_second, rulings)):
        made = [each.ruling for each in trial.overturned]
        return await _propose(work, caller, claim, made, more_cents=trial.more_cents, needs_senior=above_limit)
    return await _rule(work, caller, claim, trial.overturned, alone_cents=trial.more_cents)


async def approve(
    work: Work, caller: Caller, claim: Claim, *, proposal_id: UUID, reason: str
) -> Claim | Proposal | Refused:
    """Decide a locked claim as somebody else proposed."""
    proposal = await _judgeable(work, caller, claim, proposal_id=proposal_id)
    if isinstance(proposal, Refused):
        return proposal
    if proposal.needs_senior and caller.role is not Role.SENIOR_HANDLER:
        return Refused.NEEDS_SENIOR
    if proposal.move is not None or proposal.told is not None:
        await _judge(work, caller, proposal, approved=True, reason=reason)
        return await _carry_out(work, caller, claim, proposal) or Refused.MOVED_ON
    rulings = [replace(each, approved_by=caller.subject, decided_at=work.now) for each in proposal.rulings]
    trial = await _try(work, claim, rulings)
    if isinstance(trial, Refused):
        return trial
    if trial.more_cents > proposal.more_cents:
        return Refused.MOVED_ON
    await _judge(work, caller, proposal, approved=True, reason=reason)
    return await _rule(work, caller, claim, trial.overturned)


async def _carry_out(work: Work, caller: Caller, claim: Claim, proposal: Proposal) -> Claim | None:
    """Do what was proposed beside rulings; None when it is no longer what its maker saw."""
    if proposal.move is not None and proposal.move.withdraws:
        return await reviewing.withdraw_approved(work, caller, claim, proposal)
    if proposal.move is not None:
        return await joining.move_approved(work, caller, claim, proposal, proposal.move)
    if proposal.told is not None:
        return await desk_work.tell_approved(work, caller, claim, proposal, proposal.told)
    return None


async def decline(
    work: Work, caller: Caller, claim: Claim, *, proposal_id: UUID, reason: str
) -> Claim | Proposal | Refused:
    """Leave a locked claim as it is, though somebody else proposed otherwise."""
    proposal = await _judgeable(work, caller, claim, proposal_id=proposal_id)
    if isinstance(proposal, Refused):
        return proposal
    await _judge(work, caller, proposal, approved=False, reason=reason)
    return claim


async def uphold(work: Work, caller: Caller, claim: Claim, *, seen_version: int, reason: str) -> Claim | Refused:
    """Let the decision on a locked claim stand though there is evidence against the customer."""
    refused = await _refusal(work, caller, claim, seen_version=seen_version)
    if refused:
        return refused
    if not await human_reviews.uphold(work.connection, claim_id=claim.claim_id, now=work.now):
        return Refused.NOT_OPEN
    await desk_cases.remove(work.connection, claim_ids=[claim.claim_id], causes=[Cause.EVIDENCE_AGAINST])
    await put_on_record(work, claim.claim_id, "upheld", caller=caller, reason=reason)
    return claim


async def _refusal(work: Work, caller: Caller, claim: Claim, *, seen_version: int) -> Refused | None:
    if claim.state is ClaimState.WITHDRAWN:
        return Refused.WITHDRAWN
    if claim.claim_version == 0:
        return Refused.UNDECIDED
    if claim.claim_version != seen_version:
        return Refused.MOVED_ON
    is_taken = await desk_cases.is_taken_by_another(work.connection, claim_ids=[claim.claim_id], subject=caller.subject)
    return Refused.TAKEN if is_taken else None


async def _try(work: Work, claim: Claim, rulings: Sequence[Ruling]) -> _Trial | Refused:
    """Return what these rulings lead to, one after the other: a rule that is set aside shows what is left behind it.

    Each keeps what it was ruled on, one that a second person approves from when it was proposed.
    """
    locked = await working_sets.lock(work.connection, claim_ids=[claim.claim_id])
    working_set = await working_sets.load(work, *locked)
    standing = working_set.standing(claim.claim_id)
    if standing is None:
        return Refused.UNDECIDED
    before, seen = standing.document.verdict, standing.document
    overturned = []
    for ruling in rulings:
        verdict = seen.verdict
        opened = next((each for each in left_open(verdict) if each.is_about(ruling) and each.takes(ruling)), None)
        if opened is None and not ruling.is_about_the_evidence:
            return Refused.NOT_OPEN
        # An item is that of the decision its maker saw; whatever else was told since is decided on as well.
        made = ruling
        if ruling.item is not None and ruling.seen is None:
            now = working_set.claim(claim.claim_id).damage
            made = replace(ruling, seen=item_seen(ruling.item, seen=seen.basis.damage, now=now))
        working_set.apply_rulings(claim.claim_id, [made])
        decided = working_set.standing(claim.claim_id)
        if decided is None or decided is standing:
            return Refused.UNDECIDED
        made = _made_on(decided.document.basis, made)
        if not counts_in(decided.document.basis, made):
            return Refused.MOVED_ON
        overturned.append(Overturned(made, opened.because if opened else verdict.deciding_ground))
        seen = decided.document
    return _Trial(
        overturned=overturned,
        more_cents=max(0, (seen.verdict.money.payable_cents or 0) - standing.payable_cents),
        is_against=compare(before, seen.verdict) is Change.AGAINST,
    )


def _made_on(basis: Basis, ruling: Ruling) -> Ruling:
    return ruling if ruling.seen is not None else replace(ruling, seen=seen_in(basis, ruling))


def _needs_second(ruling: Ruling) -> bool:
    return ruling.outcome is Outcome.DENIED or ruling.overrules


async def _propose(
    work: Work, caller: Caller, claim: Claim, rulings: Sequence[Ruling], *, more_cents: int, needs_senior: bool
) -> Proposal | Refused:
    proposal = await authority.propose(
        work, caller, claim, rulings=rulings, more_cents=more_cents, needs_senior=needs_senior
    )
    if proposal is None:
        return Refused.PROPOSED_ALREADY
    for ruling in rulings:
        await put_on_record(
            work, claim.claim_id, "proposed", caller=caller, reason=ruling.reason, **_told(ruling), **_id_of(proposal)
        )
    return proposal


async def _judgeable(work: Work, caller: Caller, claim: Claim, *, proposal_id: UUID) -> Proposal | Refused:
    known = await proposals.of_claim(work.connection, claim_id=claim.claim_id)
    proposal = next((each for each in known if each.proposal_id == proposal_id), None)
    if proposal is None:
        return Refused.NO_PROPOSAL
    if claim.withdrawn_at is not None:
        return Refused.WITHDRAWN
    if proposal.state != "open":
        return Refused.CLOSED
    return Refused.SAME_PERSON if proposal.proposed_by == caller.subject else proposal


async def _judge(work: Work, caller: Caller, proposal: Proposal, *, approved: bool, reason: str) -> None:
    kind = "approved" if approved else "declined"
    await proposals.judge(
        work.connection,
        proposal_id=proposal.proposal_id,
        state="approved" if approved else "declined",
        judged_by=caller.subject,
        reason=reason,
        now=work.now,
    )
    await desk_cases.remove(work.connection, claim_ids=[proposal.claim_id], causes=[Cause.PROPOSED])
    await put_on_record(work, proposal.claim_id, kind, caller=caller, reason=reason, **_id_of(proposal))


async def _rule(
    work: Work, caller: Caller, claim: Claim, overturned: Sequence[Overturned], *, alone_cents: int = 0
) -> Claim:
    ruled = await claim_at_hand.rule(work, claim.claim_id, [each.ruling for each in overturned])
    await desk_cases.remove(work.connection, claim_ids=[claim.claim_id], causes=[Cause.ANSWERED, Cause.UNANSWERED])
    for place, each in enumerate(overturned):
        ruling, outcome = each.ruling, each.ruling.outcome or BY_RULES
        await put_on_record(
            work,
            claim.claim_id,
            "ruled",
            caller=caller,
            reason=ruling.reason,
            ground=each.ground,
            decided_by=ruling.decided_by,
            **_told(ruling),
            **authority.spent_alone(alone_cents if place == 0 else 0),
        )
        work.after_commit(partial(RULINGS.labels(ground=each.ground, outcome=outcome).inc, 1))
    return ruled


def _told(ruling: Ruling) -> dict[str, str]:
    if ruling.ground is not None:
        about = f"ground {ruling.ground}"
    elif ruling.route is not None:
        about = f"route {ruling.route}" + (" by fire" if ruling.by_fire else "")
    else:
        about = "evidence" if ruling.item is None else f"item {ruling.item + 1}"
    return {"about": about, "outcome": ruling.outcome or BY_RULES}


def _id_of(proposal: Proposal) -> dict[str, str]:
    return {"proposal_id": str(proposal.proposal_id)}
