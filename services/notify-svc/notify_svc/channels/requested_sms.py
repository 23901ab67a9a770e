"""Requested SMS: a security code, or that a number is not used any more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from contracts.message_requests import CODE_OCCASIONS, Occasion, SealedContents
from notify_svc.channels import gsm_alphabet
from notify_svc.channels.smpp import SmppConnection, SmsCentre
from notify_svc.channels.transport import CONTACT_UNKNOWN, Handover, keeping
from notify_svc.domain.attempts import Deferred, NoAddress, Refused
from notify_svc.domain.written import WITHHELD, Written
from notify_svc.repository.requests import LeasedRequest
from notify_svc.texts.account import write_account_sms
from notify_svc.texts.version import texts_version


class RequestedSmsTransport:
    """Sends requested SMS to the number that was sealed, else to the customer's."""

    def __init__(self, centre: SmsCentre, *, sender: str, phone: str) -> None:
        self._connection = SmppConnection(centre, sender=sender)
        self._phone = phone

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        return self._connection.span_attributes

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
        text = gsm_alphabet.encode(write(code=contents.code))
        return keeping(partial(self._connection.hand_over, text, mobile_phone=mobile_phone), written)

    async def close(self) -> None:
        await self._connection.close()
