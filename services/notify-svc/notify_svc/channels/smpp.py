"""The SMS centre: one SMPP 3.4 session in both directions. Keep-alives and the window are the library's work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import smpp34

from notify_svc.channels.pace import Pace
from notify_svc.channels.receipts import Receipts
from notify_svc.channels.smpp_answers import NOT_BOUND, read_error, read_status
from notify_svc.channels.smpp_receipts import ReceiptIds, Tag, read_receipt
from notify_svc.channels.sms_gateway import Sms
from notify_svc.channels.sms_parts import SmsParts, TooLongError, split
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, LeaseLost, Refused, Result, Unreachable
from notify_svc.domain.sms_receipts import reference_of
from notify_svc.repository.leases import Lease

_INTERNATIONAL, _ISDN = 1, 1  # type of number and numbering plan, SMPP 3.4, sections 5.2.5 and 5.2.6
_ALPHANUMERIC, _UNKNOWN_PLAN = 5, 0
_HAS_HEADER = 0x40  # esm_class, section 5.2.12
_RECEIPT_WANTED = 0x01  # registered_delivery, section 5.2.17: of success and of failure
_REFERENCES_OF_PARTS = 256

_TOO_FAST = frozenset({"smpp-0x00000014", "smpp-0x00000058"})
"""Queue full, and throttled."""
_MENDING_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before parts are submitted again that the centre put off while it took others of their message."""
_LAST_RECEIPTS_SECONDS = 0.5
_LOOK_SECONDS = 1.0
"""How often it is looked whether a quiet session still lives: where receipts overflow, the news of its end is lost."""
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.25, 30.0


@dataclass(frozen=True, kw_only=True)
class SmsCentre:
    """Where SMS is submitted, and how. `window` counts the parts that may be unanswered at once."""

    host: str
    port: int
    tls: bool
    system_id: str
    password: str
    window: int
    timeout_seconds: float
    receipt_ids: ReceiptIds = ReceiptIds.AS_SUBMITTED
    pace: Pace = field(default_factory=lambda: Pace("smpp"))
    """How fast parts may leave."""


