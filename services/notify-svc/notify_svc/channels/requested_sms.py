"""Requested SMS: a security code, or that a number is not used any more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from contracts.message_requests import CODE_OCCASIONS, Occasion, SealedContents
from notify_svc.channels.sms_gateway import SmsGateway, addressed
from notify_svc.channels.transport import CONTACT_UNKNOWN, Handover
from notify_svc.domain.attempts import Deferred, NoAddress, Refused
from notify_svc.domain.written import WITHHELD, Written
from notify_svc.repository.requests import LeasedRequest
from notify_svc.texts.account import write_account_sms
from notify_svc.texts.languages import texts_version


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
        write = partial(
            write_account_sms,
            occasion,
            language=language,
            phone=self._phone,
            occurred_at=leased.request.occurred_at,
        )
        written = Written(
            customer_id=leased.request.customer_id,
            report_ids=(),
            claim_reference=None,
            occasion=occasion,
            language=language,
            texts_version=texts_version(language),
            recipient=mobile_phone,
            text=write(code=contents.code and WITHHELD),
        )
        text = write(code=contents.code)
        return addressed(
            mobile_phone,
            text=text,
            message_id=leased.request.request_id,
            precedence=leased.request.lane.precedence,
            gateway=self._gateway,
            written=written,
        )

    async def close(self) -> None:
        await self._gateway.close()
