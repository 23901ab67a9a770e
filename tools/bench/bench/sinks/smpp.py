"""An SMS centre that binds everybody, takes whatever is submitted (SMPP 3.4), and counts it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import cast

from typing_extensions import override

from bench.sinks.tally import Tally
from devstack.outside.smpp import RESPONSE_BIT, CommandId, CommandStatus
from devstack.outside.smpp_session import BINDS, HEADER, SYSTEM_ID

_END = b"\0"
_TYPE_AND_PLAN_BYTES = 2
_LENGTH_BYTES = 4


class SmppSession(asyncio.Protocol):
    """One connection, any number of messages unanswered."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._unread = b""
        self._message_ids = count(1)

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._unread += data
        self._transport.write(b"".join(self._answer(pdu) for pdu in self._whole_pdus()))

    def _whole_pdus(self) -> Iterator[bytes]:
        begin, received = 0, self._unread
        while len(received) >= begin + HEADER.size:
            end = begin + int.from_bytes(received[begin : begin + _LENGTH_BYTES])
            if end > len(received):
                break
            yield received[begin:end]
            begin = end
        self._unread = received[begin:]

    def _answer(self, pdu: bytes) -> bytes:
        _, command, _, sequence = HEADER.unpack_from(pdu)
        if command & RESPONSE_BIT:
            return b""
        if command == CommandId.SUBMIT_SM:
            message = pdu[HEADER.size :]
            self._tally.add(_destination_of(message), identity=message)
            return _encode(command, sequence, b"%d" % next(self._message_ids) + _END)
        if command in BINDS:
            return _encode(command, sequence, SYSTEM_ID)
        return _encode(command, sequence)


def _destination_of(message: bytes) -> bytes:
    """Return destination_addr of a submit_sm (§4.4.1): service type, source and destination come first."""
    source = message.index(_END) + len(_END) + _TYPE_AND_PLAN_BYTES
    destination = message.index(_END, source) + len(_END) + _TYPE_AND_PLAN_BYTES
    return message[destination : message.index(_END, destination)]


def _encode(command: int, sequence: int, body: bytes = b"") -> bytes:
    return HEADER.pack(HEADER.size + len(body), command | RESPONSE_BIT, CommandStatus.OK, sequence) + body
