"""Builders of cases for the tests of the rules: a home near KNMI station 377 (Ell), a loss in the rain of July 2021."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.case import Case
from claims_svc.domain.insurance import Insurance, InsuranceState, insurance_at
from claims_svc.domain.needs import rainfall_question
from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.domain.verdict import Verdict, decide
from contracts.coverage import Finding, Ground, GroundCode, GroundWeight
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported
from contracts.money import MoneyStepCode
from contracts.policy import POLICY_CHANGED, PolicyChanged
from contracts.vocabulary import (
    Cover,
    Establishment,
    Fact,
    FactSource,
    LossInterval,
    RainThreshold,
    Truth,
    WaterReading,
    WaterRoute,
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

CLAIM_ID = RAINFALL_ASSESSED.examples[0].claim_id
LOSS_AT = datetime(2021, 7, 15, 1, 30, tzinfo=UTC)
YES, NO, UNSURE = (Fact(value=truth) for truth in (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN))
SAYS_REGISTER, DENIES_REGISTER = (Fact(value=truth, source=FactSource.REGISTER) for truth in (Truth.TRUE, Truth.FALSE))
RAIN_CAME_IN = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=NO)
RAIN_FELL_IN = LossFacts(precipitation_fell_directly=YES)
REGIONAL_FLOOD = LossFacts(
    flood_water_entered=YES,
    flood_defence_present=YES,
    flood_defence_failed=SAYS_REGISTER,
    flood_defence_overtopped=DENIES_REGISTER,
    flood_defence_is_primary=DENIES_REGISTER,
    sea_water_involved=DENIES_REGISTER,
    home_in_unembanked_area=DENIES_REGISTER,
    government_caused_flood=DENIES_REGISTER,
)
BOTH_RAINS = structs.replace(RAIN_CAME_IN, precipitation_fell_directly=YES)
PRIMARY_FLOOD = structs.replace(REGIONAL_FLOOD, flood_defence_is_primary=SAYS_REGISTER)

_HOUR = timedelta(hours=1)
_HOURS_BEFORE_LOSS = 800
_HOURS = 900
_LOSS_HOUR_ENDS_AT = datetime(2021, 7, 15, 2, tzinfo=UTC)
_FIRST_HOUR_ENDS_AT = _LOSS_HOUR_ENDS_AT - _HOURS_BEFORE_LOSS * _HOUR
_NEAREST = RAINFALL_ASSESSED.examples[0].stations[0]


def measured(
    sum_tenths_mm: int = 402,
    *,
    within_hours: int = 24,
    cloudburst: Truth = Truth.FALSE,
    recent_rain: Truth | None = None,
    final: bool = True,
) -> RainfallAssessed:
    """Return an answer with this sum, evenly spread over the hours up to that of the loss; by default Ell's 40.2 mm."""
    share, rest = divmod(sum_tenths_mm, within_hours)
    hours = [0] * _HOURS
    for hour in range(within_hours):
        hours[_HOURS_BEFORE_LOSS - hour] = share + (rest if hour == 0 else 0)
    windows = tuple(_window(hours, threshold) for threshold in CURRENT_PRODUCT.rain.thresholds)
    reached = any(window.establishment is Establishment.ESTABLISHED for window in windows)
    missed = Establishment.NOT_ESTABLISHED if final else Establishment.UNDETERMINED
    recent = CURRENT_PRODUCT.rain.recent_rain
    rained = _sum(hours, _LOSS_HOUR_ENDS_AT, recent.within_hours) >= recent.at_least_tenths_mm
    return answer(
        Establishment.ESTABLISHED if reached else missed,
        hours=hours,
        windows=windows,
        cloudburst=cloudburst,
        recent_rain=recent_rain or (Truth.TRUE if rained else Truth.FALSE),
        final=final or reached,
    )


