"""Asks auth-svc as a browser that logs in there: without a token, by its cookies, handed on both ways."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from httpx import Response as Answer
from starlette.responses import RedirectResponse, Response

from portal_svc.clients.services import ServiceName
from portal_svc.domain.browsers import name_of_browser
from portal_svc.web.headers import PAGE_HEADERS
from portal_svc.web.visit import Visit

_OF_AUTH: Final = ("__Host-session", "__Host-device")


async def ask_auth(visit: Visit, path: str, body: object) -> Answer:
    """Send `body` to auth-svc for this browser. Raise as `Asking.send`."""
    headers = {"User-Agent": name_of_browser(visit.request.headers.get("user-agent", ""))}
    known = visit.request.cookies
    if kept := "; ".join(f"{name}={known[name]}" for name in _OF_AUTH if name in known):
        headers["Cookie"] = kept
    return await replace(visit.at(ServiceName.AUTH), token=None).send("POST", path, json=body, headers=headers)


def hand_on_cookies(answer: Answer, response: Response) -> None:
    """Let the browser keep what auth-svc has it keep."""
    for line in answer.headers.get_list("set-cookie"):
        if line.partition("=")[0] in _OF_AUTH:
            response.headers.append("set-cookie", line)


async def exactly(visit: Visit, name: str) -> str:
    """Return what was entered with the blanks around it: they are part of a password."""
    value = (await visit.request.form()).get(name)
    return value if isinstance(value, str) else ""


def back_to_authorization(visit: Visit, back: str) -> Response:
    """Return where somebody goes who has logged in: on with what they logged in for, or in from the start."""
    is_authorization = back.startswith("/oauth/authorize?") and back.isprintable()
    return RedirectResponse(
        back if is_authorization else f"/{visit.language.value}/enter", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS
    )
