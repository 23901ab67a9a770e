"""One claim as its customer reads it: where it stands, what was decided and why, and what is asked."""

from __future__ import annotations

from pydantic import Field

from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment, RelationNumber
from claims_svc.domain.claim import Claim
from claims_svc.domain.deadlines import DEADLINE_OF
from claims_svc.domain.decision import StandingDecision
from claims_svc.flows import telling
from claims_svc.repository import claim_views, claims, decisions
from claims_svc.repository.claim_views import ClaimSummary
from claims_svc.routes.claims import ClaimView
from claims_svc.routes.desk_views import FindingView, ItemView, items_of
from claims_svc.routes.fields import CLAIM_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from contracts.access import READ_CLAIMS
from contracts.money import EventDeductible, Money


class MoneyStepView(ExactModel):
    """One step from the damage to what is paid."""

    code: str = Field(examples=["deductible"])
    amount_cents: int = Field(description="Euro cents; below 0: it is taken off", examples=[-25_000])


class DeductibleView(ExactModel):
    """The deductible of the event that covered damage belongs to, borne once over all its claims."""

    family: str = Field(description="Of perils", examples=["rain"])
    chosen_cents: int = Field(description="By the policy", examples=[0])
    minimum_cents: int = Field(description="In heavy weather", examples=[25_000])
    borne_by_others_cents: int = Field(description="By other claims of the event", examples=[0])
    borne_cents: int = Field(description="By this claim", examples=[25_000])

    @classmethod
    def of(cls, deductible: EventDeductible) -> DeductibleView:
        return cls(
            family=deductible.family.value,
            chosen_cents=deductible.chosen_cents,
            minimum_cents=deductible.minimum_cents,
            borne_by_others_cents=deductible.borne_by_others_cents,
            borne_cents=deductible.borne_cents,
        )


class MoneyView(ExactModel):
    """From damage to payment. What is to be paid is the sum of all steps."""

    steps: list[MoneyStepView]
    awaits_assessment: bool = Field(description="The amount of some covered damage is still to be assessed")
    decided_before_cents: int = Field(description="What was decided to be paid before, part of the sum", examples=[0])
    deductibles: list[DeductibleView]

    @classmethod
    def of(cls, money: Money) -> MoneyView:
        return cls(
            steps=[MoneyStepView(code=step.code.value, amount_cents=step.amount_cents) for step in money.steps],
            awaits_assessment=money.awaits_assessment,
            decided_before_cents=money.decided_before_cents,
            deductibles=[DeductibleView.of(deductible) for deductible in money.deductibles],
        )


class ClaimDetails(ClaimView):
    """A claim, what was decided about it, and what is asked."""

    claim_version: int = Field(description="Of the newest decision; 0: there is none yet", examples=[1])
    waits_until: Moment | None = Field(
        description="When it is decided without what it waits for; null: it does not wait"
    )
    deciding_ground: str | None = Field(examples=["heavy_local_precipitation"])
    items: list[ItemView]
    findings: list[FindingView]
    money: MoneyView | None = Field(description="Null: nothing is decided yet")
    open_questions: list[str] = Field(
        description="Codes, the most telling first: see `/questions` of the claim",
        examples=[["facts.toilet_overflowed"]],
    )

    @classmethod
    def with_all(
        cls, summary: ClaimSummary, claim: Claim, standing: StandingDecision | None, *, open_questions: list[str]
    ) -> ClaimDetails:
        verdict = None if standing is None else standing.document.verdict
        return cls(
            **ClaimView.of(summary).model_dump(),
            claim_version=claim.claim_version,
            waits_until=claim.waits_until if claim.state in DEADLINE_OF else None,
            deciding_ground=None if verdict is None else verdict.deciding_ground.value,
            items=items_of(claim, standing),
            findings=[] if verdict is None else [FindingView.of(finding) for finding in verdict.findings],
            money=None if verdict is None else MoneyView.of(verdict.money),
            open_questions=open_questions,
        )


class ClaimRoutes:
    """Tells where a claim stands."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get(CLAIM_PATH, operation=READ_CLAIMS)(self.read_claim)

    async def read_claim(
        self, relation_number: RelationNumber, reference: ReferenceInPath, reading: Reading
    ) -> ClaimDetails:
        """Read where a claim stands, what was decided and why, and what is asked."""
        connection = reading.connection
        # A claim is decided while somebody looks at it.
        async with reading.one_moment():
            found = await claim_views.find(connection, reference=reference, relation_number=relation_number)
            claim = None if found is None else await claims.read(connection, claim_id=found.claim_id)
            if found is None or claim is None:
                raise Problem(NOT_FOUND)
            standing = await decisions.standing(connection, claim_ids=[claim.claim_id])
            asked = await telling.asked_of(connection, claim)
        return ClaimDetails.with_all(found, claim, standing.get(claim.claim_id), open_questions=asked.codes)
