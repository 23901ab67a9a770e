"""What stations measured around a loss in Ell, 15 July 2021 at 01:30 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from contracts.claims import RainEvidence
from contracts.example_values import ELL
from contracts.vocabulary import Establishment, Network, Station, Truth, WaterReading
from contracts.weather import ReadingAssessment, ReadingVerdict, StationRain, UndeterminedReason, WindowAssessment

YES, NO, OPEN = Establishment.ESTABLISHED, Establishment.NOT_ESTABLISHED, Establishment.UNDETERMINED
_CLOUDBURST_TENTHS_MM, _RECENT_RAIN_TENTHS_MM = 250, 10
NEEDED = {24: 400, 48: 530, 72: 670}
ARCEN = Station(
    network=Network.AWS, number=391, name="Arcen", latitude_microdegrees=51_497_306, longitude_microdegrees=6_196_389
)
_ENDS_AT = datetime(2021, 7, 15, 16, tzinfo=UTC)
LOSS_HOUR = datetime(2021, 7, 15, 2, tzinfo=UTC)


def window(
    hours: int,
    tenths_mm: int | None,
    establishment: Establishment,
    *,
    by_loss: int = 180,
    lag_minutes: int = 0,
    missing_hours: int = 0,
) -> WindowAssessment:
    known = tenths_mm is not None
    return WindowAssessment(
        within_hours=hours,
        at_least_tenths_mm=NEEDED[hours],
        best_sum_tenths_mm=tenths_mm,
        starts_at=_ENDS_AT - timedelta(hours=hours) if known else None,
        ends_at=_ENDS_AT if known else None,
        loss_hour_ends_at=LOSS_HOUR if known else None,
        rain_by_loss_tenths_mm=by_loss if known else None,
        lag_minutes=lag_minutes if known else None,
        missing_hours=missing_hours,
        establishment=establishment,
    )


def reading(
    *windows: WindowAssessment,
    kind: WaterReading = WaterReading.SURFACE_WATER,
    reason: UndeterminedReason | None = None,
) -> ReadingAssessment:
    found = {one.establishment for one in windows}
    establishment = YES if YES in found else OPEN if reason is not None else NO
    return ReadingAssessment(reading=kind, establishment=establishment, undetermined_reason=reason, windows=windows)


def station(
    *readings: ReadingAssessment,
    at: Station = ELL,
    distance_metres: int = 2_047,
    cloudburst_tenths_mm: int = 57,
    recent_tenths_mm: int = 179,
) -> StationRain:
    return StationRain(
        station=at,
        distance_metres=distance_metres,
        readings=readings,
        cloudburst=Truth.TRUE if cloudburst_tenths_mm >= _CLOUDBURST_TENTHS_MM else Truth.FALSE,
        cloudburst_tenths_mm=cloudburst_tenths_mm,
        recent_rain=Truth.TRUE if recent_tenths_mm >= _RECENT_RAIN_TENTHS_MM else Truth.FALSE,
        recent_rain_tenths_mm=recent_tenths_mm,
    )


def evidence(*stations: StationRain, final: bool = True, disagree: bool = False) -> RainEvidence:
    first = stations[0]
    return RainEvidence(
        assessment_version=1,
        final=final,
        readings=tuple(
            ReadingVerdict(
                reading=one.reading,
                establishment=OPEN if disagree else one.establishment,
                final=final,
                undetermined_reason=UndeterminedReason.STATIONS_DISAGREE if disagree else one.undetermined_reason,
            )
            for one in first.readings
        ),
        cloudburst=first.cloudburst,
        recent_rain=first.recent_rain,
        stations=stations,
    )


ENOUGH = reading(window(24, 402, YES), window(48, 495, NO), window(72, 566, NO))
TOO_LITTLE = reading(window(24, 391, NO), window(48, 412, NO), window(72, 430, NO))
FORTY_MM = evidence(station(ENOUGH))
A_LITTLE_SHORT = evidence(station(TOO_LITTLE))
