"""What upstream systems publish: the report that opens a claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from contracts import example_values
from contracts.topic import Event, Part, PersonalData, Topic
from contracts.vocabulary import (
    Cents,
    Fact,
    FactSource,
    Instant,
    LossInterval,
    PolicyNumber,
    Version,
    WaterRoute,
)


class ReportChannel(StrEnum):
    """Where a report came in."""

    PORTAL = "portal"
    APP = "app"
    PHONE = "phone"
    PARTNER = "partner"


class LossFacts(Part):
    """What is known about how the water came. A fact left out is unknown; a report never names one ready-made cause."""

    precipitation_fell_directly: Fact | None = Field(
        default=None, description="Rain, snow, hail or meltwater fell on or straight into the home"
    )
    precipitation_left_its_course: Fact | None = Field(
        default=None, description="Heavy local precipitation left its normal course and flowed into the home"
    )
    came_through_open_window_or_door: Fact | None = Field(
        default=None, description="Water came in through a window or door left open; unknown for a tilted window"
    )
    sewer_water_entered: Fact | None = Field(default=None, description="Sewer water came up into the home")
    toilet_overflowed: Fact | None = Field(default=None, description="The sewer water came out of a toilet")
    groundwater_entered: Fact | None = Field(
        default=None, description="Groundwater entered, or the water table changed"
    )
    came_through_cellar_wall: Fact | None = Field(
        default=None, description="The groundwater came through the walls of the cellar"
    )
    flood_water_entered: Fact | None = Field(
        default=None, description="Water of a river, lake, canal, ditch or the sea flowed into the home"
    )
    flood_defence_present: Fact | None = Field(
        default=None, description="There is a dyke, quay or lock between that water and the home"
    )
    flood_defence_failed: Fact | None = Field(
        default=None, description="That defence broke, was damaged, overtopped or failed, unforeseen"
    )
    flood_defence_overtopped: Fact | None = Field(
        default=None, description="The water went over that defence, which itself held"
    )
    flood_defence_is_primary: Fact | None = Field(
        default=None, description="That defence is listed by law as a primary flood defence"
    )
    fire_or_explosion_followed: Fact | None = Field(
        default=None, description="The damage is by fire or explosion that followed from the flood"
    )
    sea_water_involved: Fact | None = Field(default=None, description="The water came wholly or partly from the sea")
    home_in_unembanked_area: Fact | None = Field(
        default=None, description="The home lies outside the dykes: harbour, flood plain, retention area"
    )
    government_caused_flood: Fact | None = Field(
        default=None, description="Direct action of government caused the flood, such as deliberate inundation"
    )
    storm_caused_damage: Fact | None = Field(default=None, description="Wind of a storm opened the way for the water")
    other_cause: Fact | None = Field(default=None, description="The water came in a way not named here")
    causes_inseparable: Fact | None = Field(
        default=None, description="Several causes worked together and cannot be told apart"
    )


class DamageKind(StrEnum):
    """What the damage was done to, or what it costs."""

    BUILDINGS = "buildings"
    CONTENTS = "contents"
    CLEANING = "cleaning"
    CELLAR_PUMPING = "cellar_pumping"


class DamageItem(Part):
    """One amount of damage. An assessment repeats it with the assessed amount and who assessed it."""

    kind: DamageKind
    amount_cents: Cents = Field(description="Euro cents, as estimated by estimated_by")
    estimated_by: FactSource = FactSource.CUSTOMER
    route: WaterRoute | None = Field(
        default=None, description="The water route that caused it; left out when the loss has one route or nobody knows"
    )
    by_fire_or_explosion: bool | None = Field(
        default=None, description="After a flood: whether fire or explosion did this damage, not the water"
    )


_MOST_DAMAGE_CENTS = 10**11
LOSS_AFTER_REPORT_TOLERANCE = timedelta(minutes=15)
"""How much later than its report a loss may lie, because clocks differ (ours; domain.md, "What a report says")."""


class LossReported(Event):
    """Somebody reports water damage to a home.

    Published once per report; a correction or an assessment repeats the whole report with a higher `report_version`. A
    report may name a policy that is not known yet. How its reporter is reached is never told here but on
    `notify.reporter-contact-provided.v1`. A report that breaks these rules, or tells of a loss later than itself, is
    dead-lettered and listed, and harms no other.
    """

    report_id: UUID
    report_version: Version = 1
    policy_number: PolicyNumber
    channel: ReportChannel
    reported_at: Instant
    loss: LossInterval
    facts: LossFacts
    damage: Annotated[tuple[DamageItem, ...], Field(min_length=1, max_length=50)] = Field(
        description="What was damaged; together at most a billion euros"
    )

    @model_validator(mode="after")
    def _is_payable(self) -> Self:
        if sum(item.amount_cents for item in self.damage) > _MOST_DAMAGE_CENTS:
            raise ValueError("damage must be at most a billion euros in all")
        return self

    @model_validator(mode="after")
    def _has_happened(self) -> Self:
        if self.loss.until_at - self.reported_at > LOSS_AFTER_REPORT_TOLERANCE:
            raise ValueError("loss.until_at must not be later than reported_at (15 minutes are tolerated)")
        return self


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
