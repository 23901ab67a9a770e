"""The proof of a decision: canonical JSON from which anybody can decide again, chained by hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
import orjson
from pydantic import ValidationError

from claims_svc.domain.basis import Basis
from claims_svc.domain.case import Case
from claims_svc.domain.verdict import Verdict, decide
from contracts.codec import canonical_json
from contracts.loss_reports import LossFacts, LossReported
from contracts.rain_stations import register_sha256
from contracts.topic import Event
from contracts.validation import validator_of
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
class Sources:
    """The hashes of what the basis was taken from, by which others recognise what they hold.

    Reports and the policy are named by the SHA-256 of the event as canonical JSON, the opening report first: the proof
    holds what was decided on, not who is behind it. The question about rain and its answer stand in the basis whole.
    `rain_register_sha256` is the register of stations. `hour_files_sha256` are the files in which KNMI published the
    hours; weather-svc does not keep them yet, so that it is empty.
    """

    reports_sha256: tuple[Sha256, ...]
    policy_sha256: Sha256 | None
    rain_register_sha256: Sha256 | None
    hour_files_sha256: tuple[Sha256, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Document:
    """The contents of a proof. A change that makes older proofs unreadable takes a new form."""

    form: Literal["water-claim-proof.v1"]
    claim_version: Version
    decided_at: datetime
    previous_sha256: Sha256 | None
    sources: Sources
    basis: Basis
    verdict: Verdict


def build(
    case: Case,
    verdict: Verdict,
    *,
    joined: Sequence[LossReported] = (),
    claim_version: int,
    decided_at: datetime,
    previous_sha256: str | None,
) -> Proof:
    """Prove `verdict`, which is `decide(case.basis)`. `previous_sha256` is the proof of the version before.

    `joined` are the other reports of the same loss.

    The proof holds whole numbers only and keys in ASCII, so that sorting the keys makes it canonical. It names no
    policy, person or address: of the home the measured place and the area of the postcode. A fact that nobody gave is
    left out.
    """
    document = Document(
        form=_FORM,
        claim_version=claim_version,
        decided_at=decided_at,
        previous_sha256=previous_sha256,
        sources=_sources_of(case, joined=joined),
        basis=case.basis,
        verdict=verdict,
    )
    canonical = canonical_bytes(document)
    return Proof(canonical=canonical, sha256=sha256_of(canonical))


def _sources_of(case: Case, *, joined: Sequence[LossReported]) -> Sources:
    return Sources(
        reports_sha256=tuple(event_sha256(report) for report in (case.report, *joined)),
        policy_sha256=None if case.policy is None else event_sha256(case.policy),
        rain_register_sha256=None if case.rain is None else register_sha256(),
    )


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


def canonical_bytes(document: object) -> bytes:
    """Return a document, or a part of one, as canonical JSON."""
    return orjson.dumps(document, default=_parts, option=_CANONICAL)


def _parts(part: object) -> object:
    """Return the named fields of a part, a wait in seconds, and an id of the database driver's own type as text."""
    if isinstance(part, LossFacts):
        return {name: fact for name, fact in msgspec.structs.asdict(part).items() if fact is not None}
    if isinstance(part, msgspec.Struct):
        return msgspec.structs.asdict(part)
    if isinstance(part, timedelta):
        return int(part.total_seconds())
    if isinstance(part, UUID):
        return str(part)
    return vars(part)


_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS


def sha256_of(canonical: bytes) -> str:
    return hashlib.sha256(canonical).hexdigest()
