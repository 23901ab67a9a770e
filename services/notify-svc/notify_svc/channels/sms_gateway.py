"""What whoever writes an SMS asks of whoever takes it to the provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias
from uuid import UUID

from notify_svc.channels.transport import Handover, keeping
from notify_svc.domain.attempts import NoAddress, Result
from notify_svc.domain.mobile_number import NotMobile, mobile_number
from notify_svc.domain.pace import Precedence
from notify_svc.domain.written import Written
from notify_svc.repository.leases import Lease


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sms:
    """A text for a number in E.164, and which message it is of."""

    message_id: UUID
    text: str
    mobile_phone: str
    precedence: Precedence = Precedence.CAN_WAIT


class SmsGateway(Protocol):
    """The way to one provider, open from when it was made."""

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """The server, for the span of an attempt; never a number of a customer."""

    async def hand_over(self, sms: Sms, lease: Lease) -> Result:
        """Try once to hand `sms` over, unless its lease is lost; a message in parts is accepted when all parts are."""

    async def close(self) -> None:
        """End the session or the connections."""


OpenGateway: TypeAlias = Callable[[], SmsGateway]
"""Opens a gateway for one sender, which closes it."""


def addressed(
    number: str, *, text: str, message_id: UUID, precedence: Precedence, gateway: SmsGateway, written: Written
) -> Handover | NoAddress:
    """Return how `text` is handed over to a number as it was given, if that takes SMS; `written` is what is kept of it.

    It is asked here and not when contact data come in: a numbering plan may change between, and this is the one place
    that every SMS passes, whoever gave its number.
    """
    mobile_phone = mobile_number(number)
    if isinstance(mobile_phone, NotMobile):
        return NoAddress(mobile_phone.reason)
    sms = Sms(message_id=message_id, text=text, mobile_phone=mobile_phone, precedence=precedence)
    return keeping(partial(gateway.hand_over, sms), written)
