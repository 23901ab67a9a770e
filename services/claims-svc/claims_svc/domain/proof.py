"""The proof of a decision: canonical JSON from which anybody can decide again, chained by hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec import structs
from pydantic import ValidationError

from claims_svc.domain.basis import Basis
from claims_svc.domain.case import Case
from claims_svc.domain.product import Product
from claims_svc.domain.supplement import Supplement
from claims_svc.domain.verdict import Verdict, decide
from contracts.codec import canonical_json
from contracts.loss_reports import LossReported
from contracts.topic import Event
from contracts.validation import validator_of
from contracts.vocabulary import Sha256, Version
from contracts.weather import RainfallAssessed

_FORM: Literal["water-claim-proof.v1"] = "water-claim-proof.v1"
_FIRST_REGISTER_SHA256 = "9b62cf69ee8d80ec0a97225e37d1ff0d79a0db7822d24853e20d92d756878fe5"
"""Answers did not name their register as long as there was only this one."""


class UnreadableProofError(ValueError):
    """These bytes are no proof of this form."""


class Sources(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The hashes of what the basis was taken from, by which others recognise what they hold.

    Reports and the policy are named by the SHA-256 of the event as canonical JSON, the opening report first: the proof
    holds what was decided on, not who is behind it. The question about rain and its answer stand in the basis whole.
    What was told after a report is named by the SHA-256 of the supplements' canonical JSON, in their order.
    `rain_register_sha256` is the register of stations. `hour_files_sha256` are the files in which KNMI published the
    hours, as the answer names them: each once, sorted. weather-svc keeps them.
    """

    reports_sha256: tuple[Sha256, ...]
    policy_sha256: Sha256 | None
    rain_register_sha256: Sha256 | None
    hour_files_sha256: tuple[Sha256, ...] = ()
    supplements_sha256: tuple[Sha256, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The contents of a proof. A change that makes older proofs unreadable takes a new form."""

    form: Literal["water-claim-proof.v1"]
    claim_version: Version
    decided_at: datetime
    previous_sha256: Sha256 | None
    sources: Sources
    basis: Basis
    verdict: Verdict


class Proof(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The contents, their canonical bytes (RFC 8785) and the SHA-256 of these in hexadecimal."""

    document: Document
    canonical: bytes
    sha256: str


def build(
    case: Case,
    verdict: Verdict,
    *,
    reports: Sequence[LossReported] = (),
    supplements: Sequence[Supplement] = (),
    claim_version: int,
    decided_at: datetime,
    previous_sha256: str | None,
) -> Proof:
    """Prove `verdict`, which is `decide(case.basis)`. `previous_sha256` is the proof of the version before.

    `reports` are all of the loss as they were sent, the one that opened the claim first; by default that of the case.

    The proof holds whole numbers only and keys in ASCII, so that sorting the keys makes it canonical. It names no
    policy, person or address: of the home the measured place and the area of the postcode. A fact that nobody gave is
    left out.
    """
    document = Document(
        form=_FORM,
        claim_version=claim_version,
        decided_at=decided_at,
        previous_sha256=previous_sha256,
        sources=_sources_of(case, reports=reports or (case.report,), supplements=supplements),
        basis=case.basis,
        verdict=verdict,
    )
    canonical = canonical_bytes(document)
    return Proof(document=document, canonical=canonical, sha256=sha256_of(canonical))


def _sources_of(case: Case, *, reports: Sequence[LossReported], supplements: Sequence[Supplement]) -> Sources:
    return Sources(
        reports_sha256=tuple(event_sha256(report) for report in reports),
        policy_sha256=None if case.policy is None else event_sha256(case.policy),
        rain_register_sha256=None if case.rain is None else register_of(case.rain),
        hour_files_sha256=() if case.rain is None else hour_files_of(case.rain),
        supplements_sha256=tuple(sha256_of(canonical_json(each)) for each in supplements),
    )


def register_of(answer: RainfallAssessed) -> Sha256:
    """Return the hash of the register of stations that an answer about rain rests on."""
    return answer.register_sha256 or _FIRST_REGISTER_SHA256


def hour_files_of(answer: RainfallAssessed) -> tuple[Sha256, ...]:
    """Return the hashes of the files that the hours of an answer about rain come from."""
    return tuple(sorted({source.sha256 for station in answer.stations for source in station.sources}))


def event_sha256(event: Event) -> str:
    """Return the hash of an event as canonical JSON: keys sorted, no spaces."""
    return sha256_of(canonical_json(event))


def recompute(canonical: bytes) -> Verdict:
    """Decide again from nothing but the proof.

    Raises:
        UnreadableProofError: not a proof.
    """
    return decide(read(canonical).basis)


def read(canonical: bytes) -> Document:
    """Return the contents of a proof.

    Raises:
        UnreadableProofError: not a proof; the sentence says where, and does not quote it.
    """
    try:
        return validator_of(Document).validate_json(canonical)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableProofError(f"not a proof of form {_FORM}: {where}: {first['msg']}") from None


def read_own(canonical: bytes, *, sha256: str) -> Document:
    """Return the contents of a proof of our own, which we recorded with its hash.

    What is byte for byte what was hashed needs no verdict: `build` wrote it. This takes a tenth of the time.

    Raises:
        ValueError: not a proof.
    """
    return _decode(canonical) if sha256_of(canonical) == sha256 else read(canonical)


# Lax, because the waits of the product stand in seconds there.
_decode: Callable[[bytes], Document] = msgspec.json.Decoder(Document, strict=False).decode


def canonical_bytes(document: Document) -> bytes:
    """Return a document as canonical JSON.

    What people have added is left out where they have not, so that proofs of before anybody could have their bytes.
    """
    basis = structs.asdict(document.basis) | {"product": _product_json(document.basis.product)}
    sources = structs.asdict(document.sources)
    for part, name in (
        (basis, "rulings"),
        (basis, "withdrawn_at"),
        (basis, "joined_to"),
        (basis, "brought_cents"),
        (sources, "supplements_sha256"),
    ):
        if not part[name]:
            del part[name]
    return canonical_json(structs.asdict(document) | {"basis": basis, "sources": sources})


# Memoised because products are few and never change.
@lru_cache(maxsize=16)
def _product_json(product: Product) -> msgspec.Raw:
    """Return the parameters as canonical JSON, waits in seconds."""
    written = {
        name: int(value.total_seconds()) if isinstance(value, timedelta) else value
        for name, value in structs.asdict(product).items()
    }
    return msgspec.Raw(canonical_json(written))


def sha256_of(canonical: bytes) -> str:
    return hashlib.sha256(canonical).hexdigest()
