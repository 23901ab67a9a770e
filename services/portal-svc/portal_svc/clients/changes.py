"""Changes of an insurance and of personal data at policy-svc: shown first, and made by confirming what was shown."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from portal_svc.clients.services import Asking, Json, ServiceRefusedError


async def preview(policy: Asking, number: str, asked: Mapping[str, Any], *, of: str, key: UUID) -> Json:
    """Have a change computed."""
    return await policy.post(f"/customers/{of}/policies/{number}/change-previews", asked, key=key)


async def previewed(policy: Asking, number: str, preview_id: str, *, of: str) -> Json:
    """Return what was shown, once more."""
    return await policy.get(f"/customers/{of}/policies/{number}/change-previews/{preview_id}")


async def confirm(policy: Asking, number: str, preview_id: str, *, of: str, key: UUID) -> Json:
    """Make the change that was shown."""
    path = f"/customers/{of}/policies/{number}/change-previews/{preview_id}/confirmation"
    return await policy.post(path, key=key)


async def preview_person(policy: Asking, asked: Mapping[str, Any], *, of: str, key: UUID) -> Json:
    """Have a change of personal data computed."""
    return await policy.post(f"/customers/{of}/personal-data-previews", asked, key=key)


async def confirm_person(policy: Asking, preview_id: str, *, of: str, key: UUID) -> Json:
    """Make the change of personal data that was shown."""
    return await policy.post(f"/customers/{of}/personal-data-previews/{preview_id}/confirmation", key=key)


async def offered(policy: Asking, *, kind: str, version: str) -> Json | None:
    """Return what can be chosen for insurances of a kind: of the product they have, or of the one sold today.

    None where no such product is sold.
    """
    products = [
        (product["version"] == version, one)
        for product in (await policy.get("/products"))["products"]
        for one in product["kinds"]
        if one["kind"] == kind
    ]
    return max(products, key=lambda found: found[0])[1] if products else None


async def clauses(policy: Asking, version: str) -> Json | None:
    """Return the policy terms of a product version, clause by clause; None for one that is on paper only."""
    try:
        return await policy.get(f"/products/{version}/clauses")
    except ServiceRefusedError as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return None
        raise
