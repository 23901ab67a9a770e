"""A customer asks for a person to look at a decision again; and claims are taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.http.caller import Caller
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc import working_sets
from claims_svc.desk_record import put_on_record
from claims_svc.domain.claim import Claim
from claims_svc.domain.desk import Cause
from claims_svc.domain.handling import REVIEW_WITHIN_WORKING_DAYS
from claims_svc.domain.joining import Move
from claims_svc.domain.redetermination import is_better
from claims_svc.domain.review import Review, ReviewEnd, decided_before, decided_since
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.working_days import due_at, last_day_of, warning_at
from claims_svc.flows import authority, claim_at_hand
from claims_svc.repository import decisions, desk_actions, desk_cases, payments, repairs, reviews
from claims_svc.repository.desk_actions import DeskAction
from claims_svc.repository.proposals import Proposal
from claims_svc.tell import News, tell, tell_all
from contracts.access import Role
from contracts.claim_messages import ClaimOccasion

REVIEW_AT_RISK = "review-at-risk"
"""The timer of the last day of a review."""
REVIEW_LATE = "review-late"
"""The timer of its end."""
_DECIDES = frozenset(
    {
        "assessed",
        "facts_added",
        "told_for_customer",
        "upheld",
        "approved",
        "declined",
        "joined",
        "parted",
        "review_ended",
    }
)
"""What people do that a decision rests on, as the desk's record calls it."""


class NotDone(Enum):
    """Why nothing happened."""

    UNDECIDED = auto()
    WITHDRAWN = auto()
    OPEN_ALREADY = auto()
    UNKNOWN = auto()
    ENDED = auto()
    DECIDED_IT_BEFORE = auto()
    NOT_DECIDED_SINCE = auto()
    PAYMENT_ORDERED = auto()
    NO_REASON = auto()
    PROPOSED_ALREADY = auto()


async def open_review(work: Work, caller: Caller, claim: Claim, *, reason: str) -> Review | NotDone:
    """Let somebody look at the decision of a locked claim again, within so many working days."""
    if claim.withdrawn_at is not None:
        return NotDone.WITHDRAWN
    if claim.claim_version == 0:
        return NotDone.UNDECIDED
    review = Review(
        review_id=uuid7(),
        claim_id=claim.claim_id,
        claim_version=claim.claim_version,
        rulings_before=len(claim.rulings),
        reason=reason,
        opened_as=caller.kind,
        opened_at=work.now,
        due_at=due_at(work.now, working_days=REVIEW_WITHIN_WORKING_DAYS),
    )
    if not await reviews.insert(work.connection, review=review):
        return NotDone.OPEN_ALREADY
    await desk_cases.add(
        work.connection, claim_ids=[claim.claim_id], cause=Cause.REVIEW, now=work.now, due_at=review.due_at
    )
    work.schedule(
        Timer(REVIEW_AT_RISK, str(review.review_id), warning_at(review.due_at), claim.trace),
        Timer(REVIEW_LATE, str(review.review_id), review.due_at, claim.trace),
    )
    await put_on_record(
        work, claim.claim_id, "review_opened", caller=caller, reason=reason, review_id=str(review.review_id)
    )
    await tell(work, claim, ClaimOccasion.REVIEW_OPENED, due_on=last_day_of(review.due_at))
    return review


async def end_review(
    work: Work, caller: Caller, claim: Claim, *, review_id: UUID, ended_as: ReviewEnd, answer: str
) -> Review | NotDone:
    """End a review of a locked claim by somebody who decided nothing of it before.

    It is overturned when the claim has been decided anew since, in the customer's favour: by the rules, on what was
    told in the meantime, or by the ruling of such a person. Who assessed the damage, found or wrote down facts, judged
    a proposal or ended a review has decided as well.
    """
    found = await reviews.of_claim(work.connection, claim_id=claim.claim_id)
    review = next((each for each in found if each.review_id == review_id), None)
    if review is None:
        return NotDone.UNKNOWN
    if review.ended_as is not None:
        return NotDone.ENDED
    done = await desk_actions.of_claim(work.connection, claim_id=claim.claim_id)
    before = decided_before(review, claim.rulings) | _hands([each for each in done if each.done_at <= review.opened_at])
    if caller.subject in before or (ended_as is ReviewEnd.OVERTURNED and before & decided_since(review, claim.rulings)):
        return NotDone.DECIDED_IT_BEFORE
    if ended_as is ReviewEnd.OVERTURNED and not await _is_better_than_reviewed(work, claim, review):
        return NotDone.NOT_DECIDED_SINCE
    await _end(work, claim, review, ended_as=ended_as, caller=caller, answer=answer)
    upheld = ended_as is ReviewEnd.UPHELD
    await tell(work, claim, ClaimOccasion.REVIEW_UPHELD if upheld else ClaimOccasion.REVIEW_OVERTURNED)
    found = await reviews.of_claim(work.connection, claim_id=claim.claim_id)
    return next(each for each in found if each.review_id == review_id)


