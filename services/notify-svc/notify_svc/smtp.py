"""The mail server: a small pool of SMTP connections, one mail at a time on each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import aiosmtplib

from contracts.claims import DecisionMade
from notify_svc.domain import Accepted, AnswerLost, Deferred, NoAddress, Refused, Unreachable
from notify_svc.letter import write_letter
from notify_svc.mail import BadAddressError, parse_address, render_mail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chassis.clock import Clock
    from notify_svc.attempts import Leased
    from notify_svc.domain import Result
    from notify_svc.transport import Handover

_PERMANENT = 500


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail is handed in, and how."""

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    username: str | None
    password: str | None
    timeout_seconds: float


class SmtpTransport:
    """Sends e-mail. Connections are kept for the next mail and opened again when the server has closed them."""

    def __init__(self, server: SmtpServer, *, sender: str, insurer: str, clock: Clock) -> None:
        self._server = server
        self._sender = parse_address(sender)
        self._insurer = insurer
        self._clock = clock
        self._idle: list[aiosmtplib.SMTP] = []

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """Name the server."""
        return {
            "server.address": self._server.host,
            "server.port": self._server.port,
            "network.protocol.name": "smtp",
        }

    def write(self, message: Leased) -> Handover | NoAddress | Refused:
        """Write the mail as it is now to be written."""
        if message.contact.email is None:
            return NoAddress()
        try:
            recipient = parse_address(message.contact.email)
        except BadAddressError:
            return Refused("unreadable-address")
        decision = DecisionMade.model_validate_json(message.decision)
        mail = render_mail(
            write_letter(decision, name=message.contact.name, language=message.contact.language),
            message_id=message.message_id,
            sender=self._sender,
            recipient=recipient,
            insurer=self._insurer,
            sent_at=self._clock.now(),
        )
        return partial(self._hand_over, mail.as_bytes(), recipient=recipient.addr_spec)

    async def close(self) -> None:
        """Close all connections that are kept."""
        while self._idle:
            connection = self._idle.pop()
            try:
                await connection.quit(timeout=1)
            except (aiosmtplib.SMTPException, OSError):
                connection.close()

    async def _hand_over(self, mail: bytes, *, recipient: str) -> Result:
        try:
            async with asyncio.timeout(self._server.timeout_seconds):
                connection = await self._connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return Unreachable(_name(error))
        result = await self._converse(connection, mail, recipient=recipient)
        if isinstance(result, (Unreachable, AnswerLost)) or not connection.is_connected:
            connection.close()
        else:
            self._idle.append(connection)
        return result

    async def _connect(self) -> aiosmtplib.SMTP:
        """Return a connection that has just answered, an idle one if possible."""
        while self._idle:
            connection = self._idle.pop()
            try:
                await connection.rset()
            except (aiosmtplib.SMTPException, OSError):
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
        return connection

    async def _converse(self, connection: aiosmtplib.SMTP, mail: bytes, *, recipient: str) -> Result:
        timeout_seconds = self._server.timeout_seconds
        try:
            async with asyncio.timeout(timeout_seconds):
                await connection.mail(self._sender.addr_spec)
                await connection.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            return _answer(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Unreachable(_name(error))  # also when our own address is refused: then no mail is taken at all
        try:
            async with asyncio.timeout(timeout_seconds):
                await connection.data(mail)
        except aiosmtplib.SMTPDataError as error:
            return _answer(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            return AnswerLost(_name(error))
        return Accepted()


def _answer(error: aiosmtplib.SMTPResponseException) -> Result:
    """Read a reply code (RFC 5321, section 4.2.1): 4yz asks to come back later, 5yz is a no for good."""
    reason = f"smtp-{error.code}"
    return Refused(reason) if error.code >= _PERMANENT else Deferred(reason)


def _name(error: Exception) -> str:
    code = f"-{error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    return type(error).__name__ + code
