"""What a claim still waits for before it can be decided, and the question about rain that it asks."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from claims_svc.domain.basis import Basis
from claims_svc.domain.case import Case
from claims_svc.domain.rain import Rain, rain_of
from claims_svc.domain.verdict import Verdict, decide_given
from contracts.claims import RainfallRequested
from contracts.vocabulary import Truth


class Need(StrEnum):
    """What a claim waits for."""

    POLICY = "policy"
    RAINFALL = "rainfall"
    NOTHING = "nothing"
    """It can be decided now."""


def next_need(case: Case) -> Need:
    """Return what the claim waits for.

    Rain is waited for as long as a finding, the outcome or the money can still depend on it. A claim whose home or
    product is not known cannot ask.
    """
    if case.policy is None:
        return Need.NOTHING if case.policy_wait_over else Need.POLICY
    rain = rain_of(case.rain, wait_over=case.rain_wait_over)
    basis = case.basis
    if not rain.awaited or basis.insurance.terms is None or not basis.product_is_known:
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
    now = _consequences(decide_given(basis, rain=rain))
    return any(_consequences(decide_given(basis, rain=final)) != now for final in (yes, no))


def _consequences(verdict: Verdict) -> tuple[object, ...]:
    return verdict.outcome, verdict.money, tuple(finding.outcome for finding in verdict.findings)
