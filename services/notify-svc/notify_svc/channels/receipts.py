"""Records what the provider reports of SMS that it took, and settles by it what was in doubt.

A receipt is looked up by the provider's id. One of which no id is known waits in the database: its SMS may be about to
be recorded, or may be in doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import asyncpg
import structlog

from chassis.service import Runtime
from chassis.unit_of_work import Work
from notify_svc.channels.sender_loop import SenderLoop
from notify_svc.domain.sms_receipts import (
    KEPT_FOR,
    PARKED_FOR,
    DoubtfulSms,
    Outcome,
    Receipt,
    doubts_told,
    message_named_by,
)
from notify_svc.metrics import SMS_IN_DOUBT, SMS_RECEIPTS
from notify_svc.repository import messages, sms_doubts, sms_parts, sms_receipts
from notify_svc.repository.sms_parts import ReportedPart
from notify_svc.repository.sms_receipts import ParkedReceipt
from notify_svc.settlements import plan_letters_for_untold, publish_settled, publish_settled_requests

log = structlog.get_logger(__name__)

_AT_ONCE = 500
_MOST_WAITING = 2_000
"""With more in memory no session takes another: the provider keeps what is not acknowledged."""
_LOOK_AGAIN_SECONDS = 1.0
"""How soon a receipt is looked at again that came before its id was recorded."""
_IDLE_SECONDS = 60.0
"""How often it is measured how many are in doubt, and looked for receipts that another process left behind."""
_FORGET_EVERY_SECONDS = 3_600.0
UNKNOWN = "unknown"


class Receipts:
    """Receipts that have come to this process and are still to be recorded: in memory, and acknowledged by the library.

    More may come as long as `sessions` are open at the provider.
    """

    def __init__(self) -> None:
        self.waiting: list[Receipt] = []
        self.changed = asyncio.Event()
        self.sessions = 0
        self._fewer = asyncio.Event()

    def session_began(self) -> None:
        """Expect receipts of one session more."""
        self.sessions += 1

    def session_ended(self) -> None:
        """Expect receipts of one session less."""
        self.sessions -= 1
        self.changed.set()

    def put(self, receipt: Receipt) -> None:
        """Take a receipt over."""
        self.waiting.append(receipt)
        self.changed.set()

    async def room(self) -> None:
        """Wait until there is room for another."""
        while len(self.waiting) >= _MOST_WAITING:
            self._fewer.clear()
            await self._fewer.wait()

    def done(self, count: int) -> None:
        """Forget the first `count`; others may have come meanwhile."""
        del self.waiting[:count]
        self._fewer.set()


async def run_receipts(runtime: Runtime, *, receipts: Receipts, lease: timedelta) -> None:
    """Record `receipts` until the service stops and no session brings any more.

    `lease` is how long an SMS is leased: what was on its way when a receipt came is recorded or in doubt after that.
    """
    await _Recorder(runtime, receipts=receipts, lease=lease).run()


class _Recorder:
    def __init__(self, runtime: Runtime, *, receipts: Receipts, lease: timedelta) -> None:
        self._runtime = runtime
        self._receipts = receipts
        self._lease = lease
        self._loop = SenderLoop(runtime, part="sms receipts", changed=receipts.changed)
        self._look_at = self._measure_at = self._forget_at = 0.0

    async def run(self) -> None:
        receipts = self._receipts
        await self._loop.run(
            self._look,
            is_busy=lambda: bool(receipts.waiting or receipts.sessions),
            on_stop=receipts.changed.set,
        )

    async def _look(self) -> float:
        """Record what has come, look again at what waits; return for how many seconds there is nothing to do."""
        while self._receipts.waiting:
            await self._record_or_drop(self._receipts.waiting[:_AT_ONCE])
        now = asyncio.get_running_loop().time()
        if self._runtime.stopping.is_set():
            return _LOOK_AGAIN_SECONDS
        if now >= self._look_at:
            self._look_at = now + await self._look_again()
        if now >= self._forget_at:
            async with self._runtime.transaction() as work:
                is_more = await sms_parts.delete_old(work.connection, before=work.now - KEPT_FOR)
            self._forget_at = now if is_more else now + _FORGET_EVERY_SECONDS
        if now >= self._measure_at:
            self._measure_at = now + _IDLE_SECONDS
            async with self._runtime.work.connection() as connection:
                SMS_IN_DOUBT.set(await sms_doubts.count(connection))
        return max(0.0, min(self._look_at, self._measure_at, self._forget_at) - now)

    async def _record_or_drop(self, receipts: Sequence[Receipt]) -> None:
        """Record `receipts`; of those that no database takes each is dropped alone: they come from outside."""
        try:
            await self._record(receipts)
        except (ValueError, asyncpg.DataError) as error:
            if len(receipts) > 1:
                for receipt in receipts:
                    await self._record_or_drop([receipt])
                return
            log.error("sms.receipt_dropped", error=type(error).__name__)  # noqa: TRY400 - it may say what stood in the receipt
            SMS_RECEIPTS.labels(UNKNOWN).inc()
            self._receipts.done(1)

    async def _record(self, receipts: Sequence[Receipt]) -> None:
        async with self._runtime.transaction() as work:
            some_wait = await record_receipts(work, receipts)
        self._receipts.done(len(receipts))
        if some_wait:
            self._look_at = min(self._look_at, asyncio.get_running_loop().time() + _LOOK_AGAIN_SECONDS)

    async def _look_again(self) -> float:
        """Look again at receipts that wait; return in how many seconds the next look is worth it."""
        async with self._runtime.transaction() as work:
            waiting = await sms_receipts.lock_due(work.connection, now=work.now, limit=_AT_ONCE)
            if waiting:
                await self._match(waiting, work=work)
            if len(waiting) == _AT_ONCE:
                return 0.0
            return _LOOK_AGAIN_SECONDS if await sms_receipts.any_left(work.connection) else _IDLE_SECONDS

    async def _match(self, waiting: Sequence[ParkedReceipt], *, work: Work) -> None:
        known, reported = await sms_parts.report(
            work.connection,
            receipts=[parked.receipt for parked in waiting],
            received_at=[parked.received_at for parked in waiting],
        )
        done = {waiting[place].receipt_id for place in known}
        left = {parked.receipt_id: parked for parked in waiting if parked.receipt_id not in done}
        told = await self._doubts_told(left, work=work)
        doubted = {sms.claim[0] for _, sms in told.values() if sms.claim is not None}
        await _lock_claims(work, doubted | _untold_claims(reported))
        reported = [*reported, *await self._settle_doubts(told, left, work=work)]
        done |= {receipt_id for receipt_id, _ in told.values()}
        is_old = {one for one, parked in left.items() if parked.received_at <= work.now - PARKED_FOR} - done
        await sms_receipts.forget(work.connection, receipt_ids=done | is_old)
        await sms_receipts.look_later(work.connection, receipt_ids=left.keys() - done - is_old, now=work.now)
        await _plan_letters(reported, work=work)
        work.after_commit(partial(_tell, reported))
        work.after_commit(partial(SMS_RECEIPTS.labels(UNKNOWN).inc, len(is_old)))

    async def _doubts_told(
        self, left: Mapping[UUID, ParkedReceipt], *, work: Work
    ) -> Mapping[UUID, tuple[UUID, DoubtfulSms]]:
        """Return which receipt tells of which SMS in doubt.

        One is asked only when every SMS that was on its way as it came is recorded or in doubt itself.
        """
        naming = {
            one: parked.receipt
            for one, parked in left.items()
            if parked.receipt.reference is not None and parked.received_at <= work.now - self._lease
        }
        if not naming:
            return {}
        named = {message_named_by(receipt.provider_id) for receipt in naming.values()}
        doubtful = await sms_doubts.read(
            work.connection,
            numbers={receipt.destination for receipt in naming.values()},
            message_ids=[message_id for message_id in named if message_id is not None],
            since=work.now - KEPT_FOR,
        )
        return doubts_told(naming, doubtful)

    async def _settle_doubts(
        self,
        told: Mapping[UUID, tuple[UUID, DoubtfulSms]],
        left: Mapping[UUID, ParkedReceipt],
        *,
        work: Work,
    ) -> Sequence[ReportedPart]:
        """Settle what was in doubt as the receipts say that name it; return what is known of it now."""
        parts: list[ReportedPart] = []
        for receipt_id, sms in told.values():
            receipt, received_at = left[receipt_id].receipt, left[receipt_id].received_at
            parts.append(
                await sms_parts.insert_reported(work.connection, sms=sms, receipt=receipt, received_at=received_at)
            )
            settled, requests = await sms_doubts.settle(work.connection, sms=sms, outcome=receipt.outcome, now=work.now)
            publish_settled(work, settled)
            publish_settled_requests(work, requests, are_timed=False)
        if told:
            self._measure_at = 0.0
        return parts


async def record_receipts(work: Work, receipts: Sequence[Receipt]) -> bool:
    """Record what `receipts` report, and store those that are about nothing known; whether there are any of these."""
    known, reported = await sms_parts.report(work.connection, receipts=receipts, received_at=[work.now] * len(receipts))
    parked = [receipt for place, receipt in enumerate(receipts) if place not in known]
    if parked:
        look_at = work.now + timedelta(seconds=_LOOK_AGAIN_SECONDS)
        await sms_receipts.park(work.connection, receipts=parked, now=work.now, look_at=look_at)
    await _lock_claims(work, _untold_claims(reported))
    await _plan_letters(reported, work=work)
    work.after_commit(partial(_tell, reported))
    return bool(parked)


def _untold_claims(reported: Sequence[ReportedPart]) -> set[UUID]:
    return {claim_id for claim_id, _ in _untold(reported)}


def _untold(reported: Sequence[ReportedPart]) -> set[tuple[UUID, int]]:
    return {part.claim for part in reported if part.claim is not None and part.outcome is not Outcome.DELIVERED}


async def _lock_claims(work: Work, claim_ids: Collection[UUID]) -> None:
    """Lock all messages about these claims, once and before any is changed: in the order in which all lock them."""
    if claim_ids:
        await messages.lock_known(work.connection, claim_ids=claim_ids)


async def _plan_letters(reported: Sequence[ReportedPart], *, work: Work) -> None:
    """Write to those whom an SMS has not reached, where it is not known that an e-mail has."""
    if untold := _untold(reported):
        await plan_letters_for_untold(work, claims=untold)


def _tell(reported: Sequence[ReportedPart]) -> None:
    for part in reported:
        SMS_RECEIPTS.labels(part.outcome.value).inc()
        if part.outcome is not Outcome.DELIVERED:
            named = {"request_id": part.message_id} if part.claim is None else {"claim_id": part.claim[0]}
            fields = {name: str(value) for name, value in named.items()}
            log.warning("sms.undelivered", outcome=part.outcome.value, error=part.error, **fields)
