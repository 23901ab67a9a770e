"""All that is known about one claim, the insurance at the moment of loss, and what the claim still waits for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from claims_svc.domain.basis import Basis
from claims_svc.domain.claim_rules import product_is_known
from claims_svc.domain.insurance import InsuranceState, insurance_at, terms_in_force
from claims_svc.domain.product import CURRENT_PRODUCT, PRODUCTS, Product
from claims_svc.domain.rain import Rain, rain_of
from claims_svc.domain.verdict import Verdict, conclude_in
from contracts.claims import RainfallRequested
from contracts.policy import PolicyChanged, PolicyTerms
from contracts.upstream import LossReported
from contracts.vocabulary import LossInterval, Truth
from contracts.weather import RainfallAssessed


@dataclass(frozen=True, kw_only=True)
class Case:
    """One claim as it stands now. None means: not received (yet); the waits say whether we still count on it.

    `deductible_used_before_cents` is what other claims of the same event have used up already.
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
        """What a decision rests on: the case without names, numbers and addresses, and the insurance at loss."""
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


class Need(StrEnum):
    """What a claim waits for before it can be decided."""

    POLICY = "policy"
    RAINFALL = "rainfall"
    NOTHING = "nothing"


def terms_at_loss(policy: PolicyChanged, *, loss: LossInterval) -> PolicyTerms | None:
    """Return the terms in force during the whole loss, by Dutch calendar days.

    None when nothing was insured, and also when the insurance changed within the interval (a handler decides then).
    """
    insured = insurance_at(policy, loss=loss).state is InsuranceState.INSURED
    return terms_in_force(policy.terms, loss=loss)[0] if insured else None


def product_for(policy: PolicyChanged | None, *, loss: LossInterval) -> Product:
    """Return the product to put into a `Case`: that of the terms at loss, else the current one.

    A version nobody knows gives the current product too; `coverage.decide` then refers the claim.
    """
    terms = None if policy is None else terms_at_loss(policy, loss=loss)
    return CURRENT_PRODUCT if terms is None else PRODUCTS.get(terms.product_version, CURRENT_PRODUCT)


def next_need(case: Case) -> Need:
    """Return what the claim waits for. NOTHING means: `coverage.decide` may speak now.

    Rain is waited for as long as a finding, the outcome or the money can still depend on it. A claim whose home or
    product is not known cannot ask.
    """
    if case.policy is None:
        return Need.NOTHING if case.policy_wait_over else Need.POLICY
    rain = rain_of(case.rain, wait_over=case.rain_wait_over)
    basis = case.basis
    if not rain.awaited or basis.insurance.terms is None or not product_is_known(basis):
        return Need.NOTHING
    return Need.RAINFALL if _depends_on_rain(basis, rain=rain) else Need.NOTHING


def rainfall_question(case: Case, *, claim_id: UUID, request_version: int) -> RainfallRequested:
    """Return the question to weather-svc of a claim whose need is RAINFALL.

    Raises:
        ValueError: the case has no terms at loss, hence no home and no need of rain.
    """
    terms = case.basis.insurance.terms
    if terms is None:
        raise ValueError("only a claim insured at loss can ask for rain: see next_need")
    return RainfallRequested(
        claim_id=claim_id,
        request_version=request_version,
        loss=case.report.loss,
        home=terms.location,
        network=case.product.rain.network,
        reading=case.product.rain.reading,
        thresholds=case.product.rain.thresholds,
        cloudburst=case.product.rain.cloudburst,
    )


def _depends_on_rain(basis: Basis, *, rain: Rain) -> bool:
    """Compare what is known now with a final yes and a final no; a cloudburst once measured stays."""
    cloudburst = Truth.TRUE if rain.cloudburst is Truth.TRUE else Truth.FALSE
    yes = Rain(Truth.TRUE, Truth.TRUE, received=True, awaited=False)
    no = Rain(Truth.FALSE, cloudburst, received=True, awaited=False)
    now = _consequences(conclude_in(basis, rain=rain))
    return any(_consequences(conclude_in(basis, rain=end)) != now for end in (yes, no))


def _consequences(verdict: Verdict) -> tuple[object, ...]:
    return verdict.outcome, verdict.money, tuple(finding.outcome for finding in verdict.findings)
