"""Where figures come from: files and replies of KNMI, and their bytes as they were received."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel
from contracts.access import READ_REPLIES, READ_SOURCES
from weather_svc.repository import publications
from weather_svc.routes.fields import Sha256, SourceView
from weather_svc.routes.parts import Parts

Sha256InPath: TypeAlias = Annotated[
    str, Path(pattern=r"^[0-9a-f]{64}$", description="Of the bytes as they were received", examples=["9f2c" * 16])
]
_UNUSUAL_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]")


class SourcesView(ExactModel):
    """A file or reply, with one entry for each member of it that was read."""

    sha256: Sha256
    publications: list[SourceView] = Field(min_length=1)


class SourceRoutes:
    """Tells of sources."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get("/sources/{sha256}", operation=READ_SOURCES, problems=(LIMIT_REACHED,))(self.read_source)
        api.get("/sources/{sha256}/reply", operation=READ_REPLIES)(self.get_reply)

    async def read_source(self, sha256: Sha256InPath, reading: Reading, request: Request) -> SourcesView:
        """Read what is known of a file or reply of KNMI: where it came from, and when it was published."""
        self._parts.reads.take(request)
        rows = await publications.of_reply(reading.connection, sha256=sha256)
        if not rows:
            raise Problem(NOT_FOUND)
        return SourcesView(sha256=sha256, publications=[SourceView.of(row) for row in rows])

    async def get_reply(self, sha256: Sha256InPath, reading: Reading) -> Response:
        """Get a file or reply of KNMI as it was received.

        Answers application/octet-stream: whoever reads the bytes anew finds the same figures, or tells us.
        """
        rows = await publications.of_reply(reading.connection, sha256=sha256)
        body = await publications.raw_reply(reading.connection, sha256=sha256)
        if not rows or body is None:
            raise Problem(NOT_FOUND)
        name = _UNUSUAL_IN_A_FILE_NAME.sub("_", rows[0].name)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, headers=headers, media_type="application/octet-stream")
