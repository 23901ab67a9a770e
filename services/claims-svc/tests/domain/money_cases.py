"""Builders for the tests of money: items judged already, on a policy with a chosen deductible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

from claims_svc.domain.basis import Basis, EventUse
from claims_svc.domain.insurance import Insurance, InsuranceState, InsuredTerms
from claims_svc.domain.money import money_of
from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.domain.rain import Heavy, Rain
from claims_svc.domain.rules.items import ItemVerdict
from contracts.coverage import DecidedItem, Finding, Ground, GroundCode, GroundEffect, GroundWeight, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.money import EventDeductible, Money, MoneyStepCode
from contracts.vocabulary import Cover, FactSource, Location, LossInterval, PerilFamily, Truth, WaterRoute

LOSS_AT = datetime(2021, 7, 15, 1, 30, tzinfo=UTC)
_ROUTE_OF = {
    GroundCode.DIRECT_PRECIPITATION: WaterRoute.DIRECT_PRECIPITATION,
    GroundCode.HEAVY_LOCAL_PRECIPITATION: WaterRoute.INDIRECT_PRECIPITATION,
    GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION: WaterRoute.SEWER_BACKFLOW,
    GroundCode.SEWER_WATER_FROM_COVERED_FLOOD: WaterRoute.SEWER_BACKFLOW,
    GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL: WaterRoute.GROUNDWATER,
    GroundCode.REGIONAL_DEFENCE_FAILED: WaterRoute.FLOOD,
    GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED: WaterRoute.FLOOD,
    GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION: WaterRoute.FLOOD,
}


class MoneyDecided(NamedTuple):
    """What `money_of` returned, and short ways to look at it."""

    money: Money
    items: tuple[DecidedItem, ...]

    @property
    def payable_cents(self) -> int | None:
        return self.money.payable_cents

    @property
    def steps(self) -> dict[MoneyStepCode, int]:
        return {step.code: step.amount_cents for step in self.money.steps}

    @property
    def deductibles(self) -> dict[PerilFamily, EventDeductible]:
        return {deductible.family: deductible for deductible in self.money.deductibles}


def covering(ground: GroundCode) -> Finding:
    """Return a finding that covers on `ground`."""
    decisive = Ground(code=ground, effect=GroundEffect.COVERS, holds=Truth.TRUE, weight=GroundWeight.DECISIVE)
    return Finding(route=_ROUTE_OF[ground], outcome=Outcome.COVERED, grounds=(decisive,))


def judged(
    outcome: Outcome,
    amount_cents: int,
    ground: GroundCode,
    *,
    causes: Sequence[GroundCode] = (),
    estimated_by: FactSource = FactSource.CUSTOMER,
) -> ItemVerdict:
    """Return a damage item of the building with its verdict."""
    item = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=amount_cents, estimated_by=estimated_by)
    return ItemVerdict(item, outcome, ground, tuple(covering(cause) for cause in causes))


def covered(amount_cents: int, *grounds: GroundCode, estimated_by: FactSource = FactSource.CUSTOMER) -> ItemVerdict:
    """Return a covered item; by more than one of `grounds` when its causes cannot be told apart."""
    causes = grounds or (GroundCode.HEAVY_LOCAL_PRECIPITATION,)
    return judged(Outcome.COVERED, amount_cents, causes[0], causes=causes, estimated_by=estimated_by)


def denied(amount_cents: int) -> ItemVerdict:
    return judged(Outcome.DENIED, amount_cents, GroundCode.COVER_NOT_CHOSEN)


def referred(amount_cents: int, *, estimated_by: FactSource = FactSource.CUSTOMER) -> ItemVerdict:
    return judged(Outcome.REFERRED, amount_cents, GroundCode.FACT_MISSING, estimated_by=estimated_by)


def others(
    family: PerilFamily = PerilFamily.RAIN,
    *,
    covered_cents: int = 0,
    heavy_cents: int = 0,
    either_cents: int = 0,
    estimated_cents: int = 0,
    borne_cents: int = 0,
) -> EventUse:
    """Return what other claims of the event have had."""
    return EventUse(
        family=family,
        covered_cents=covered_cents,
        heavy_cents=heavy_cents,
        either_cents=either_cents,
        estimated_cents=estimated_cents,
        borne_cents=borne_cents,
        proofs=("a" * 64,),
    )


def money_on(
    *items: ItemVerdict,
    deductible_cents: int = 0,
    beside: Sequence[EventUse] = (),
    decided_before_cents: int = 0,
    cloudburst: Truth = Truth.FALSE,
    claim_level: Outcome | None = None,
) -> MoneyDecided:
    """Return the money of a claim with these items."""
    heavy = Heavy(Truth.TRUE, None)
    money, decided = money_of(
        _basis(
            [verdict.item for verdict in items],
            deductible_cents=deductible_cents,
            beside=beside,
            decided_before_cents=decided_before_cents,
        ),
        items=items,
        findings=list(dict.fromkeys(cause for verdict in items for cause in verdict.causes)),
        rain=Rain(heavy, heavy, Truth.TRUE, cloudburst, received=True, awaited=False),
        claim_level=claim_level,
    )
    return MoneyDecided(money, decided)


def _basis(
    damage: Sequence[DamageItem], *, deductible_cents: int, beside: Sequence[EventUse], decided_before_cents: int
) -> Basis:
    terms = InsuredTerms(
        effective_on=date(2019, 1, 1),
        ends_on=None,
        covers=(Cover.BUILDINGS,),
        deductible_cents=deductible_cents,
        product_version=CURRENT_PRODUCT.version,
        location=Location(latitude_microdegrees=51_200_000, longitude_microdegrees=5_800_000, accuracy_metres=0),
        postcode_area="6011",
    )
    return Basis(
        claim_id=UUID(int=1),
        report_id=UUID(int=2),
        report_version=1,
        reported_at=LOSS_AT,
        loss=LossInterval(from_at=LOSS_AT, until_at=LOSS_AT),
        facts=LossFacts(),
        earlier=None,
        damage=tuple(damage),
        possible_duplicate_of=None,
        reporters_differ=False,
        policy_version=1,
        insurance=Insurance(state=InsuranceState.INSURED, terms=terms),
        question=None,
        rain=None,
        rain_wait_over=False,
        product=CURRENT_PRODUCT,
        event_uses=tuple(beside),
        decided_before_cents=decided_before_cents,
    )
