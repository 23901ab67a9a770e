"""What follows from the results of attempts: messages are settled or tried again, and a letter may take their place.

Results of all channels are recorded together, because a transaction costs as much as many of them.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TypeAlias
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from chassis.service import Runtime
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import Work
from chassis.vault import Vault
from contracts.vocabulary import Channel
from notify_svc.channels.attempts import LogFields
from notify_svc.domain.attempts import (
    Accepted,
    AnswerLost,
    Deferred,
    LeaseLost,
    Result,
    Retry,
    RetryPolicy,
    Settle,
    Unreachable,
    next_step,
)
from notify_svc.domain.messages import LETTER_AFTER, State
from notify_svc.domain.sms_receipts import SubmittedSms
from notify_svc.metrics import ANSWERS_LOST, SEND_RETRIES
from notify_svc.repository import attempts, kept_pictures, kept_texts, leases, letters, messages, sms_parts
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.kept_texts import KeptResult, TextToKeep
from notify_svc.repository.messages import SettledMessage
from notify_svc.send_queue import SendQueue, SendQueues
from notify_svc.settlements import plan_letters_for_untold, publish_settled

log = structlog.get_logger(__name__)

Finished: TypeAlias = tuple[LeasedMessage, Result]
"""A message whose attempt has ended, and how."""
_Outcome: TypeAlias = tuple[LeasedMessage, Result, Settle | Retry]

_SHORTEST_GATHERING_SECONDS = 0.01
_LONGEST_GATHERING_SECONDS = 0.05
_MOST_PICTURES_KNOWN = 4_096

_LEAVES_UNTOLD = frozenset(
    {(Channel.EMAIL, State.IN_DOUBT), (Channel.SMS, State.REFUSED), (Channel.SMS, State.NO_ADDRESS)}
)
"""After which it is asked whether the other channel has reached anybody."""
_RETRIED_RESULTS: dict[type[Result], str] = {
    Deferred: "deferred",
    Unreachable: "unreachable",
    AnswerLost: "answer_lost",
    LeaseLost: "lease_lost",
}
"""How a metric names the results that another attempt follows."""


class Results:
    """The results that this process has still to record. The sender whose turn it is records those of all senders.

    They wait for others only while others are on their way: for as long as it took to record the last, from 10 to
    50 ms, so that a busy machine has fewer transactions and a quiet one hardly a delay.
    """

    def __init__(self, *, queues: SendQueues, policy: RetryPolicy, vault: Vault) -> None:
        self._queues = queues
        self._policy = policy
        self._vault = vault
        self._finished: defaultdict[SendQueue, list[Finished]] = defaultdict(list)
        self._kept_pictures: set[str] = set()
        self._count = 0
        self._gather_until = 0.0
        self._gathering_seconds = _SHORTEST_GATHERING_SECONDS
        self._are_being_recorded = False

    def add(self, leased: LeasedMessage, result: Result, *, queue: SendQueue) -> None:
        """Take over a result of a message from `queue`, and wake its sender when it is time to record."""
        self._finished[queue].append((leased, result))
        self._count += 1
        if self._count == 1:
            self._gather_until = _now() + self._gathering_seconds
            queue.changed.set()
        elif self.seconds_left() <= 0:
            queue.changed.set()

    def seconds_left(self) -> float:
        """How long results wait for others from now on; infinity when there are none, or they are being recorded."""
        if not self._count or self._are_being_recorded:
            return math.inf
        occupied = capacity = 0
        for queue in self._queues.all():
            occupied += queue.occupied
            capacity += queue.capacity
        if self._count == occupied or self._count * 2 >= capacity:
            return 0
        return self._gather_until - _now()

    async def record(self, runtime: Runtime) -> None:
        """Record what has come; the messages are held until that is committed, and tried again when it is not."""
        began = _now()
        taken = {queue: finished[:] for queue, finished in self._finished.items()}
        self._are_being_recorded = True
        try:
            async with runtime.transaction() as work:
                ended = [
                    lease_id
                    for queue, finished in taken.items()
                    for lease_id in queue.leases_ended_by(leased for leased, _ in finished)
                ]
                results = [one for finished in taken.values() for one in finished]
                await record(work, results, policy=self._policy, ended_leases=ended)
                texts = [_text_to_keep(leased, result) for leased, result in results]
                await self._keep_pictures(work, texts)
                await keep_texts(work, texts, vault=self._vault)
        finally:
            self._are_being_recorded = False
        self._forget(taken)
        took = _now() - began
        self._gathering_seconds = min(max(took, _SHORTEST_GATHERING_SECONDS), _LONGEST_GATHERING_SECONDS)
        self._gather_until = _now() + self._gathering_seconds

    async def _keep_pictures(self, work: Work, texts: Sequence[TextToKeep | None]) -> None:
        """Keep what mails showed; a storm's few pictures are not asked for again once they are known to be kept."""
        shown = dict(picture for text in texts if text is not None for picture in text.written.pictures)
        if new := {one: png for one, png in shown.items() if one not in self._kept_pictures}:
            await kept_pictures.keep(work.connection, pictures=new)
            work.after_commit(partial(self._know_pictures, new.keys()))

    def _know_pictures(self, content_ids: Collection[str]) -> None:
        if len(self._kept_pictures) > _MOST_PICTURES_KNOWN:
            self._kept_pictures.clear()
        self._kept_pictures.update(content_ids)

    def _forget(self, recorded: Mapping[SendQueue, Sequence[Finished]]) -> None:
        for queue, finished in recorded.items():
            del self._finished[queue][: len(finished)]  # others have come meanwhile
            self._count -= len(finished)
            if not self._finished[queue]:
                del self._finished[queue]
            queue.remove([leased for leased, _ in finished])
        for queue in self._queues.all():
            queue.changed.set()


