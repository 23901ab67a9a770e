"""Problem details (RFC 9457): what every answer looks like that is not a success.

None of them repeats what was sent, because that may be personal data, nor anything of the inside of a service.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A kind of problem. `name` is stable: programs decide by it. `remedy` tells who asked what to do.

    `members` are JSON Schemas of what it tells besides (RFC 9457 §3.2), by name.
    """

    name: str
    status: int
    title: str
    remedy: str
    members: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def uri(self) -> str:
        """Where every service explains this type."""
        return f"/problems/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field: `place` is body, query, path or header, `field` a JSON pointer or a name."""

    place: str
    field: str
    message: str


class Problem(HTTPException):
    """Raised instead of an answer that is a success. `detail`, `errors` and `members` never repeat what was sent."""

    def __init__(
        self,
        type_: ProblemType,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(type_.status, detail or type_.remedy, headers)
        self.type = type_
        self.errors = errors
        self.members = members or {}

    def response(self) -> Response:
        """Return the answer that tells it."""
        told: dict[str, Any] = {
            "type": self.type.uri,
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            **self.members,
        }
        if self.errors:
            told["errors"] = [
                {"in": error.place, "field": error.field, "message": error.message} for error in self.errors
            ]
        return Response(
            json.dumps(told, ensure_ascii=False), self.type.status, headers=self.headers, media_type=MEDIA_TYPE
        )


MALFORMED = ProblemType(
    name="malformed",
    status=400,
    title="The request cannot be read",
    remedy="Send what the description of the operation shows, in UTF-8, as JSON without duplicate keys.",
)
UNAUTHENTICATED = ProblemType(
    name="unauthenticated",
    status=401,
    title="A valid access token is needed",
    remedy="Send Authorization: Bearer with an access token for this service that has not expired.",
)
FORBIDDEN = ProblemType(
    name="forbidden",
    status=403,
    title="This token does not permit that",
    remedy="Ask for a token with the scope that the description of the operation names, as a role that may do this.",
)
NOT_FOUND = ProblemType(
    name="not-found",
    status=404,
    title="There is no such thing, or not for you",
    remedy="Check the path.",
)
METHOD_NOT_ALLOWED = ProblemType(
    name="method-not-allowed",
    status=405,
    title="This path has no such method",
    remedy="Use one of the methods in Allow.",
)
TOO_SLOW = ProblemType(
    name="body-too-slow",
    status=408,
    title="The body did not arrive in time",
    remedy="Send the request again.",
)
TOO_LARGE = ProblemType(
    name="body-too-large",
    status=413,
    title="The body is too large",
    remedy="Send less at once.",
)
URI_TOO_LONG = ProblemType(
    name="uri-too-long",
    status=414,
    title="The address is too long",
    remedy="Send an address with a shorter query.",
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    name="unsupported-media-type",
    status=415,
    title="The body is not of a type that is read here",
    remedy="Send the body with the Content-Type that the description of the operation shows, without Content-Encoding.",
)
INVALID = ProblemType(
    name="invalid",
    status=422,
    title="The request can be read, and is not what is expected",
    remedy="Change the fields that `errors` names.",
)
HEAD_TOO_LARGE = ProblemType(
    name="head-too-large",
    status=431,
    title="The headers are too large",
    remedy="Send fewer or shorter headers; in a browser, delete the cookies of this site.",
)
TOO_MANY_REQUESTS = ProblemType(
    name="too-many-requests",
    status=429,
    title="Too many requests at once from this address",
    remedy="Wait as many seconds as Retry-After says, then send the request again.",
)
INTERNAL = ProblemType(
    name="internal",
    status=500,
    title="Something went wrong here",
    remedy="Send the request again later; if it fails again, tell us when you sent it.",
)
UNAVAILABLE = ProblemType(
    name="unavailable",
    status=503,
    title="This cannot be done at the moment",
    remedy="Wait as many seconds as Retry-After says, then send the request again.",
)
COMMON_PROBLEMS = (
    MALFORMED,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    TOO_SLOW,
    TOO_LARGE,
    URI_TOO_LONG,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID,
    HEAD_TOO_LARGE,
    TOO_MANY_REQUESTS,
    INTERNAL,
    UNAVAILABLE,
)
"""What any route of any service may answer. A service has problems of its own besides."""

RETRY_SOON: Mapping[str, str] = {"Retry-After": "1"}
_OF_THE_FRAMEWORK = {
    problem.status: problem for problem in (MALFORMED, NOT_FOUND, METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE)
}


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Tell a `Problem`, or what the framework raises before a route is found, such as 404 and 405."""
    if isinstance(error, Problem):
        return error.response()
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for no other
    problem = _OF_THE_FRAMEWORK.get(error.status_code, INTERNAL)
    headers = {"Allow": _methods_at(request)} if problem is METHOD_NOT_ALLOWED else error.headers
    return Problem(problem, headers=headers).response()


def _methods_at(request: Request) -> str:
    """Name every method of a path. Starlette names those of the first of its routes."""
    at_path = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in at_path for method in route.methods}))


async def answer_failure(_: Request, __: Exception) -> Response:
    """Tell that something failed outside of a route, and nothing about it."""
    return Problem(INTERNAL).response()


def explanations(problems: Iterable[ProblemType]) -> Mapping[str, bytes]:
    """Return by name what `GET /problems/NAME` says of each type."""
    return {
        problem.name: json.dumps(
            {"type": problem.uri, "title": problem.title, "status": problem.status, "remedy": problem.remedy}
        ).encode()
        for problem in problems
    }
