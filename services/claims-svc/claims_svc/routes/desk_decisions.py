"""What handlers decide by hand, and what a second person says to it."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import Path
from pydantic import Field

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.problems import NOT_FOUND, Problem, ProblemType
from chassis.http.values import ExactModel
from chassis.unit_of_work import Work
from claims_svc.domain.claim import Claim
from claims_svc.flows import authority, deciding
from claims_svc.flows.claim_at_hand import lock_claim
from claims_svc.flows.deciding import Refused
from claims_svc.repository.proposals import Proposal
from claims_svc.routes import problems
from claims_svc.routes.desk_bodies import JudgementBody, RulingsBody, UpholdingBody
from claims_svc.routes.fields import DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from contracts.access import DECIDE_AT_DESK

REFUSED: Final = {
    Refused.WITHDRAWN: problems.CLAIM_HAS_ENDED,
    Refused.UNDECIDED: problems.NOT_DECIDED_YET,
    Refused.MOVED_ON: problems.DECIDED_MEANWHILE,
    Refused.TAKEN: problems.TAKEN_BY_ANOTHER,
    Refused.NOT_OPEN: problems.NOT_LEFT_OPEN,
    Refused.PROPOSED_ALREADY: problems.PROPOSED_ALREADY,
    Refused.NO_PROPOSAL: NOT_FOUND,
    Refused.CLOSED: problems.PROPOSAL_CLOSED,
    Refused.SAME_PERSON: problems.SECOND_PERSON_NEEDED,
    Refused.NEEDS_SENIOR: problems.SENIOR_NEEDED,
}
ProposalIdInPath: TypeAlias = Annotated[UUID, Path(examples=["0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"])]


class RuledView(ExactModel):
    """What became of it."""

    state: Literal["decided", "proposed", "left_as_it_was"] = Field(
        description="proposed: a second person must approve it first"
    )
    claim_version: int = Field(description="Of the decision that stands now", examples=[2])
    proposal_id: UUID | None = Field(
        description="Of what is proposed", examples=["0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"]
    )


class DeskDecisionRoutes:
    """Lets handlers decide, and approve what others want decided."""

    def __init__(self, parts: Parts) -> None:
        self._settings = parts.settings

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        deciding_problems = _problems(
            Refused.WITHDRAWN, Refused.UNDECIDED, Refused.MOVED_ON, Refused.TAKEN, Refused.NOT_OPEN
        )
        api.post(
            f"{DESK_PATH}/rulings",
            operation=DECIDE_AT_DESK,
            problems=(*deciding_problems, problems.PROPOSED_ALREADY),
        )(self.decide_by_hand)
        api.post(f"{DESK_PATH}/upholdings", operation=DECIDE_AT_DESK, problems=deciding_problems)(self.uphold_decision)
        proposal = f"{DESK_PATH}/proposals/{{proposal_id}}"
        judging = _problems(
            Refused.WITHDRAWN,
            Refused.UNDECIDED,
            Refused.CLOSED,
            Refused.SAME_PERSON,
            Refused.NEEDS_SENIOR,
            Refused.MOVED_ON,
            Refused.NOT_OPEN,
        )
        api.post(f"{proposal}/approval", operation=DECIDE_AT_DESK, problems=judging)(self.approve_proposal)
        api.post(f"{proposal}/refusal", operation=DECIDE_AT_DESK, problems=judging)(self.decline_proposal)

    async def decide_by_hand(
        self, reference: ReferenceInPath, body: RulingsBody, work: Work, caller: Caller
    ) -> RuledView:
        """Decide what the rules left open, or propose it to a second person where one is not enough.

        Two are needed for every denial, to cover what the rules deny, for what goes against the customer otherwise, and
        to pay more besides, with all that you decided alone about the claim before, than your role may.
        """
        claim = await _claim(work, reference)
        rulings = body.made_by(caller, at=work.now)
        return _view(
            claim,
            await deciding.decide_by_hand(
                work,
                caller,
                claim,
                rulings,
                seen_version=body.claim_version,
                limit_cents=authority.limit_cents(caller, self._settings),
            ),
        )

    async def approve_proposal(
        self,
        reference: ReferenceInPath,
        proposal_id: ProposalIdInPath,
        body: JudgementBody,
        work: Work,
        caller: Caller,
    ) -> RuledView:
        """Decide as somebody else proposed."""
        claim = await _claim(work, reference)
        return _view(claim, await deciding.approve(work, caller, claim, proposal_id=proposal_id, reason=body.reason))

    async def decline_proposal(
        self,
        reference: ReferenceInPath,
        proposal_id: ProposalIdInPath,
        body: JudgementBody,
        work: Work,
        caller: Caller,
    ) -> RuledView:
        """Leave the decision as it is, though somebody else proposed another."""
        claim = await _claim(work, reference)
        return _view(claim, await deciding.decline(work, caller, claim, proposal_id=proposal_id, reason=body.reason))

    async def uphold_decision(
        self, reference: ReferenceInPath, body: UpholdingBody, work: Work, caller: Caller
    ) -> RuledView:
        """Let a decision stand though there is evidence against the customer.

        To decide on that evidence instead, send a ruling about nothing in particular.
        """
        claim = await _claim(work, reference)
        return _view(
            claim,
            await deciding.uphold(work, caller, claim, seen_version=body.claim_version, reason=body.reason),
        )


def _problems(*refused: Refused) -> tuple[ProblemType, ...]:
    return tuple(REFUSED[each] for each in refused)


async def _claim(work: Work, reference: str) -> Claim:
    claim = await lock_claim(work, reference=reference)
    if claim is None:
        raise Problem(NOT_FOUND)
    return claim


def _view(before: Claim, came: Claim | Proposal | Refused) -> RuledView:
    if isinstance(came, Refused):
        raise Problem(REFUSED[came])
    if isinstance(came, Proposal):
        return RuledView(state="proposed", claim_version=before.claim_version, proposal_id=came.proposal_id)
    moved = came.claim_version != before.claim_version
    return RuledView(state="decided" if moved else "left_as_it_was", claim_version=came.claim_version, proposal_id=None)
