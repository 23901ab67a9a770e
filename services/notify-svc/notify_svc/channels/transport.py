"""What a sender asks of the server at the other end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeAlias

from contracts.message_requests import SealedContents
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, NoAddress, Refused, Result
from notify_svc.domain.written import Written
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.repository.requests import LeasedRequest

Handover: TypeAlias = Callable[[Lease], Awaitable[Result]]
"""Tries once to hand a written message over, unless its lease is lost. A failure is a result; an exception a defect."""


class Transport(Protocol):
    """Writes messages and hands them over, any number at once."""

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """The server, for the span of an attempt; never an address of a customer."""

    def write(self, message: LeasedMessage, *, now: datetime) -> Handover | NoAddress | Refused:
        """Write `message` for its contact as it is now; nothing leaves the process yet."""

    async def close(self) -> None:
        """Close the connections to the server."""


def keeping(hand_over: Handover, written: Written) -> Handover:
    """Return `hand_over` with what was `written` in its result, where that may have reached somebody."""

    async def handed_over(lease: Lease) -> Result:
        result = await hand_over(lease)
        if isinstance(result, Accepted):
            return replace(result, written=written)
        return AnswerLost(result.reason, written) if isinstance(result, AnswerLost) else result

    return handed_over


OpenTransport: TypeAlias = Callable[[], Transport]
"""Makes a transport for one sender, which closes it; the first message opens its connections."""


class RequestTransport(Protocol):
    """Writes requested messages and hands them over, on connections of its own."""

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """The server, for the span of an attempt; never an address of a customer."""

    def write(self, leased: LeasedRequest, contents: SealedContents) -> Handover | NoAddress | Refused | Deferred:
        """Write the message with its `contents`, which nothing keeps; nothing leaves the process yet."""

    async def close(self) -> None:
        """Close the connections to the server."""


OpenRequestTransport: TypeAlias = Callable[[], RequestTransport]
"""As `OpenTransport`."""
CONTACT_UNKNOWN = Deferred("contact-unknown")
"""The customer's contact data have not come yet; the requester may be ahead of them by a moment."""
