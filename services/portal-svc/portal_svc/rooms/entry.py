"""The way in and out: to auth-svc by the OAuth code flow with PKCE, back with a code, and the end of a session."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from http import HTTPStatus
from secrets import compare_digest
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from starlette.responses import RedirectResponse, Response

from chassis.vault import CannotOpenKeptError
from contracts.access import Role
from portal_svc.clients.oauth import AUTHORIZE_PATH, CALLBACK_PATH, TokensRefusedError
from portal_svc.clients.services import ServiceAwayError, ServiceName
from portal_svc.domain.audience import EVERYBODY
from portal_svc.keys import new_secret
from portal_svc.web import cookies
from portal_svc.web.headers import PAGE_HEADERS
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("entry")
_ENTRY_SECONDS: Final = 1_800
_HANDED_ON: Final = ("sec-fetch-mode", "sec-fetch-dest", "sec-fetch-site", "user-agent")
_OF_AUTH: Final = ("__Host-session", "__Host-device")
FIRST_PAGE: Final = {
    Role.CUSTOMER: "/insurances",
    Role.CLAIMS_HANDLER: "/desk",
    Role.SENIOR_HANDLER: "/desk",
    Role.OPERATOR: "/operations",
}
"""Where somebody comes who was on the way to no other page."""


@ROOM.get("/enter", to=EVERYBODY)
async def enter(visit: Visit) -> Response:
    """Go to auth-svc for a code; come back to the page that `return` names."""
    back = visit.asked("return")
    state, verifier = new_secret(), new_secret()
    kept = {"state": state, "verifier": verifier, "back": back if is_own_path(back) else "", "in": visit.language.value}
    response = RedirectResponse(
        visit.parts.oauth.authorization_path(state=state, verifier=verifier), HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS
    )
    sealed = visit.parts.keys.seal_draft(json.dumps(kept).encode(), bound_to=b"entry")
    cookies.keep(response, cookies.ENTRY, urlsafe_b64encode(sealed).decode(), seconds=_ENTRY_SECONDS)
    return response


@ROOM.get(AUTHORIZE_PATH, to=EVERYBODY, any_language=True)
async def authorize(visit: Visit) -> Response:
    """Hand on to auth-svc what the browser asks it, and back where that sends the browser."""
    request = visit.request
    headers = {name: request.headers[name] for name in _HANDED_ON if name in request.headers}
    known = [f"{name}={request.cookies[name]}" for name in _OF_AUTH if name in request.cookies]
    if known:
        headers["cookie"] = "; ".join(known)
    try:
        answer = await visit.parts.services.client(ServiceName.AUTH).get(
            f"{AUTHORIZE_PATH}?{request.url.query}", headers=headers
        )
    except httpx.HTTPError:
        raise ServiceAwayError(ServiceName.AUTH) from None
    if answer.status_code != HTTPStatus.FOUND:
        return visit.page("entry/refused.html.j2", status=HTTPStatus.BAD_REQUEST)
    return RedirectResponse(answer.headers["location"], HTTPStatus.FOUND, headers=PAGE_HEADERS)


@ROOM.get("/login", to=EVERYBODY, any_language=True)
async def choose_language_of_login(visit: Visit) -> Response:
    """Go on to the page for logging in, in the language of who is on the way in: auth-svc knows none."""
    language = _entry_of(visit).get("in", visit.language.value)
    return RedirectResponse(
        f"/{language}/login?{urlencode({'return': visit.asked('return')})}", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS
    )


@ROOM.get(CALLBACK_PATH, to=EVERYBODY, any_language=True)
async def come_back(visit: Visit) -> Response:
    """Begin a session with the code that auth-svc gave, for the browser that went to ask for it."""
    entry = _entry_of(visit)
    is_ours = "state" in entry and compare_digest(str(entry["state"]).encode(), visit.asked("state").encode())
    if not is_ours or not visit.parts.oauth.is_issuer(visit.asked("iss")) or not visit.asked("code"):
        return visit.page("entry/refused.html.j2", status=HTTPStatus.BAD_REQUEST)
    try:
        session = await visit.sessions.begin(code=visit.asked("code"), verifier=entry["verifier"])
    except TokensRefusedError:
        return visit.page("entry/refused.html.j2", status=HTTPStatus.BAD_REQUEST)
    path = entry["back"] or FIRST_PAGE.get(session.tokens.role, "")
    response = RedirectResponse(f"/{entry['in']}{path}", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS)
    cookies.keep(response, cookies.SESSION, session.secret)
    cookies.forget(response, cookies.ENTRY)
    cookies.forget(response, cookies.VISIT)
    return response


@ROOM.post("/logout", to=EVERYBODY, also_ended=True)
async def log_out(visit: Visit) -> Response:
    """End the session here and at auth-svc; where that does not answer, it ends there by itself."""
    if visit.session is not None:
        with suppress(ServiceAwayError):
            await visit.sessions.end(visit.session)
    secret = visit.request.cookies.get(_OF_AUTH[0])
    if secret is not None:
        with suppress(httpx.HTTPError):
            await visit.parts.services.client(ServiceName.AUTH).post(
                "/session/end", headers={"cookie": f"{_OF_AUTH[0]}={secret}"}
            )
    response = visit.redirect("/goodbye")
    cookies.forget(response, cookies.SESSION)
    cookies.forget(response, _OF_AUTH[0])
    return response


@ROOM.get("/goodbye", to=EVERYBODY)
async def say_goodbye(visit: Visit) -> Response:
    """Tell that the session has ended."""
    return visit.page("entry/goodbye.html.j2")


def is_own_path(path: str) -> bool:
    """Whether `path`, put behind a language, leads to a page of ours: never to another host."""
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


def _entry_of(visit: Visit) -> dict[str, Any]:
    try:
        sealed = urlsafe_b64decode(visit.request.cookies.get(cookies.ENTRY, ""))
        found: dict[str, Any] = json.loads(visit.parts.keys.open_draft(sealed, bound_to=b"entry"))
    except (ValueError, CannotOpenKeptError):
        return {}
    return found