class SmppGateway:
    """One session at the SMS centre, opened when first needed and again after it has ended.

    What `stays_bound` is opened at once and at all times: a centre keeps receipts until somebody is there to take them.
    """

    def __init__(self, centre: SmsCentre, *, sender: str, receipts: Receipts, stays_bound: bool) -> None:
        self._centre = centre
        self._sender = sender
        self._receipts = receipts
        self._opening = asyncio.Lock()
        self._window = asyncio.Semaphore(centre.window)  # the library submits however many are unanswered
        centre.pace.open()
        self._client: smpp34.Client | None = None
        self._session: smpp34.Smsc | None = None
        self._listening: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._heard_at = 0.0
        self._leaving: set[asyncio.Task[None]] = set()
        self._staying = asyncio.create_task(self._stay_bound(), name="smpp-staying") if stays_bound else None

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """The server, for the span of an attempt."""
        return {
            "server.address": self._centre.host,
            "server.port": self._centre.port,
            "network.protocol.name": "smpp",
            "network.protocol.version": "3.4",
        }

    async def hand_over(self, sms: Sms, lease: Lease) -> Result:
        """Try once to hand all parts of `sms` over, unless the lease is lost."""
        try:
            parts = split(sms.text, reference=reference_of(sms.message_id) % _REFERENCES_OF_PARTS)
        except TooLongError:
            return Refused("too-long")
        try:
            await self._bound_in_time()
            await self._centre.pace.turn(len(parts.parts), precedence=sms.precedence)
            session = await self._bound_in_time()  # the one from before may have ended meanwhile
        except (smpp34.SmppError, OSError) as error:
            return Unreachable(type(error).__name__)
        if not lease.covers(self._centre.timeout_seconds):
            return LeaseLost()
        return await self._submit_parts(session, parts, sms=sms, lease=lease)

    async def close(self) -> None:
        self._centre.pace.close()
        if self._staying is not None:
            self._staying.cancel()
            await asyncio.gather(self._staying, return_exceptions=True)
        session, self._session = self._session, None
        with suppress(smpp34.SmppError, OSError):
            if session is not None:
                async with asyncio.timeout(1):
                    await session.unbind()
        self._retire()
        if self._leaving:  # what came before the end is still to be taken
            _, late = await asyncio.wait(self._leaving, timeout=_LAST_RECEIPTS_SECONDS)
            for leaving in late:
                leaving.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _stay_bound(self) -> None:
        """Bind whenever no session is open; the sooner sessions end, the longer are the pauses between them."""
        clock, pause_seconds = asyncio.get_running_loop().time, _SHORTEST_PAUSE_SECONDS
        while True:
            began = clock()
            self._ended.clear()
            with suppress(smpp34.SmppError, OSError):
                await self._bound_in_time()
                await self._ended.wait()
            lasted = clock() - began > _LONGEST_PAUSE_SECONDS
            pause_seconds = _SHORTEST_PAUSE_SECONDS if lasted else min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause_seconds)

    async def _bound_in_time(self) -> smpp34.Smsc:
        async with asyncio.timeout(self._centre.timeout_seconds):
            return await self._bound()

    async def _bound(self) -> smpp34.Smsc:
        """Return the session, bound; raise when the centre does not answer or refuses the login."""
        async with self._opening:
            if self._session is not None:
                return self._session
            self._retire()
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
            self._heard_at = asyncio.get_running_loop().time()
            listening = self._listen(self._client, self._session)
            self._listening = asyncio.create_task(listening, name="smpp-session")
            return self._session

    async def _listen(self, client: smpp34.Client, session: smpp34.Smsc) -> None:
        """Receive what the centre sends unasked, as far as there is room, and notice when the session ends."""
        self._receipts.session_began()
        try:
            while isinstance(event := await _next(client, session), smpp34.DeliverSmEvent):
                if (receipt := read_receipt(event, ids=self._centre.receipt_ids)) is not None:
                    self._receipts.put(receipt)
                await self._receipts.room()
        finally:
            self._receipts.session_ended()
            self._leave(session)

    def _leave(self, session: smpp34.Smsc) -> None:
        """Submit nothing more in a session that has ended."""
        if self._session is session:
            self._session = None
            self._ended.set()

    async def _leave_if_dead(self, session: smpp34.Smsc) -> None:
        client = self._client
        with suppress(smpp34.SmppError, OSError):
            if session is self._session and client is not None and not await client.is_alive():
                self._leave(session)

    def _retire(self) -> None:
        """Let the session that was last end beside the next one: it may still hold receipts."""
        client, self._client = self._client, None
        listening, self._listening = self._listening, None
        if client is not None:
            leaving = asyncio.create_task(_end(client, listening), name="smpp-leaving")
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _submit_parts(self, session: smpp34.Smsc, parts: SmsParts, *, sms: Sms, lease: Lease) -> Result:
        """Submit all parts at once. Those put off while others were taken are submitted again, within the lease."""
        if not parts.have_header:
            return await self._submit(session, parts, part=0, sms=sms, lease=lease)
        answers: dict[int, Result] = {}
        missing: Sequence[int] = range(len(parts.parts))
        for pause_seconds in (*_MENDING_PAUSES, None):
            submitted = [self._submit(session, parts, part=part, sms=sms, lease=lease) for part in missing]
            results = await asyncio.gather(*submitted)
            answers.update(zip(missing, results, strict=True))
            missing = [part for part, answer in answers.items() if isinstance(answer, Deferred)]
            others = [answer for answer in answers.values() if not isinstance(answer, Deferred)]
            is_worth_it = missing and others and all(isinstance(answer, Accepted) for answer in others)
            if pause_seconds is None or not is_worth_it or session is not self._session:
                break
            if not lease.covers(pause_seconds + self._centre.timeout_seconds):
                break
            await asyncio.sleep(pause_seconds)
            await self._centre.pace.turn(len(missing), precedence=sms.precedence)
        return taken_together([answers[part] for part in range(len(parts.parts))])

    async def _submit(self, session: smpp34.Smsc, parts: SmsParts, *, part: int, sms: Sms, lease: Lease) -> Result:
        """Submit one part, once the window has a place for it; not when the lease or the session is over by then."""
        async with self._window:
            if session is not self._session:
                return Deferred("session-over")
            if not lease.covers(self._centre.timeout_seconds):
                return Deferred("lease-lost")
            result = await self._submit_now(session, parts, part=part, sms=sms)
        if isinstance(result, Deferred) and result.reason in _TOO_FAST:
            self._centre.pace.too_fast()
        return result

    async def _submit_now(self, session: smpp34.Smsc, parts: SmsParts, *, part: int, sms: Sms) -> Result:
        is_number = self._sender.removeprefix("+").isdigit()
        count = len(parts.parts)
        reference = reference_of(sms.message_id, part=part + 1, parts=count)
        try:
            async with asyncio.timeout(self._centre.timeout_seconds):
                response = await session.submit_sm(
                    sms.mobile_phone.removeprefix("+"),
                    parts.parts[part],
                    source_addr=self._sender.removeprefix("+"),
                    source_addr_ton=_INTERNATIONAL if is_number else _ALPHANUMERIC,
                    source_addr_npi=_ISDN if is_number else _UNKNOWN_PLAN,
                    dest_addr_ton=_INTERNATIONAL,
                    dest_addr_npi=_ISDN,
                    esm_class=_HAS_HEADER if parts.have_header else 0,
                    registered_delivery=_RECEIPT_WANTED,
                    data_coding=parts.data_coding,
                    tlvs=[smpp34.Tlv(Tag.USER_MESSAGE_REFERENCE, reference.to_bytes(2))],
                )
        except smpp34.SmppError as error:
            await self._leave_if_dead(session)
            return self._heard(read_error(error), session)
        except (TimeoutError, OSError) as error:
            if asyncio.get_running_loop().time() - self._heard_at >= self._centre.timeout_seconds:
                self._give_up(session)
            await self._leave_if_dead(session)
            return AnswerLost(type(error).__name__)
        return self._heard(read_status(response.command_status, provider_id=response.message_id), session)

    def _heard(self, answer: Result, session: smpp34.Smsc) -> Result:
        """Take note of an answer; the centre knows nothing of a session in which it says that nobody is bound."""
        if not isinstance(answer, AnswerLost):
            self._heard_at = asyncio.get_running_loop().time()
        if answer == NOT_BOUND:
            self._give_up(session)
        return answer

    def _give_up(self, session: smpp34.Smsc) -> None:
        """Open another session for what comes: this one is silent, or was ended without a word."""
        if self._session is session:
            self._leave(session)
            unbinding = asyncio.create_task(_unbind(session), name="smpp-unbinding")
            self._leaving.add(unbinding)
            unbinding.add_done_callback(self._leaving.discard)


