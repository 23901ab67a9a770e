"""Whether a proof holds, from the proof alone: what a sceptical reader would check, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields

import orjson

from claims_svc.domain.basis import Basis
from claims_svc.domain.insurance import dutch_day_span
from claims_svc.domain.product import PRODUCTS
from claims_svc.domain.proof import Document, Link, UnreadableProofError, canonical_bytes, read
from claims_svc.domain.rainfall_check import discrepancies
from claims_svc.domain.verdict import Verdict, decide


def differences(canonical: bytes) -> list[str]:
    """Return what is wrong with the proof, one sentence each; empty when it holds.

    Whoever forges a proof can make its hash anew, and often decide anew: so everything that follows from something else
    in the proof is worked out again.
    """
    try:
        document = read(canonical)
    except UnreadableProofError as error:
        return [str(error)]
    return list(_differences(document, canonical))


def broken_links(links: Collection[Link]) -> Iterator[tuple[Link, str]]:
    """Yield the proofs that do not continue the version before, as far as that is among `links`."""
    by_version: dict[tuple[object, int], Link] = {}
    for link in links:
        other = by_version.setdefault((link.claim_id, link.claim_version), link)
        if other is not link:
            yield (
                link,
                f"there is another proof of version {link.claim_version}, with hash {other.sha256}",
            )
    for link in links:
        before = by_version.get((link.claim_id, link.claim_version - 1))
        if before and before.sha256 != link.previous_sha256:
            yield link, f"does not continue the proof of version {before.claim_version}, with hash {before.sha256}"


def _differences(document: Document, canonical: bytes) -> Iterator[str]:
    if canonical_bytes(orjson.loads(canonical)) != canonical:
        yield "the proof is not in canonical form"
    if (document.claim_version == 1) != (document.previous_sha256 is None):
        yield f"version {document.claim_version} must name the proof before it, and the first one must name none"
    yield from _differences_in_basis(document.basis)
    yield from _differences_in_verdict(document)


def _differences_in_basis(basis: Basis) -> Iterator[str]:
    if PRODUCTS.get(basis.product.version) != basis.product:
        yield f"the parameters are not those of product {basis.product.version}"
    terms = basis.insurance.terms
    if terms is not None:
        first, last = dutch_day_span(basis.loss)
        if first < terms.effective_on or (terms.ends_on is not None and terms.ends_on <= first):
            yield f"the loss began on {first}, a day outside the terms (last day of loss: {last})"
    if basis.rain is not None:
        yield from discrepancies(basis.rain, loss=basis.loss, question=basis.product.rain)


def _differences_in_verdict(document: Document) -> Iterator[str]:
    again = decide(document.basis)
    for field in fields(Verdict):
        if getattr(again, field.name) != getattr(document.verdict, field.name):
            yield f"deciding again gives another {field.name}"
