"""Whether a caller may do what is asked: by token, role and scope, and by whose data it is."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request

from chassis.http.caller import ANONYMOUS, Caller
from chassis.http.problems import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, Problem
from chassis.http.tokens import Verifier
from contracts.access import Operation, Reach

_BEARER: Final = re.compile(r"bearer +(\S+)", re.IGNORECASE | re.ASCII)


async def authorise(request: Request, operation: Operation, *, verifier: Verifier | None) -> Caller:
    """Return who asks, if that role and token may do `operation` at all. The route keeps it as `request.state.caller`.

    Raises:
        Problem: UNAUTHENTICATED (401) without a valid token, FORBIDDEN (403) where role or scope do not suffice,
            UNAVAILABLE (503) when it cannot be told whether a token is valid.
    """
    if operation.is_public:
        return ANONYMOUS
    token = _token_in(request)
    if verifier is None or token is None:
        raise Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
    caller = await verifier.caller_of(token)
    request.state.caller = caller  # also of who is refused: logs and figures tell its kind
    if caller.role not in operation.grants:
        raise Problem(FORBIDDEN, "The role in this token does not permit that, whatever its scopes.")
    if operation.scope not in caller.scopes:
        raise Problem(
            FORBIDDEN,
            f"Ask for a token with the scope {operation.scope}.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{operation.scope}"'},
        )
    return caller


def check_owner(caller: Caller, operation: Operation, *, owner: str) -> None:
    """Refuse what belongs to somebody else; `owner` is a relation number.

    Raises:
        Problem: NOT_FOUND (404), as of what does not exist.
    """
    if operation.is_public:
        return
    reach = operation.grants.get(caller.role) if caller.role else None
    if reach is Reach.ANY or (reach is Reach.OWN and owner == caller.relation_number):
        return
    raise Problem(NOT_FOUND)


def _token_in(request: Request) -> str | None:
    """Return what the one Authorization header holds; None when there is none, another kind, or more than one."""
    match request.headers.getlist("authorization"):
        case [credentials] if found := _BEARER.fullmatch(credentials):
            return found[1]
        case _:
            return None
