"""weather-svc's answers."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.dead_letters import dead_letter_topic
from contracts.topic import AwareDatetime, Event, Part, PersonalData, Topic
from contracts.vocabulary import (
    Establishment,
    Hours,
    Metres,
    Sha256,
    Station,
    TenthsMm,
    Truth,
    Version,
    WaterReading,
)


class Quality(StrEnum):
    """How far a figure is beyond correction, from the worst to the best; the age at its publication says which."""

    TEN_MINUTE = "ten_minute"
    """Summed by us from ten-minute figures, minutes after the hour; KNMI's own hour replaces it."""
    PROVISIONAL = "provisional"
    """Published while KNMI still corrected the hour."""
    VALIDATED = "validated"
    """Published when KNMI had corrected the hour."""


class UndeterminedReason(StrEnum):
    """Why the figures give no yes and no no."""

    MISSING_HOURS = "missing_hours"
    """Hours are not measured or not published yet; they may still arrive."""
    BETWEEN_WHOLE_HOURS = "between_whole_hours"
    """One hour more than the window reaches the threshold: hourly figures cannot tell."""
    RAIN_AFTER_LOSS = "rain_after_loss"
    """A window around the loss reaches the threshold, but too little of its rain had fallen at the stated moment."""
    RAIN_LONG_BEFORE_LOSS = "rain_long_before_loss"
    """A window reaches the threshold that ended longer before the loss than its water may take."""
    LOSS_INTERVAL_TOO_LONG = "loss_interval_too_long"
    """The hours of the interval of loss give different answers, and it is too long to choose the best one."""
    STATIONS_DISAGREE = "stations_disagree"
    """The home's place is not known well enough to say which of two stations is nearer, and they differ."""
    LOST_HOURS = "lost_hours"
    """KNMI will not publish hours that could make it a yes, or leave another doubt."""
    SUSPECT_FIGURES = "suspect_figures"
    """Figures that contradict themselves or the stations around could hide a yes, or another doubt."""
    NO_STATION = "no_station"
    """No station measured rain at that date."""
    BEFORE_REGISTER = "before_register"
    """The loss lies before the register of stations begins."""


class WindowAssessment(Part):
    """The window of this length that says most about one threshold.

    First comes a window that counts and reaches the threshold, then one around the loss that reaches it although too
    little had fallen by the loss, then one that reaches it long before the loss; else the one around the loss with the
    highest sum. Of equals the highest sum counts, then the earliest window, then the earliest hour of loss. Sums are of
    known hours.
    """

    within_hours: Hours
    at_least_tenths_mm: TenthsMm
    best_sum_tenths_mm: Annotated[TenthsMm | None, Meta(description="None when no hour of any window is known")]
    starts_at: AwareDatetime | None
    ends_at: AwareDatetime | None
    loss_hour_ends_at: Annotated[AwareDatetime | None, Meta(description="The hour of the loss for which it was chosen")]
    rain_by_loss_tenths_mm: Annotated[
        TenthsMm | None, Meta(description="Of its rain, what fell by the end of that hour")
    ]
    lag_minutes: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="From its end to the moment of loss in that hour, rounded up; 0 when it contains the moment"),
    ]
    missing_hours: Annotated[
        Annotated[int, Meta(ge=0)], Meta(description="Hours without a figure in all windows looked at")
    ]
    establishment: Establishment


class ReadingAssessment(Part):
    """What one station establishes for one kind of water; one window for each threshold, in the order asked."""

    reading: WaterReading
    establishment: Establishment
    undetermined_reason: UndeterminedReason | None
    windows: tuple[WindowAssessment, ...]

    @property
    def deciding_window(self) -> WindowAssessment | None:
        """The shortest window that established heavy rain."""
        reached = (window for window in self.windows if window.establishment is Establishment.ESTABLISHED)
        return min(reached, key=lambda window: window.within_hours, default=None)


