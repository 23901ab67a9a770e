"""What policy-svc tells of a customer's insurances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import httpx

from portal_svc.clients.services import Asking, Json

_PAGE = 100


async def insurances(policy: Asking, *, of: str) -> Sequence[Json]:
    """Return all insurances of the customer with the relation number `of`."""
    return await pages(policy, f"/customers/{of}/policies")


async def insurance(policy: Asking, number: str, *, of: str) -> Json:
    """Return one insurance as it is today."""
    return await policy.get(f"/customers/{of}/policies/{number}")


async def conditions(policy: Asking, number: str, *, of: str) -> Json:
    """Return what is covered, and by which terms."""
    return await policy.get(f"/customers/{of}/policies/{number}/conditions")


async def documents(policy: Asking, *, of: str) -> Sequence[Json]:
    """Return every document that was issued to a customer."""
    return await pages(policy, f"/customers/{of}/documents")


async def document(policy: Asking, document_id: str, *, of: str) -> httpx.Response:
    """Return one of them as PDF."""
    return await policy.get_bytes(f"/customers/{of}/documents/{document_id}")


async def schedule(policy: Asking, number: str, *, of: str, on: date, language: str) -> httpx.Response:
    """Return the policy schedule of one day as PDF."""
    return await policy.get_bytes(f"/customers/{of}/policies/{number}/schedule", on=on.isoformat(), language=language)


async def pages(asking: Asking, path: str) -> Sequence[Json]:
    """Return the items of every page of a list."""
    found: list[Json] = []
    cursor: str | None = None
    while True:
        page = await asking.get(path, limit=_PAGE, cursor=cursor)
        found.extend(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return found
