"""Requested e-mail: a one-use link, or what happened to an account, a customer, a policy or a claim."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from email.headerregistry import Address
from functools import partial

from contracts.message_requests import SealedContents
from notify_svc.channels.mail import compose_mail, recipient_of
from notify_svc.channels.smtp import SmtpConnections, SmtpServer
from notify_svc.channels.transport import CONTACT_UNKNOWN, Handover, keeping
from notify_svc.domain.attempts import Deferred, NoAddress, Refused
from notify_svc.domain.bounce_address import SentMail
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.written import WITHHELD, Written
from notify_svc.repository.requests import LeasedRequest
from notify_svc.request_writer import write_requested
from notify_svc.texts.languages import texts_version
from notify_svc.texts.rendering import render


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
        letter = write_requested(request, contact, link=contents.link, insurer=self._insurer)
        rendered = render(letter)
        mail = compose_mail(
            letter,
            rendered,
            message_id=request.request_id,
            sender=self._connections.sender,
            recipient=recipient,
            sent_at=leased.leased_at,
        )
        # A one-use link is withheld before anything is rendered: nothing has to be found and taken out afterwards.
        kept = render(dataclasses.replace(letter, link=WITHHELD)) if contents.link else rendered
        claim, language = request.claim, contact.language
        written = Written(
            customer_id=request.customer_id,
            report_ids=request.report_ids or (),
            claim_reference=None if claim is None else claim.claim_reference,
            occasion=request.occasion,
            language=language,
            texts_version=texts_version(language),
            recipient=recipient.addr_spec,
            subject=letter.subject,
            text=kept.text,
            html=kept.html,
        )
        sent = SentMail(request.request_id, attempt=leased.attempt.attempts)
        hand_over = partial(
            self._connections.hand_over,
            mail,
            recipient=recipient.addr_spec,
            sent=sent,
            precedence=request.lane.precedence,
        )
        return keeping(hand_over, written)

    async def close(self) -> None:
        await self._connections.close()
