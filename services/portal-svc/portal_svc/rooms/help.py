"""Help: every question that customers often have, on one page that can be searched."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from portal_svc.domain.audience import EVERYBODY
from portal_svc.domain.searching import Found, find
from portal_svc.web.help import places, questions, searchable
from portal_svc.web.room import MenuEntry, Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("help")
ROOM.menu.append(MenuEntry(path="/help", text="help.menu", audience=EVERYBODY, order=90))
MOST_ASKED: Final = 200
"""How many characters are searched for: who writes more asks a question, and is better answered by a person."""


@ROOM.get("/help", to=EVERYBODY)
async def help_out(visit: Visit) -> Response:
    """Show the questions that fit what is searched for, and all of them."""
    phone = visit.parts.settings.insurer_phone
    every = questions(visit.language, phone)
    asked = visit.asked("q")[:MOST_ASKED]
    found = find(asked, searchable(visit.language, phone)) if asked else Found((), fits_wholly=True)
    return visit.page(
        "help/help.html.j2",
        asked=asked,
        fits_wholly=found.fits_wholly,
        found=[every[name] for name in found.names],
        groups={group: [every[name] for name in names] for group, names in places().items()},
    )
