"""Builders of the events about one claim: a building near KNMI station 377 (Ell) in the rain of July 2021."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from msgspec.structs import asdict, replace
from stated_rain import STATED

from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.domain.rainfall_hours import ended_at
from claims_svc.domain.rainfall_reading import answer_from_hours, asked_hours
from contracts.claims import RAINFALL_REQUESTED
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.policy import POLICY_CHANGED, PolicyChanged, PolicyCover
from contracts.vocabulary import Fact, LossInterval, Truth, WaterReading
from contracts.weather import HourlySeries, RainfallAssessed

LOSS_AT = datetime(2021, 7, 15, 1, 30, tzinfo=UTC)
YES, NO = Fact(value=Truth.TRUE), Fact(value=Truth.FALSE)
HEAVY_RAIN_CAME_IN = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=NO)
GROUNDWATER_CAME_IN = LossFacts(groundwater_entered=YES, came_through_cellar_wall=NO)
POLICY_NUMBER = "123456-531-04"
_RAIN = CURRENT_PRODUCT.rain
_HOUR = timedelta(hours=1)
_READINGS = {reading.reading: reading for reading in (_RAIN.surface_water, _RAIN.groundwater)}


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
        damage=(DamageItem(kind=kind, amount_cents=damage_cents),) if damage is None else damage,
    )


def corrected(before: LossReported, **changed: object) -> LossReported:
    """Return the next version of a report, made when the loss it tells of was over."""
    after = asdict(before) | {"report_version": before.report_version + 1} | changed
    reported_at = max(after["reported_at"], after["loss"].until_at + timedelta(hours=5))
    return LossReported(**after | {"reported_at": reported_at})


def policy(*, policy_number: str = POLICY_NUMBER, version: int = 1, deductible_cents: int = 0) -> PolicyChanged:
    """Return a policy of the home at Ell and all that stands in it, insured since 2019."""
    terms = POLICY_CHANGED.examples[0].terms[0]
    terms = replace(terms, deductible_cents=deductible_cents, covers=(PolicyCover.BUILDINGS, PolicyCover.CONTENTS))
    update = {"policy_number": policy_number, "version": version, "terms": (terms,)}
    return replace(POLICY_CHANGED.examples[0], **update)


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
    question = replace(
        RAINFALL_REQUESTED.examples[0],
        claim_id=claim_id,
        request_version=request_version,
        loss=LossInterval(from_at=loss_at, until_at=loss_at),
        readings=tuple(_READINGS[reading] for reading in readings),
    )
    loss_hour_ends_at = loss_at.replace(minute=0) + _HOUR
    rain = {loss_hour_ends_at: tenths_mm // 2, loss_hour_ends_at + _HOUR: tenths_mm - tenths_mm // 2}
    hours = [ended_at(hour) for hour in asked_hours(question)]
    last_measured = loss_hour_ends_at + _HOUR if hours_missing else hours[-1]
    series = HourlySeries(
        first_hour_ends_at=hours[0],
        tenths_mm=tuple(rain.get(hour, 0) if hour <= last_measured else None for hour in hours),
    )
    station = replace(STATED.stations[0], hours=series)
    stated = replace(STATED, assessment_version=assessment_version, stations=(station,))
    return answer_from_hours(stated, question=question)
