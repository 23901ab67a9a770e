"""What a decision rests on, and nothing else: a proof holds exactly this."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from claims_svc.domain.insurance import Insurance
from claims_svc.domain.product import Product
from contracts.upstream import DamageItem, LossFacts
from contracts.vocabulary import LossInterval
from contracts.weather import RainfallAssessed


@dataclass(frozen=True, kw_only=True)
class Basis:
    """One claim without names, numbers and addresses. `rain_wait_over` tells that no further answer is waited for."""

    report_id: UUID
    report_version: int
    loss: LossInterval
    facts: LossFacts
    damage: tuple[DamageItem, ...]
    policy_version: int | None
    insurance: Insurance
    rain: RainfallAssessed | None
    rain_wait_over: bool
    product: Product
    deductible_used_before_cents: int
