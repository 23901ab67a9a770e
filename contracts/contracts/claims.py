"""What claims-svc publishes: the question about rain and the decision that ends a claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts import example_values
from contracts.dead_letters import dead_letter_topic
from contracts.topic import Event, Part, PersonalData, Topic
from contracts.vocabulary import (
    Cents,
    Cover,
    Establishment,
    FactSource,
    Hours,
    Location,
    LossInterval,
    Metres,
    Network,
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


_RAINFALL_REQUESTED_EXAMPLE = RainfallRequested(
    claim_id=example_values.CLAIM_ID,
    request_version=1,
    loss=example_values.LOSS,
    home=example_values.HOME,
    network=Network.AWS,
    reading=WindowReading.CONTAINS_LOSS,
    thresholds=(example_values.DAY, example_values.TWO_DAYS, example_values.THREE_DAYS),
    cloudburst=RainThreshold(within_hours=1, at_least_tenths_mm=250),
)
RAINFALL_REQUESTED = Topic(
    name="claims.rainfall-requested.v1",
    event=RainfallRequested,
    key="claim_id",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("weather-svc",),
    personal_data=PersonalData.LOCATION,
    examples=(_RAINFALL_REQUESTED_EXAMPLE,),
)


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
    """Whether it holds is open, because a fact is unknown."""
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
    claim_reference: str = Field(description="The reference that people use: W and ten letters or digits")
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


_DECISION_MADE_EXAMPLE = DecisionMade(
    claim_id=example_values.CLAIM_ID,
    claim_version=1,
    claim_reference="W7XK2M9QD4T",
    report_id=example_values.REPORT_ID,
    customer_id=example_values.CUSTOMER_ID,
    postcode_area="6011",
    loss=example_values.LOSS,
    outcome=Outcome.COVERED,
    deciding_ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
    findings=(
        Finding(
            route=WaterRoute.INDIRECT_PRECIPITATION,
            outcome=Outcome.COVERED,
            grounds=(
                Ground(
                    code=GroundCode.HEAVY_LOCAL_PRECIPITATION,
                    effect=GroundEffect.COVERS,
                    holds=Truth.TRUE,
                    weight=GroundWeight.DECISIVE,
                ),
                Ground(
                    code=GroundCode.WINDOW_OR_DOOR_OPEN,
                    effect=GroundEffect.EXCLUDES,
                    holds=Truth.FALSE,
                    weight=GroundWeight.DOES_NOT_HOLD,
                    facts=(
                        GroundFact(
                            name="came_through_open_window_or_door",
                            value=Truth.FALSE,
                            source=FactSource.CUSTOMER,
                        ),
                    ),
                ),
            ),
        ),
    ),
    covers=(Cover.BUILDINGS,),
    rain=RainEvidence(
        assessment_version=1,
        establishment=Establishment.ESTABLISHED,
        station_network=Network.AWS,
        station_number=377,
        station_name="Ell",
        distance_metres=2_047,
        margins=(
            WindowMargin(
                within_hours=24,
                at_least_tenths_mm=400,
                best_sum_tenths_mm=402,
                starts_at=example_values.BEST_DAY[0],
                ends_at=example_values.BEST_DAY[1],
                margin_tenths_mm=2,
            ),
        ),
        deciding_window_hours=24,
        cloudburst=Truth.FALSE,
    ),
    money=Money(
        steps=(
            MoneyStep(code=MoneyStepCode.DAMAGE, amount_cents=184_000),
            MoneyStep(code=MoneyStepCode.DEDUCTIBLE, amount_cents=-25_000),
        ),
        payable_cents=159_000,
    ),
    product_version="home-2021.1",
    decided_at=datetime(2021, 7, 16, 8, 0, 4, tzinfo=UTC),
    proof_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    previous_proof_sha256=None,
)
DECISION_MADE = Topic(
    name="claims.decision-made.v1",
    event=DecisionMade,
    key="claim_id",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("notify-svc", "repair-partners"),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=DECISION_RETENTION,
    examples=(_DECISION_MADE_EXAMPLE,),
)
DEAD_LETTERS = dead_letter_topic("claims-svc")
