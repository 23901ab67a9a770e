"""What a browser keeps for us from one page to the next and cannot read: sealed, for this browser alone."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from chassis.vault import CannotOpenKeptError
from portal_svc.web import cookies
from portal_svc.web.visit import Visit


def keep_sealed(visit: Visit, response: Response, name: str, values: Mapping[str, Any], *, seconds: int) -> None:
    """Let the browser keep `values` as the cookie `name`."""
    sealed = visit.parts.keys.seal_for(visit.browser_secret, json.dumps({**values, "cookie": name}).encode())
    cookies.keep(response, name, urlsafe_b64encode(sealed).decode(), seconds=seconds)


def read_sealed(visit: Visit, name: str) -> Mapping[str, Any]:
    """Return what this browser keeps as `name`; nothing when it keeps none, or another browser's or page's."""
    try:
        sealed = urlsafe_b64decode(visit.request.cookies.get(name, ""))
        found: dict[str, Any] = json.loads(visit.parts.keys.open_for(visit.browser_secret, sealed))
    except (ValueError, CannotOpenKeptError):
        return {}
    return found if found.pop("cookie", "") == name else {}
