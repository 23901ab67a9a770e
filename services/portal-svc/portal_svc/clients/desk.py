"""What claims-svc tells handlers, and what they do there. Paths are those of its description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import httpx

from portal_svc.clients.services import Asking, Json

_A_PAGE = 100
_MOST_PAGES = 10
"""Of a timeline: a thousand entries are more than anybody reads on one page."""


async def queue(claims: Asking, *, limit: int, **filters: str | None) -> Json:
    """Return a page of the claims that wait for a person."""
    return await claims.get("/desk/queue", limit=limit, **filters)


async def claim(claims: Asking, reference: str) -> Json:
    """Return all that is known of a claim, and what can be decided about it by hand."""
    return await claims.get(f"/desk/claims/{reference}")


async def overview(claims: Asking, reference: str) -> Json:
    """Return it in codes and figures: rain, money, payments, and which claim it may repeat."""
    return await claims.get(f"/claims/{reference}/overview")


async def timeline(claims: Asking, reference: str) -> Sequence[Json]:
    """Return what happened to it, the first first, with who did it and why."""
    found: list[Json] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await claims.get(f"/desk/claims/{reference}/timeline", limit=_A_PAGE, cursor=cursor)
        found.extend(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return found


async def repair(claims: Asking, reference: str) -> Json:
    """Return where its repair stands."""
    return await claims.get(f"/desk/claims/{reference}/repair")


async def reviews(claims: Asking, reference: str, *, of: str) -> Sequence[Json]:
    """Return the reviews that the customer `of` asked for."""
    found: Sequence[Json] = (await claims.get(f"/customers/{of}/claims/{reference}/reviews"))["reviews"]
    return found


async def search(claims: Asking, **known: str | None) -> Sequence[Json]:
    """Return the claims, up to a hundred, of which all is true that is asked."""
    found: Sequence[Json] = (await claims.get("/claims", limit=_A_PAGE, **known))["items"]
    return found


async def preview(claims: Asking, reference: str, file_id: str, *, of: str) -> httpx.Response:
    """Return a small picture of a photo or document."""
    return await claims.get_bytes(f"/customers/{of}/claims/{reference}/files/{file_id}/preview")


async def contents(claims: Asking, reference: str, file_id: str, *, of: str) -> httpx.Response:
    """Return a photo or document as it was sent."""
    return await claims.get_bytes(f"/customers/{of}/claims/{reference}/files/{file_id}/contents")


async def take(claims: Asking, reference: str) -> None:
    """Take a claim that waits for a person."""
    await claims.send("PUT", f"/desk/claims/{reference}/assignment")


async def release(claims: Asking, reference: str) -> None:
    """Let it be free again."""
    await claims.send("DELETE", f"/desk/claims/{reference}/assignment")


async def act(claims: Asking, reference: str, what: str, body: Mapping[str, object] | None, *, key: UUID) -> Json:
    """Do something about a claim: `rulings`, `facts`, `joins`, `proposals/ID/approval` and so on."""
    return await claims.post(f"/desk/claims/{reference}/{what}", body, key=key)