async def record(
    work: Work, finished: Sequence[Finished], *, policy: RetryPolicy, ended_leases: Collection[UUID] = ()
) -> None:
    """Record results and publish what is settled by them; forget leases under which they are the last.

    What another process has recorded meanwhile stays as it is.
    """
    if not finished:
        return
    outcomes = [(leased, result, _next_step(leased, result, policy=policy, work=work)) for leased, result in finished]
    settling = [(leased, step) for leased, _, step in outcomes if isinstance(step, Settle)]
    retrying = [(leased, step) for leased, _, step in outcomes if isinstance(step, Retry)]
    answers_lost = {leased.message_id for leased, result in finished if isinstance(result, AnswerLost)}
    # Whether the other channel has reached anybody is asked about messages that nobody else is just recording.
    asked = {leased.claim_id for leased, step in settling if (leased.attempt.channel, step.state) in _LEAVES_UNTOLD}
    if asked or (settling and retrying):
        await attempts.lock(work.connection, leased=[leased for leased, _ in finished], whole_claims=asked)
    settled: Sequence[SettledMessage] = ()
    if settling:
        settled = await attempts.settle(
            work.connection,
            settled=settling,
            answers_lost=answers_lost,
            ended_leases=() if retrying else ended_leases,
            now=work.now,
        )
    await _keep_provider_ids(finished, settled, work=work)
    told = [outcome for outcome in outcomes if isinstance(outcome[1], AnswerLost) or isinstance(outcome[2], Retry)]
    recorded = {message.message_id for message in settled} if told else set()
    settled = [*settled, *await _plan_letters(settled, work=work)]
    if retrying:
        recorded |= await attempts.retry(work.connection, retried=retrying, answers_lost=answers_lost)
        claim_ids = {leased.claim_id for leased, _ in retrying}
        settled = [*settled, *await messages.supersede_older(work.connection, claim_ids=claim_ids, now=work.now)]
        if ended_leases:  # after all locks on messages
            await leases.end(work.connection, lease_ids=ended_leases)
    publish_settled(work, settled)
    if doubtful := {(one.claim_id, one.claim_version) for one in settled if (one.channel, one.state) in _LEAVES_UNTOLD}:
        await plan_letters_for_untold(work, claims=doubtful)
    work.after_commit(partial(_tell, [outcome for outcome in told if outcome[0].message_id in recorded]))


