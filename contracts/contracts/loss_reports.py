"""What upstream systems publish: the report that opens a claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.topic import Event, Part, PersonalData, Topic
from contracts.vocabulary import (
    MOST_CENTS,
    Cents,
    Fact,
    FactSource,
    Instant,
    LossInterval,
    PolicyNumber,
    Version,
    WaterRoute,
    within_limits,
)


class ReportChannel(StrEnum):
    """Where a report came in."""

    PORTAL = "portal"
    APP = "app"
    PHONE = "phone"
    PARTNER = "partner"


class LossFacts(Part, omit_defaults=True):
    """What is known about how the water came. A fact left out is unknown; a report never names one ready-made cause."""

    precipitation_fell_directly: Annotated[
        Fact | None, Meta(description="Rain, snow, hail or meltwater fell on or straight into the home")
    ] = None
    precipitation_left_its_course: Annotated[
        Fact | None, Meta(description="Heavy local precipitation left its normal course and flowed into the home")
    ] = None
    came_through_open_window_or_door: Annotated[
        Fact | None, Meta(description="Water came in through a window or door left open; unknown for a tilted window")
    ] = None
    sewer_water_entered: Annotated[Fact | None, Meta(description="Sewer water came up into the home")] = None
    toilet_overflowed: Annotated[Fact | None, Meta(description="The sewer water came out of a toilet")] = None
    groundwater_entered: Annotated[Fact | None, Meta(description="Groundwater entered, or the water table changed")] = (
        None
    )
    came_through_cellar_wall: Annotated[
        Fact | None, Meta(description="The groundwater came through the walls of the cellar")
    ] = None
    flood_water_entered: Annotated[
        Fact | None, Meta(description="Water of a river, lake, canal, ditch or the sea flowed into the home")
    ] = None
    flood_defence_present: Annotated[
        Fact | None, Meta(description="There is a dyke, quay or lock between that water and the home")
    ] = None
    flood_defence_failed: Annotated[
        Fact | None, Meta(description="That defence broke, was damaged, overtopped or failed, unforeseen")
    ] = None
    flood_defence_overtopped: Annotated[
        Fact | None, Meta(description="The water went over that defence, which itself held")
    ] = None
    flood_defence_is_primary: Annotated[
        Fact | None, Meta(description="That defence is listed by law as a primary flood defence")
    ] = None
    fire_or_explosion_followed: Annotated[
        Fact | None, Meta(description="The damage is by fire or explosion that followed from the flood")
    ] = None
    sea_water_involved: Annotated[Fact | None, Meta(description="The water came wholly or partly from the sea")] = None
    home_in_unembanked_area: Annotated[
        Fact | None, Meta(description="The home lies outside the dykes: harbour, flood plain, retention area")
    ] = None
    government_caused_flood: Annotated[
        Fact | None, Meta(description="Direct action of government caused the flood, such as deliberate inundation")
    ] = None
    storm_caused_damage: Annotated[Fact | None, Meta(description="Wind of a storm opened the way for the water")] = None
    other_cause: Annotated[Fact | None, Meta(description="The water came in a way not named here")] = None
    causes_inseparable: Annotated[
        Fact | None, Meta(description="Several causes worked together and cannot be told apart")
    ] = None


class DamageKind(StrEnum):
    """What the damage was done to, or what it costs."""

    BUILDINGS = "buildings"
    CONTENTS = "contents"
    CLEANING = "cleaning"
    CELLAR_PUMPING = "cellar_pumping"


class DamageItem(Part):
    """One amount of damage. An assessment repeats it with the assessed amount and who assessed it."""

    kind: DamageKind
    amount_cents: Annotated[Cents, Meta(description="Euro cents, as estimated by estimated_by")]
    estimated_by: FactSource = FactSource.CUSTOMER
    route: Annotated[
        WaterRoute | None,
        Meta(description="The water route that caused it; left out when the loss has one route or nobody knows"),
    ] = None
    by_fire_or_explosion: Annotated[
        bool | None, Meta(description="After a flood: whether fire or explosion did this damage, not the water")
    ] = None


MOST_ITEMS = 50
LOSS_AFTER_REPORT_TOLERANCE = timedelta(minutes=15)
"""How much later than its report a loss may lie, because clocks differ (ours; domain.md, "What a report says")."""


class LossReported(Event):
    """Somebody reports water damage to a home.

    Published once per report; a correction or an assessment repeats the whole report with a higher `report_version`.
    Policy number and time of loss suffice: what else is needed is asked. A report may name a policy that is not known
    yet. How its reporter is reached is never told here but on
    `notify.reporter-contact-provided.v1`. A report that breaks these rules, or tells of a loss later than itself, is
    dead-lettered and listed, and harms no other.
    """

    report_id: UUID
    report_version: Version = 1
    policy_number: PolicyNumber
    channel: ReportChannel
    reported_at: Instant
    loss: LossInterval
    facts: LossFacts = LossFacts()
    damage: Annotated[
        Annotated[tuple[DamageItem, ...], Meta(max_length=MOST_ITEMS)],
        Meta(description="What was damaged, together at most a billion euros; empty while nobody knows"),
    ] = ()

    def __post_init__(self) -> None:
        within_limits(self.reported_at)
        if sum([item.amount_cents for item in self.damage]) > MOST_CENTS:
            raise ValueError("damage must be at most a billion euros in all")
        if self.loss.until_at - self.reported_at > LOSS_AFTER_REPORT_TOLERANCE:
            raise ValueError("loss.until_at must not be later than reported_at (15 minutes are tolerated)")


_LOSS_REPORTED_EXAMPLE = LossReported(
    report_id=example_values.REPORT_ID,
    policy_number=example_values.POLICY_NUMBER,
    channel=ReportChannel.APP,
    reported_at=datetime(2021, 7, 15, 6, 12, tzinfo=UTC),
    loss=example_values.LOSS,
    facts=LossFacts(
        precipitation_left_its_course=example_values.YES, came_through_open_window_or_door=example_values.NO
    ),
    damage=(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=184_000),),
)
LOSS_REPORTED = Topic(
    name="claims.loss-reported.v1",
    event=LossReported,
    key="report_id",
    owner="claims-svc",
    producers=("upstream",),
    consumers=("claims-svc",),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=timedelta(days=90),
    examples=(_LOSS_REPORTED_EXAMPLE,),
)
