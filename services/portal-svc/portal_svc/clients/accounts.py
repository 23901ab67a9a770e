"""What auth-svc tells of a customer's account."""

from __future__ import annotations

from portal_svc.clients.services import Asking, Json


async def account(auth: Asking, *, of: str) -> Json:
    """Return how the account of the customer with the relation number `of` is reached and guarded."""
    return await auth.get(f"/accounts/{of}")


async def account_with_version(auth: Asking, *, of: str) -> tuple[Json, str]:
    """Return it with the ETag that goes with changes of address and number."""
    answer = await auth.send("GET", f"/accounts/{of}")
    return answer.json(), answer.headers.get("etag", "*")


async def history(auth: Asking, *, of: str, cursor: str | None) -> Json:
    """Return one page of what happened to it, the latest first."""
    return await auth.get(f"/accounts/{of}/login-history", limit=20, cursor=cursor)


async def devices(auth: Asking, *, of: str) -> Json:
    """Return the browsers and apps that are remembered."""
    return await auth.get(f"/accounts/{of}/devices")


async def sessions(auth: Asking, *, of: str) -> Json:
    """Return where somebody is logged in."""
    return await auth.get(f"/accounts/{of}/sessions")
