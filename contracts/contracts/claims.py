"""What claims-svc publishes: the question about rain and the decision that ends a claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values, weather
from contracts.coverage import (
    DecidedItem,
    Finding,
    Ground,
    GroundCode,
    GroundEffect,
    GroundFact,
    GroundWeight,
    Outcome,
)
from contracts.dead_letters import dead_letter_topic
from contracts.loss_reports import DamageKind
from contracts.money import EventDeductible, Money, MoneyStep, MoneyStepCode
from contracts.topic import AwareDatetime, Event, Part, PersonalData, Topic
from contracts.vocabulary import (
    Cents,
    Cover,
    FactSource,
    LagHours,
    Location,
    LossInterval,
    Network,
    PerilFamily,
    PostcodeArea,
    RainThreshold,
    Sha256,
    TenthsMm,
    Truth,
    Version,
    WaterReading,
    WaterRoute,
)
from contracts.weather import ReadingVerdict, StationRain

DECISION_RETENTION = timedelta(days=3650)
"""Decisions are the insurer's record towards partners; ten years covers every term of limitation."""


class ReadingRequested(Part):
    """How a window of rain must lie around the loss for one kind of water.

    A window counts when it contains the moment of loss or ended at most `may_lag_hours` before it, and when at least
    `rain_before_loss_tenths_mm` of its rain had fallen by the end of the hour that holds the moment. One that ended
    longer before, up to `may_lag_at_most_hours`, leaves a doubt.
    """

    reading: WaterReading
    may_lag_hours: LagHours
    may_lag_at_most_hours: Annotated[LagHours, Meta(description="At least may_lag_hours")]
    rain_before_loss_tenths_mm: TenthsMm


class RainfallRequested(Event):
    """A claim needs to know what the nearest station measured around the loss.

    Published when a claim's policy is known and rain can matter; again with a higher `request_version` when the
    question itself changes. All parameters are the product's, so that weather-svc needs no product knowledge.
    """

    claim_id: UUID
    request_version: Version
    loss: LossInterval
    home: Location
    network: Network
    readings: Annotated[tuple[ReadingRequested, ...], Meta(min_length=1, max_length=2)]
    thresholds: Annotated[tuple[RainThreshold, ...], Meta(min_length=1, max_length=10)]
    cloudburst: RainThreshold
    recent_rain: Annotated[RainThreshold, Meta(description="What must have fallen up to the end of the hour of loss")]
    interval_in_favour_hours: Annotated[
        LagHours, Meta(description="Up to this length of an interval of loss its best hour for the customer counts")
    ]
    most_in_an_hour_tenths_mm: Annotated[
        TenthsMm, Meta(description="What an hour without a figure could at most have held")
    ]


