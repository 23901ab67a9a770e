"""The mail server: a small pool of SMTP connections, one mail at a time on each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

import aiosmtplib

from notify_svc.channels.mail import compose_mail
from notify_svc.channels.transport import Handover
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
from notify_svc.domain.email_address import BadAddressError, BadDomainError, parse_address
from notify_svc.domain.insurer import Insurer
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.texts.letter import write_letter

_FIRST_PERMANENT_CODE = 500
_ACCEPTED = Accepted()


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


class SmtpTransport:
    """Sends e-mail. Connections are kept for the next mail and opened again when the server has closed them."""

    def __init__(self, server: SmtpServer, *, sender: str, insurer: Insurer) -> None:
        self._server = server
        self._sender = parse_address(sender)
        self._insurer = insurer
        self._idle: list[aiosmtplib.SMTP] = []
        self._unfinished: set[aiosmtplib.SMTP] = set()
        """Idle connections on which a mail was begun and not taken over: to be reset."""
        self._places = asyncio.Semaphore(server.connections)

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        return {
            "server.address": self._server.host,
            "server.port": self._server.port,
            "network.protocol.name": "smtp",
        }

    def write(self, message: LeasedMessage, *, now: datetime) -> Handover | NoAddress | Refused:
        """Write the mail; an address that cannot be read is refused without asking the server."""
        contact = message.contact
        if contact is None:
            return NoAddress("contact-erased")
        if contact.email is None:
            return NoAddress("no-address")
        try:
            recipient = parse_address(contact.email)
        except BadDomainError:
            return NoAddress("bad-domain")
        except BadAddressError:
            return Refused("unreadable-address")
        mail = compose_mail(
            write_letter(
                message.decision(),
                name=contact.name,
                language=contact.language,
                insurer=self._insurer,
                written_at=now,
            ),
            message_id=message.message_id,
            sender=self._sender,
            recipient=recipient,
            sent_at=now,
        )
        return partial(self._hand_over, mail, recipient=recipient.addr_spec)

    async def close(self) -> None:
        while self._idle:
            connection = self._idle.pop()
            try:
                await connection.quit(timeout=1)
            except (aiosmtplib.SMTPException, OSError):
                connection.close()

    async def _hand_over(self, mail: bytes, lease: Lease, *, recipient: str) -> Result:
        async with self._places:
            try:
                async with asyncio.timeout(self._server.timeout_seconds):
                    connection = await self._begin()
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                return Unreachable(_error_name(error))
            result = await self._transmit(connection, mail, lease, recipient=recipient)
            if isinstance(result, (Unreachable, AnswerLost)) or not connection.is_connected:
                connection.close()
            else:
                self._idle.append(connection)
                if result != _ACCEPTED:
                    self._unfinished.add(connection)
            return result

    async def _begin(self) -> aiosmtplib.SMTP:
        """Return a connection on which the server has just let a mail begin, an idle one if possible.

        Raises when it does not on a new one, also when it refuses our own address: it then accepts no mail at all.
        """
        while self._idle:
            connection = self._idle.pop()
            try:
                if connection in self._unfinished:
                    self._unfinished.remove(connection)
                    await connection.rset()
                await self._begin_on(connection)
            except (aiosmtplib.SMTPException, OSError):  # the server may have closed it meanwhile
                connection.close()
            else:
                return connection
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
        await connection.connect()
        connection.timeout = None  # from here on each step has its own, and a timer for each command is dear
        try:
            await self._begin_on(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _begin_on(self, connection: aiosmtplib.SMTP) -> None:
        await connection.mail(self._sender.addr_spec)

    async def _transmit(self, connection: aiosmtplib.SMTP, mail: bytes, lease: Lease, *, recipient: str) -> Result:
        timeout_seconds = self._server.timeout_seconds
        try:
            async with asyncio.timeout(timeout_seconds):
                await connection.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            return _read_reply(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Unreachable(_error_name(error))
        if not lease.covers(timeout_seconds):  # the last moment at which the server has not been handed anything
            return LeaseLost()
        try:
            async with asyncio.timeout(timeout_seconds):
                await connection.data(mail)
        except aiosmtplib.SMTPDataError as error:
            return _read_reply(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            return AnswerLost(_error_name(error))
        return _ACCEPTED


def _read_reply(error: aiosmtplib.SMTPResponseException) -> Result:
    """Read a reply code (RFC 5321, section 4.2.1): 4yz asks to come back later, 5yz is final."""
    reason = f"smtp-{error.code}"
    return Refused(reason) if error.code >= _FIRST_PERMANENT_CODE else Deferred(reason)


def _error_name(error: Exception) -> str:
    code = f"-{error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    return type(error).__name__ + code
