"""The conversation of SMTP once a server has let us in: mails one after another on a connection that aiosmtplib opened.

The library asks for each reply before it sends the next command. Here the envelope of a mail is one write, and its text
another, where the server takes several commands at once (RFC 2920).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import aiosmtplib
from typing_extensions import override

_DONE, _WILL_FORWARD, _GO_ON, _CLOSING = 250, 251, 354, 421
_LONGEST_REPLY_BYTES = 64 * 1024


class SmtpSession(asyncio.Protocol):
    """One connection. What fails or does not answer in time ends it, so that no reply is taken for that to another."""

    def __init__(self, connection: aiosmtplib.SMTP, *, sender: str, timeout_seconds: float) -> None:
        """Take over `connection`, on which the server has been greeted; a time-out holds for each step."""
        self._mail = f"MAIL FROM:<{sender}>\r\n".encode("ascii")
        self._timeout_seconds = timeout_seconds
        self._takes_commands_at_once = connection.supports_extension("pipelining")
        self._loop = asyncio.get_running_loop()
        self._unread = b""
        self._codes: list[int] = []
        self._awaited = 0
        self._replies: asyncio.Future[Sequence[int]] | None = None
        self._has_begun_mail = False
        self._transport = cast("asyncio.Transport", connection.transport)
        self._transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    async def begin(self, recipient: str, *, returns_to: str | None = None) -> int | None:
        """Have the server begin a mail to `recipient`; return the code by which it refuses, None when it does not.

        What cannot be delivered later goes back to `returns_to`, else to the sender.

        Raises `SMTPSenderRefused` and `OSError`. Nothing has been handed over then, nor when it refuses.
        """
        begin = self._mail if returns_to is None else f"MAIL FROM:<{returns_to}>\r\n".encode("ascii")
        commands = [begin, f"RCPT TO:<{recipient}>\r\n".encode("ascii"), b"DATA\r\n"]
        if self._has_begun_mail and await self._ask([b"RSET\r\n"]) != [_DONE]:
            raise ConnectionAbortedError
        self._has_begun_mail = True
        mail, *others = await self._ask(commands)
        if mail != _DONE:
            raise aiosmtplib.SMTPSenderRefused(mail, "", "")
        recipient_code, *data = others
        if recipient_code in {_DONE, _WILL_FORWARD}:
            if data != [_GO_ON]:
                return data[0]
            if not self.is_open:  # it has closed as it asked for the text: of that it gets nothing
                raise ConnectionResetError
            return None
        if _GO_ON in data:  # it waits for a text although nobody is to get one
            self.close()
        return recipient_code

    async def finish(self, mail: bytes) -> int:
        """Hand over the text that was begun, in lines that end in CRLF, the last one too; return the server's reply.

        Raises `OSError`: the mail may have been taken over then.
        """
        (code,) = await self._exchange(mail.replace(b"\r\n.", b"\r\n..") + b".\r\n", replies=1)
        self._has_begun_mail = code != _DONE
        return code

    async def quit(self) -> None:
        """Take leave of the server."""
        await self._exchange(b"QUIT\r\n", replies=1)
        self.close()

    def close(self) -> None:
        self._transport.abort()

    async def _ask(self, commands: Sequence[bytes]) -> Sequence[int]:
        """Return the replies to `commands`: to all of them, or up to the first that was refused."""
        if self._takes_commands_at_once:
            return await self._exchange(b"".join(commands), replies=len(commands))
        codes: list[int] = []
        for command in commands:
            codes += await self._exchange(command, replies=1)
            if codes[-1] not in {_DONE, _WILL_FORWARD}:
                break
        return codes

    async def _exchange(self, data: bytes, *, replies: int) -> Sequence[int]:
        if not self.is_open:
            raise ConnectionResetError
        self._awaited, self._replies = replies, self._loop.create_future()
        timer = self._loop.call_later(self._timeout_seconds, self._fail, TimeoutError())
        self._transport.write(data)
        try:
            codes = await self._replies
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
            self._replies = None
        if _CLOSING in codes:
            self.close()
        return codes

    @override
    def data_received(self, data: bytes) -> None:
        *lines, self._unread = (self._unread + data).split(b"\n")
        try:
            self._codes += [int(line[:3]) for line in lines if line[3:4] != b"-"]
        except ValueError:
            self._fail(ConnectionAbortedError())
            return
        if self._replies is None or self._replies.done() or len(self._unread) > _LONGEST_REPLY_BYTES:
            self._fail(ConnectionAbortedError())
        elif len(self._codes) >= self._awaited or _CLOSING in self._codes:
            self._replies.set_result(self._codes[: self._awaited])
            if len(self._codes) > self._awaited:
                self.close()
            self._codes = []

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionResetError())

    def _fail(self, error: Exception) -> None:
        self.close()
        if self._replies is not None and not self._replies.done():
            self._replies.set_exception(error)