_RAINFALL_REQUESTED_EXAMPLE = RainfallRequested(
    claim_id=example_values.CLAIM_ID,
    request_version=1,
    loss=example_values.LOSS,
    home=example_values.HOME,
    network=Network.AWS,
    readings=(
        ReadingRequested(
            reading=WaterReading.SURFACE_WATER,
            may_lag_hours=24,
            may_lag_at_most_hours=72,
            rain_before_loss_tenths_mm=50,
        ),
    ),
    thresholds=(example_values.DAY, example_values.TWO_DAYS, example_values.THREE_DAYS),
    cloudburst=RainThreshold(within_hours=1, at_least_tenths_mm=250),
    recent_rain=RainThreshold(within_hours=24, at_least_tenths_mm=10),
    interval_in_favour_hours=72,
    most_in_an_hour_tenths_mm=1_000,
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


class RainEvidence(Part):
    """What was measured, as far as this decision rests on it. The hours themselves stand in the proof.

    The first station is the nearest; more are there when another one could be nearer.
    """

    assessment_version: Version
    final: Annotated[bool, Meta(description="False while hours are still to come")]
    readings: tuple[ReadingVerdict, ...]
    cloudburst: Truth
    recent_rain: Truth
    stations: tuple[StationRain, ...]


class InKind(Part):
    """What the repair network repairs, or has repaired, instead of its being paid, and what that leaves of the money.

    The repair firm is paid by us for what it repairs, less `borne_by_customer_cents`, which it collects from the
    customer.
    """

    repaired_cents: Annotated[Cents, Meta(description="Covered damage that is repaired")]
    paid_before_cents: Annotated[Cents, Meta(description="Ordered to be paid before this version")]
    to_pay_cents: Annotated[Cents, Meta(description="What is paid of this version, the repair aside")]
    borne_by_customer_cents: Annotated[
        Cents, Meta(description="What is left of the deductible where no payment is left to take it off")
    ] = 0


class DecisionMade(Event):
    """A claim was decided, or referred to a handler: one event per version of the decision, never an update.

    `outcome` is `referred` as long as a handler decides about some damage; what is undisputed is paid meanwhile.

    Published when all evidence a claim waits for is there or its waits have ended; again with a higher
    `claim_version` when evidence changed. Readers keep the highest version. It holds no name, address or contact
    data: partners get the area of the postcode until they accept a job. `proof_sha256` is the hash of the proof, kept
    by claims-svc, from which the decision can be recomputed.
    """

    claim_id: UUID
    claim_version: Version
    claim_reference: Annotated[str, Meta(description="The reference that people use: W and ten letters or digits")]
    report_id: Annotated[UUID, Meta(description="The report that opened the claim")]
    report_ids: Annotated[tuple[UUID, ...], Meta(description="All reports of this loss, that one first")]
    customer_id: Annotated[UUID | None, Meta(description="Who is insured; None when no policy was found")]
    postcode_area: PostcodeArea | None
    loss: LossInterval
    outcome: Outcome
    deciding_ground: GroundCode
    grounds: Annotated[
        tuple[Ground, ...],
        Meta(description="Rules about the claim as a whole: the insurance, the reported causes, the damage items"),
    ] = ()
    findings: tuple[Finding, ...]
    items: Annotated[
        tuple[DecidedItem, ...], Meta(description="The damage items as reported; empty when none was judged")
    ]
    possible_duplicate_of: Annotated[
        UUID | None, Meta(description="The earlier claim that may be about the same damage")
    ] = None
    turned_statements: Annotated[
        tuple[str, ...], Meta(description="Facts (or loss) of which the customer says something else than before")
    ] = ()
    covers: tuple[Cover, ...]
    rain: Annotated[RainEvidence | None, Meta(description="None when rain could not matter or is not known")]
    money: Money
    in_kind: Annotated[InKind | None, Meta(description="None when nothing is repaired instead of being paid")] = None
    product_version: Annotated[str, Meta(description="The version of the product's parameters that was applied")]
    decided_at: AwareDatetime
    proof_sha256: Sha256
    previous_proof_sha256: Annotated[
        Sha256 | None, Meta(description="The proof of the version before; None for version 1")
    ]


(_ASSESSED,) = weather.RAINFALL_ASSESSED.examples
_DECISION_MADE_EXAMPLE = DecisionMade(
    claim_id=example_values.CLAIM_ID,
    claim_version=1,
    claim_reference="W7XK2M9QD4T",
    report_id=example_values.REPORT_ID,
    report_ids=(example_values.REPORT_ID,),
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
    items=(
        DecidedItem(
            kind=DamageKind.BUILDINGS,
            amount_cents=184_000,
            estimated_by=FactSource.CUSTOMER,
            route=None,
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            family=PerilFamily.RAIN,
            rests_on_heavy_weather=True,
        ),
    ),
    covers=(Cover.BUILDINGS,),
    rain=RainEvidence(
        assessment_version=1,
        final=True,
        readings=_ASSESSED.readings,
        cloudburst=Truth.FALSE,
        recent_rain=Truth.TRUE,
        stations=tuple(
            StationRain(**{name: getattr(station, name) for name in StationRain.__struct_fields__})
            for station in _ASSESSED.stations
        ),
    ),
    money=Money(
        steps=(
            MoneyStep(code=MoneyStepCode.DAMAGE, amount_cents=184_000),
            MoneyStep(code=MoneyStepCode.DEDUCTIBLE, amount_cents=-25_000),
        ),
        payable_cents=159_000,
        deductibles=(
            EventDeductible(
                family=PerilFamily.RAIN,
                chosen_cents=0,
                minimum_cents=25_000,
                event_covered_cents=184_000,
                event_heavy_cents=184_000,
                borne_by_event_cents=25_000,
                borne_by_others_cents=0,
                borne_cents=25_000,
            ),
        ),
        to_pay_cents=159_000,
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
