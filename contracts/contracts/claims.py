"""Topics of the claim itself: the report that opens it, the question about rain, the decision that ends it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from contracts.topic import Event, Part
from contracts.vocabulary import (
    Cents,
    Cover,
    Establishment,
    Fact,
    FactSource,
    Hours,
    Instant,
    Location,
    LossInterval,
    Metres,
    Network,
    PolicyNumber,
    PostcodeArea,
    RainThreshold,
    Sha256,
    SignedCents,
    TenthsMm,
    Truth,
    Version,
    WaterRoute,
    WindowReading,
)

DECISION_RETENTION = timedelta(days=3650)
"""Decisions are the insurer's record towards partners; ten years covers every term of limitation."""


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
    """One amount of damage."""

    kind: DamageKind
    amount_cents: Cents = Field(description="Euro cents, as estimated by estimated_by")
    estimated_by: FactSource = FactSource.CUSTOMER
    route: WaterRoute | None = Field(
        default=None, description="The water route that caused it; left out when the loss has one route or nobody knows"
    )


_MOST_DAMAGE_CENTS = 10**11


class LossReported(Event):
    """Somebody reports water damage to a home.

    Published once per report; a correction repeats the whole report with a higher `report_version`. A report may name
    a policy that is not known yet. A report that breaks these rules is parked and listed, and harms no other.
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


class RainfallRequested(Event):
    """A claim needs to know what the nearest station measured around the loss.

    Published when a claim's policy is known and rain can matter; again with a higher `request_version` when the
    question itself changes. The thresholds are the product's, so that weather-svc needs no product knowledge.
    """

    claim_id: UUID
    request_version: Version
    loss: LossInterval
    home: Location
    network: Network
    reading: WindowReading
    thresholds: Annotated[tuple[RainThreshold, ...], Field(min_length=1, max_length=10)]
    cloudburst: RainThreshold


class Outcome(StrEnum):
    """How a claim, or one of its findings, ends."""

    COVERED = "covered"
    DENIED = "denied"
    REFERRED = "referred"
    """A claims handler decides; nobody was denied."""


class GroundCode(StrEnum):
    """The rules of the policy's water cover, one code each."""

    DIRECT_PRECIPITATION = "direct_precipitation"
    HEAVY_LOCAL_PRECIPITATION = "heavy_local_precipitation"
    NO_HEAVY_LOCAL_PRECIPITATION = "no_heavy_local_precipitation"
    RAINFALL_UNDETERMINED = "rainfall_undetermined"
    WINDOW_OR_DOOR_OPEN = "window_or_door_open"
    SEWER_WATER_FROM_HEAVY_PRECIPITATION = "sewer_water_from_heavy_precipitation"
    SEWER_WATER_FROM_COVERED_FLOOD = "sewer_water_from_covered_flood"
    TOILET_WITHOUT_HEAVY_PRECIPITATION = "toilet_without_heavy_precipitation"
    SEWER_WATER_WITHOUT_CAUSE = "sewer_water_without_cause"
    GROUNDWATER = "groundwater"
    GROUNDWATER_THROUGH_CELLAR_WALL = "groundwater_through_cellar_wall"
    REGIONAL_DEFENCE_FAILED = "regional_defence_failed"
    PRIMARY_DEFENCE_FAILED = "primary_defence_failed"
    FIRE_AFTER_PRIMARY_DEFENCE_FAILED = "fire_after_primary_defence_failed"
    PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION = "primary_defence_overtopped_by_precipitation"
    SEA_WATER = "sea_water"
    UNEMBANKED_AREA = "unembanked_area"
    GOVERNMENT_ACTION = "government_action"
    NO_FLOOD_DEFENCE = "no_flood_defence"
    STORM = "storm"
    OTHER_CAUSE = "other_cause"
    CAUSES_INSEPARABLE = "causes_inseparable"
    FACT_MISSING = "fact_missing"
    NO_ROUTE_REPORTED = "no_route_reported"
    CELLAR_PUMPING = "cellar_pumping"
    NOT_INSURED_AT_LOSS = "not_insured_at_loss"
    POLICY_UNKNOWN = "policy_unknown"
    COVER_NOT_CHOSEN = "cover_not_chosen"
    RAINFALL_NOT_RECEIVED = "rainfall_not_received"
    SOURCE_MISSING = "source_missing"
    """Only the customer says what a resident cannot know, such as which defence failed."""
    TERMS_CHANGED_DURING_LOSS = "terms_changed_during_loss"
    """The insurance changed within the time in which the loss must have happened."""
    PRODUCT_UNKNOWN = "product_unknown"
    """The policy names a version of the product whose parameters are not known."""
    DAMAGE_NOT_ATTRIBUTED = "damage_not_attributed"
    """Nobody said by which water the damage came, and not every reported water has the same verdict."""


