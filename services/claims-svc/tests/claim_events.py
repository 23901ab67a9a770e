"""Builders of the events about one claim: a building near KNMI station 377 (Ell) in the rain of July 2021."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from claims_svc.domain.product import CURRENT_PRODUCT
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.policy import POLICY_CHANGED, PolicyChanged
from contracts.vocabulary import (
    Cover,
    Establishment,
    Fact,
    LossInterval,
    RainThreshold,
    Truth,
    WaterReading,
)
from contracts.weather import (
    RAINFALL_ASSESSED,
    HourlySeries,
    Quality,
    RainfallAssessed,
    ReadingAssessment,
    ReadingVerdict,
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
_RAIN = CURRENT_PRODUCT.rain
_HOUR = timedelta(hours=1)
_LAGS = {WaterReading.SURFACE_WATER: _RAIN.surface_water, WaterReading.GROUNDWATER: _RAIN.groundwater}
_LONGEST_WINDOW = max(threshold.within_hours for threshold in _RAIN.thresholds)


def report(  # noqa: PLR0913 - a test names what of a report matters to it
    *,
    report_id: UUID | None = None,
    report_version: int = 1,
    policy_number: str = POLICY_NUMBER,
    loss_at: datetime = LOSS_AT,
    loss_until: datetime | None = None,
    facts: LossFacts = HEAVY_RAIN_CAME_IN,
    damage_cents: int = 184_000,
    kind: DamageKind = DamageKind.BUILDINGS,
    damage: tuple[DamageItem, ...] | None = None,
    channel: ReportChannel = ReportChannel.APP,
) -> LossReported:
    """Return a report of damage to the building; by default heavy rain came in at Ell on 15 July 2021."""
    loss = LossInterval(from_at=loss_at, until_at=loss_until or loss_at)
    return LossReported(
        report_id=report_id or uuid4(),
        report_version=report_version,
        policy_number=policy_number,
        channel=channel,
        reported_at=loss.until_at + timedelta(hours=5),
        loss=loss,
        facts=facts,
        damage=damage or (DamageItem(kind=kind, amount_cents=damage_cents),),
    )


def corrected(before: LossReported, **changed: object) -> LossReported:
    """Return the next version of a report, made when the loss it tells of was over."""
    after = before.model_copy(update={"report_version": before.report_version + 1, **changed})
    reported_at = max(after.reported_at, after.loss.until_at + timedelta(hours=5))
    return LossReported.model_validate(after.model_copy(update={"reported_at": reported_at}).model_dump())


def policy(*, policy_number: str = POLICY_NUMBER, version: int = 1, deductible_cents: int = 0) -> PolicyChanged:
    """Return a policy of the home at Ell and all that stands in it, insured since 2019."""
    terms = POLICY_CHANGED.examples[0].terms[0]
    terms = terms.model_copy(update={"deductible_cents": deductible_cents, "covers": tuple(Cover)})
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
    readings: Sequence[WaterReading] = (WaterReading.SURFACE_WATER,),
) -> RainfallAssessed:
    """Return what station 377 measured: half the rain in the hour of the loss, half in the next; perhaps no later hour.

    A loss on the hour is not what it is made for: two hours would hold its moment.
    """
    loss_hour_ends_at = loss_at.replace(minute=0) + _HOUR
    hours_before = max(_LAGS[reading].may_lag_at_most_hours for reading in readings) + _LONGEST_WINDOW
    series: list[int | None] = [0] * (hours_before + _LONGEST_WINDOW + 1)
    by_loss = tenths_mm // 2
    series[hours_before], series[hours_before + 1] = by_loss, tenths_mm - by_loss
    if hours_missing:
        series[hours_before + 2 :] = [None] * (_LONGEST_WINDOW - 1)
    windows = tuple(
        _window(threshold, tenths_mm, loss_hour_ends_at=loss_hour_ends_at, hours_missing=hours_missing)
        for threshold in _RAIN.thresholds
    )
    found = [window.establishment for window in windows]
    establishment = Establishment.ESTABLISHED if Establishment.ESTABLISHED in found else found[0]
    final = establishment is not Establishment.UNDETERMINED
    reason = None if final else UndeterminedReason.MISSING_HOURS
    cloudburst, recent_rain = (
        Truth.TRUE if by_loss >= threshold.at_least_tenths_mm else Truth.FALSE
        for threshold in (_RAIN.cloudburst, _RAIN.recent_rain)
    )
    station = StationAssessment(
        station=_ELL,
        distance_metres=2_045,
        readings=tuple(
            ReadingAssessment(reading=reading, establishment=establishment, undetermined_reason=reason, windows=windows)
            for reading in readings
        ),
        cloudburst=cloudburst,
        cloudburst_tenths_mm=by_loss,
        recent_rain=recent_rain,
        recent_rain_tenths_mm=by_loss,
        hours=HourlySeries(
            first_hour_ends_at=loss_hour_ends_at - hours_before * _HOUR,
            tenths_mm=tuple(series),
        ),
        quality=Quality.VALIDATED,
    )
    return RainfallAssessed(
        claim_id=claim_id,
        request_version=request_version,
        assessment_version=assessment_version,
        readings=tuple(
            ReadingVerdict(reading=reading, establishment=establishment, final=final, undetermined_reason=reason)
            for reading in readings
        ),
        cloudburst=cloudburst,
        recent_rain=recent_rain,
        final=final,
        stations=(station,),
    )


def _window(
    threshold: RainThreshold, tenths_mm: int, *, loss_hour_ends_at: datetime, hours_missing: bool
) -> WindowAssessment:
    """Return the earliest window with both hours of rain."""
    reached = tenths_mm >= threshold.at_least_tenths_mm
    otherwise = Establishment.UNDETERMINED if hours_missing else Establishment.NOT_ESTABLISHED
    ends_at = loss_hour_ends_at + _HOUR
    return WindowAssessment(
        within_hours=threshold.within_hours,
        at_least_tenths_mm=threshold.at_least_tenths_mm,
        best_sum_tenths_mm=tenths_mm,
        starts_at=ends_at - threshold.within_hours * _HOUR,
        ends_at=ends_at,
        loss_hour_ends_at=loss_hour_ends_at,
        rain_by_loss_tenths_mm=tenths_mm // 2,
        lag_minutes=0,
        missing_hours=threshold.within_hours - 2 if hours_missing else 0,
        establishment=Establishment.ESTABLISHED if reached else otherwise,
    )
