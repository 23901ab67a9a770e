"""Repair instead of money: what the network of repair partners is asked, and what its partners report."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.loss_reports import MOST_ITEMS, DamageKind
from contracts.topic import AwareDatetime, Event, Part, PersonalData, Topic
from contracts.vocabulary import Cents, Instant, PolicyNumber, PostcodeArea, WaterRoute, within_limits

PartnerId = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", description="The partner's client id at auth-svc")
]


class AffectedArea(StrEnum):
    """A part of the home that is damaged."""

    CELLAR = "cellar"
    GROUND_FLOOR = "ground_floor"
    UPPER_FLOOR = "upper_floor"
    ROOF = "roof"
    OUTER_WALL = "outer_wall"


class Urgency(StrEnum):
    """How soon somebody must come."""

    NORMAL = "normal"
    URGENT = "urgent"
    """Water still stands in the home, or it cannot be lived in."""


class RepairRequested(Event):
    """A customer wants repair instead of money: who of the network takes the job?

    It tells what a partner needs to know whether they can, and no more: neither who lives there nor the address. They
    are told to the partner who accepts, when the customer agrees. Published again when that partner gives the job back.
    """

    job_id: UUID
    claim_reference: Annotated[str, Meta(description="The reference that people use")]
    postcode_area: PostcodeArea
    routes: Annotated[tuple[WaterRoute, ...], Meta(description="The ways in which the water came", max_length=10)]
    kinds: Annotated[tuple[DamageKind, ...], Meta(description="What is to be repaired", min_length=1, max_length=10)]
    areas: Annotated[tuple[AffectedArea, ...], Meta(description="Empty: not known", max_length=10)] = ()
    urgency: Urgency
    requested_at: AwareDatetime
    accept_until: Annotated[AwareDatetime, Meta(description="After that the customer gets money")]


_JOB_ID = UUID("0198c5f2-8b10-7c43-9a51-6f2f3b1c7d10")
REPAIR_REQUESTED = Topic(
    name="claims.repair-requested.v1",
    event=RepairRequested,
    key="job_id",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("repair-partners",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(
        RepairRequested(
            job_id=_JOB_ID,
            claim_reference="W7XK2M9QD4T",
            postcode_area="6011",
            routes=(WaterRoute.INDIRECT_PRECIPITATION,),
            kinds=(DamageKind.BUILDINGS,),
            areas=(AffectedArea.GROUND_FLOOR,),
            urgency=Urgency.NORMAL,
            requested_at=datetime(2021, 7, 16, 9, 0, tzinfo=UTC),
            accept_until=datetime(2021, 7, 19, 9, 0, tzinfo=UTC),
        ),
    ),
)


class RepairAssigned(Event):
    """Whose job it is now; `partner_id` None: nobody's any more, and nothing is to be repaired.

    Published as the answer to everybody who accepts, of whom the first gets the job, and when a job ends. Why it ended
    is between the insurer and the customer: every partner reads this.
    """

    job_id: UUID
    partner_id: PartnerId | None
    assigned_at: AwareDatetime


REPAIR_ASSIGNED = Topic(
    name="claims.repair-assigned.v1",
    event=RepairAssigned,
    key="job_id",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("repair-partners",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(
        RepairAssigned(
            job_id=_JOB_ID, partner_id="partner-droog", assigned_at=datetime(2021, 7, 16, 10, 0, tzinfo=UTC)
        ),
        RepairAssigned(job_id=_JOB_ID, partner_id=None, assigned_at=datetime(2021, 7, 18, 14, 0, tzinfo=UTC)),
    ),
)


class RepairContactReleased(Event):
    """A partner may read how the customer of a job is reached, and where the home is, or may no longer.

    Published when the partner has accepted the job and the customer agreed, and again when that ends, with the job at
    the latest.
    """

    job_id: UUID
    policy_number: PolicyNumber
    insured_on: Annotated[date, Meta(description="The Dutch day of the loss: the home that was insured then")]
    partner_id: PartnerId
    released: bool
    changed_at: AwareDatetime


REPAIR_CONTACT_RELEASED = Topic(
    name="claims.repair-contact-released.v1",
    event=RepairContactReleased,
    key="job_id",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("policy-svc",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(
        RepairContactReleased(
            job_id=_JOB_ID,
            policy_number=example_values.POLICY_NUMBER,
            insured_on=date(2021, 7, 15),
            partner_id="partner-droog",
            released=True,
            changed_at=datetime(2021, 7, 16, 10, 0, tzinfo=UTC),
        ),
    ),
)


class JobStatus(StrEnum):
    """What a partner says of a job."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    """They do not take it, or give it back."""
    COMPLETED = "completed"


class RepairedItem(Part):
    """What the repair of one kind of damage cost, as the partner assessed it."""

    kind: DamageKind
    amount_cents: Annotated[Cents, Meta(description="Euro cents")]
    route: Annotated[WaterRoute | None, Meta(description="The water route that caused it, where it is known")] = None


class RepairJobReported(Event):
    """A partner of the repair network accepts a job, declines it, or has completed it.

    Published by the network for each of these. What the job was worth is told when it is completed: that assesses the
    damage that the job names in `kinds`. Other damage is not told here: such a report becomes a dead letter
    (`not-of-this-job`), and the job stays open until its completion is told without it.
    """

    job_id: UUID
    partner_id: PartnerId
    status: JobStatus
    items: Annotated[
        Annotated[tuple[RepairedItem, ...], Meta(max_length=MOST_ITEMS)],
        Meta(description="Of a completed job, at least one, all of kinds that the job names; of no other"),
    ] = ()
    reported_at: Instant

    def __post_init__(self) -> None:
        within_limits(self.reported_at)
        if bool(self.items) != (self.status is JobStatus.COMPLETED):
            raise ValueError("items belong to a job that is completed, and to no other")


REPAIR_JOB_REPORTED = Topic(
    name="claims.repair-job-reported.v1",
    event=RepairJobReported,
    key="job_id",
    owner="claims-svc",
    producers=("repair-partners",),
    consumers=("claims-svc",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(
        RepairJobReported(
            job_id=_JOB_ID,
            partner_id="partner-droog",
            status=JobStatus.COMPLETED,
            items=(RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=312_000),),
            reported_at=datetime(2021, 8, 2, 15, 0, tzinfo=UTC),
        ),
    ),
)