def answer(
    establishment: Establishment,
    *,
    ground: Establishment | None = None,
    reason: UndeterminedReason | None = None,
    hours: Sequence[int | None] = (0,) * _HOURS,
    windows: tuple[WindowAssessment, ...] = (),
    cloudburst: Truth = Truth.FALSE,
    recent_rain: Truth = Truth.UNKNOWN,
    final: bool = True,
) -> RainfallAssessed:
    """Return an answer of the nearest station, the same for both readings unless `ground` is given.

    `reason` is why a reading is undetermined.
    """
    of_readings = {
        WaterReading.SURFACE_WATER: establishment,
        WaterReading.GROUNDWATER: establishment if ground is None else ground,
    }
    reasons = {reading: reason if each is Establishment.UNDETERMINED else None for reading, each in of_readings.items()}
    station = StationAssessment(
        station=_NEAREST.station,
        distance_metres=_NEAREST.distance_metres,
        readings=tuple(
            ReadingAssessment(
                reading=reading, establishment=each, undetermined_reason=reasons[reading], windows=windows
            )
            for reading, each in of_readings.items()
        ),
        cloudburst=cloudburst,
        cloudburst_tenths_mm=None,
        recent_rain=recent_rain,
        recent_rain_tenths_mm=None,
        hours=HourlySeries(first_hour_ends_at=_FIRST_HOUR_ENDS_AT, tenths_mm=tuple(hours)),
        quality=Quality.VALIDATED,
    )
    return RainfallAssessed(
        claim_id=CLAIM_ID,
        request_version=1,
        assessment_version=1,
        readings=tuple(
            ReadingVerdict(
                reading=reading,
                establishment=each,
                final=final or each is Establishment.ESTABLISHED,
                undetermined_reason=reasons[reading],
            )
            for reading, each in of_readings.items()
        ),
        cloudburst=cloudburst,
        recent_rain=recent_rain,
        final=final,
        stations=(station,),
    )


def report(
    facts: LossFacts = RAIN_CAME_IN,
    *,
    damage: Sequence[DamageItem] = (DamageItem(kind=DamageKind.BUILDINGS, amount_cents=184_000),),
    loss: LossInterval | None = None,
) -> LossReported:
    """Return a report, made when the loss was over; by default of EUR 1,840 damage to the building."""
    loss = loss or LossInterval(from_at=LOSS_AT, until_at=LOSS_AT)
    example = LOSS_REPORTED.examples[0]
    reported_at = max(example.reported_at, loss.until_at)
    return structs.replace(example, facts=facts, damage=tuple(damage), loss=loss, reported_at=reported_at)


def policy(
    *, deductible_cents: Literal[0, 25_000, 50_000, 100_000] = 0, covers: tuple[Cover, ...] = (Cover.BUILDINGS,)
) -> PolicyChanged:
    """Return the policy of the home at Ell."""
    terms = POLICY_CHANGED.examples[0].terms[0]
    changed = structs.replace(terms, deductible_cents=deductible_cents, covers=covers)
    return structs.replace(POLICY_CHANGED.examples[0], terms=(changed,))


def case(facts: LossFacts = RAIN_CAME_IN, **known: object) -> Case:
    """Return a case whose waits are over; by default heavy rain came into the insured building.

    Its facts are those of its report, and its question about rain is the one it would ask.
    """
    usual = Case(
        claim_id=CLAIM_ID,
        report=report(facts),
        facts=facts,
        earlier=None,
        possible_duplicate_of=None,
        reporters_differ=False,
        policy=policy(),
        insurance=Insurance(state=InsuranceState.UNKNOWN),
        question=None,
        rain=HEAVY_RAIN,
        rain_wait_over=True,
        policy_wait_over=True,
        product=CURRENT_PRODUCT,
    )
    claim = replace(usual, **known)
    claim = replace(claim, insurance=insurance_at(claim.policy, loss=claim.report.loss))
    if "facts" not in known:
        claim = replace(claim, facts=claim.report.facts)
    if claim.rain is None or claim.basis.insurance.terms is None or "question" in known:
        return claim
    return replace(claim, question=rainfall_question(claim, claim_id=CLAIM_ID, request_version=1))


