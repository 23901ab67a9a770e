"""The SMS centre: one SMPP 3.4 session in both directions. Keep-alives and the window are the library's work."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import smpp34

from notify_svc.channels import gsm_alphabet
from notify_svc.channels.transport import Handover, keeping
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
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.written import Written
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.texts.sms import explained_by, write_sms
from notify_svc.texts.version import texts_version

_INTERNATIONAL, _ISDN = 1, 1  # type of number and numbering plan, SMPP 3.4, sections 5.2.5 and 5.2.6
_ALPHANUMERIC, _UNKNOWN_PLAN = 5, 0
_DEFAULT_ALPHABET = 0

OK = 0x00
_SYSTEM_ERROR = 0x08
TRANSIENT_STATUSES = frozenset({_SYSTEM_ERROR, 0x14, 0x45, 0x58, 0x64})
"""System error, queue full, submit failed, throttled, temporary application error (SMPP 3.4, section 5.1.3): the
message was not accepted and may be later."""
_STATUS = re.compile(r"\(0x([0-9A-Fa-f]{8})\)$")


@dataclass(frozen=True, kw_only=True)
class SmsCentre:
    """Where SMS is submitted, and how. `window` counts the messages that may be unanswered at once."""

    host: str
    port: int
    tls: bool
    system_id: str
    password: str
    window: int
    timeout_seconds: float


class SmppTransport:
    """Sends SMS about decisions. `insurer` is whom customers call, and where they ask for a person."""

    def __init__(self, centre: SmsCentre, *, sender: str, insurer: Insurer) -> None:
        self._connection = SmppConnection(centre, sender=sender)
        self._insurer = insurer

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        return self._connection.span_attributes

    def write(self, message: LeasedMessage, *, now: datetime) -> Handover | NoAddress | Refused:  # noqa: ARG002 - an SMS carries no date
        contact = message.contact
        if contact is None:
            return NoAddress("contact-erased")
        if contact.mobile_phone is None:
            return NoAddress("no-address")
        decision = message.decision()
        text = write_sms(
            decision,
            language=contact.language,
            explained=explained_by(email=contact.email, postal_address=contact.postal_address),
            insurer=self._insurer,
        )
        written = Written(
            customer_id=decision.customer_id,
            report_ids=decision.report_ids,
            claim_reference=decision.claim_reference,
            claim_version=decision.claim_version,
            language=contact.language,
            texts_version=texts_version(contact.language),
            recipient=contact.mobile_phone,
            text=text,
        )
        hand_over = partial(self._connection.hand_over, gsm_alphabet.encode(text), mobile_phone=contact.mobile_phone)
        return keeping(hand_over, written)

    async def close(self) -> None:
        await self._connection.close()


class SmppConnection:
    """One session at the SMS centre, opened when first needed and again after it has ended."""

    def __init__(self, centre: SmsCentre, *, sender: str) -> None:
        self._centre = centre
        self._sender = sender
        self._opening = asyncio.Lock()
        self._client: smpp34.Client | None = None
        self._session: smpp34.Smsc | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """The server, for the span of an attempt."""
        return {
            "server.address": self._centre.host,
            "server.port": self._centre.port,
            "network.protocol.name": "smpp",
            "network.protocol.version": "3.4",
        }

    async def hand_over(self, text: bytes, lease: Lease, *, mobile_phone: str) -> Result:
        """Try once to hand `text` over, in the alphabet of SMS, unless the lease is lost."""
        try:
            async with asyncio.timeout(self._centre.timeout_seconds):
                session = await self._bound()
        except (smpp34.SmppError, OSError) as error:
            return Unreachable(type(error).__name__)
        if not lease.covers(self._centre.timeout_seconds):
            return LeaseLost()
        return await self._submit(session, text, mobile_phone=mobile_phone)

    async def close(self) -> None:
        session, self._session = self._session, None
        with suppress(smpp34.SmppError, OSError):
            if session is not None:
                async with asyncio.timeout(1):
                    await session.unbind()
        await self._disconnect()

    async def _bound(self) -> smpp34.Smsc:
        """Return the session, bound; raise when the centre does not answer or refuses the login."""
        async with self._opening:
            if self._session is not None:
                return self._session
            await self._disconnect()
            centre = self._centre
            self._client = smpp34.Client(
                centre.host,
                centre.port,
                centre.system_id,
                centre.password,
                bind_type="TRX",
                tls=centre.tls,
                window_size=centre.window,
                connect_timeout_ms=int(centre.timeout_seconds * 1000),
            )
            self._session = await self._client.connect()
            self._listening = asyncio.create_task(self._listen(self._session), name="smpp-session")
            return self._session

    async def _listen(self, session: smpp34.Smsc) -> None:
        """Receive what the centre sends unasked, and notice when the session ends."""
        try:
            while not isinstance(await session.next(), smpp34.Disconnected):
                pass
        finally:
            if self._session is session:
                self._session = None

    async def _disconnect(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None
        if self._client is not None:
            client, self._client = self._client, None
            with suppress(smpp34.SmppError, OSError):
                async with asyncio.timeout(1):
                    await client.stop()

    async def _submit(self, session: smpp34.Smsc, text: bytes, *, mobile_phone: str) -> Result:
        is_number = self._sender.removeprefix("+").isdigit()
        try:
            async with asyncio.timeout(self._centre.timeout_seconds):
                response = await session.submit_sm(
                    mobile_phone.removeprefix("+"),
                    text,
                    source_addr=self._sender.removeprefix("+"),
                    source_addr_ton=_INTERNATIONAL if is_number else _ALPHANUMERIC,
                    source_addr_npi=_ISDN if is_number else _UNKNOWN_PLAN,
                    dest_addr_ton=_INTERNATIONAL,
                    dest_addr_npi=_ISDN,
                    data_coding=_DEFAULT_ALPHABET,
                )
        except smpp34.SmppError as error:
            return _read_error(error)
        except (TimeoutError, OSError) as error:
            return AnswerLost(type(error).__name__)
        return read_status(response.command_status)


def read_status(status: int) -> Result:
    """Return what an answer of the SMS centre means."""
    if status == OK:
        return Accepted()
    reason = f"smpp-0x{status:08x}"
    return Deferred(reason) if status in TRANSIENT_STATUSES else Refused(reason)


def _read_error(error: smpp34.SmppError) -> Result:
    """Tell a generic_nack from a lost answer: the library raises for both, and says "system error" for the latter."""
    status = _STATUS.search(str(error))
    if status is None or int(status[1], 16) == _SYSTEM_ERROR:
        return AnswerLost("session-ended")
    return read_status(int(status[1], 16))
