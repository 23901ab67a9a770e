"""Builders of the events about one claim: a building near KNMI station 377 (Ell) in the rain of July 2021."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from contracts.claims import RAINFALL_REQUESTED
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported
from contracts.policy import POLICY_CHANGED, PolicyChanged
from contracts.vocabulary import Establishment, Fact, LossInterval, RainThreshold, Truth
from contracts.weather import (
    RAINFALL_ASSESSED,
    HourlySeries,
    Quality,
    RainfallAssessed,
    StationAssessment,
    UndeterminedReason,
    WindowAssessment,
)

LOSS_AT = datetime(2021, 7, 15, 1, 30, tzinfo=UTC)
YES, NO = Fact(value=Truth.TRUE), Fact(value=Truth.FALSE)
HEAVY_RAIN_CAME_IN = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=NO)
GROUNDWATER_CAME_IN = LossFacts(groundwater_entered=YES, came_through_cellar_wall=NO)
POLICY_NUMBER = "123456-531-04"
_ELL = RAINFALL_ASSESSED.examples[0].stations[0].station
_THRESHOLDS = RAINFALL_REQUESTED.examples[0].thresholds
_ALL_HOURS = 145


def report(
    *,
    report_id: UUID | None = None,
    report_version: int = 1,
    policy_number: str = POLICY_NUMBER,
    loss_at: datetime = LOSS_AT,
    facts: LossFacts = HEAVY_RAIN_CAME_IN,
    damage_cents: int = 184_000,
) -> LossReported:
    """Return a report of damage to the building; by default heavy rain came in at Ell on 15 July 2021."""
    return LossReported(
        report_id=report_id or uuid4(),
        report_version=report_version,
        policy_number=policy_number,
        channel=LOSS_REPORTED.examples[0].channel,
        reported_at=loss_at + timedelta(hours=5),
        loss=LossInterval(from_at=loss_at, until_at=loss_at),
        facts=facts,
        damage=(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=damage_cents),),
    )


def policy(*, policy_number: str = POLICY_NUMBER, version: int = 1, deductible_cents: int = 0) -> PolicyChanged:
    """Return a policy of the building at Ell, insured since 2019."""
    terms = POLICY_CHANGED.examples[0].terms[0].model_copy(update={"deductible_cents": deductible_cents})
    update = {"policy_number": policy_number, "version": version, "terms": (terms,)}
    return POLICY_CHANGED.examples[0].model_copy(update=update)


def rainfall_answer(
    claim_id: UUID,
    *,
    tenths_mm: int,
    assessment_version: int = 1,
    request_version: int = 1,
    loss_at: datetime = LOSS_AT,
    hours_missing: bool = False,
) -> RainfallAssessed:
    """Return what station 377 measured: all rain in the two hours around the loss, and perhaps no later hour yet."""
    first = loss_at.replace(minute=0) - timedelta(hours=71)
    series: list[int | None] = [0] * _ALL_HOURS
    series[72], series[73] = tenths_mm // 2, tenths_mm - tenths_mm // 2
    if hours_missing:
        series[74:] = [None] * (_ALL_HOURS - 74)
    ends_at = first + timedelta(hours=73)
    windows = tuple(
        _window(threshold, tenths_mm, ends_at=ends_at, hours_missing=hours_missing) for threshold in _THRESHOLDS
    )
    found = [window.establishment for window in windows]
    establishment = Establishment.ESTABLISHED if Establishment.ESTABLISHED in found else found[0]
    undetermined = establishment is Establishment.UNDETERMINED
    station = StationAssessment(
        station=_ELL,
        distance_metres=2_047,
        establishment=establishment,
        windows=windows,
        cloudburst=Truth.UNKNOWN if hours_missing else Truth.FALSE,
        hours=HourlySeries(first_hour_ends_at=first, tenths_mm=tuple(series)),
        quality=Quality.VALIDATED,
    )
    return RainfallAssessed(
        claim_id=claim_id,
        request_version=request_version,
        assessment_version=assessment_version,
        establishment=establishment,
        final=not undetermined,
        undetermined_reason=UndeterminedReason.MISSING_HOURS if undetermined else None,
        stations=(station,),
    )


def _window(threshold: RainThreshold, tenths_mm: int, *, ends_at: datetime, hours_missing: bool) -> WindowAssessment:
    reached = tenths_mm >= threshold.at_least_tenths_mm
    otherwise = Establishment.UNDETERMINED if hours_missing else Establishment.NOT_ESTABLISHED
    return WindowAssessment(
        within_hours=threshold.within_hours,
        at_least_tenths_mm=threshold.at_least_tenths_mm,
        best_sum_tenths_mm=tenths_mm,
        starts_at=ends_at - timedelta(hours=threshold.within_hours),
        ends_at=ends_at,
        missing_hours=threshold.within_hours - 1 if hours_missing else 0,
        establishment=Establishment.ESTABLISHED if reached else otherwise,
    )