class DoubtKind(StrEnum):
    """What is wrong with hours. A suspect figure counts for a yes and never for a no."""

    LOST = "lost"
    """Without a figure, and KNMI will publish none."""
    RAIN_WITHOUT_DURATION = "rain_without_duration"
    DURATION_WITHOUT_RAIN = "duration_without_rain"
    CLOGGED = "clogged"
    """The gauge stays dry while the stations around it measure heavy rain."""
    DRIPPING = "dripping"
    """The gauge measures a little hour after hour while the stations around it are dry."""


class HoursInDoubt(Part):
    """Consecutive hours of a series that no figure can be trusted to say nothing fell in."""

    kind: DoubtKind
    first_hour_ends_at: AwareDatetime
    last_hour_ends_at: AwareDatetime


class HourlySeries(Part, omit_defaults=True):
    """Consecutive hourly sums. Hour i ends at `first_hour_ends_at` plus i hours; None is an hour without a figure.

    `in_doubt` are hours of the series, in the order of their first one. An hour without a figure that is not lost is
    open: KNMI may still publish it.
    """

    first_hour_ends_at: AwareDatetime
    tenths_mm: tuple[TenthsMm | None, ...]
    in_doubt: tuple[HoursInDoubt, ...] = ()


class RainSource(Part):
    """A file or reply of KNMI that figures were read from; `sha256` is that of its bytes as they were received."""

    sha256: Sha256
    name: str
    data_set: str
    published_at: AwareDatetime
    attribution: str
    licence: str


class PassedOverReason(StrEnum):
    """Why a station does not decide."""

    FARTHER = "farther"
    """Nowhere in the circle that the home lies in is it the nearest."""
    NO_RAIN_GAUGE = "no_rain_gauge"
    NOT_MEASURING = "not_measuring"
    """It did not measure rain during the whole loss: it had not begun, had stopped or was interrupted."""


class PassedOver(Part):
    """A station near the home that does not decide, and why."""

    station: Station
    distance_metres: Metres
    halfway_metres: Annotated[
        Metres | None,
        Meta(description="From the home to the line halfway to the nearest station; None unless it is merely farther"),
    ]
    reason: PassedOverReason


class SecondOpinion(Part):
    """What the nearest manual gauge collected in whole days, each from 08:00 UTC to 08:00 UTC. It binds nobody."""

    station: Station
    distance_metres: Metres
    first_day_ends_at: AwareDatetime
    tenths_mm: tuple[TenthsMm | None, ...]


class CorrectedHour(Part):
    """An hour whose figure changed since the answer before; None is no figure."""

    station: Station
    hour_ends_at: AwareDatetime
    was_tenths_mm: TenthsMm | None
    is_tenths_mm: TenthsMm | None


class StationRain(Part):
    """What one station says about the rain around a loss."""

    station: Station
    distance_metres: Metres
    readings: tuple[ReadingAssessment, ...]
    cloudburst: Truth
    cloudburst_tenths_mm: Annotated[
        TenthsMm | None,
        Meta(
            description="The most within a cloudburst's length in an hour of the loss; None when no such hour is known"
        ),
    ]
    recent_rain: Annotated[
        Truth, Meta(description="Whether at least the rain asked for fell up to the end of the hour of loss")
    ]
    recent_rain_tenths_mm: Annotated[
        TenthsMm | None,
        Meta(
            description="The most that fell so in known hours, over the hours of the loss; None when no hour is known"
        ),
    ]


class StationAssessment(StationRain, omit_defaults=True):
    """The same with the hours that it rests on."""

    hours: HourlySeries
    quality: Annotated[Quality | None, Meta(description="That of the worst hour; None when no hour has a figure")]
    sources: Annotated[tuple[RainSource, ...], Meta(description="Where the figures come from, the oldest first")] = ()


