"""Reviews by a person, asked by customers and ended by handlers; and claims that are taken back."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import Path
from pydantic import Field

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.problems import INVALID, NOT_FOUND, FieldError, Problem, ProblemType
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from claims_svc.domain.review import Review, ReviewEnd
from claims_svc.flows import reviewing
from claims_svc.flows.claim_at_hand import lock_claim
from claims_svc.flows.reviewing import NotDone
from claims_svc.repository import claim_views, reviews
from claims_svc.repository.proposals import Proposal
from claims_svc.routes import problems
from claims_svc.routes.claim_at_desk import claim_to_work_at
from claims_svc.routes.claims import ClaimView
from claims_svc.routes.desk_bodies import ReasonText
from claims_svc.routes.fields import CLAIM_PATH, DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from contracts.access import DECIDE_REVIEW, OPEN_REVIEW, READ_CLAIMS, WITHDRAW_CLAIM

_PROBLEM_OF: Final = {
    NotDone.UNDECIDED: problems.NOTHING_TO_REVIEW,
    NotDone.WITHDRAWN: problems.CLAIM_HAS_ENDED,
    NotDone.OPEN_ALREADY: problems.REVIEW_IS_OPEN,
    NotDone.UNKNOWN: NOT_FOUND,
    NotDone.ENDED: problems.REVIEW_HAS_ENDED,
    NotDone.DECIDED_IT_BEFORE: problems.ANOTHER_PERSON_NEEDED,
    NotDone.NOT_DECIDED_SINCE: problems.NOT_DECIDED_SINCE,
    NotDone.PAYMENT_ORDERED: problems.PAYMENT_WAS_ORDERED,
    NotDone.PROPOSED_ALREADY: problems.PROPOSED_ALREADY,
}
ReviewIdInPath: TypeAlias = Annotated[UUID, Path(examples=["0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"])]


class ReviewAsked(ExactModel):
    """Why somebody should look again."""

    reason: ReasonText


class ReviewOutcome(ExactModel):
    """How a review ends. Overturned: decide the claim by hand first."""

    outcome: Literal["upheld", "overturned"] = Field(examples=["upheld"])
    answer: ReasonText


class WithdrawalBody(ExactModel):
    """Why a claim is taken back, if its customer wishes to say; a handler says what they heard from the customer."""

    reason: ReasonText | None = Field(None, examples=["The neighbour's insurer pays"])


class WithdrawalView(ClaimView):
    """Where the claim stands."""

    proposal_id: UUID | None = Field(
        description="What waits for a second person to approve it; null: the claim is taken back", examples=[None]
    )


class ReviewView(ExactModel):
    """One review."""

    review_id: UUID = Field(examples=["0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"])
    claim_version: int = Field(description="Of the decision that is looked at again", examples=[1])
    reason: str = Field(examples=["The window was closed: see the photo"])
    opened_at: Moment
    due_at: Moment = Field(description="By then it has an outcome")
    outcome: Literal["upheld", "overturned", "withdrawn"] | None = Field(
        description="Null: it is open", examples=["overturned"]
    )
    ended_at: Moment | None
    answer: str | None = Field(examples=["You were right: the photo shows it"])

    @classmethod
    def of(cls, review: Review) -> ReviewView:
        return cls(
            review_id=review.review_id,
            claim_version=review.claim_version,
            reason=review.reason,
            opened_at=review.opened_at,
            due_at=review.due_at,
            outcome=None if review.ended_as is None else review.ended_as.value,
            ended_at=review.ended_at,
            answer=review.answer,
        )


class ReviewsView(ExactModel):
    """All reviews of a claim, the first first."""

    reviews: list[ReviewView]


class ReviewRoutes:
    """Opens, shows and ends reviews; takes claims back."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path = f"{CLAIM_PATH}/reviews"
        opening = _problems(NotDone.UNDECIDED, NotDone.WITHDRAWN, NotDone.OPEN_ALREADY)
        api.post(path, operation=OPEN_REVIEW, status_code=201, problems=opening)(self.open_review)
        api.get(path, operation=READ_CLAIMS)(self.read_reviews)
        ending = _problems(NotDone.ENDED, NotDone.DECIDED_IT_BEFORE, NotDone.NOT_DECIDED_SINCE)
        api.post(
            f"{DESK_PATH}/reviews/{{review_id}}/outcome",
            operation=DECIDE_REVIEW,
            status_code=200,
            problems=(problems.TAKEN_BY_ANOTHER, *ending),
        )(self.end_review)
        api.post(
            f"{CLAIM_PATH}/withdrawal",
            operation=WITHDRAW_CLAIM,
            status_code=200,
            problems=_problems(NotDone.WITHDRAWN, NotDone.PAYMENT_ORDERED, NotDone.PROPOSED_ALREADY),
        )(self.withdraw_claim)

    async def open_review(
        self, relation_number: RelationNumber, reference: ReferenceInPath, body: ReviewAsked, work: Work, caller: Caller
    ) -> ReviewView:
        """Ask for a person to look at the decision again: one who decided nothing of it."""
        claim = await lock_claim(work, reference=reference, relation_number=relation_number)
        if claim is None:
            raise Problem(NOT_FOUND)
        return ReviewView.of(_done(await reviewing.open_review(work, caller, claim, reason=body.reason)))

    async def read_reviews(
        self, relation_number: RelationNumber, reference: ReferenceInPath, reading: Reading
    ) -> ReviewsView:
        """Read the reviews of a claim and how they ended."""
        claim = await claim_views.find(reading.connection, reference=reference, relation_number=relation_number)
        if claim is None:
            raise Problem(NOT_FOUND)
        found = await reviews.of_claim(reading.connection, claim_id=claim.claim_id)
        return ReviewsView(reviews=[ReviewView.of(review) for review in found])

    async def end_review(
        self,
        reference: ReferenceInPath,
        review_id: ReviewIdInPath,
        body: ReviewOutcome,
        work: Work,
        caller: Caller,
    ) -> ReviewView:
        """End a review. It is overturned when somebody who is new to the claim has decided it by hand since."""
        claim = await claim_to_work_at(work, caller, reference=reference)
        ended_as = ReviewEnd(body.outcome)
        ended = await reviewing.end_review(
            work, caller, claim, review_id=review_id, ended_as=ended_as, answer=body.answer
        )
        return ReviewView.of(_done(ended))

    async def withdraw_claim(
        self,
        relation_number: RelationNumber,
        reference: ReferenceInPath,
        body: WithdrawalBody,
        work: Work,
        caller: Caller,
    ) -> WithdrawalView:
        """Take a claim back. It is then neither paid nor denied; a claim of which money was ordered stays.

        Handlers propose it for a customer who told them so, with the reason, and a second one approves.
        """
        claim = await lock_claim(work, reference=reference, relation_number=relation_number)
        if claim is None:
            raise Problem(NOT_FOUND)
        done = await reviewing.withdraw(work, caller, claim, reason=body.reason)
        if done is NotDone.NO_REASON:
            raise Problem(INVALID, errors=[FieldError(place="body", field="/reason", message="say what you heard")])
        if isinstance(done, NotDone):
            raise Problem(_PROBLEM_OF[done])
        found = await claim_views.find(work.connection, reference=reference, relation_number=relation_number)
        assert found is not None  # noqa: S101 - it is locked
        proposal_id = done.proposal_id if isinstance(done, Proposal) else None
        return WithdrawalView(**ClaimView.of(found).model_dump(), proposal_id=proposal_id)


def _done(done: Review | NotDone) -> Review:
    if isinstance(done, NotDone):
        raise Problem(_PROBLEM_OF[done])
    return done


def _problems(*not_done: NotDone) -> tuple[ProblemType, ...]:
    return tuple(_PROBLEM_OF[each] for each in not_done)
