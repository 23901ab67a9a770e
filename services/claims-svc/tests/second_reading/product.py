"""The same case as the product takes it, and the product's answer in the same three words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from msgspec import structs
from second_reading.cases import (
    EITHER,
    FLOOD,
    LOSS_ON,
    NO,
    RAIN,
    UNKNOWN,
    YES,
    Answer,
    Damage,
    History,
    Insured,
    LossCase,
    Measured,
    Others,
    Said,
)

from claims_svc.domain.basis import Basis, EarlierStatement, EventUse
from claims_svc.domain.insurance import Insurance, InsuranceState, InsuredTerms
from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.domain.verdict import decide
from contracts import example_values
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import (
    Cover,
    Establishment,
    Fact,
    FactSource,
    LossInterval,
    PerilFamily,
    Truth,
    WaterReading,
    WaterRoute,
)
from contracts.weather import RAINFALL_ASSESSED, RainfallAssessed, ReadingVerdict, UndeterminedReason

FIELDS = {
    "rain fell in": "precipitation_fell_directly",
    "rain left its course": "precipitation_left_its_course",
    "window open": "came_through_open_window_or_door",
    "sewer water": "sewer_water_entered",
    "toilet overflowed": "toilet_overflowed",
    "groundwater": "groundwater_entered",
    "through the cellar wall": "came_through_cellar_wall",
    "flood": "flood_water_entered",
    "defence present": "flood_defence_present",
    "defence failed": "flood_defence_failed",
    "defence overtopped": "flood_defence_overtopped",
    "primary defence": "flood_defence_is_primary",
    "fire followed": "fire_or_explosion_followed",
    "sea water": "sea_water_involved",
    "unembanked area": "home_in_unembanked_area",
    "government caused it": "government_caused_flood",
    "storm": "storm_caused_damage",
    "other cause": "other_cause",
    "causes inseparable": "causes_inseparable",
}
ROUTES = {
    "direct rain": WaterRoute.DIRECT_PRECIPITATION,
    "indirect rain": WaterRoute.INDIRECT_PRECIPITATION,
    "sewer": WaterRoute.SEWER_BACKFLOW,
    "groundwater": WaterRoute.GROUNDWATER,
    "flood": WaterRoute.FLOOD,
    "storm": WaterRoute.STORM,
    "other": WaterRoute.OTHER,
}
KINDS = {
    "buildings": DamageKind.BUILDINGS,
    "contents": DamageKind.CONTENTS,
    "cleaning": DamageKind.CLEANING,
    "pumping": DamageKind.CELLAR_PUMPING,
}
REASONS = {
    "missing hours": UndeterminedReason.MISSING_HOURS,
    "between whole hours": UndeterminedReason.BETWEEN_WHOLE_HOURS,
    "stations differ": UndeterminedReason.STATIONS_DISAGREE,
    "no station": UndeterminedReason.NO_STATION,
    "rain after the loss": UndeterminedReason.RAIN_AFTER_LOSS,
    "rain long before the loss": UndeterminedReason.RAIN_LONG_BEFORE_LOSS,
    "interval of loss too long": UndeterminedReason.LOSS_INTERVAL_TOO_LONG,
}
STATES = {
    "not insured": InsuranceState.NOT_INSURED,
    "changed during the loss": InsuranceState.CHANGED_DURING_LOSS,
    "unknown": InsuranceState.UNKNOWN,
}
TRUTHS = {YES: Truth.TRUE, NO: Truth.FALSE, UNKNOWN: Truth.UNKNOWN}

_AN_EARLIER_CLAIM = UUID("0b1e7a52-7c43-4c61-9a0f-3d1d0a7f5e11")


def answer_of_product(case: LossCase) -> Answer:
    verdict = decide(basis_of(case))
    return Answer(outcome=verdict.outcome, ground=verdict.deciding_ground, payable_cents=verdict.money.payable_cents)


def basis_of(case: LossCase) -> Basis:
    """Return what the product would decide on; the wait for rain is over."""
    history = case.history
    return Basis(
        claim_id=example_values.CLAIM_ID,
        report_id=example_values.REPORT_ID,
        report_version=1,
        reported_at=_moment(history.reported_on, hour=12),
        loss=_loss(LOSS_ON),
        facts=_facts(case),
        earlier=_earlier(case, history),
        damage=tuple(_item(item) for item in case.damage),
        possible_duplicate_of=_AN_EARLIER_CLAIM if history.possible_duplicate else None,
        reporters_differ=history.reporters_differ,
        policy_version=None if case.insured.state == "unknown" else 1,
        insurance=_insurance(case.insured),
        question=None,
        rain=None if case.measured is None else _assessed(case.measured),
        rain_wait_over=True,
        product=CURRENT_PRODUCT,
        event_uses=tuple(_uses(case)),
        decided_before_cents=history.decided_before_cents,
    )


def _uses(case: LossCase) -> Iterator[EventUse]:
    either = case.others.get(EITHER, Others())
    for family in (RAIN, FLOOD):
        if family in case.others or EITHER in case.others:
            others = case.others.get(family, Others())
            yield EventUse(
                family=PerilFamily(family),
                covered_cents=others.covered_cents,
                heavy_cents=others.heavy_cents,
                either_cents=either.covered_cents,
                estimated_cents=others.estimated_cents,
                borne_cents=others.bore_cents,
                proofs=(),
            )


def _moment(day: date, *, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


def _loss(day: date) -> LossInterval:
    return LossInterval(from_at=_moment(day, hour=9), until_at=_moment(day, hour=9))


def _facts(case: LossCase) -> LossFacts:
    return LossFacts(**{FIELDS[name]: _fact(said) for name, said in case.said.items()})


def _fact(said: Said) -> Fact:
    return Fact(value=TRUTHS[said.value], source=FactSource(said.by.replace(" ", "_")))


def _earlier(case: LossCase, history: History) -> EarlierStatement | None:
    turned = [*(FIELDS[name] for name in history.first_said), *(["loss"] if history.other_moment else [])]
    if not turned:
        return None
    first = replace(case, said={**case.said, **history.first_said})
    first_day = LOSS_ON - timedelta(days=5) if history.other_moment else LOSS_ON
    return EarlierStatement(
        turned=tuple(turned),
        loss=_loss(first_day),
        facts=_facts(first),
        # Here only money tells what was decided before: no more damage can be covered than there is.
        covered_before_cents=sum(item.cents for item in case.damage),
    )


def _item(item: Damage) -> DamageItem:
    return DamageItem(
        kind=KINDS[item.kind],
        amount_cents=item.cents,
        estimated_by=FactSource(item.by.replace(" ", "_")),
        route=None if item.cause is None else ROUTES[item.cause],
        by_fire_or_explosion=item.by_fire,
    )


def _insurance(insured: Insured) -> Insurance:
    if insured.state in STATES:
        return Insurance(state=STATES[insured.state])
    unknown_product = insured.state == "of an unknown product"
    terms = InsuredTerms(
        effective_on=date(2019, 4, 1),
        ends_on=None,
        covers=tuple(Cover(cover) for cover in insured.covers) or (Cover.BUILDINGS,),
        deductible_cents=insured.deductible_cents,
        product_version="home-1999.1" if unknown_product else CURRENT_PRODUCT.version,
        location=example_values.HOME,
        postcode_area="6011",
    )
    return Insurance(state=InsuranceState.INSURED, terms=terms)


def _assessed(measured: Measured) -> RainfallAssessed:
    """Return weather-svc's answer; of its stations only the verdicts they give together matter here."""
    asked = [(WaterReading.SURFACE_WATER, measured.surface)]
    if measured.ground is not None:
        asked.append((WaterReading.GROUNDWATER, measured.ground))
    readings = tuple(_verdict(reading, words) for reading, words in asked)
    last_day, cloudburst = TRUTHS[measured.last_day], TRUTHS[measured.cloudburst]
    return structs.replace(
        RAINFALL_ASSESSED.examples[0],
        readings=readings,
        recent_rain=last_day,
        cloudburst=cloudburst,
        final=all(reading.final for reading in readings) and last_day is not Truth.UNKNOWN,
    )


def _verdict(reading: WaterReading, words: str) -> ReadingVerdict:
    reason = REASONS.get(words)
    plain = Establishment.ESTABLISHED if words == "established" else Establishment.NOT_ESTABLISHED
    return ReadingVerdict(
        reading=reading,
        establishment=plain if reason is None else Establishment.UNDETERMINED,
        final=reason is not UndeterminedReason.MISSING_HOURS,
        undetermined_reason=reason,
    )
