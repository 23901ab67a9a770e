"""What a decision rests on, and nothing else: a proof holds exactly this."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from claims_svc.domain.insurance import Insurance
from claims_svc.domain.product import Product
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import LossInterval
from contracts.weather import RainfallAssessed


@dataclass(frozen=True, kw_only=True)
class Basis:
    """One claim without names, numbers and addresses; the names of its fields are those of the proof.

    `rain_wait_over`: no further answer about rain is waited for. `deductible_used_before_cents` is what other claims
    of the same event have used of the deductible already.
    """

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

    @property
    def product_is_known(self) -> bool:
        """Whether the parameters applied are those of the policy's own product; true when there is no policy."""
        terms = self.insurance.terms
        return terms is None or terms.product_version == self.product.version
