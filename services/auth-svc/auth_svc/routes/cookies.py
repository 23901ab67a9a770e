"""The two cookies: who is logged in, and on which device. No script reads them, and no other site has them sent."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from auth_svc.domain.parameters import DEVICE_LIFETIME
from auth_svc.routes.origin import DEVICE_COOKIE, SESSION_COOKIE


def begin_session(response: Response, secret: str) -> None:
    """Let the browser keep a session until it is closed; how long it counts is decided here."""
    _set(response, SESSION_COOKIE, secret)


def remember_device(response: Response, secrets: str) -> None:
    """Let the browser keep by what it is known again to each account."""
    _set(response, DEVICE_COOKIE, secrets, kept_for=DEVICE_LIFETIME)


def _set(response: Response, name: str, secret: str, *, kept_for: timedelta | None = None) -> None:
    response.set_cookie(
        name,
        secret,
        max_age=int(kept_for.total_seconds()) if kept_for else None,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
