"""weather-svc's answers."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts import example_values
from contracts.dead_letters import dead_letter_topic
from contracts.topic import Event, Part, PersonalData, Topic
from contracts.vocabulary import Establishment, Hours, Metres, Station, TenthsMm, Truth, Version


class Quality(StrEnum):
    """KNMI corrects figures for some days after the fact."""

    PROVISIONAL = "provisional"
    VALIDATED = "validated"


class UndeterminedReason(StrEnum):
    """Why the figures give no yes and no no."""

    MISSING_HOURS = "missing_hours"
    """Hours are not measured or not published yet; they may still arrive."""
    BETWEEN_WHOLE_HOURS = "between_whole_hours"
    """One hour more than the window reaches the threshold: hourly figures cannot tell."""
    STATIONS_DISAGREE = "stations_disagree"
    """The home's place is not known well enough to say which of two stations is nearer, and they differ."""
    NO_STATION = "no_station"
    """No station measured rain at that date."""


class WindowAssessment(Part):
    """The window of this length with the highest sum of known hours."""

    within_hours: Hours
    at_least_tenths_mm: TenthsMm
    best_sum_tenths_mm: TenthsMm | None = Field(description="None when no hour of any window is known")
    starts_at: AwareDatetime | None
    ends_at: AwareDatetime | None
    missing_hours: Annotated[int, Field(ge=0)] = Field(description="Hours without a figure in all windows looked at")
    establishment: Establishment


class HourlySeries(Part):
    """Consecutive hourly sums. Hour i ends at `first_hour_ends_at` plus i hours; None is an hour without a figure."""

    first_hour_ends_at: AwareDatetime
    tenths_mm: tuple[TenthsMm | None, ...]


class StationAssessment(Part):
    """What one station measured around the loss."""

    station: Station
    distance_metres: Metres
    establishment: Establishment
    windows: tuple[WindowAssessment, ...]
    cloudburst: Truth
    hours: HourlySeries
    quality: Quality = Field(description="Provisional when at least one hour is")


class RainfallAssessed(Event):
    """What the nearest station measured around a loss, in answer to `claims.rainfall-requested.v1`.

    Published at once, also when hours are still missing; later hours and corrected figures give a higher
    `assessment_version` on this topic. `final` says that waiting cannot help: every window that contains the loss has
    closed and is complete, or the threshold is reached, or the hourly figures cannot tell. The first station is the
    nearest; more follow when the home's place is too uncertain to say which one that is.
    """

    claim_id: UUID
    request_version: Version
    assessment_version: Version
    establishment: Establishment
    final: bool
    undetermined_reason: UndeterminedReason | None
    stations: tuple[StationAssessment, ...]


_RAINFALL_ASSESSED_EXAMPLE = RainfallAssessed(
    claim_id=example_values.CLAIM_ID,
    request_version=1,
    assessment_version=1,
    establishment=Establishment.ESTABLISHED,
    final=True,
    undetermined_reason=None,
    stations=(
        StationAssessment(
            station=example_values.ELL,
            distance_metres=2_047,
            establishment=Establishment.ESTABLISHED,
            windows=(
                WindowAssessment(
                    within_hours=24,
                    at_least_tenths_mm=400,
                    best_sum_tenths_mm=402,
                    starts_at=example_values.BEST_DAY[0],
                    ends_at=example_values.BEST_DAY[1],
                    missing_hours=0,
                    establishment=Establishment.ESTABLISHED,
                ),
            ),
            cloudburst=Truth.FALSE,
            hours=HourlySeries(first_hour_ends_at=datetime(2021, 7, 15, 0, tzinfo=UTC), tenths_mm=(31, 24, 18, None)),
            quality=Quality.VALIDATED,
        ),
    ),
)
RAINFALL_ASSESSED = Topic(
    name="weather.rainfall-assessed.v1",
    event=RainfallAssessed,
    key="claim_id",
    owner="weather-svc",
    producers=("weather-svc",),
    consumers=("claims-svc",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(_RAINFALL_ASSESSED_EXAMPLE,),
)
DEAD_LETTERS = dead_letter_topic("weather-svc")
