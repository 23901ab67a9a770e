"""Claims joined and parted by hand."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from chassis.database import Connection
from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel
from chassis.unit_of_work import Work
from claims_svc.domain.claim import Claim
from claims_svc.flows import authority, joining
from claims_svc.flows.joining import Refused
from claims_svc.repository import claim_views, claims
from claims_svc.repository.proposals import Proposal
from claims_svc.routes import problems
from claims_svc.routes.desk_bodies import ReasonText
from claims_svc.routes.fields import DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from contracts.access import WORK_AT_DESK


class ClaimToJoin(ExactModel):
    """The claim that ends, and why both are about one loss."""

    other: str = Field(pattern=r"^W[0-9A-HJKMNP-TV-Z]{10}$", examples=["W4T8R2XJ6NB"])
    reason: ReasonText


class ReportToPart(ExactModel):
    """A report that joined a claim which is not about its loss, and why."""

    report_id: UUID = Field(examples=["0190b1f2-7c3a-7d52-9f0e-5b1a2c3d4e5f"])
    reason: ReasonText


class ReporterView(ExactModel):
    """One report of the loss."""

    report_id: UUID = Field(examples=["0190b1f2-7c3a-7d52-9f0e-5b1a2c3d4e5f"])
    channel: str = Field(examples=["phone"])


class JoinedView(ExactModel):
    """A claim after it was joined or parted: who reported its loss, and where it stands."""

    reference: str = Field(examples=["W7XK2M9QD4T"])
    state: str = Field(examples=["decided"])
    claim_version: int = Field(description="Of its newest decision; 0: there is none yet", examples=[2])
    reports: list[ReporterView] = Field(description="The one that opened it first")
    proposal_id: UUID | None = Field(
        description="Null: it is done. Else a second person must approve this first, and all is as it was",
        examples=[None],
    )

    @classmethod
    def of(cls, claim: Claim, *, proposal: Proposal | None = None) -> JoinedView:
        return cls(
            reference=claim.claim_reference,
            state=claim.state,
            claim_version=claim.claim_version,
            reports=[ReporterView(report_id=report.report_id, channel=report.channel) for report in claim.reports],
            proposal_id=None if proposal is None else proposal.proposal_id,
        )


class JoiningRoutes:
    """Joins and parts claims."""

    def __init__(self, parts: Parts) -> None:
        self._settings = parts.settings

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        refusals = (problems.CANNOT_BE_JOINED, problems.CLAIM_HAS_ENDED, problems.PROPOSED_ALREADY)
        api.post(f"{DESK_PATH}/joins", operation=WORK_AT_DESK, status_code=201, problems=refusals)(self.join_claims)
        api.post(f"{DESK_PATH}/partings", operation=WORK_AT_DESK, status_code=201, problems=refusals)(self.part_report)

    async def join_claims(
        self, reference: ReferenceInPath, body: ClaimToJoin, work: Work, caller: Caller
    ) -> JoinedView:
        """Decide two claims about one loss as one: the other ends, and what was paid for it counts.

        A second person is needed where less would be decided to be paid for both than before, or more than your role
        may let be paid alone.
        """
        claim_id = await _id_of(work.connection, reference)
        other_id = await _id_of(work.connection, body.other)
        joined = await joining.join(
            work,
            caller,
            claim_id=claim_id,
            other_id=other_id,
            reason=body.reason,
            limit_cents=authority.limit_cents(caller, self._settings),
        )
        return await _view(work, claim_id, joined)

    async def part_report(
        self, reference: ReferenceInPath, body: ReportToPart, work: Work, caller: Caller
    ) -> JoinedView:
        """Let a report have a claim of its own, which is held until somebody rules on it; the answer is that claim.

        A second person is needed as to join claims; then the answer is the claim that it has joined.
        """
        claim_id = await _id_of(work.connection, reference)
        own = await joining.part(
            work,
            caller,
            claim_id=claim_id,
            report_id=body.report_id,
            reason=body.reason,
            limit_cents=authority.limit_cents(caller, self._settings),
        )
        return await _view(work, claim_id, own)


async def _id_of(connection: Connection, reference: str) -> UUID:
    claim_id = await claim_views.id_of(connection, reference=reference)
    if claim_id is None:
        raise Problem(NOT_FOUND)
    return claim_id


async def _view(work: Work, claim_id: UUID, result: Claim | Proposal | Refused) -> JoinedView:
    if isinstance(result, Claim):
        return JoinedView.of(result)
    if isinstance(result, Proposal):
        claim = (await claims.lock(work.connection, claim_ids=[claim_id]))[claim_id]
        return JoinedView.of(claim, proposal=result)
    if result is Refused.ENDED:
        raise Problem(problems.CLAIM_HAS_ENDED)
    if result is Refused.PROPOSED_ALREADY:
        raise Problem(problems.PROPOSED_ALREADY)
    raise Problem(problems.CANNOT_BE_JOINED, detail=_WHY[result])


_WHY = {
    Refused.OTHER_POLICY: "They are about different policies.",
    Refused.SAME_CLAIM: "It is one claim.",
    Refused.HAS_JOINED_CLAIMS: "Others were joined to the one that would end: join it the other way round.",
    Refused.TOO_MANY_REPORTS: "Together they would have too many reports.",
    Refused.TAKEN: "Another handler has taken one of them.",
    Refused.NOT_JOINED: "No such report has joined the claim; the one that opened it stays.",
}
