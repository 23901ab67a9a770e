"""A mail server that keeps what it is sent and misbehaves on request; real SMTP on a real port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session
from pause import Pause

DROP_AFTER_DATA = "drop after data"


def body_of(mail: EmailMessage, form: str) -> str:
    """Return what `mail` says as "plain" text or as "html"."""
    body = mail.get_body((form,))
    assert body is not None
    return str(body.get_content())


@dataclass
class MailServer:
    """`answers` are given to the next mails, in order: a reply line or `DROP_AFTER_DATA`; after that 250.

    `recipient_answers` are given to the next recipients.

    The next conversations pause at their recipient, each for one of `recipient_pauses`.

    `extensions` are offered: without PIPELINING a client waits for each reply.
    """

    port: int = 0
    answers: list[str] = field(default_factory=list)
    recipient_answers: list[str] = field(default_factory=list)
    recipient_pauses: list[Pause] = field(default_factory=list)
    extensions: list[str] = field(default_factory=lambda: ["PIPELINING"])
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    connections: list[SMTP] = field(default_factory=list)
    first_mail: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,
        envelope: Envelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        *others, last = responses
        return [*others, *(f"250-{extension}" for extension in self.extensions), last]

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self.recipient_pauses:
            await self.recipient_pauses.pop(0).reach()
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.raw.append(envelope.original_content or b"")
        self.recipients.extend(envelope.rcpt_tos)
        self.senders.append(envelope.mail_from or "")
        self.first_mail.set()
        answer = self.answers.pop(0) if self.answers else "250 kept"
        if answer == DROP_AFTER_DATA:
            assert server.transport is not None
            server.transport.close()
            raise ConnectionResetError
        return answer


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    state = MailServer()

    def connect() -> SMTP:
        connection = SMTP(state, hostname="mail.example.org", enable_SMTPUTF8=True)
        state.connections.append(connection)
        return connection

    server = await asyncio.get_running_loop().create_server(connect, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for connection in state.connections:
            if connection.transport is not None:
                connection.transport.close()
        await server.wait_closed()
