"""The portal's cookies: no script reads them, no other site has them sent with a form, and none leaves this host."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

SESSION: Final = "__Host-portal"
"""Names the session."""
VISIT: Final = "__Host-visit"
"""Binds the forms of who is not logged in to their browser."""
ENTRY: Final = "__Host-entry"
"""What a login that is under way must come back with."""


def keep(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Let the browser keep it: until it is closed, or so many seconds."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def forget(response: Response, name: str) -> None:
    """Let the browser forget it."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
