"""Requested e-mail: a one-use link, or what happened to an account."""

from __future__ import annotations

from collections.abc import Mapping
from email.headerregistry import Address
from functools import partial

from contracts.message_requests import SealedContents
from notify_svc.channels.mail import compose_mail, recipient_of
from notify_svc.channels.smtp import SmtpConnections, SmtpServer
from notify_svc.channels.transport import CONTACT_UNKNOWN, Handover
from notify_svc.domain.attempts import Deferred, NoAddress, Refused
from notify_svc.domain.insurer import Insurer
from notify_svc.repository.requests import LeasedRequest
from notify_svc.texts.account import write_account_mail


class RequestedMailTransport:
    """Sends requested e-mail to the address that was sealed, else to the customer's."""

    def __init__(self, server: SmtpServer, *, sender: str, insurer: Insurer) -> None:
        self._connections = SmtpConnections(server, sender=sender)
        self._insurer = insurer

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        return self._connections.span_attributes

    def write(self, leased: LeasedRequest, contents: SealedContents) -> Handover | NoAddress | Refused | Deferred:
        request, contact = leased.request, leased.contact
        if contact is None:
            return CONTACT_UNKNOWN
        recipient = recipient_of(contents.email or contact.email)
        if not isinstance(recipient, Address):
            return recipient
        mail = compose_mail(
            write_account_mail(
                request.occasion,
                link=contents.link,
                name=contact.name,
                language=contact.language,
                insurer=self._insurer,
                occurred_at=request.occurred_at,
                relation_number=request.relation_number,
            ),
            message_id=request.request_id,
            sender=self._connections.sender,
            recipient=recipient,
            sent_at=leased.leased_at,
        )
        return partial(self._connections.hand_over, mail, recipient=recipient.addr_spec)

    async def close(self) -> None:
        await self._connections.close()
