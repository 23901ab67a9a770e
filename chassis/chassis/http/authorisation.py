"""Whether a caller may do what is asked: by token, role and scope, and by whose data it is."""

from __future__ import annotations

from starlette.requests import Request

from chassis.http.caller import ANONYMOUS, Caller
from chassis.http.problems import UNAUTHENTICATED, Problem
from chassis.http.tokens import Verifier
from contracts.access import Operation


async def authorise(request: Request, operation: Operation, *, verifier: Verifier | None) -> Caller:
    """Return who asks, if that role and token may do `operation` at all. The route keeps it as `request.state.caller`.

    Raises:
        Problem: UNAUTHENTICATED (401) without a valid token, FORBIDDEN (403) where role or scope do not suffice.
    """
    if operation.is_public:
        return ANONYMOUS
    raise Problem(UNAUTHENTICATED)


def check_owner(caller: Caller, operation: Operation, *, owner: str | None) -> None:
    """Refuse what belongs to somebody else; `owner` is a relation number, None when what is asked for does not exist.

    Raises:
        Problem: NOT_FOUND (404), the same for what is somebody else's and for what does not exist.
    """
