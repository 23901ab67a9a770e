"""A mail server that takes whatever comes, pipelined or not (RFC 5321, RFC 2920), and counts it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import MappingProxyType
from typing import cast

from typing_extensions import override

from bench.sinks.tally import Tally

_END_OF_LINE, _END_OF_MAIL = b"\r\n", b"\r\n.\r\n"
_MESSAGE_ID = b"\r\nMessage-ID: "
_GREETING = b"220 localhost ESMTP\r\n"
_EXTENSIONS = b"250-localhost\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n"
_DONE, _GO_ON, _BYE = b"250 OK\r\n", b"354 Go on\r\n", b"221 Bye\r\n"
_UNKNOWN = b"502 Unknown command\r\n"
_ANSWERS = MappingProxyType(
    {b"EHLO": _EXTENSIONS, b"DATA": _GO_ON, b"QUIT": _BYE}
    | dict.fromkeys((b"HELO", b"MAIL", b"RCPT", b"RSET", b"NOOP"), _DONE)
)


class SmtpSession(asyncio.Protocol):
    """One connection. All that a client sent at once is answered at once."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._unread = b""
        self._recipients: list[bytes] = []
        self._reads_mail = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(_GREETING)

    @override
    def data_received(self, data: bytes) -> None:
        self._unread += data
        answers = list(self._answers())
        self._transport.write(b"".join(answers))
        if _BYE in answers:
            self._transport.close()

    def _answers(self) -> Iterator[bytes]:
        while True:
            read, end, rest = self._unread.partition(_END_OF_MAIL if self._reads_mail else _END_OF_LINE)
            if not end:
                return
            self._unread = rest
            yield self._end_of_mail(read) if self._reads_mail else self._command(read)

    def _end_of_mail(self, mail: bytes) -> bytes:
        identity = mail.partition(_MESSAGE_ID)[2].partition(_END_OF_LINE)[0]
        for recipient in self._recipients:
            self._tally.add(recipient, identity=identity + recipient)
        self._recipients.clear()
        self._reads_mail = False
        return _DONE

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipients.append(line.partition(b"<")[2].partition(b">")[0])
        elif verb == b"RSET":
            self._recipients.clear()
        self._reads_mail = verb == b"DATA"
        return _ANSWERS.get(verb, _UNKNOWN)
