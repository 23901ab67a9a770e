"""Requested SMS: a security code, or that a number is not used any more."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.message_requests import CODE_OCCASIONS, Occasion, SealedContents
from notify_svc.channels.sms_gateway import SmsGateway, addressed
from notify_svc.channels.transport import CONTACT_UNKNOWN, Handover
from notify_svc.domain.attempts import Deferred, NoAddress, Refused
from notify_svc.repository.requests import LeasedRequest
from notify_svc.texts.account import write_account_sms


class RequestedSmsTransport:
    """Sends requested SMS to the number that was sealed, else to the customer's."""

    def __init__(self, gateway: SmsGateway, *, phone: str) -> None:
        self._gateway = gateway
        self._phone = phone

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        return self._gateway.span_attributes

    def write(self, leased: LeasedRequest, contents: SealedContents) -> Handover | NoAddress | Refused | Deferred:
        if leased.contact is None:
            return CONTACT_UNKNOWN
        mobile_phone = contents.mobile_phone or leased.contact.mobile_phone
        if mobile_phone is None:
            return NoAddress("no-address")
        occasion, language = Occasion(leased.request.occasion), leased.contact.language
        if contents.code is None and occasion in CODE_OCCASIONS:
            return Refused("no-code")
        text = write_account_sms(
            occasion, code=contents.code, language=language, phone=self._phone, occurred_at=leased.request.occurred_at
        )
        return addressed(
            mobile_phone,
            text=text,
            message_id=leased.request.request_id,
            gateway=self._gateway,
        )

    async def close(self) -> None:
        await self._gateway.close()
