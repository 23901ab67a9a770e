"""The proof of a decision: canonical JSON from which anybody can decide again, chained by hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError

from claims_svc.domain.basis import Basis
from claims_svc.domain.case import Case
from claims_svc.domain.verdict import Verdict, decide
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Sha256, Version

_FORM: Literal["water-claim-proof.v1"] = "water-claim-proof.v1"


class UnreadableProofError(ValueError):
    """These bytes are no proof of this form."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The canonical bytes (RFC 8785) and their SHA-256 in hexadecimal."""

    canonical: bytes
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """The contents of a proof. A change that makes older proofs unreadable takes a new form."""

    form: Literal["water-claim-proof.v1"]
    claim_version: Version
    decided_at: datetime
    previous_sha256: Sha256 | None
    basis: Basis
    verdict: Verdict


_DOCUMENT = TypeAdapter(Document)


@dataclass(frozen=True, kw_only=True)
class Link:
    """One version of a claim's decision in the chain of its proofs."""

    claim_id: UUID
    claim_version: int
    sha256: str
    previous_sha256: str | None


def build(
    case: Case,
    verdict: Verdict,
    *,
    claim_version: int,
    decided_at: datetime,
    previous_sha256: str | None,
) -> Proof:
    """Prove `verdict`, which is `decide(case.basis)`. `previous_sha256` is the proof of the version before.

    The proof holds whole numbers only and keys in ASCII, so that sorting the keys makes it canonical. It names no
    policy, person or address: of the home the measured place and the area of the postcode. A fact that nobody gave is
    left out.
    """
    document = Document(
        form=_FORM,
        claim_version=claim_version,
        decided_at=decided_at,
        previous_sha256=previous_sha256,
        basis=case.basis,
        verdict=verdict,
    )
    canonical = canonical_bytes(document)
    return Proof(canonical=canonical, sha256=sha256_of(canonical))


def recompute(canonical: bytes) -> Verdict:
    """Decide again from nothing but the proof.

    Raises:
        UnreadableProofError: not a proof.
    """
    return decide(read(canonical).basis)


def link_of(canonical: bytes) -> Link:
    """Return the proof's place in the chain of its claim, as the proof names it.

    Raises:
        UnreadableProofError: not a proof.
    """
    document = read(canonical)
    return Link(
        claim_id=document.basis.claim_id,
        claim_version=document.claim_version,
        sha256=sha256_of(canonical),
        previous_sha256=document.previous_sha256,
    )


def read(canonical: bytes) -> Document:
    """Return the contents of a proof.

    Raises:
        UnreadableProofError: not a proof; the sentence says where, and does not quote it.
    """
    try:
        return _DOCUMENT.validate_json(canonical)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableProofError(f"not a proof of form {_FORM}: {where}: {first['msg']}") from None


def canonical_bytes(document: object) -> bytes:
    """Return a document, or a part of one, as canonical JSON."""
    return orjson.dumps(document, default=_parts, option=_CANONICAL)


def _parts(part: object) -> object:
    """Return the named fields of a part, a wait in seconds, and an id of the database driver's own type as text."""
    if isinstance(part, LossFacts):
        return {name: fact for name, fact in vars(part).items() if fact is not None}
    if isinstance(part, timedelta):
        return int(part.total_seconds())
    if isinstance(part, UUID):
        return str(part)
    return vars(part)


_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS


def sha256_of(canonical: bytes) -> str:
    return hashlib.sha256(canonical).hexdigest()
