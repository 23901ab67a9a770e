"""An SMS centre that keeps what it is sent and misbehaves on request; real SMPP 3.4 on a real port."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

import smpp34
from pause import Pause

from notify_svc.channels.smpp_receipts import Tag

_BIND_TRANSCEIVER, _SUBMIT, _ENQUIRE_LINK, _IS_RESPONSE = 0x09, 0x04, 0x15, 0x80000000
_HEADER = struct.Struct(">IIII")
DROP = -1
KEEP_SILENT = -2
THROTTLED, QUEUE_FULL, INVALID_DESTINATION, NOT_BOUND, INVALID_PASSWORD = 0x58, 0x14, 0x0B, 0x04, 0x0E
DELIVERED, EXPIRED, UNDELIVERABLE, REJECTED = ("DELIVRD", 2), ("EXPIRED", 3), ("UNDELIV", 5), ("REJECTD", 8)
RECEIPT = 0x04


@dataclass
class SmsCentre:
    """`answers` are given to the next messages, in order: a command status, `DROP` or `KEEP_SILENT`; after that 0.

    The next sessions pause at their login, each for one of `login_pauses`; `login_answers` are the command statuses
    that logins get, in order, and after that 0. `passwords` are those that it was told.

    It calls messages `msg-1`, `msg-2` and so on, or by the next of `ids`. Of the next messages it sends `receipts`,
    each after the answer to its message, or before it, where that is `early`. A receipt gives back the reference of its
    message where the centre `echoes`.
    """

    port: int = 0
    answers: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    receipts: list[tuple[str, int]] = field(default_factory=list)
    early: bool = False
    echoes: bool = True
    login_pauses: list[Pause] = field(default_factory=list)
    login_answers: list[int] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    messages: list[smpp34.SubmitSm] = field(default_factory=list)
    accepted: dict[str, smpp34.SubmitSm] = field(default_factory=dict)
    sessions: int = 0
    acknowledged: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def texts(self) -> list[str]:
        """What it was sent, where that is plain ASCII."""
        return [message.short_message.decode("ascii", "replace") for message in self.messages]

    async def hang_up(self) -> None:
        """End all sessions, and return when the other side must have noticed."""
        for writer in self.writers:
            writer.close()
            await writer.wait_closed()

    def ask_for_life(self) -> None:
        """Send enquire_link to the session that was opened last."""
        self.writers[-1].write(_HEADER.pack(_HEADER.size, _ENQUIRE_LINK, 0, next(self.numbers)))

    def report(
        self,
        message_id: str,
        state: tuple[str, int] = DELIVERED,
        *,
        of: smpp34.SubmitSm,
        tlvs: bool = True,
        esm_class: int = RECEIPT,
        text: str | None = None,
        reference: int | None = None,
    ) -> None:
        """Send a receipt to the session that was opened last; with `tlvs` it says everything twice.

        A `reference` takes the place of the message's own.
        """
        word, number = state
        written = text or (
            f"id:{message_id} sub:001 dlvrd:001 submit date:2107161000 done date:2107161001 stat:{word} err:012 text:Uw"
        )
        parameters = []
        if tlvs:
            parameters += [
                smpp34.Tlv(Tag.RECEIPTED_MESSAGE_ID, message_id.encode() + b"\0"),
                smpp34.Tlv(Tag.MESSAGE_STATE, bytes([number])),
            ]
        if reference is not None:
            parameters.append(smpp34.Tlv(Tag.USER_MESSAGE_REFERENCE, reference.to_bytes(2)))
        elif self.echoes:
            parameters += [tlv for tlv in of.tlvs if tlv.tag == Tag.USER_MESSAGE_REFERENCE]
        receipt = smpp34.DeliverSm(
            of.destination_addr,
            of.source_addr,
            written.encode(),
            esm_class=esm_class,
            source_addr_ton=1,
            source_addr_npi=1,
            tlvs=parameters,
            sequence_number=next(self.numbers),
        )
        self.writers[-1].write(receipt.encode())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(_HEADER.size)
                length, command, _, sequence = _HEADER.unpack(head)
                if command == _BIND_TRANSCEIVER and self.login_pauses:
                    await self.login_pauses.pop(0).reach()
                pdu = head + await reader.readexactly(length - _HEADER.size)
                if command & _IS_RESPONSE:
                    self.acknowledged += 1
                else:
                    self._answer(writer, pdu, command, sequence)
        writer.close()

    def _answer(self, writer: asyncio.StreamWriter, pdu: bytes, command: int, sequence: int) -> None:
        if command == _SUBMIT:
            self._take(writer, pdu, sequence)
            return
        if command == _BIND_TRANSCEIVER:
            self._let_in(writer, pdu, sequence)
            return
        _respond(writer, command, sequence)

    def _let_in(self, writer: asyncio.StreamWriter, pdu: bytes, sequence: int) -> None:
        _, password, _ = pdu[_HEADER.size :].split(b"\0", 2)
        self.passwords.append(password.decode())
        status = self.login_answers.pop(0) if self.login_answers else 0
        self.sessions += status == 0
        _respond(writer, _BIND_TRANSCEIVER, sequence, status=status, body=b"" if status else b"centre\0")

    def _take(self, writer: asyncio.StreamWriter, pdu: bytes, sequence: int) -> None:
        message = smpp34.decode(pdu)
        assert isinstance(message, smpp34.SubmitSm)
        self.messages.append(message)
        status = self.answers.pop(0) if self.answers else 0
        message_id = self.ids.pop(0) if self.ids else f"msg-{len(self.messages)}"
        receipt = None
        if status <= 0:
            self.accepted[message_id] = message
            receipt = self.receipts.pop(0) if self.receipts else None
        if receipt and self.early:
            self.report(message_id, receipt, of=message)
        if status == DROP:
            writer.transport.abort()
        elif status != KEEP_SILENT:
            _respond(writer, _SUBMIT, sequence, status=status, body=b"" if status else message_id.encode() + b"\0")
        if receipt and not self.early:
            self.report(message_id, receipt, of=message)


def _respond(writer: asyncio.StreamWriter, command: int, sequence: int, *, status: int = 0, body: bytes = b"") -> None:
    writer.write(_HEADER.pack(_HEADER.size + len(body), command | _IS_RESPONSE, status, sequence) + body)


@asynccontextmanager
async def sms_centre(tls: ssl.SSLContext | None = None) -> AsyncIterator[SmsCentre]:
    state = SmsCentre()
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0, ssl=tls)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for writer in state.writers:
            writer.transport.abort()
        await server.wait_closed()
