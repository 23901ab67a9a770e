"""Repair instead of money, as customers see and choose it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from chassis.database import Connection
from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from claims_svc.domain.repair import RepairJob, Wanted
from claims_svc.flows import claim_at_hand, repairing
from claims_svc.flows.repairing import AlreadyRepairedError, RepairNotOfferedError
from claims_svc.repository import claim_views, decisions, repairs
from claims_svc.routes import problems
from claims_svc.routes.fields import CLAIM_PATH, DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from contracts.access import CONSENT_TO_REPAIR, READ_CLAIMS, READ_DESK
from contracts.repairs import AffectedArea, Urgency

Area: TypeAlias = Literal["cellar", "ground_floor", "upper_floor", "roof", "outer_wall"]
_PATH = f"{CLAIM_PATH}/repair"


class RepairChoice(ExactModel):
    """What the customer chooses. Areas and urgency go to the repair network, with no name and no address."""

    choice: Literal["repair", "money"] = Field(
        description="Money ends a repair that is not completed", examples=["repair"]
    )
    contact_may_be_given: bool = Field(
        default=False,
        description="Whether the firm that accepts the job may know how to reach the customer. It can be said later.",
        examples=[True],
    )
    areas: Annotated[list[Area], Field(max_length=5, description="Damaged parts of the home")] = Field(
        default_factory=list, examples=[["ground_floor"]]
    )
    urgency: Literal["normal", "urgent"] = Field(
        "normal",
        description="Urgent: water still stands in the home, or it cannot be lived in",
        examples=["normal"],
    )

    @property
    def wanted(self) -> Wanted | None:
        """What is to be repaired; None: they choose money."""
        if self.choice == "money":
            return None
        areas = tuple(dict.fromkeys(AffectedArea(area) for area in self.areas))
        return Wanted(areas=areas, urgency=Urgency(self.urgency))


class RepairView(ExactModel):
    """Where the repair stands."""

    offered: bool = Field(description="It can be chosen now", examples=[True])
    state: Literal["requested", "accepted", "completed", "ended"] | None = Field(
        description="Null: it was never chosen; ended: nothing is repaired", examples=["requested"]
    )
    partner: str | None = Field(description="Which firm has the job", examples=["partner-droog"])
    contact_may_be_given: bool = Field(examples=[True])
    requested_at: Moment | None
    accepted_at: Moment | None
    over_at: Moment | None = Field(description="When it was completed or ended")

    @classmethod
    def of(cls, job: RepairJob | None, *, offered: bool) -> RepairView:
        if job is None:
            return cls(
                offered=offered,
                state=None,
                partner=None,
                contact_may_be_given=False,
                requested_at=None,
                accepted_at=None,
                over_at=None,
            )
        return cls(
            offered=offered,
            state=job.state.value,
            partner=job.partner_id,
            contact_may_be_given=job.agreed_at is not None,
            requested_at=job.requested_at,
            accepted_at=job.accepted_at,
            over_at=job.over_at,
        )


class RepairRoutes:
    """Tells where a repair stands, and takes the choice between repair and money."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get(_PATH, operation=READ_CLAIMS)(self.read_repair)
        api.get(f"{DESK_PATH}/repair", operation=READ_DESK)(self.read_repair_at_desk)
        api.post(
            _PATH,
            operation=CONSENT_TO_REPAIR,
            status_code=200,
            problems=(problems.REPAIR_NOT_OFFERED, problems.REPAIR_COMPLETED),
        )(self.choose_repair)

    async def read_repair(
        self, relation_number: RelationNumber, reference: ReferenceInPath, reading: Reading
    ) -> RepairView:
        """Read whether repair instead of money is offered, and where it stands."""
        found = await claim_views.find(reading.connection, reference=reference, relation_number=relation_number)
        if found is None:
            raise Problem(NOT_FOUND)
        async with reading.one_moment():
            return await _view(reading.connection, claim_id=found.claim_id)

    async def read_repair_at_desk(self, reference: ReferenceInPath, reading: Reading) -> RepairView:
        """Read where the repair of a claim stands, before deciding otherwise about it.

        A job that is not completed ends when nothing of it is covered any more. What is repaired already stands.
        """
        claim_id = await claim_views.id_of(reading.connection, reference=reference)
        if claim_id is None:
            raise Problem(NOT_FOUND)
        async with reading.one_moment():
            return await _view(reading.connection, claim_id=claim_id)

    async def choose_repair(
        self,
        relation_number: RelationNumber,
        reference: ReferenceInPath,
        choice: RepairChoice,
        work: Work,
        caller: Caller,
    ) -> RepairView:
        """Choose repair instead of money, let the firm know how to call, or choose money after all."""
        claim = await claim_at_hand.lock_claim(work, reference=reference, relation_number=relation_number)
        if claim is None:
            raise Problem(NOT_FOUND)
        try:
            await repairing.choose(work, caller, claim, choice.wanted, agrees=choice.contact_may_be_given)
        except RepairNotOfferedError as error:
            raise Problem(problems.REPAIR_NOT_OFFERED) from error
        except AlreadyRepairedError as error:
            raise Problem(problems.REPAIR_COMPLETED) from error
        return await _view(work.connection, claim_id=claim.claim_id)


async def _view(connection: Connection, *, claim_id: UUID) -> RepairView:
    job = await repairs.of_claim(connection, claim_id=claim_id)
    if job is not None and not job.is_ended:
        return RepairView.of(job, offered=False)
    standing = (await decisions.standing(connection, claim_ids=[claim_id])).get(claim_id)
    offered = standing is not None and await repairing.is_offered_now(connection, standing, claim_id=claim_id)
    return RepairView.of(job, offered=offered)
