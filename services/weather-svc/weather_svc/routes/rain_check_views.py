"""What a rain check answers with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias
from urllib.parse import urlencode

from pydantic import Field

from chassis.http.values import ExactModel, Moment
from contracts.vocabulary import Establishment, LossInterval, Truth, WaterReading
from contracts.weather import (
    DoubtKind,
    PassedOver,
    PassedOverReason,
    Quality,
    RainSource,
    ReadingVerdict,
    SecondOpinion,
    StationAssessment,
    UndeterminedReason,
    WindowAssessment,
)
from weather_svc.domain.rain_check import Confidence, margin_of, period_shown
from weather_svc.routes.fields import LONGEST_PERIOD, Sha256, StationView, TenthsMm

Metres: TypeAlias = Annotated[int, Field(examples=[2_130])]
Margin: TypeAlias = Annotated[
    int | None,
    Field(description="Tenths of a millimetre above the threshold, or below it when negative", examples=[2]),
]
HoursCounted: TypeAlias = Annotated[int, Field(ge=0, examples=[0])]


class VerdictView(ExactModel):
    """Whether heavy local precipitation is established for one kind of water."""

    reading: WaterReading
    establishment: Establishment
    undetermined_reason: UndeterminedReason | None
    final: bool = Field(description="Waiting cannot change it")

    @classmethod
    def of(cls, verdict: ReadingVerdict) -> VerdictView:
        return cls(
            reading=verdict.reading,
            establishment=verdict.establishment,
            undetermined_reason=verdict.undetermined_reason,
            final=verdict.final,
        )


class WindowView(ExactModel):
    """The window that says most about one threshold."""

    reading: WaterReading
    within_hours: int = Field(examples=[24])
    at_least_tenths_mm: TenthsMm
    sum_tenths_mm: TenthsMm | None = Field(description="Null when no hour of any window has a figure")
    margin_tenths_mm: Margin
    starts_at: Moment | None
    ends_at: Moment | None
    missing_hours: HoursCounted
    establishment: Establishment

    @classmethod
    def of(cls, reading: WaterReading, window: WindowAssessment) -> WindowView:
        return cls(
            reading=reading,
            within_hours=window.within_hours,
            at_least_tenths_mm=window.at_least_tenths_mm,
            sum_tenths_mm=window.best_sum_tenths_mm,
            margin_tenths_mm=None if window.best_sum_tenths_mm is None else margin_of(window),
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            missing_hours=window.missing_hours,
            establishment=window.establishment,
        )


class UsedSource(ExactModel):
    """A file or reply that figures come from; GET /sources/{sha256} tells more."""

    sha256: Sha256
    name: str = Field(examples=["uurgeg_377_2021-2030.zip"])
    data_set: str = Field(examples=["uurgegevens"])
    published_at: Moment
    attribution: str = Field(examples=["KNMI"])
    licence: str = Field(examples=["free to use when KNMI is named as the source"])

    @classmethod
    def of(cls, source: RainSource) -> UsedSource:
        return cls(
            sha256=source.sha256,
            name=source.name,
            data_set=source.data_set,
            published_at=source.published_at,
            attribution=source.attribution,
            licence=source.licence,
        )


class UsedStation(ExactModel):
    """A station that is, or could be, the nearest, and what it measured."""

    station: StationView
    distance_metres: Metres
    windows: list[WindowView]
    quality: Quality | None = Field(description="That of the worst hour; null when no hour has a figure")
    sources: list[UsedSource]
    chart: str = Field(
        description="Where its hours are drawn",
        examples=["/stations/aws/377/chart.svg?from=2021-07-14T04%3A00%3A00Z&until=2021-07-16T04%3A00%3A00Z"],
    )

    @classmethod
    def of(cls, assessed: StationAssessment, *, loss: LossInterval) -> UsedStation:
        return cls(
            station=StationView.of(assessed.station),
            distance_metres=assessed.distance_metres,
            windows=[
                WindowView.of(reading.reading, window) for reading in assessed.readings for window in reading.windows
            ],
            quality=assessed.quality,
            sources=[UsedSource.of(source) for source in assessed.sources],
            chart=_chart(assessed, loss),
        )


def _chart(assessed: StationAssessment, loss: LossInterval) -> str:
    shown = period_shown(assessed, loss, longest=LONGEST_PERIOD)
    query = urlencode({"from": _written(shown.from_at), "until": _written(shown.until_at)})
    return f"/stations/{assessed.station.network.value}/{assessed.station.number}/chart.svg?{query}"


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


class PassedOverView(ExactModel):
    """A station near the place that does not decide, and why."""

    station: StationView
    distance_metres: Metres
    halfway_metres: Metres | None = Field(
        description="From the place to the line halfway to the nearest station; null unless it is merely farther"
    )
    reason: PassedOverReason

    @classmethod
    def of(cls, passed: PassedOver) -> PassedOverView:
        return cls(
            station=StationView.of(passed.station),
            distance_metres=passed.distance_metres,
            halfway_metres=passed.halfway_metres,
            reason=passed.reason,
        )


class ConfidenceView(ExactModel):
    """How sure the answer is, in parts: about the nearest station and surface water."""

    margin_tenths_mm: Margin
    margin_within_hours: int | None = Field(description="Of which threshold that is", examples=[24])
    halfway_metres: Metres | None = Field(
        description="How far the place lies from where another station is the nearest; 0 when it may lie there"
    )
    missing_hours: HoursCounted
    lost_hours: HoursCounted = Field(description="Of the missing ones, those KNMI will not publish")
    suspect_hours: HoursCounted
    quality: Quality | None
    doubts: list[DoubtKind]

    @classmethod
    def of(cls, confidence: Confidence) -> ConfidenceView:
        return cls(**{**confidence._asdict(), "doubts": list(confidence.doubts)})


class SecondOpinionView(ExactModel):
    """What the nearest manual gauge collected in whole days from 08:00 to 08:00 UTC. It binds nobody."""

    station: StationView
    distance_metres: Metres
    first_day_ends_at: Moment
    tenths_mm: list[TenthsMm | None]

    @classmethod
    def of(cls, opinion: SecondOpinion) -> SecondOpinionView:
        return cls(
            station=StationView.of(opinion.station),
            distance_metres=opinion.distance_metres,
            first_day_ends_at=opinion.first_day_ends_at,
            tenths_mm=list(opinion.tenths_mm),
        )


class RainCheck(ExactModel):
    """Whether the rain was enough. It decides no claim, and nothing of the question was kept."""

    summary: str = Field(
        examples=["Yes: at Ell, 2.1 km away, 40.2 mm fell in 24 hours until 15 July 2021 18:00; 40.0 mm is enough."]
    )
    product_version: str = Field(description="Whose thresholds were applied", examples=["home-2021.1"])
    verdicts: list[VerdictView]
    cloudburst: Truth
    recent_rain: Truth
    final: bool
    settled_by: Moment | None = Field(
        description="When KNMI will have published or given up what is missing; null when waiting changes nothing"
    )
    would_settle_it: str | None = Field(
        description="What would make an answer of what is undetermined",
        examples=["KNMI publishes the missing hours, or gives them up."],
    )
    stations: list[UsedStation] = Field(description="The nearest first; more when another one could be the nearest")
    passed_over: list[PassedOverView]
    confidence: ConfidenceView
    second_opinion: SecondOpinionView | None
    register_sha256: Sha256 | None = Field(description="The register in which the nearest station was found")
    attribution: str = Field(examples=["KNMI"])
