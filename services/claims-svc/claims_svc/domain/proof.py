"""The proof of a decision: canonical JSON from which anybody can decide again, chained by hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

import orjson
from pydantic import TypeAdapter, ValidationError

from claims_svc.domain.basis import Basis
from claims_svc.domain.case import Case
from claims_svc.domain.insurance import dutch_day_span
from claims_svc.domain.product import PRODUCTS
from claims_svc.domain.rainfall_check import discrepancies
from claims_svc.domain.verdict import Verdict, decide
from contracts.loss_reports import LossFacts

_FORM: Literal["water-claim-proof.v1"] = "water-claim-proof.v1"


class UnreadableProofError(ValueError):
    """These bytes are no proof of this form."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The canonical bytes (RFC 8785) and their SHA-256 in hexadecimal."""

    canonical: bytes
    sha256: str


@dataclass(frozen=True, kw_only=True)
class _Document:
    """The contents of a proof. A change that makes older proofs unreadable takes a new form."""

    form: Literal["water-claim-proof.v1"]
    decided_at: datetime
    previous_sha256: str | None
    basis: Basis
    verdict: Verdict


_DOCUMENT = TypeAdapter(_Document)


def build(case: Case, verdict: Verdict, *, decided_at: datetime, previous_sha256: str | None) -> Proof:
    """Prove `verdict`, which is `decide(case.basis)`. `previous_sha256` is the proof of the version before.

    The proof holds whole numbers only and keys in ASCII, so that sorting the keys makes it canonical. It names no
    policy, person or address: of the home the measured place and the area of the postcode. A fact that nobody gave is
    left out.
    """
    document = _Document(
        form=_FORM,
        decided_at=decided_at,
        previous_sha256=previous_sha256,
        basis=case.basis,
        verdict=verdict,
    )
    canonical = _canonical(document)
    return Proof(canonical=canonical, sha256=_sha256(canonical))


def recompute(canonical: bytes) -> Verdict:
    """Decide again from nothing but the proof.

    Raises:
        UnreadableProofError: not a proof.
    """
    return decide(_read(canonical).basis)


def previous_sha256_of(canonical: bytes) -> str | None:
    """Return the hash of the proof before, as the proof names it.

    Raises:
        UnreadableProofError: not a proof.
    """
    return _read(canonical).previous_sha256


def verify(canonical: bytes, sha256: str) -> list[str]:
    """Return what is wrong with the proof, one sentence each; empty when it holds.

    Checks the hash, the canonical form, the decision, the insured days, the product's parameters, and the measured
    windows against the hours.
    """
    wrong = []
    if _sha256(canonical) != sha256:
        wrong.append("the hash of the proof is not the hash that was kept")
    try:
        document = _read(canonical)
    except UnreadableProofError as error:
        return [*wrong, str(error)]
    if _canonical(orjson.loads(canonical)) != canonical:
        wrong.append("the proof is not in canonical form")
    return [*wrong, *_wrong_basis(document.basis), *_wrong_verdict(document)]


def _wrong_basis(basis: Basis) -> list[str]:
    wrong = []
    if PRODUCTS.get(basis.product.version) != basis.product:
        wrong.append(f"the parameters are not those of product {basis.product.version}")
    terms = basis.insurance.terms
    if terms is not None:
        first, last = dutch_day_span(basis.loss)
        if first < terms.effective_on or (terms.ends_on is not None and terms.ends_on <= first):
            wrong.append(f"the loss began on {first}, a day outside the terms (last day of loss: {last})")
    if basis.rain is not None:
        wrong += discrepancies(basis.rain, loss=basis.loss, question=basis.product.rain)
    return wrong


def _wrong_verdict(document: _Document) -> list[str]:
    again = decide(document.basis)
    return [
        f"deciding again gives another {field.name}"
        for field in fields(Verdict)
        if getattr(again, field.name) != getattr(document.verdict, field.name)
    ]


def _read(canonical: bytes) -> _Document:
    try:
        return _DOCUMENT.validate_json(canonical)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableProofError(f"not a proof of form {_FORM}: {where}: {first['msg']}") from None


def _canonical(document: object) -> bytes:
    return orjson.dumps(document, default=_parts, option=_CANONICAL)


def _parts(part: object) -> object:
    """Return the named fields of a part, and a wait in seconds."""
    if isinstance(part, LossFacts):
        return {name: fact for name, fact in vars(part).items() if fact is not None}
    if isinstance(part, timedelta):
        return int(part.total_seconds())
    return vars(part)


_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS


def _sha256(canonical: bytes) -> str:
    return hashlib.sha256(canonical).hexdigest()
