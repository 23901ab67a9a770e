"""The gate of routes that hash a password: it lets in as many as are hashed soon, before they hold a connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from auth_svc.parts import Parts
from auth_svc.passwords import BusyError
from chassis.http.declaration import Gate
from chassis.http.problems import RETRY_SOON, Problem, ProblemType

BUSY = ProblemType(
    name="busy",
    status=429,
    title="Too many log in at this moment",
    remedy="Wait as many seconds as Retry-After says, then send the request again.",
)


def gate_of(parts: Parts) -> Gate:
    """Return what a route gives as its `gate`. It raises `BUSY` where no place is free."""

    @contextmanager
    def gate() -> Iterator[None]:
        with ExitStack() as stack:
            try:
                stack.enter_context(parts.passwords.place())
            except BusyError:
                raise Problem(BUSY, headers=RETRY_SOON) from None
            yield

    return gate