async def _is_better_than_reviewed(work: Work, claim: Claim, review: Review) -> bool:
    if claim.claim_version <= review.claim_version:
        return False
    standing = (await decisions.standing(work.connection, claim_ids=[claim.claim_id]))[claim.claim_id]
    reviewed = await decisions.verdict_of(work.connection, claim_id=claim.claim_id, claim_version=review.claim_version)
    return is_better(reviewed, standing.document.verdict)


def _hands(done: Iterable[DeskAction]) -> frozenset[str]:
    """Return the accounts of those without whom a decision would not be what it is, rulings aside."""
    deciding = [action for action in done if action.kind in _DECIDES]
    accounts = [account for each in deciding for account in (each.done_by, each.details.get("decided_by"))]
    return frozenset(account for account in accounts if account is not None)


async def withdraw(work: Work, caller: Caller, claim: Claim, *, reason: str | None) -> Claim | Proposal | NotDone:
    """Take a locked claim back, of which nothing was ordered or repaired. What was open about it ends with it.

    A handler to whom the customer said so proposes it, with a reason: no one person ends a claim unpaid.
    """
    if refused := await _cannot_be_withdrawn(work, claim):
        return refused
    if caller.role is Role.CUSTOMER:
        return await _withdraw(work, caller, claim, reason=reason)
    if reason is None:
        return NotDone.NO_REASON
    ruling = Ruling(ruling_id=uuid7(), reason=reason, decided_by=caller.subject, decided_at=work.now)
    proposal = await authority.propose(
        work, caller, claim, rulings=[ruling], move=Move(withdraws=True), more_cents=0, needs_senior=False
    )
    if proposal is None:
        return NotDone.PROPOSED_ALREADY
    details = {"about": "withdrawal", "proposal_id": str(proposal.proposal_id)}
    await put_on_record(work, claim.claim_id, "proposed", caller=caller, reason=reason, **details)
    return proposal


async def withdraw_approved(work: Work, caller: Caller, claim: Claim, proposal: Proposal) -> Claim | None:
    """Take a locked claim back as somebody else proposed; None when it is no longer what that one saw."""
    if claim.claim_version != proposal.claim_version or await _cannot_be_withdrawn(work, claim):
        return None
    return await _withdraw(work, caller, claim, reason=proposal.rulings[0].reason, decided_by=proposal.proposed_by)


async def _cannot_be_withdrawn(work: Work, claim: Claim) -> NotDone | None:
    if claim.withdrawn_at is not None:
        return NotDone.WITHDRAWN
    is_repaired = await repairs.was_repaired(work.connection, claim_id=claim.claim_id)
    if is_repaired or await payments.ordered_cents(work.connection, claim_id=claim.claim_id):
        return NotDone.PAYMENT_ORDERED
    return None


async def _withdraw(work: Work, caller: Caller, claim: Claim, *, reason: str | None, **details: str) -> Claim:
    for review in await reviews.of_claim(work.connection, claim_id=claim.claim_id):
        if review.ended_as is None:
            await _end(work, claim, review, ended_as=ReviewEnd.WITHDRAWN, caller=caller, answer=None)
    withdrawn = await claim_at_hand.withdraw(work, claim.claim_id)
    await put_on_record(work, claim.claim_id, "withdrawn", caller=caller, reason=reason, **details)
    return withdrawn


async def _end(
    work: Work, claim: Claim, review: Review, *, ended_as: ReviewEnd, caller: Caller, answer: str | None
) -> None:
    await reviews.end(
        work.connection,
        review_id=review.review_id,
        ended_as=ended_as,
        now=work.now,
        by=caller.subject,
        answer=answer,
    )
    await desk_cases.remove(work.connection, claim_ids=[claim.claim_id], causes=[Cause.REVIEW])
    await put_on_record(
        work,
        claim.claim_id,
        "review_ended",
        caller=caller,
        reason=answer,
        review_id=str(review.review_id),
        ended_as=ended_as,
    )


async def warn(due: Sequence[DueTimer], work: Work) -> None:
    """Tell customers whose review has not ended on its last day that they still wait, and until when."""
    found = await reviews.still_open(work.connection, review_ids=[UUID(timer.key) for timer in due])
    _, claims = await working_sets.lock(work.connection, claim_ids={review.claim_id for review in found})
    news = [
        News(claim=claims[review.claim_id], occasion=ClaimOccasion.REVIEW_STILL_OPEN, due_on=last_day_of(review.due_at))
        for review in found
    ]
    await tell_all(work, news)
    for review in found:
        await put_on_record(work, review.claim_id, "review_at_risk", caller=None, review_id=str(review.review_id))


async def record_late(due: Sequence[DueTimer], work: Work) -> None:
    """Put on record which reviews took longer than was promised."""
    found = await reviews.still_open(work.connection, review_ids=[UUID(timer.key) for timer in due])
    for review in found:
        await put_on_record(work, review.claim_id, "review_late", caller=None, review_id=str(review.review_id))
