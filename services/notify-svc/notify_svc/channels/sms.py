"""SMS about decisions, whoever the provider is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from notify_svc.channels.sms_gateway import SmsGateway, addressed
from notify_svc.channels.transport import Handover
from notify_svc.domain.attempts import NoAddress, Refused
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.pace import Precedence
from notify_svc.domain.written import Written
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.texts.languages import texts_version
from notify_svc.texts.sms import explained_by, write_sms


class SmsTransport:
    """Sends SMS about decisions. `insurer` is whom customers call, and where they ask for a person."""

    def __init__(self, gateway: SmsGateway, *, insurer: Insurer) -> None:
        self._gateway = gateway
        self._insurer = insurer

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        return self._gateway.span_attributes

    def write(self, message: LeasedMessage, *, now: datetime) -> Handover | NoAddress | Refused:  # noqa: ARG002 - an SMS carries no date
        contact = message.contact
        if contact is None:
            return NoAddress("contact-erased")
        if contact.mobile_phone is None:
            return NoAddress("no-address")
        decision = message.decision()
        text = write_sms(
            decision,
            language=contact.language,
            explained=explained_by(email=contact.email, postal_address=contact.postal_address),
            insurer=self._insurer,
        )
        written = Written(
            customer_id=decision.customer_id,
            report_ids=decision.report_ids,
            claim_reference=decision.claim_reference,
            claim_version=decision.claim_version,
            language=contact.language,
            texts_version=texts_version(contact.language),
            recipient=contact.mobile_phone,
            text=text,
        )
        return addressed(
            contact.mobile_phone,
            text=text,
            message_id=message.message_id,
            precedence=Precedence.CAN_WAIT,
            gateway=self._gateway,
            written=written,
        )

    async def close(self) -> None:
        await self._gateway.close()
