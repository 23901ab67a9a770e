"""What follows from the results of attempts: messages are settled or tried again, and a letter may take their place."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

import structlog
from uuid_utils.compat import uuid7

from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import Work
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import (
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
from notify_svc.domain.messages import LETTER_AFTER
from notify_svc.metrics import ANSWERS_LOST, SEND_RETRIES
from notify_svc.repository import attempts, letters, messages
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.messages import SettledMessage
from notify_svc.settled_messages import publish_settled

log = structlog.get_logger(__name__)

Finished: TypeAlias = tuple[LeasedMessage, Result]
"""A message whose attempt has ended, and how."""
_Outcome: TypeAlias = tuple[LeasedMessage, Result, Settle | Retry]

_RETRIED_RESULTS: dict[type[Result], str] = {
    Deferred: "deferred",
    Unreachable: "unreachable",
    AnswerLost: "answer_lost",
    LeaseLost: "lease_lost",
}


async def record(work: Work, finished: Sequence[Finished], *, channel: Channel, policy: RetryPolicy) -> None:
    """Record results of `channel` and publish what is settled by them.

    What another process has recorded meanwhile stays as it is.
    """
    if not finished:
        return
    outcomes = [(leased, result, _next_step(leased, result, policy=policy, work=work)) for leased, result in finished]
    settling = [(leased, step) for leased, _, step in outcomes if isinstance(step, Settle)]
    retrying = [(leased, step) for leased, _, step in outcomes if isinstance(step, Retry)]
    answers_lost = {leased.message_id for leased, result in finished if isinstance(result, AnswerLost)}
    if settling and retrying:
        await attempts.lock(work.connection, leased=[leased for leased, _ in finished])
    settled: Sequence[SettledMessage] = ()
    if settling:
        settled = await attempts.settle(
            work.connection, channel=channel, settled=settling, answers_lost=answers_lost, now=work.now
        )
    told = [outcome for outcome in outcomes if isinstance(outcome[1], AnswerLost) or isinstance(outcome[2], Retry)]
    recorded = {message.message_id for message in settled} if told else set()
    if channel is Channel.EMAIL:
        settled = [*settled, *await _plan_letters(settled, work=work)]
    if retrying:
        recorded |= await attempts.retry(work.connection, retried=retrying, answers_lost=answers_lost)
        claim_ids = {leased.claim_id for leased, _ in retrying}
        settled = [*settled, *await messages.supersede_older(work.connection, claim_ids=claim_ids, now=work.now)]
    publish_settled(work, settled)
    work.after_commit(partial(_tell, [outcome for outcome in told if outcome[0].message_id in recorded]))


async def _plan_letters(emails: Sequence[SettledMessage], *, work: Work) -> Sequence[SettledMessage]:
    """Plan letters for `emails` that reached nobody; return the letters."""
    letter_of = {uuid7(): email for email in emails if email.state in LETTER_AFTER}
    if not letter_of:
        return ()
    return await letters.plan_for_emails(work.connection, letter_of=letter_of, now=work.now)


def _next_step(leased: LeasedMessage, result: Result, *, policy: RetryPolicy, work: Work) -> Settle | Retry:
    jitter = random.random()  # noqa: S311 - spreads load, hides nothing
    return next_step(result, attempt=leased.attempt, policy=policy, now=work.now, jitter=jitter)


def _tell(outcomes: Sequence[_Outcome]) -> None:
    """Count and log what followed attempts, where this process has recorded it."""
    for leased, result, step in outcomes:
        channel = leased.attempt.channel
        if isinstance(result, AnswerLost):
            following = "retried" if isinstance(step, Retry) else "settled"
            ANSWERS_LOST.labels(channel.value, following).inc()
            log.warning("answer.lost", channel=channel, step=following, reason=result.reason, **claim_fields(leased))
        if isinstance(step, Retry):
            SEND_RETRIES.labels(channel, _RETRIED_RESULTS[type(result)]).inc()


def claim_fields(leased: LeasedMessage) -> dict[str, str | None]:
    """Return the fields of a log line about a message: whose claim it is about, never to whom it goes."""
    return {"claim_id": str(leased.claim_id), "trace_id": trace_id_of(leased.trace)}
