"""Reads from a request where it comes from."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Depends
from starlette.requests import Request

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import MOST_DEVICE_SECRETS
from auth_svc.domain.secrets import BETWEEN_SECRETS, may_be_secret

DEVICE_COOKIE = "__Host-device"
SESSION_COOKIE = "__Host-session"
_LONGEST_NAME = 80


async def _origin_of(request: Request) -> Origin:
    agent = "".join(filter(str.isprintable, request.headers.get("User-Agent", "")))
    secrets = request.cookies.get(DEVICE_COOKIE, "").split(BETWEEN_SECRETS)
    return Origin(
        address=request.client.host if request.client else "",
        device_secrets=[secret for secret in secrets if may_be_secret(secret)][:MOST_DEVICE_SECRETS],
        session_secret=request.cookies.get(SESSION_COOKIE),
        device_name=agent[:_LONGEST_NAME] or "unknown",
    )


RequestOrigin: TypeAlias = Annotated[Origin, Depends(_origin_of)]
