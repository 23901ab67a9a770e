"""The first page, for everybody: what one can do here, with and without logging in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import RedirectResponse, Response

from portal_svc.domain.audience import EVERYBODY
from portal_svc.web.headers import PAGE_HEADERS
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("home")


@ROOM.get("/", to=EVERYBODY, any_language=True)
async def choose_language(visit: Visit) -> Response:
    """Go on in the language that the browser prefers."""
    return RedirectResponse(f"/{visit.language.value}", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS)


@ROOM.get("", to=EVERYBODY)
async def welcome(visit: Visit) -> Response:
    """Show where to go."""
    return visit.page("home/home.html.j2")
