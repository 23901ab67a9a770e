"""The server's side of one SMPP 3.4 connection."""

import asyncio
import contextlib
import struct
from typing import Protocol

import smpp34

from devstack.outside.smpp import RESPONSE_BIT, CommandId, CommandStatus, Tag

HEADER = struct.Struct(">IIII")
LARGEST_PDU_BYTES = 128 * 1024
BINDS = (CommandId.BIND_RECEIVER, CommandId.BIND_TRANSMITTER, CommandId.BIND_TRANSCEIVER)
SYSTEM_ID = b"devstack\0"
INTERFACE_VERSION = struct.pack(">HHB", Tag.SC_INTERFACE_VERSION, 1, 0x34)


class RefusedError(Exception):
    """The message is answered with this command status."""

    def __init__(self, status: CommandStatus) -> None:
        super().__init__(status.name)
        self.status = status


class DisconnectError(Exception):
    """The connection is closed without an answer."""


class MessageCentre(Protocol):
    """Decides about logins and messages."""

    def accepts_login(self, *, system_id: str, password: str) -> bool:
        """Whether a client with this login may bind."""

    def session_bound(self, session: "SmppSession") -> None:
        """Note a session that can receive."""

    def session_closed(self, session: "SmppSession") -> None:
        """Note the end of a session."""

    def submit(self, message: smpp34.SubmitSm) -> str:
        """Accept a message and return its id, or raise `RefusedError` or `DisconnectError`."""


class SmppSession:
    """Answers the PDUs of one client in order."""

    def __init__(self, *, centre: MessageCentre, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._centre = centre
        self._reader = reader
        self._writer = writer
        self._bind: CommandId | None = None
        self._sequence = 0

    async def serve(self) -> None:
        """Answer until either side closes the connection."""
        try:
            while True:
                self._answer(await self._next_pdu())
                await self._writer.drain()
        except DisconnectError:
            self._writer.transport.abort()
        except (asyncio.IncompleteReadError, ConnectionError):
            self._writer.close()
        finally:
            self._centre.session_closed(self)
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()

    def deliver(self, message: smpp34.DeliverSm) -> None:
        """Send a deliver_sm; the client's answer to it needs no reply."""
        self._sequence += 1
        encoded = message.encode()
        self._send(CommandId.DELIVER_SM, sequence=self._sequence, body=encoded[HEADER.size :])

    async def _next_pdu(self) -> bytes:
        header = await self._reader.readexactly(HEADER.size)
        length = HEADER.unpack(header)[0]
        if not HEADER.size <= length <= LARGEST_PDU_BYTES:
            self._send(CommandId.GENERIC_NACK, status=CommandStatus.INVALID_COMMAND_LENGTH)
            raise DisconnectError
        return header + await self._reader.readexactly(length - HEADER.size)

    def _answer(self, pdu: bytes) -> None:
        _, command, _, sequence = HEADER.unpack_from(pdu)
        if command in BINDS:
            self._answer_bind(CommandId(command), sequence=sequence, body=pdu[HEADER.size :])
        elif command == CommandId.SUBMIT_SM:
            self._answer_submit(pdu, sequence=sequence)
        elif command in (CommandId.ENQUIRE_LINK, CommandId.UNBIND):
            self._send(command | RESPONSE_BIT, sequence=sequence)
            if command == CommandId.UNBIND:
                self._writer.close()
        elif not command & RESPONSE_BIT:
            self._send(CommandId.GENERIC_NACK, status=CommandStatus.INVALID_COMMAND_ID, sequence=sequence)

    def _answer_bind(self, command: CommandId, *, sequence: int, body: bytes) -> None:
        status = self._bind_status(body)
        accepted = status is CommandStatus.OK
        answer = SYSTEM_ID + INTERFACE_VERSION if accepted else SYSTEM_ID
        self._send(command | RESPONSE_BIT, status=status, sequence=sequence, body=answer)
        if accepted:
            self._bind = command
            if command is not CommandId.BIND_TRANSMITTER:
                self._centre.session_bound(self)

    def _bind_status(self, body: bytes) -> CommandStatus:
        if self._bind is not None:
            return CommandStatus.ALREADY_BOUND
        system_id, _, rest = body.partition(b"\0")
        password = rest.partition(b"\0")[0]
        accepted = self._centre.accepts_login(
            system_id=system_id.decode("latin-1"), password=password.decode("latin-1")
        )
        return CommandStatus.OK if accepted else CommandStatus.INVALID_PASSWORD

    def _answer_submit(self, pdu: bytes, *, sequence: int) -> None:
        answer = CommandId.SUBMIT_SM | RESPONSE_BIT
        try:
            message_id = self._centre.submit(self._submitted(pdu))
        except RefusedError as refusal:
            self._send(answer, status=refusal.status, sequence=sequence)
        else:
            self._send(answer, sequence=sequence, body=message_id.encode("ascii") + b"\0")

    def _submitted(self, pdu: bytes) -> smpp34.SubmitSm:
        if self._bind not in (CommandId.BIND_TRANSMITTER, CommandId.BIND_TRANSCEIVER):
            raise RefusedError(CommandStatus.INVALID_BIND_STATUS)
        try:
            message = smpp34.decode(pdu)
        except smpp34.SmppError:
            raise RefusedError(CommandStatus.SYSTEM_ERROR) from None
        if not isinstance(message, smpp34.SubmitSm):
            raise RefusedError(CommandStatus.INVALID_COMMAND_ID)
        return message

    def _send(
        self,
        command: int,
        *,
        status: CommandStatus = CommandStatus.OK,
        sequence: int = 0,
        body: bytes = b"",
    ) -> None:
        self._writer.write(HEADER.pack(HEADER.size + len(body), command, status, sequence) + body)
