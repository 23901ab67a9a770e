"""Joins two claims about one loss by hand, and parts a report from a claim that it has nothing to do with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from claims_svc import working_sets
from claims_svc.desk_record import put_on_record
from claims_svc.domain import joining
from claims_svc.domain.claim import MOST_REPORTS, Claim, claim_reference
from claims_svc.domain.joining import Move, Weighed, weigh
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.working_set import WorkingSet
from claims_svc.flows import authority
from claims_svc.repository import claims, desk_cases, joined_reports
from claims_svc.repository.proposals import Proposal


class Refused(StrEnum):
    """Why nothing was joined or parted."""

    ENDED = "ended"
    """One of the claims was withdrawn, or joined to another one already."""
    OTHER_POLICY = "other_policy"
    SAME_CLAIM = "same_claim"
    HAS_JOINED_CLAIMS = "has_joined_claims"
    """Claims were joined to the one that would end: these must be parted from it, or it must be the one that stays."""
    TOO_MANY_REPORTS = "too_many_reports"
    TAKEN = "taken"
    """Another handler has taken one of the claims."""
    NOT_JOINED = "not_joined"
    """The claim has no such report beside the one that opened it."""
    PROPOSED_ALREADY = "proposed_already"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """Claims as they would be joined or parted, nothing stored yet: `claim` as it was before, `own_id` is answered."""

    claim: Claim
    working_set: WorkingSet
    move: Move
    own_id: UUID
    other_id: UUID
    weighed: Weighed


async def join(
    work: Work, caller: Caller, *, claim_id: UUID, other_id: UUID, reason: str, limit_cents: int
) -> Claim | Proposal | Refused:
    """End the other claim and decide this one with the reports of both; return it as it is then.

    A second person is needed for what goes against the customer, and for more money than `caller` may promise alone,
    `limit_cents`.
    """
    if claim_id == other_id:
        return Refused.SAME_CLAIM
    ruling = _ruling(work, caller, reason)
    trial = await _try_join(work, claim_id, other_id=other_id, ruling=ruling)
    if isinstance(trial, Refused):
        return trial
    if await desk_cases.is_taken_by_another(work.connection, claim_ids=[claim_id, other_id], subject=caller.subject):
        return Refused.TAKEN
    return await _move_or_propose(work, caller, claim_id, trial, ruling=ruling, limit_cents=limit_cents)


async def part(
    work: Work, caller: Caller, *, claim_id: UUID, report_id: UUID, reason: str, limit_cents: int
) -> Claim | Proposal | Refused:
    """Let a report that joined a claim have one of its own; return that.

    The report that a claim opened with cannot leave it. A second person is needed as to join.
    """
    ruling = _ruling(work, caller, reason)
    trial = await _try_part(work, claim_id, report_id=report_id, ruling=ruling)
    if isinstance(trial, Refused):
        return trial
    if await desk_cases.is_taken_by_another(work.connection, claim_ids=[claim_id], subject=caller.subject):
        return Refused.TAKEN
    return await _move_or_propose(work, caller, claim_id, trial, ruling=ruling, limit_cents=limit_cents)


async def move_approved(work: Work, caller: Caller, claim: Claim, proposal: Proposal, move: Move) -> Claim | None:
    """Join or part as somebody else proposed; None when the claims are no longer what that one saw, or pay more."""
    (proposed,) = proposal.rulings
    ruling = replace(proposed, approved_by=caller.subject, decided_at=work.now)
    if move.other_id is not None:
        trial = await _try_join(work, claim.claim_id, other_id=move.other_id, ruling=ruling)
    elif move.report_id is not None:
        trial = await _try_part(work, claim.claim_id, report_id=move.report_id, ruling=ruling)
    else:
        return None
    is_as_seen = not isinstance(trial, Refused) and trial.move == move and claim.claim_version == proposal.claim_version
    if isinstance(trial, Refused) or not is_as_seen or trial.weighed.more_cents > proposal.more_cents:
        return None
    return await _move(work, caller, claim.claim_id, trial, reason=ruling.reason)


async def _move_or_propose(
    work: Work, caller: Caller, claim_id: UUID, trial: _Trial, *, ruling: Ruling, limit_cents: int
) -> Claim | Proposal | Refused:
    weighed, claim = trial.weighed, trial.claim
    is_above_limit = weighed.more_cents > await authority.left_cents(work, caller, claim, limit_cents=limit_cents)
    if not is_above_limit and not weighed.is_against:
        return await _move(work, caller, claim_id, trial, reason=ruling.reason, alone_cents=weighed.more_cents)
    proposal = await authority.propose(
        work,
        caller,
        claim,
        rulings=[ruling],
        move=trial.move,
        more_cents=weighed.more_cents,
        needs_senior=is_above_limit,
    )
    if proposal is None:
        return Refused.PROPOSED_ALREADY
    about = "parting" if trial.move.other_id is None else f"joining {claim_reference(trial.move.other_id)}"
    details = {"about": about, "proposal_id": str(proposal.proposal_id)}
    await put_on_record(work, claim_id, "proposed", caller=caller, reason=ruling.reason, **details)
    return proposal


async def _move(
    work: Work, caller: Caller, claim_id: UUID, trial: _Trial, *, reason: str, alone_cents: int = 0
) -> Claim:
    working_set = trial.working_set
    await working_sets.store(working_set.changes, work)
    kinds = ("parted", "parted_from") if trial.move.other_id is None else ("joined", "joined_to")
    claim, other = working_set.claim(claim_id), working_set.claim(trial.other_id)
    spent = authority.spent_alone(alone_cents)
    await put_on_record(work, claim_id, kinds[0], caller=caller, reason=reason, other=other.claim_reference, **spent)
    await put_on_record(work, trial.other_id, kinds[1], caller=caller, reason=reason, other=claim.claim_reference)
    return working_set.claim(trial.own_id)


async def _try_join(work: Work, claim_id: UUID, *, other_id: UUID, ruling: Ruling) -> _Trial | Refused:
    known, locked = await working_sets.lock(work.connection, claim_ids=[claim_id, other_id])
    refused = _refusal(locked[claim_id], locked[other_id])
    if refused:
        return refused
    if await joined_reports.has_joined_claims(work.connection, claim_id=other_id):
        return Refused.HAS_JOINED_CLAIMS
    working_set = await working_sets.load(work, known, locked)
    before = {each: working_set.standing(each) for each in locked}
    joining.join(working_set, claim_id, other_id=other_id, ruling=ruling, ruling_on_other=_same_on_other(ruling))
    return _Trial(
        claim=locked[claim_id],
        working_set=working_set,
        move=Move(other_id=other_id, other_version=locked[other_id].claim_version),
        own_id=claim_id,
        other_id=other_id,
        weighed=weigh(working_set, claim_id, claims=locked, before=before),
    )


async def _try_part(work: Work, claim_id: UUID, *, report_id: UUID, ruling: Ruling) -> _Trial | Refused:
    of_report = await claims.of_reports(work.connection, report_ids=[report_id])
    known, locked = await working_sets.lock(work.connection, claim_ids={claim_id, *of_report})
    claim = locked[claim_id]
    if claim.withdrawn_at is not None:
        return Refused.ENDED
    if all(report.report_id != report_id for report in claim.joined):
        return Refused.NOT_JOINED
    working_set = await working_sets.load(work, known, locked)
    before = {each: working_set.standing(each) for each in locked}
    own_id = joining.part(
        working_set,
        claim_id,
        report_id=report_id,
        new_claim_id=uuid7(),
        ruling=ruling,
        ruling_on_other=_same_on_other(ruling),
    )
    return _Trial(
        claim=claim,
        working_set=working_set,
        move=Move(report_id=report_id),
        own_id=own_id,
        other_id=own_id,
        weighed=weigh(working_set, claim_id, claims=locked, before=before),
    )


def _same_on_other(ruling: Ruling) -> Ruling:
    return replace(ruling, ruling_id=uuid7())


def _refusal(claim: Claim, other: Claim) -> Refused | None:
    if claim.withdrawn_at is not None or other.withdrawn_at is not None:
        return Refused.ENDED
    if claim.report.policy_number != other.report.policy_number:
        return Refused.OTHER_POLICY
    return Refused.TOO_MANY_REPORTS if len(claim.reports) + len(other.reports) > MOST_REPORTS else None


def _ruling(work: Work, caller: Caller, reason: str) -> Ruling:
    return Ruling(ruling_id=uuid7(), reason=reason, decided_by=caller.subject, decided_at=work.now)
