"""Checking a proof file, for everybody. Nothing of it is kept."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from portal_svc.clients import claims
from portal_svc.clients.services import ServiceName
from portal_svc.domain.audience import EVERYBODY
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("proof")
_MOST_BYTES: Final = 50_000
"""As claims-svc takes."""


@ROOM.get("/proof", to=EVERYBODY)
async def ask(visit: Visit) -> Response:
    """Ask for the file."""
    return visit.page("proof/ask.html.j2", wrong={})


@ROOM.post("/proof", to=EVERYBODY)
async def check(visit: Visit) -> Response:
    """Check it."""
    text = await _text(visit)
    if text is None:
        return visit.page(
            "proof/ask.html.j2",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            wrong={"proof": visit.text("proof.no-file")},
        )
    checked = await claims.check_proof(visit.at(ServiceName.CLAIMS), text)
    return visit.page("proof/checked.html.j2", checked=checked)


async def _text(visit: Visit) -> str | None:
    for upload in visit.form.files.get("proof", ()):
        if upload.size and upload.size <= _MOST_BYTES:
            try:
                return (await upload.read()).decode()
            except UnicodeDecodeError:
                return None
    return None