def verdict_on(claim: Case) -> Verdict:
    return decide(claim.basis)


def item(
    kind: DamageKind = DamageKind.BUILDINGS,
    amount_cents: int = 100_000,
    route: WaterRoute | None = None,
    estimated_by: FactSource = FactSource.CUSTOMER,
    *,
    by_fire: bool | None = None,
) -> DamageItem:
    return DamageItem(
        kind=kind, amount_cents=amount_cents, route=route, estimated_by=estimated_by, by_fire_or_explosion=by_fire
    )


def finding_on(route: WaterRoute, *, facts: LossFacts, rain: RainfallAssessed | None, by_fire: bool = False) -> Finding:
    """Return the finding on `route`, or on the damage by fire that followed from it."""
    verdict = verdict_on(case(facts, rain=rain))
    return next(finding for finding in verdict.findings if (finding.route, finding.by_fire) == (route, by_fire))


def ground_of(finding: Finding | Verdict, code: GroundCode) -> Ground:
    """Return the ground with this code."""
    return next(ground for ground in finding.grounds if ground.code is code)


def decisive(finding: Finding) -> GroundCode:
    """Return the one ground that decided."""
    (code,) = (ground.code for ground in finding.grounds if ground.weight is GroundWeight.DECISIVE)
    return code


def _window(hours: Sequence[int], threshold: RainThreshold) -> WindowAssessment:
    length = threshold.within_hours
    may_lag = CURRENT_PRODUCT.rain.surface_water.may_lag_hours
    ends = [_FIRST_HOUR_ENDS_AT + _HOUR * place for place in range(length, _HOURS)]
    around = [end for end in ends if end - _HOUR * length < LOSS_AT <= end + _HOUR * may_lag]
    best = max(around, key=lambda end: (_sum(hours, end, length), -end.timestamp()))
    best_sum = _sum(hours, best, length)
    after_loss = max(0, round((best - _LOSS_HOUR_ENDS_AT) / _HOUR))
    reached = best_sum >= threshold.at_least_tenths_mm
    return WindowAssessment(
        within_hours=length,
        at_least_tenths_mm=threshold.at_least_tenths_mm,
        best_sum_tenths_mm=best_sum,
        starts_at=best - _HOUR * length,
        ends_at=best,
        loss_hour_ends_at=_LOSS_HOUR_ENDS_AT,
        rain_by_loss_tenths_mm=best_sum - _sum(hours, best, after_loss),
        lag_minutes=max(0, -((best - LOSS_AT) // timedelta(minutes=1))),
        missing_hours=0,
        establishment=Establishment.ESTABLISHED if reached else Establishment.NOT_ESTABLISHED,
    )


def _sum(hours: Sequence[int], end: datetime, length: int) -> int:
    last = round((end - _FIRST_HOUR_ENDS_AT) / _HOUR)
    return sum(hours[max(0, last - length + 1) : last + 1])


HEAVY_RAIN = measured(402)
DRY = measured(0)
LITTLE_RAIN = measured(10)
NOT_YET_MEASURED = answer(
    Establishment.UNDETERMINED, reason=UndeterminedReason.MISSING_HOURS, cloudburst=Truth.UNKNOWN, final=False
)
CANNOT_BE_TOLD = answer(
    Establishment.UNDETERMINED, reason=UndeterminedReason.BETWEEN_WHOLE_HOURS, cloudburst=Truth.UNKNOWN
)


def decided(facts: LossFacts, *damage: DamageItem, rain: RainfallAssessed | None = HEAVY_RAIN) -> Verdict:
    """Return the verdict on a report of these damage items; by default after 40.2 mm in 24 hours."""
    return verdict_on(case(report=report(facts, damage=damage), rain=rain))


def money_steps(verdict: Verdict) -> dict[MoneyStepCode, int]:
    return {step.code: step.amount_cents for step in verdict.money.steps}