class ReadingVerdict(Part):
    """What all stations together establish for one kind of water.

    `final` says that waiting cannot help: the answer is a yes, or what is missing cannot change it.
    """

    reading: WaterReading
    establishment: Establishment
    final: bool
    undetermined_reason: UndeterminedReason | None


# What answers did not say at first is left out where it says nothing: proofs hold answers as they were given.
class RainfallAssessed(Event, omit_defaults=True):
    """What the nearest station measured around a loss, in answer to `claims.rainfall-requested.v1`.

    Published at once, also when hours are still missing; later hours and corrected figures give a higher
    `assessment_version` on this topic. There is a verdict for each reading asked, in that order. `final` says that
    waiting cannot change any part of the answer; until then `settled_by` is when KNMI will have published or given up
    what is missing. The first station is the nearest; more follow when the home's place is too uncertain to say which
    one that is. `passed_over` are the next nearest of all stations, the nearest first. `corrected` names the hours that
    changed since the version before. `register_sha256` is the register of stations that the nearest was found in; None
    in answers from before there was a second one.
    """

    claim_id: UUID
    request_version: Version
    assessment_version: Version
    readings: tuple[ReadingVerdict, ...]
    cloudburst: Truth
    recent_rain: Truth
    final: bool
    settled_by: AwareDatetime | None = None
    stations: tuple[StationAssessment, ...]
    passed_over: tuple[PassedOver, ...] = ()
    register_sha256: Sha256 | None = None
    second_opinion: SecondOpinion | None = None
    corrected: tuple[CorrectedHour, ...] = ()


_READING_EXAMPLE = ReadingAssessment(
    reading=WaterReading.SURFACE_WATER,
    establishment=Establishment.ESTABLISHED,
    undetermined_reason=None,
    windows=(
        WindowAssessment(
            within_hours=24,
            at_least_tenths_mm=400,
            best_sum_tenths_mm=402,
            starts_at=example_values.BEST_DAY[0],
            ends_at=example_values.BEST_DAY[1],
            loss_hour_ends_at=datetime(2021, 7, 15, 2, tzinfo=UTC),
            rain_by_loss_tenths_mm=180,
            lag_minutes=0,
            missing_hours=0,
            establishment=Establishment.ESTABLISHED,
        ),
    ),
)
_RAINFALL_ASSESSED_EXAMPLE = RainfallAssessed(
    claim_id=example_values.CLAIM_ID,
    request_version=1,
    assessment_version=1,
    readings=(
        ReadingVerdict(
            reading=WaterReading.SURFACE_WATER,
            establishment=Establishment.ESTABLISHED,
            final=True,
            undetermined_reason=None,
        ),
    ),
    cloudburst=Truth.FALSE,
    recent_rain=Truth.TRUE,
    final=True,
    settled_by=None,
    stations=(
        StationAssessment(
            station=example_values.ELL,
            distance_metres=2_045,
            readings=(_READING_EXAMPLE,),
            cloudburst=Truth.FALSE,
            cloudburst_tenths_mm=57,
            recent_rain=Truth.TRUE,
            recent_rain_tenths_mm=179,
            hours=HourlySeries(first_hour_ends_at=datetime(2021, 7, 15, 0, tzinfo=UTC), tenths_mm=(31, 24, 18, None)),
            quality=Quality.VALIDATED,
            sources=(
                RainSource(
                    sha256="9f2c" * 16,
                    name="uurgeg_377_2021-2030.zip",
                    data_set="uurgegevens",
                    published_at=datetime(2021, 8, 2, 9, 0, 2, tzinfo=UTC),
                    attribution="KNMI",
                    licence="free to use when KNMI is named as the source",
                ),
            ),
        ),
    ),
    passed_over=(
        PassedOver(
            station=example_values.EINDHOVEN,
            distance_metres=39_800,
            halfway_metres=18_900,
            reason=PassedOverReason.FARTHER,
        ),
    ),
    register_sha256="5b1d" * 16,
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
