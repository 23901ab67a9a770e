"""Whether a proof holds, from the proof alone: what a sceptical reader would check, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from claims_svc.domain.basis import Basis
from claims_svc.domain.insurance import InsuranceState, dutch_day_span
from claims_svc.domain.product import PRODUCTS
from claims_svc.domain.proof import (
    Document,
    UnreadableProofError,
    canonical_bytes,
    hour_files_of,
    read,
    register_of,
)
from claims_svc.domain.rainfall_check import discrepancies
from claims_svc.domain.rules.reported import named_by, reported_routes
from claims_svc.domain.station_check import wrong_stations
from claims_svc.domain.verdict import Verdict, decide
from contracts.claims import RainfallRequested
from contracts.codec import canonical_json
from contracts.coverage import Outcome
from contracts.loss_reports import LOSS_AFTER_REPORT_TOLERANCE
from contracts.validation import validator_of
from contracts.vocabulary import WaterRoute


def differences(canonical: bytes) -> list[str]:
    """Return what is wrong with the proof, one sentence each; empty when it holds.

    Whoever forges a proof can make its hash anew, and often decide anew: so everything that follows from something else
    in the proof is worked out again.
    """
    try:
        document = read(canonical)
    except UnreadableProofError as error:
        return [str(error)]
    return [
        *_not_canonical(document, canonical),
        *_wrong_place(document),
        *_wrong_moments(document),
        *_wrong_insurance(document.basis),
        *_wrong_rain(document),
        *_wrong_event_uses(document.basis),
        *_wrong_rulings(document),
        *_another_verdict(document),
    ]


def _not_canonical(document: Document, canonical: bytes) -> Iterator[str]:
    """Whoever reads the contents back and writes them again must get the same bytes; else something does not belong."""
    again = canonical_bytes(document)
    if again != canonical:
        # By the parser that has just read it: no other need take what this one takes, such as a number without end.
        found, known = map(validator_of(object).validate_json, (canonical, again))
        foreign = [*_foreign_keys(found, known)]
        yield from (f"{key} does not belong into a proof" for key in foreign)
        if not foreign:
            yield "the proof is not in canonical form"


def _foreign_keys(found: object, known: object, *, where: str = "") -> Iterator[str]:
    if isinstance(found, dict) and isinstance(known, dict):
        for key, value in found.items():
            if key in known:
                yield from _foreign_keys(value, known[key], where=f"{where}{key}.")
            else:
                yield f"{where}{key}"
    elif isinstance(found, list) and isinstance(known, list):
        for place, (one, other) in enumerate(zip(found, known, strict=False), start=1):
            yield from _foreign_keys(one, other, where=f"{where}{place}.")


def _wrong_place(document: Document) -> Iterator[str]:
    first = document.claim_version == 1
    if first != (document.previous_sha256 is None):
        yield f"version {document.claim_version} must name the proof before it, and the first one must name none"
    if first and document.basis.decided_before_cents != max(0, document.basis.brought_cents):
        yield "nothing can have been decided before the first version"


def _wrong_moments(document: Document) -> Iterator[str]:
    basis = document.basis
    if document.decided_at < basis.reported_at - LOSS_AFTER_REPORT_TOLERANCE:
        yield f"it was decided before it was reported, at {basis.reported_at.isoformat()}"
    if basis.loss.until_at - basis.reported_at > LOSS_AFTER_REPORT_TOLERANCE:
        yield "it was reported before the loss happened"


def _wrong_insurance(basis: Basis) -> Iterator[str]:
    product, terms, state = basis.product, basis.insurance.terms, basis.insurance.state
    if PRODUCTS.get(product.version) != product:
        yield f"the parameters are not those of product {product.version}"
    if (terms is None) != (state is not InsuranceState.INSURED):
        yield "there must be terms of the insurance exactly when the loss was insured"
    if basis.policy_version is None and state is not InsuranceState.UNKNOWN:
        yield "without a version of the policy nothing can be known of the insurance"
    if terms is None:
        return
    first, last = dutch_day_span(basis.loss)
    if first < terms.effective_on or (terms.ends_on is not None and terms.ends_on <= first):
        yield f"the loss began on {first}, a day outside the terms (last day of loss: {last})"
    if terms.deductible_cents not in product.deductibles_cents:
        yield f"a deductible of {terms.deductible_cents} cents cannot be chosen"


def _wrong_rain(document: Document) -> Iterator[str]:
    question, rain = document.basis.question, document.basis.rain
    register = document.sources.rain_register_sha256
    if (register is None) != (rain is None):
        yield "there must be a register of stations exactly when there is an answer about rain"
    elif rain is not None and register != register_of(rain):
        yield f"the register of stations {register} is not that of the answer about rain"
    if document.sources.hour_files_sha256 != (() if rain is None else hour_files_of(rain)):
        yield "the files of hours are not those that the answer about rain names"
    if rain is None:
        return
    if question is None:
        yield "there is an answer about rain, but no question"
        return
    yield from _wrong_question(question, document.basis)
    yield from wrong_stations(rain, question=question)
    yield from discrepancies(rain, question=question)


def _wrong_question(question: RainfallRequested, basis: Basis) -> Iterator[str]:
    """Yield what the claim, the home or the product would have made weather-svc be asked otherwise."""
    asked, terms = basis.product.rain, basis.insurance.terms
    has_groundwater = WaterRoute.GROUNDWATER in reported_routes(basis.facts, named_by_damage=named_by(basis.damage))
    expected = {
        "claim_id": basis.claim_id,
        "loss": basis.loss,
        "home": None if terms is None else terms.location,
        "network": asked.network,
        "readings": (asked.surface_water, asked.groundwater) if has_groundwater else (asked.surface_water,),
        "thresholds": asked.thresholds,
        "cloudburst": asked.cloudburst,
        "recent_rain": asked.recent_rain,
        "interval_in_favour_hours": asked.interval_in_favour_hours,
        "most_in_an_hour_tenths_mm": asked.most_in_an_hour_tenths_mm,
    }
    for name, value in expected.items():
        if getattr(question, name) != value:
            yield f"the question about rain has another {name} than the claim"


def _wrong_event_uses(basis: Basis) -> Iterator[str]:
    families = [use.family for use in basis.event_uses]
    if len(families) != len(set(families)):
        yield "what others had of an event is there twice"
    for use in basis.event_uses:
        if use.heavy_cents > use.covered_cents:
            yield f"others have more damage by heavy weather than damage in all ({use.family})"
        if not 0 <= use.borne_cents <= use.covered_cents + use.either_cents:
            yield f"others bore more of the deductible than their damage ({use.family})"
        if any((use.covered_cents, use.either_cents, use.estimated_cents, use.borne_cents)) and not use.proofs:
            yield f"what others had of the event names no proof of theirs ({use.family})"


def _wrong_rulings(document: Document) -> Iterator[str]:
    for place, ruling in enumerate(document.basis.rulings, start=1):
        if ruling.approved_by == ruling.decided_by:
            yield f"ruling {place} was approved by who made it"
        if ruling.outcome is Outcome.DENIED and ruling.approved_by is None:
            yield f"ruling {place} denies, and no second person approved it"
        if ruling.decided_at > document.decided_at:
            yield f"ruling {place} was made after the decision"


def _another_verdict(document: Document) -> Iterator[str]:
    try:
        again = validator_of(Verdict).validate_json(canonical_json(decide(document.basis)))
    except ValidationError as error:
        yield f"it cannot be decided: {error.errors(include_input=False, include_url=False)[0]['msg']}"
        return
    except ValueError as error:  # of a part that is made while deciding
        yield f"it cannot be decided: {error}"
        return
    for name in Verdict.__struct_fields__:
        if getattr(again, name) != getattr(document.verdict, name):
            yield f"deciding again gives another {name}"
