"""The mail server: a small pool of SMTP connections, one mail at a time on each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from functools import partial
from typing import Literal, TypeAlias

import aiosmtplib

from notify_svc.channels.mail import compose_mail, recipient_of
from notify_svc.channels.pace import Pace
from notify_svc.channels.smtp_session import SmtpSession
from notify_svc.channels.transport import Handover, keeping
from notify_svc.dkim import DkimSigner
from notify_svc.domain.attempts import (
    Accepted,
    AnswerLost,
    Deferred,
    LeaseLost,
    NoAddress,
    Refused,
    Result,
    Unreachable,
)
from notify_svc.domain.bounce_address import BounceAddresses, SentMail
from notify_svc.domain.email_address import parse_address
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.pace import Precedence
from notify_svc.domain.written import Written
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.texts.languages import texts_version
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render

_DONE, _REFUSED = 2, 5
"""The first digits of reply codes that say more than the others (RFC 5321, section 4.2.1)."""
_TOO_FAST = frozenset({"smtp-421", "smtp-452"})
"""By which servers say that they are sent too much (RFC 5321, section 4.2.3). Not 450: that is also greylisting."""
_ACCEPTED = Accepted()
_STEPS = 3
"""Connecting, the envelope and the text of a mail may take one time-out each."""


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail is submitted, and how. `timeout_seconds` holds for each step, `connections` bounds those at once."""

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    username: str | None
    password: str | None
    timeout_seconds: float
    connections: int
    signer: DkimSigner | None = None
    """Signs mails, unless the mail server does."""
    bounces: BounceAddresses | None = None
    """Where mails come back to; without any, to their sender."""
    pace: Pace = field(default_factory=lambda: Pace("smtp"))
    """How fast mails may leave."""


class SmtpTransport:
    """Sends e-mail about decisions."""

    def __init__(self, server: SmtpServer, *, sender: str, insurer: Insurer) -> None:
        self._connections = SmtpConnections(server, sender=sender)
        self._insurer = insurer

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        return self._connections.span_attributes

    def write(self, message: LeasedMessage, *, now: datetime) -> Handover | NoAddress | Refused:
        contact = message.contact
        if contact is None:
            return NoAddress("contact-erased")
        recipient = recipient_of(contact.email)
        if not isinstance(recipient, Address):
            return recipient
        decision, language = message.decision(), contact.language
        letter = write_letter(decision, name=contact.name, language=language, insurer=self._insurer, written_at=now)
        rendered = render(letter)
        mail = compose_mail(
            letter,
            rendered,
            message_id=message.message_id,
            sender=self._connections.sender,
            recipient=recipient,
            sent_at=now,
        )
        written = Written(
            customer_id=decision.customer_id,
            report_ids=decision.report_ids,
            claim_reference=decision.claim_reference,
            claim_version=decision.claim_version,
            language=language,
            texts_version=texts_version(language),
            recipient=recipient.addr_spec,
            subject=letter.subject,
            text=rendered.text,
            html=rendered.html,
            pictures=tuple((picture.content_id, picture.png) for picture in letter.pictures),
        )
        sent = SentMail(decision.claim_id, decision.claim_version, message.attempt.attempts)
        hand_over = partial(
            self._connections.hand_over,
            mail,
            recipient=recipient.addr_spec,
            sent=sent,
            precedence=Precedence.CAN_WAIT,
        )
        return keeping(hand_over, written)

    async def close(self) -> None:
        await self._connections.close()


class SmtpConnections:
    """Connections to the mail server, kept for the next mail and opened again when the server has closed them."""

    def __init__(self, server: SmtpServer, *, sender: str) -> None:
        self._server = server
        self.sender = parse_address(sender)
        self._idle: list[SmtpSession] = []
        self._places = asyncio.Semaphore(server.connections)
        server.pace.open()

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """The server, for the span of an attempt."""
        return {
            "server.address": self._server.host,
            "server.port": self._server.port,
            "network.protocol.name": "smtp",
        }

    async def close(self) -> None:
        self._server.pace.close()
        idle, self._idle = self._idle, []
        await asyncio.gather(*map(_take_leave, idle))

    async def hand_over(
        self, mail: bytes, lease: Lease, *, recipient: str, sent: SentMail, precedence: Precedence
    ) -> Result:
        """Try once to hand `mail` over, signed, unless the lease is lost. `sent` names it should it come back.

        Its turn comes when it has a connection: a slow server cannot make those whose turn it was leave together.
        """
        signer = self._server.signer
        if signer is not None:
            mail = signer.signed(mail)
        bounces = self._server.bounces
        begin = partial(_begin, recipient=recipient, returns_to=None if bounces is None else bounces.of(sent))
        timeout_seconds = self._server.timeout_seconds
        must_wait = self._places.locked() or self._server.pace.rate is not None
        async with self._places:
            await self._server.pace.turn(precedence=precedence)
            if must_wait and not lease.covers(timeout_seconds * _STEPS):
                return LeaseLost()
            try:
                session, refused_by = await self._begin(begin)
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                return Unreachable(_error_name(error))
            if refused_by is not None:
                result = _read_reply(refused_by)
            elif lease.covers(timeout_seconds):  # the last moment at which the server has not been handed anything
                result = await _finish(session, mail)
            else:
                session.close()
                return LeaseLost()
            if session.is_open:
                self._idle.append(session)
            if isinstance(result, Deferred) and result.reason in _TOO_FAST:
                self._server.pace.too_fast()
            return result

    async def _begin(self, begin: _BeginMail) -> tuple[SmtpSession, int | None]:
        """Have the server begin a mail, on an idle connection if possible; return also the code by which it refuses.

        Raises when it does not on a new one, also when it refuses our own address: it then accepts no mail at all.
        """
        while self._idle:
            session = self._idle.pop()
            try:
                return session, await begin(session)
            except TimeoutError:
                raise
            except (aiosmtplib.SMTPException, OSError):  # the server may have closed it meanwhile
                session.close()
        session = await self._connect()
        try:
            return session, await begin(session)
        except aiosmtplib.SMTPException:
            session.close()
            raise

    async def _connect(self) -> SmtpSession:
        server = self._server
        connection = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            username=server.username,
            password=server.password,
            timeout=server.timeout_seconds,
        )
        async with asyncio.timeout(server.timeout_seconds):
            await connection.connect()
            try:
                await connection.rset()  # has the library say EHLO, or HELO, unless it has
            except BaseException:
                connection.close()
                raise
        return SmtpSession(connection, sender=self.sender.addr_spec, timeout_seconds=server.timeout_seconds)


_BeginMail: TypeAlias = Callable[[SmtpSession], Awaitable[int | None]]


async def _begin(session: SmtpSession, *, recipient: str, returns_to: str | None) -> int | None:
    return await session.begin(recipient, returns_to=returns_to)


async def _finish(session: SmtpSession, mail: bytes) -> Result:
    try:
        code = await session.finish(mail)
    except OSError as error:
        return AnswerLost(_error_name(error))
    return _ACCEPTED if code // 100 == _DONE else _read_reply(code)


async def _take_leave(session: SmtpSession) -> None:
    with suppress(OSError):
        async with asyncio.timeout(1):
            await session.quit()


def _read_reply(code: int) -> Result:
    """Read a reply that is not what was asked for: 4yz asks to come back later, 5yz is final."""
    reason = f"smtp-{code}"
    return Refused(reason) if code // 100 == _REFUSED else Deferred(reason)


def _error_name(error: Exception) -> str:
    code = f"-{error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    return type(error).__name__ + code
