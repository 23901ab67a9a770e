"""What the sender asks of a channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

from notify_svc.domain import Accepted, NoAddress, Refused, Result

if TYPE_CHECKING:
    from notify_svc.attempts import Leased

Handover: TypeAlias = Callable[[], Awaitable[Result]]
"""Tries once to hand a written message over. Trouble is a result; an exception is a defect."""


class Transport(Protocol):
    """Writes messages and hands them over, as many at once as the channel was set up for."""

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """The server, for the span of a send; never an address of a customer."""

    def write(self, message: Leased) -> Handover | NoAddress | Refused:
        """Write `message` as it is now to be written; nothing leaves the process yet."""

    async def close(self) -> None:
        """Say goodbye to the server."""


class NullTransport:
    """Takes everything and sends nothing: for load tests, where a message must cost no network."""

    span_attributes: Mapping[str, str | int] = {"server.address": "null"}

    def write(self, message: Leased) -> Handover:  # noqa: ARG002 - the protocol's name
        """Write nothing: what a text costs is not what a load test measures."""
        return _accept

    async def close(self) -> None:
        """Do nothing: there is no server."""


async def _accept() -> Result:
    return Accepted()
