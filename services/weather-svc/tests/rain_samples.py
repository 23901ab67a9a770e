"""Requests and real figures that the tests share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from contracts.claims import RainfallRequested
from contracts.vocabulary import Location, LossInterval, Network, RainThreshold, WindowReading
from weather_svc.domain.assessment import Measured, Question, hours_of, measure
from weather_svc.domain.hours import last_border
from weather_svc.domain.windows import Figures
from weather_svc.knmi import HourlyFigure, read_hours

FIGURES = Path(__file__).parent / "figures"
THRESHOLDS = (
    RainThreshold(within_hours=24, at_least_tenths_mm=400),
    RainThreshold(within_hours=48, at_least_tenths_mm=530),
    RainThreshold(within_hours=72, at_least_tenths_mm=670),
)
CLOUDBURST = RainThreshold(within_hours=1, at_least_tenths_mm=250)
NEAR_ELL = Location(latitude_microdegrees=51_190_000, longitude_microdegrees=5_790_000, accuracy_metres=25)
NEAR_ARCEN = Location(latitude_microdegrees=51_500_000, longitude_microdegrees=6_170_000, accuracy_metres=25)
HALFWAY_ELL_EINDHOVEN = Location(latitude_microdegrees=51_323_184, longitude_microdegrees=5_569_833, accuracy_metres=25)
CLAIM_ID = UUID("0198c1a2-0000-7000-8000-000000000001")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment(text: str) -> LossInterval:
    return LossInterval(from_at=at(text), until_at=at(text))


def request(
    *,
    claim_id: UUID = CLAIM_ID,
    version: int = 1,
    home: Location = NEAR_ELL,
    loss: LossInterval | None = None,
    reading: WindowReading = WindowReading.CONTAINS_LOSS,
) -> RainfallRequested:
    return RainfallRequested(
        claim_id=claim_id,
        request_version=version,
        loss=loss or moment("2021-07-15T06:30"),
        home=home,
        network=Network.AWS,
        reading=reading,
        thresholds=THRESHOLDS,
        cloudburst=CLOUDBURST,
    )


def read_sample(name: str) -> list[HourlyFigure]:
    with (FIGURES / name).open(encoding="utf-8") as lines:
        return list(read_hours(lines))


def measured(
    station: int,
    *,
    loss: LossInterval,
    sample: str = "july_2021.txt",
    reading: WindowReading = WindowReading.CONTAINS_LOSS,
    until_hour: str | None = None,
) -> Measured:
    """Answer from the figures of `station` in a sample, as far as they were measured before `until_hour`."""
    question = Question.of(request(loss=loss, reading=reading))
    span = hours_of(question)
    last = span.last if until_hour is None else last_border(at(until_hour))
    known = {row.hour: row.tenths_mm for row in read_sample(sample) if row.station_number == station}
    hours = range(span.first, span.last + 1)
    tenths_mm = [known.get(hour) if hour <= last else None for hour in hours]
    return measure(Figures(first_hour=hours.start, tenths_mm=tenths_mm), question=question)