class GroundEffect(StrEnum):
    """What a ground does when it holds."""

    COVERS = "covers"
    EXCLUDES = "excludes"
    REFERS = "refers"


class GroundWeight(StrEnum):
    """What a ground did here."""

    DECISIVE = "decisive"
    CONTRIBUTORY = "contributory"
    """Holds, but did not decide: it points the same way, or a weightier ground overruled it."""
    NOT_REACHED = "not_reached"
    """Whether it holds could not be told, because a fact is unknown."""
    DOES_NOT_HOLD = "does_not_hold"


class GroundFact(Part):
    """A fact a ground rests on, and who said so (None: nobody did)."""

    name: str
    value: Truth
    source: FactSource | None = None


class Ground(Part):
    """One rule, evaluated. Every rule of a route is listed, also those that did not decide."""

    code: GroundCode
    effect: GroundEffect
    holds: Truth
    weight: GroundWeight
    facts: tuple[GroundFact, ...] = ()


class Finding(Part):
    """The verdict on one water route."""

    route: WaterRoute
    outcome: Outcome
    grounds: tuple[Ground, ...]
    second_look: bool = Field(default=False, description="Decided, but marked for a handler's second look")


class WindowMargin(Part):
    """The best sum found for one threshold, and what it misses or exceeds it by."""

    within_hours: Hours
    at_least_tenths_mm: TenthsMm
    best_sum_tenths_mm: TenthsMm | None = Field(description="None when no hour of any window is known")
    starts_at: AwareDatetime | None
    ends_at: AwareDatetime | None
    margin_tenths_mm: int | None = Field(description="Best sum minus threshold; negative is the shortfall")


class RainEvidence(Part):
    """What was measured, as far as this decision rests on it. The hours themselves stand in the proof."""

    assessment_version: Version
    establishment: Establishment
    station_network: Network
    station_number: int
    station_name: str
    distance_metres: Metres
    margins: tuple[WindowMargin, ...]
    deciding_window_hours: Hours | None = Field(description="The shortest window that reached its threshold")
    cloudburst: Truth


class MoneyStepCode(StrEnum):
    """The steps from damage to payment, in order."""

    DAMAGE = "damage"
    NOT_COVERED = "not_covered"
    DEDUCTIBLE = "deductible"
    DEDUCTIBLE_USED_BEFORE = "deductible_used_before"


class MoneyStep(Part):
    """One step; the payable amount is the sum of all steps, or zero when that is negative."""

    code: MoneyStepCode
    amount_cents: SignedCents


class Money(Part):
    """From damage to payment."""

    steps: tuple[MoneyStep, ...]
    payable_cents: Cents | None = Field(description="None until the damage has been assessed or a handler has decided")
    awaits_assessment: bool = Field(default=False, description="Covered, but above what a customer may estimate alone")


class DecisionMade(Event):
    """A claim was decided, or referred to a handler: one event per version of the decision, never an update.

    Published when all evidence a claim waits for is there or its waits have ended; again with a higher
    `claim_version` when evidence changed. Readers keep the highest version. It holds no name, address or contact
    data: partners get the area of the postcode until they accept a job. `proof_sha256` is the hash of the proof, kept
    by claims-svc, from which the decision can be recomputed.
    """

    claim_id: UUID
    claim_version: Version
    claim_reference: str = Field(description="What people read and say: W and ten letters or digits")
    report_id: UUID
    customer_id: UUID | None = Field(description="Who is insured; None when no policy was found")
    postcode_area: PostcodeArea | None
    loss: LossInterval
    outcome: Outcome
    deciding_ground: GroundCode
    grounds: tuple[Ground, ...] = Field(
        default=(), description="Rules about the claim as a whole: the insurance, the reported causes, the damage items"
    )
    findings: tuple[Finding, ...]
    covers: tuple[Cover, ...]
    rain: RainEvidence | None = Field(description="None when rain could not matter or is not known")
    money: Money
    product_version: str = Field(description="The version of the product's parameters that was applied")
    decided_at: AwareDatetime
    proof_sha256: Sha256
    previous_proof_sha256: Sha256 | None = Field(description="The proof of the version before; None for version 1")
