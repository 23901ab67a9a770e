"""All that is known about one claim."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from claims_svc.domain.basis import Basis
from claims_svc.domain.insurance import insurance_at, terms_at_loss
from claims_svc.domain.product import CURRENT_PRODUCT, PRODUCTS, Product
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.vocabulary import LossInterval
from contracts.weather import RainfallAssessed


@dataclass(frozen=True, kw_only=True)
class Case:
    """One claim as it stands now. None means: not received (yet).

    When a wait is over the claim is decided without what has not come. `deductible_used_before_cents` is what
    other claims of the same event have used up already.
    """

    report: LossReported
    policy: PolicyChanged | None
    rain: RainfallAssessed | None
    rain_wait_over: bool
    policy_wait_over: bool
    product: Product
    deductible_used_before_cents: int = 0

    @cached_property
    def basis(self) -> Basis:
        """The case without names, numbers and addresses, and with the insurance at loss."""
        return Basis(
            report_id=self.report.report_id,
            report_version=self.report.report_version,
            loss=self.report.loss,
            facts=self.report.facts,
            damage=self.report.damage,
            policy_version=None if self.policy is None else self.policy.version,
            insurance=insurance_at(self.policy, loss=self.report.loss),
            rain=self.rain,
            rain_wait_over=self.rain_wait_over,
            product=self.product,
            deductible_used_before_cents=self.deductible_used_before_cents,
        )


def product_for(policy: PolicyChanged | None, *, loss: LossInterval) -> Product:
    """Return the product to put into a `Case`: that of the terms at loss, else the current one.

    A version nobody knows gives the current product too; the claim is then referred (`PRODUCT_UNKNOWN`).
    """
    terms = None if policy is None else terms_at_loss(policy, loss=loss)
    return CURRENT_PRODUCT if terms is None else PRODUCTS.get(terms.product_version, CURRENT_PRODUCT)
