"""Entity tags (RFC 9110): nobody overwrites a version they have not seen, and nobody is sent twice what they have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, TypeAlias

from fastapi import Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.problems import Problem, ProblemType

PRECONDITION_REQUIRED = ProblemType(
    name="precondition-required",
    status=428,
    title="This request needs If-Match",
    remedy="Read first what you want to change, and send the ETag of that answer as If-Match.",
)
PRECONDITION_FAILED = ProblemType(
    name="precondition-failed",
    status=412,
    title="It was changed in the meantime",
    remedy="Read it again, decide anew, and send the new ETag as If-Match.",
)
ENTITY_TAG_INVALID = ProblemType(
    name="entity-tag-invalid",
    status=400,
    title="This is not a list of entity tags",
    remedy='Send ETags as you received them, quotes included, separated by commas: "7", "8".',
)
PROBLEMS: Final = (PRECONDITION_REQUIRED, PRECONDITION_FAILED, ENTITY_TAG_INVALID)

_ANY = "*"
_MEMBER: Final = re.compile(r'[ \t,]*(?P<weak>W/)?(?P<tag>"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)')
_BETWEEN: Final = re.compile(r"[ \t,]*")
_OF_THE_BODY: Final = ("content-type", "content-length", "content-encoding", "content-range")


def etag(version: int) -> str:
    """Return the strong entity tag of a version, for the header `ETag` of what has it."""
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class SeenVersions:
    """What the caller says to have seen of a thing: strong entity tags, or None for whichever there is."""

    tags: frozenset[str] | None

    def require(self, *, version: int) -> None:
        """Refuse who has not seen `version`. Ask with the row locked: it must not change before it is overwritten.

        Raises:
            Problem: PRECONDITION_FAILED (412).
        """
        if self.tags is not None and etag(version) not in self.tags:
            raise Problem(PRECONDITION_FAILED)


async def _seen_versions(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The ETag of what you want to change.", examples=['"7"']),
    ] = None,
) -> SeenVersions:
    """Read If-Match from the request: FastAPI gives one line of a header, and a list may be spread over several."""
    if if_match is None:
        raise Problem(PRECONDITION_REQUIRED)
    lines = request.headers.getlist("if-match")
    if lines == [_ANY]:
        return SeenVersions(None)
    # A weak tag promises no more than that both mean the same. It never permits to overwrite.
    return SeenVersions(frozenset(tag for weak, tag in _entity_tags(lines) if not weak))


IfMatch: TypeAlias = Annotated[SeenVersions, Depends(_seen_versions)]
"""The parameter of a handler that changes what others may change too: `if_match.require(version=...)`."""


def unless_seen(request: Request, response: Response) -> Response:
    """Return `response`, or 304 without its body when a reader's If-None-Match has its entity tag."""
    current = response.headers.get("etag")
    lines = request.headers.getlist("if-none-match")
    if current is None or not lines or request.method not in {"GET", "HEAD"} or response.status_code != HTTPStatus.OK:
        return response
    seen = lines == [_ANY] or current.removeprefix("W/") in {tag for _, tag in _entity_tags(lines)}
    if not seen:
        return response
    headers = {name: value for name, value in response.headers.items() if name not in _OF_THE_BODY}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)


def _entity_tags(lines: list[str]) -> list[tuple[bool, str]]:
    """Read a list of entity tags, each with whether it is weak. A comma within a tag separates nothing.

    Raises:
        Problem: ENTITY_TAG_INVALID (400) for anything else.
    """
    tags: list[tuple[bool, str]] = []
    text, position = ", ".join(lines), 0
    while member := _MEMBER.match(text, position):
        tags.append((member["weak"] is not None, member["tag"]))
        position = member.end()
    if not tags or _BETWEEN.fullmatch(text, position) is None:
        raise Problem(ENTITY_TAG_INVALID)
    return tags
