"""Problem details (RFC 9457): what every answer looks like that is not a success."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A kind of problem. `name` is stable: programs decide by it. `remedy` tells who asked what to do."""

    name: str
    status: int
    title: str
    remedy: str

    @property
    def uri(self) -> str:
        """Where the door explains this type."""
        return f"/problems/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field: `place` is body, query, path or header, `field` a JSON pointer or a name."""

    place: str
    field: str
    message: str


class Problem(HTTPException):
    """Raised instead of an answer that is a success. `detail` and `errors` never repeat what was sent."""

    def __init__(
        self,
        type_: ProblemType,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(type_.status, detail or type_.title, headers)
        self.type = type_
        self.errors = errors


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
    remedy="Check the address.",
)
