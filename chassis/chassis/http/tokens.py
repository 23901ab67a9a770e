"""Access tokens: whether one is genuine, meant for this service and still valid."""

from __future__ import annotations

from typing import Protocol

from chassis.http.caller import Caller


class Verifier(Protocol):
    """Tells who holds a token."""

    async def caller_of(self, token: str) -> Caller:
        """Verify `token`; raise `Problem` (401) when it is not to be believed."""
        ...
