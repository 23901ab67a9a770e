"""Requests, real figures and imported files that the tests share."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from chassis.testing import Harness
from contracts.claims import RainfallRequested, ReadingRequested
from contracts.vocabulary import Location, LossInterval, Network, RainThreshold, WaterReading
from contracts.weather import Quality, RainfallAssessed, ReadingAssessment
from weather_svc.domain.assessment import Measured, Question, hours_of, measure
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.hours import last_border
from weather_svc.domain.windows import Figures

HEADER = "# STN,YYYYMMDD,   HH,   RH\n"
FIGURES = Path(__file__).parent / "figures"
THRESHOLDS = (
    RainThreshold(within_hours=24, at_least_tenths_mm=400),
    RainThreshold(within_hours=48, at_least_tenths_mm=530),
    RainThreshold(within_hours=72, at_least_tenths_mm=670),
)
CLOUDBURST = RainThreshold(within_hours=1, at_least_tenths_mm=250)
RECENT_RAIN = RainThreshold(within_hours=24, at_least_tenths_mm=10)
SURFACE_WATER = ReadingRequested(
    reading=WaterReading.SURFACE_WATER, may_lag_hours=24, may_lag_at_most_hours=72, rain_before_loss_tenths_mm=50
)
GROUNDWATER = ReadingRequested(
    reading=WaterReading.GROUNDWATER, may_lag_hours=240, may_lag_at_most_hours=720, rain_before_loss_tenths_mm=50
)
NEAR_ELL = Location(latitude_microdegrees=51_190_000, longitude_microdegrees=5_790_000, accuracy_metres=25)
NEAR_ARCEN = Location(latitude_microdegrees=51_500_000, longitude_microdegrees=6_170_000, accuracy_metres=25)
HALFWAY_ELL_EINDHOVEN = Location(latitude_microdegrees=51_323_184, longitude_microdegrees=5_569_833, accuracy_metres=25)
CLAIM_ID = UUID("0198c1a2-0000-7000-8000-000000000001")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment(text: str) -> LossInterval:
    return LossInterval(from_at=at(text), until_at=at(text))


NOW = at("2021-07-20T09:00")
SIX = last_border(at("2021-07-15T06:00"))
ELL = StationKey(Network.AWS, 377)


def request(
    *,
    claim_id: UUID = CLAIM_ID,
    version: int = 1,
    home: Location = NEAR_ELL,
    loss: LossInterval | None = None,
    readings: tuple[ReadingRequested, ...] = (SURFACE_WATER,),
    thresholds: tuple[RainThreshold, ...] = THRESHOLDS,
) -> RainfallRequested:
    return RainfallRequested(
        claim_id=claim_id,
        request_version=version,
        loss=loss or moment("2021-07-15T06:30"),
        home=home,
        network=Network.AWS,
        readings=readings,
        thresholds=thresholds,
        cloudburst=CLOUDBURST,
        recent_rain=RECENT_RAIN,
        interval_in_favour_hours=72,
        most_in_an_hour_tenths_mm=1_000,
    )


class SampledHour(NamedTuple):
    """The rain of one hour at a station: None without a figure, 0 for a trace."""

    station_number: int
    hour: int
    tenths_mm: int | None


def read_sample(name: str) -> list[SampledHour]:
    """Read rows of `STN,YYYYMMDD,HH,DR,RH` or without DR, apart from the product's reader."""
    return list(_sampled_hours((FIGURES / name).read_text()))


def _sampled_hours(text: str) -> Iterator[SampledHour]:
    for line in text.splitlines():
        if not line.startswith("#"):
            number, day, hour, *_, rain = (field.strip() for field in line.split(","))
            first = last_border(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC))
            yield SampledHour(int(number), first + int(hour), max(0, int(rain)) if rain else None)


def interval(from_text: str, until_text: str) -> LossInterval:
    return LossInterval(from_at=at(from_text), until_at=at(until_text))


def measured(
    station: int,
    *,
    loss: LossInterval,
    sample: str = "july_2021.txt",
    readings: tuple[ReadingRequested, ...] = (SURFACE_WATER,),
    until_hour: str | None = None,
) -> Measured:
    """Answer from the figures of `station` in a sample, as far as they were measured before `until_hour`."""
    question = Question.of(request(loss=loss, readings=readings))
    span = hours_of(question)
    last = span.last if until_hour is None else last_border(at(until_hour))
    known = {row.hour: row.tenths_mm for row in read_sample(sample) if row.station_number == station}
    tenths_mm = tuple(known.get(hour) if hour <= last else None for hour in span.numbers)
    return measure(Figures(span.first, tenths_mm, quality=Quality.VALIDATED), question=question)


def surface_water(
    station: int, *, loss: LossInterval, sample: str = "july_2021.txt", until_hour: str | None = None
) -> ReadingAssessment:
    """Return what a station establishes for water that ran over the ground."""
    (reading,) = measured(station, loss=loss, sample=sample, until_hour=until_hour).readings
    return reading


def groundwater(station: int, *, loss: LossInterval, sample: str = "limburg_summer_2021.txt") -> ReadingAssessment:
    """Return what a station establishes for water that sank into the ground."""
    (reading,) = measured(station, loss=loss, sample=sample, readings=(GROUNDWATER,)).readings
    return reading


def july(tmp_path: Path, *, arcen_until: str = "20210719") -> Path:
    """Return a file of the sample in which Arcen's hours end with a day."""
    lines = (FIGURES / "july_2021.txt").read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("  391,") or line[6:14] <= arcen_until]
    path = tmp_path / f"july_{arcen_until}.txt"
    path.write_text("".join(kept))
    return path


async def import_files(service: Harness, *files: Path, published_at: datetime | None = None) -> int:
    """Run `import-hours` and return its exit code."""
    from weather_svc.commands.import_hours import import_hours  # noqa: PLC0415 - until it is there

    arguments = Namespace(files=list(files), published_at=published_at, force=False)
    return await import_hours(arguments, service.runtime)


async def answers(service: Harness) -> list[RainfallAssessed]:
    """Return the assessments published since the last call."""
    return [event for event in await service.published() if isinstance(event, RainfallAssessed)]