async def _unbind(session: smpp34.Smsc) -> None:
    with suppress(smpp34.SmppError, OSError):
        async with asyncio.timeout(_LAST_RECEIPTS_SECONDS):
            await session.unbind()


async def _next(client: smpp34.Client, session: smpp34.Smsc) -> smpp34.DeliverSmEvent | smpp34.Disconnected | None:
    """Return what comes next; None when nothing will, and the news of the end was lost."""
    coming = asyncio.ensure_future(session.next())
    try:
        while not (await asyncio.wait({coming}, timeout=_LOOK_SECONDS))[0]:
            if not await client.is_alive() and not coming.done():
                return None
        return coming.result()
    finally:
        coming.cancel()


async def _end(client: smpp34.Client, listening: asyncio.Task[None] | None) -> None:
    """Stop `client` once everything was heard that came."""
    try:
        if listening is not None:
            await asyncio.wait({listening})
    finally:
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        with suppress(smpp34.SmppError, OSError):
            async with asyncio.timeout(1):
                await client.stop()


def taken_together(answers: Sequence[Result]) -> Result:
    """Return what the answers to the parts of one message mean for it.

    It is accepted when every part is. As soon as any part was taken, or may have been, and any other was not, it is in
    doubt and not sent again by itself: a telephone may show what it has, and would show the rest twice.
    """
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    if len(accepted) == len(answers):
        return Accepted(tuple(provider_id for answer in accepted for provider_id in answer.provider_ids))
    failed = next(answer for kind in (AnswerLost, Refused, Deferred) for answer in answers if isinstance(answer, kind))
    if accepted and not isinstance(failed, AnswerLost):
        return AnswerLost(f"part-missing-{failed.reason}")
    return failed