async def _keep_provider_ids(finished: Sequence[Finished], settled: Sequence[SettledMessage], *, work: Work) -> None:
    """Store what the provider calls what it took, so that its receipts are understood.

    An SMS that another process has ended meanwhile is in doubt there, and its receipt names it or leaves it so.
    """
    named = [
        (leased, result.provider_ids)
        for leased, result in finished
        if isinstance(result, Accepted) and result.provider_ids
    ]
    if not named:
        return
    recorded = {message.message_id for message in settled}
    submitted = [
        SubmittedSms(
            message_id=leased.message_id, claim=(leased.claim_id, leased.claim_version), provider_ids=provider_ids
        )
        for leased, provider_ids in named
        if leased.message_id in recorded
    ]
    if submitted:
        await sms_parts.insert(work.connection, submitted=submitted, now=work.now)


async def keep_texts(work: Work, texts: Sequence[TextToKeep | None], *, vault: Vault) -> None:
    """Keep what has gone out, or may have, whoever records how that ended; nothing in the place of what has not."""
    if kept := [text for text in texts if text is not None]:
        await kept_texts.keep(work.connection, texts=kept, vault=vault)


def text_to_keep(result: Result, *, message_id: UUID, attempt: int, channel: Channel) -> TextToKeep | None:
    """Return what an attempt has said, if it may have reached somebody."""
    if not isinstance(result, (Accepted, AnswerLost)) or result.written is None:
        return None
    known = KeptResult.SENT if isinstance(result, Accepted) else KeptResult.ANSWER_LOST
    return TextToKeep(message_id=message_id, attempt=attempt, channel=channel, result=known, written=result.written)


def _text_to_keep(leased: LeasedMessage, result: Result) -> TextToKeep | None:
    attempt = leased.attempt
    return text_to_keep(result, message_id=leased.message_id, attempt=attempt.attempts, channel=attempt.channel)


async def _plan_letters(settled: Sequence[SettledMessage], *, work: Work) -> Sequence[SettledMessage]:
    """Plan letters for e-mails that reached nobody; return the letters."""
    letter_of = {uuid7(): one for one in settled if one.state in LETTER_AFTER and one.channel is Channel.EMAIL}
    if not letter_of:
        return ()
    return await letters.plan_for_emails(work.connection, letter_of=letter_of, now=work.now)


def _next_step(leased: LeasedMessage, result: Result, *, policy: RetryPolicy, work: Work) -> Settle | Retry:
    jitter = random.random()  # noqa: S311 - spreads load, hides nothing
    return next_step(result, attempt=leased.attempt, policy=policy, now=work.now, jitter=jitter)


def _tell(outcomes: Sequence[_Outcome]) -> None:
    for leased, result, step in outcomes:
        is_retried = isinstance(step, Retry)
        tell(result, channel=leased.attempt.channel, is_retried=is_retried, fields=partial(claim_fields, leased))


def tell(result: Result, *, channel: Channel, is_retried: bool, fields: LogFields) -> None:
    """Count and log what followed an attempt that this process has recorded, where it did not just succeed."""
    if isinstance(result, AnswerLost):
        following = "retried" if is_retried else "settled"
        ANSWERS_LOST.labels(channel.value, following).inc()
        log.warning("answer.lost", channel=channel, step=following, reason=result.reason, **fields())
    if is_retried:
        SEND_RETRIES.labels(channel.value, _RETRIED_RESULTS[type(result)]).inc()


def claim_fields(leased: LeasedMessage) -> dict[str, str | None]:
    """Return the fields of a log line about a message: whose claim it is about, never to whom it goes."""
    return {"claim_id": str(leased.claim_id), "trace_id": trace_id_of(leased.trace)}


def _now() -> float:
    return asyncio.get_running_loop().time()
