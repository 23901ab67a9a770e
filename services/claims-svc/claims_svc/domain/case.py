"""All that is known about one claim."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from uuid import UUID

import msgspec

from claims_svc.domain.basis import Basis, EarlierStatement, EventUse
from claims_svc.domain.insurance import Insurance
from claims_svc.domain.product import CURRENT_PRODUCT, PRODUCTS, Product
from claims_svc.domain.ruling import Ruling
from contracts.claims import RainfallRequested
from contracts.loss_reports import DamageItem, LossFacts, LossReported
from contracts.policy import PolicyChanged
from contracts.weather import RainfallAssessed


class Case(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One claim as it stands now. None means: not received (yet).

    When a wait is over the claim is decided without what has not come. `insurance` is what `policy` insured at loss.
    `assessed` is the damage as a report that joined lists or assesses it. The fields that have namesakes in
    `Basis` mean the same.
    """

    claim_id: UUID
    report: LossReported
    facts: LossFacts
    earlier: EarlierStatement | None
    possible_duplicate_of: UUID | None
    reporters_differ: bool
    policy: PolicyChanged | None
    insurance: Insurance
    question: RainfallRequested | None
    rain: RainfallAssessed | None
    rain_wait_over: bool
    policy_wait_over: bool
    product: Product
    event_uses: tuple[EventUse, ...] = ()
    decided_before_cents: int = 0
    reported_at: datetime | None = None
    """When the loss was reported first; None: by `report`."""
    assessed: tuple[DamageItem, ...] | None = None
    rulings: tuple[Ruling, ...] = ()
    withdrawn_at: datetime | None = None
    joined_to: UUID | None = None
    brought_cents: int = 0

    @property
    def damage(self) -> tuple[DamageItem, ...]:
        return self.report.damage if self.assessed is None else self.assessed

    @cached_property
    def basis(self) -> Basis:
        """The case without names, numbers and addresses."""
        return Basis(
            claim_id=self.claim_id,
            report_id=self.report.report_id,
            report_version=self.report.report_version,
            reported_at=self.reported_at or self.report.reported_at,
            loss=self.report.loss,
            facts=self.facts,
            earlier=self.earlier,
            damage=self.damage,
            possible_duplicate_of=self.possible_duplicate_of,
            reporters_differ=self.reporters_differ,
            policy_version=None if self.policy is None else self.policy.version,
            insurance=self.insurance,
            question=self.question,
            rain=self.rain,
            rain_wait_over=self.rain_wait_over,
            product=self.product,
            event_uses=self.event_uses,
            decided_before_cents=self.decided_before_cents,
            rulings=self.rulings,
            withdrawn_at=self.withdrawn_at,
            joined_to=self.joined_to,
            brought_cents=self.brought_cents,
        )


def product_of(insurance: Insurance) -> Product:
    """Return the product to put into a `Case`: that of the terms at loss, else the current one.

    A version nobody knows gives the current product too; the claim is then referred (`PRODUCT_UNKNOWN`).
    """
    terms = insurance.terms
    return CURRENT_PRODUCT if terms is None else PRODUCTS.get(terms.product_version, CURRENT_PRODUCT)
