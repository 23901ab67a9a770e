"""Whether several proofs agree: the versions of one claim, and the claims of one event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from uuid import UUID

from claims_svc.domain.basis import EventUse
from claims_svc.domain.occurrence import uses_of
from claims_svc.domain.proof import Document

_SUMS = ("covered_cents", "heavy_cents", "either_cents", "estimated_cents", "borne_cents")


def differences_between(proofs: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    """Yield the hash of each proof that contradicts others of `proofs`, which are by their hashes, and how."""
    by_version: dict[tuple[UUID, int], str] = {}
    for sha256, document in proofs.items():
        other = by_version.setdefault((document.basis.claim_id, document.claim_version), sha256)
        if other != sha256:
            yield sha256, f"there is another proof of version {document.claim_version}, with hash {other}"
    for sha256, document in proofs.items():
        before = by_version.get((document.basis.claim_id, document.claim_version - 1))
        if before is not None:
            yield from ((sha256, found) for found in _discontinued(document, before=before, proof=proofs[before]))
        for use in document.basis.event_uses:
            yield from ((sha256, found) for found in _unlike_others(use, proofs))


def _discontinued(document: Document, *, before: str, proof: Document) -> Iterator[str]:
    if document.previous_sha256 != before:
        yield f"does not continue the proof of version {proof.claim_version}, with hash {before}"
    # What a version takes off, or a claim that ended, is not clawed back: it counts on.
    until_then = max(proof.verdict.money.payable_cents or 0, proof.basis.decided_before_cents)
    decided_before, stated = max(0, until_then + document.basis.brought_cents), document.basis.decided_before_cents
    if decided_before != stated:
        yield f"says that {stated} cents were decided before, not {decided_before}"


def _unlike_others(use: EventUse, proofs: Mapping[str, Document]) -> Iterator[str]:
    """Yield what other claims had of the event otherwise than their own proofs say, when all of those are there."""
    others = [proofs[sha256] for sha256 in use.proofs if sha256 in proofs]
    if len(others) < len(use.proofs):
        return
    uses = chain.from_iterable(
        uses_of(
            other.verdict,
            claim_id=other.basis.claim_id,
            policy_number="",  # a proof names none
            loss=other.basis.loss,
            proof_sha256="",
        )
        for other in others
    )
    of_the_event = [one for one in uses if one.family is use.family]
    for name in _SUMS:
        stated, summed = getattr(use, name), sum(getattr(one, name) for one in of_the_event)
        if stated != summed:
            yield f"says that others had {name} of {stated} of the event, but their proofs say {summed} ({use.family})"
