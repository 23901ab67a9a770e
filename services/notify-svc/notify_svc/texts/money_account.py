"""How the money comes about: the steps from damage to payment, and the deductible of each event explained."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.money import EventDeductible
from contracts.vocabulary import PerilFamily, WaterReading
from contracts.weather import StationRain, WindowAssessment
from notify_svc.domain.notice import judged_items, payment_of
from notify_svc.texts.catalogue import MoneyTexts, TextCatalogue
from notify_svc.texts.clauses import MINIMUM_DEDUCTIBLE
from notify_svc.texts.figures import Figures


@dataclass(frozen=True, kw_only=True)
class MoneyRow:
    """One step from damage to payment. The last ones say what is paid."""

    step: str
    amount: str
    is_result: bool = False


@dataclass(frozen=True, kw_only=True)
class MoneyAccount:
    """The steps, and sentences about the deductible."""

    rows: tuple[MoneyRow, ...]
    sentences: tuple[str, ...]


def money_account_of(decision: DecisionMade, *, texts: TextCatalogue, figures: Figures) -> MoneyAccount | None:
    """Return how the money comes about; None when nothing is covered, because then there is nothing to calculate."""
    if not any(item.outcome is Outcome.COVERED for item in judged_items(decision)):
        return None
    return MoneyAccount(
        rows=tuple(_rows(decision, texts=texts.money, figures=figures)),
        sentences=tuple(_sentences(decision, texts=texts, figures=figures)),
    )


def _rows(decision: DecisionMade, *, texts: MoneyTexts, figures: Figures) -> Iterator[MoneyRow]:
    for step in decision.money.steps:
        yield MoneyRow(step=texts.steps[step.code], amount=figures.euros(step.amount_cents))
    if decision.money.payable_cents is None:
        return
    if decision.in_kind is not None:
        yield MoneyRow(step=texts.repaired, amount=figures.euros(-decision.in_kind.repaired_cents))
        if borne_cents := decision.in_kind.borne_by_customer_cents:
            yield MoneyRow(step=texts.to_repair_firm, amount=figures.euros(borne_cents))
    payment = payment_of(decision)
    yield MoneyRow(step=texts.total, amount=figures.euros(payment.total_cents), is_result=True)
    if payment.before_cents:
        yield MoneyRow(step=texts.before, amount=figures.euros(payment.before_cents))
        yield MoneyRow(step=texts.now, amount=figures.euros(payment.now_cents), is_result=True)


def _sentences(decision: DecisionMade, *, texts: TextCatalogue, figures: Figures) -> Iterator[str]:
    deductibles = decision.money.deductibles
    for deductible in deductibles:
        about = " ".join(_about(deductible, decision, texts=texts, figures=figures))
        if len(deductibles) > 1:
            about = texts.money.families[deductible.family].format(sentences=about)
        yield about
    if decision.money.awaits_assessment and any(_may_bear_more(deductible) for deductible in deductibles):
        yield texts.money.still_to_bear


def _may_bear_more(deductible: EventDeductible) -> bool:
    """Whether an assessment can raise what the event bears."""
    return deductible.borne_by_event_cents < max(deductible.chosen_cents, deductible.minimum_cents)


def _about(
    deductible: EventDeductible, decision: DecisionMade, *, texts: TextCatalogue, figures: Figures
) -> Iterator[str]:
    chosen, money = deductible.chosen_cents, texts.money
    yield money.chosen.format(chosen=figures.euros(chosen)) if chosen else money.none_chosen
    if deductible.minimum_cents > chosen:
        yield money.minimum.format(minimum=figures.euros(deductible.minimum_cents))
        yield from _figures_of_heavy_weather(decision, family=deductible.family, texts=money, figures=figures)
        clause = MINIMUM_DEDUCTIBLE.get(decision.product_version)
        if clause is not None:
            yield texts.reasons.clause.format(clause=clause)
    if deductible.borne_by_others_cents:
        yield money.others_bore.format(
            others=figures.euros(deductible.borne_by_others_cents), borne=figures.euros(deductible.borne_cents)
        )


def _figures_of_heavy_weather(
    decision: DecisionMade, *, family: PerilFamily, texts: MoneyTexts, figures: Figures
) -> Iterator[str]:
    """Yield what was measured that made the weather heavy: the hour of a cloudburst, or a period of heavy rain."""
    grounds = {item.ground for item in judged_items(decision) if item.rests_on_heavy_weather and item.family is family}
    if decision.rain is None or not decision.rain.stations:
        return
    station = decision.rain.stations[0]
    cloudburst = station.cloudburst_tenths_mm
    if GroundCode.DIRECT_PRECIPITATION in grounds and cloudburst is not None:
        yield texts.cloudburst.format(station=station.station.name, measured=figures.millimetres(cloudburst))
    period = _heavy_period(station, grounds - {GroundCode.DIRECT_PRECIPITATION})
    if period is not None and period.best_sum_tenths_mm is not None:
        yield texts.heavy.format(
            station=station.station.name,
            measured=figures.millimetres(period.best_sum_tenths_mm),
            hours=period.within_hours,
        )


def _heavy_period(station: StationRain, grounds: Collection[GroundCode]) -> WindowAssessment | None:
    if not grounds:
        return None
    through_cellar_wall = set(grounds) == {GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL}
    wanted = WaterReading.GROUNDWATER if through_cellar_wall else WaterReading.SURFACE_WATER
    windows = (reading.deciding_window for reading in station.readings if reading.reading is wanted)
    return next(windows, None)
