"""What claims-svc tells of a customer's claims, and what customers tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from uuid import UUID

import httpx

from portal_svc.clients.policies import pages
from portal_svc.clients.services import Asking, Json, ServiceRefusedError


async def all_claims(claims: Asking, *, of: str) -> Sequence[Json]:
    """Return every claim of a customer."""
    return await pages(claims, f"/customers/{of}/claims")


async def claim(claims: Asking, reference: str, *, of: str, part: str = "") -> Json:
    """Return one claim, or a part of it: `payments`, `questions`, `reviews`, `files`."""
    return await claims.get(_path(reference, of, part))


async def timeline(claims: Asking, reference: str, *, of: str) -> Sequence[Json]:
    """Return what happened to a claim, the first first."""
    return await pages(claims, _path(reference, of, "timeline"))


async def proof(claims: Asking, reference: str, *, of: str) -> httpx.Response | None:
    """Return the proof of the newest decision as it was hashed; None before a decision."""
    try:
        return await claims.get_bytes(_path(reference, of, "proof"))
    except ServiceRefusedError as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return None
        raise


async def check_proof(claims: Asking, text: str) -> Json:
    """Return what is wrong with a proof, and whether it is on record."""
    return await claims.post("/proof-checks", {"proof": text})


async def report(claims: Asking, loss: Mapping[str, object], *, of: str, key: UUID) -> Json:
    """Report a loss; return the reference of its claim."""
    return await claims.post(f"/customers/{of}/claims", loss, key=key)


async def tell(claims: Asking, reference: str, what: Mapping[str, object], *, of: str, part: str, key: UUID) -> Json:
    """Tell `answers` to questions, `news`, or why there should be another look (`reviews`)."""
    return await claims.post(_path(reference, of, part), what, key=key)


async def add_file(claims: Asking, reference: str, file_id: UUID, *, of: str, contents: bytes, media_type: str) -> None:
    """Add a photo or a document; sent again under the same id it is there once."""
    path = _path(reference, of, f"files/{file_id}")
    await claims.send("PUT", path, content=contents, headers={"Content-Type": media_type}, timeout=60)


async def preview(claims: Asking, reference: str, file_id: str, *, of: str) -> httpx.Response:
    """Return a picture of a photo or of the first page of a document, without place and time."""
    return await claims.get_bytes(_path(reference, of, f"files/{file_id}/preview"))


def _path(reference: str, of: str, part: str) -> str:
    return f"/customers/{of}/claims/{reference}" + (f"/{part}" if part else "")
