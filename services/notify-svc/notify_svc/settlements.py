"""How what is settled is published and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.unit_of_work import Work
from contracts.claim_messages import ClaimMessageSettled, ClaimOccasion
from contracts.notify import MessageSettled, RequestSettled
from notify_svc.domain.messages import SETTLEMENTS
from notify_svc.domain.quiet_hours import HOME_ZONE
from notify_svc.domain.requests import REQUEST_SETTLEMENTS, Lane, RequestState
from notify_svc.metrics import MESSAGES_SETTLED, REQUEST_SECONDS, REQUESTS_SETTLED
from notify_svc.repository import letters, requested_letters
from notify_svc.repository.messages import SettledMessage
from notify_svc.repository.requests import SettledRequest

for _lane in Lane:
    REQUEST_SECONDS.labels(_lane.value)  # Prometheus misses what begins with its first count


def publish_settled(work: Work, settled: Sequence[SettledMessage]) -> None:
    """Publish how each of `settled` ended, in its own claim's trace, and count them once that is committed."""
    work.after_commit(partial(_count, settled))
    for message in settled:
        work.publish(
            MessageSettled(
                message_id=message.message_id,
                claim_id=message.claim_id,
                claim_version=message.claim_version,
                channel=message.channel,
                settlement=SETTLEMENTS[message.state],
                attempts=message.attempts,
            ),
            trace=message.trace,
        )


async def plan_letters_for_untold(work: Work, *, claims: Collection[tuple[UUID, int]]) -> None:
    """Plan a letter about each of these versions of claims that reached nobody as far as anybody knows, and publish it.

    An e-mail in doubt has probably arrived; beside an SMS that surely has not, that is too little. The caller has all
    messages about these claims locked: two who record the ends of both channels at once would each see one end only,
    and a letter must not miss that a newer version supersedes it.
    """
    untold = await letters.doubtful_and_untold(work.connection, claims=claims)
    if untold:
        letter_of = {uuid7(): email for email in untold}
        publish_settled(work, await letters.plan_for_emails(work.connection, letter_of=letter_of, now=work.now))


async def end_letters(work: Work) -> Mapping[UUID, RequestState]:
    """End letters in the place of e-mails that are not to be posted any more, and publish it; return how, by their ids.

    The day that one names is over at midnight in the Netherlands.
    """
    today = work.now.astimezone(HOME_ZONE).date()
    ended = await requested_letters.end_those_over(work.connection, today=today, now=work.now)
    publish_settled_requests(work, list(ended.values()))
    return {letter_id: one.state for letter_id, one in ended.items()}


def publish_settled_requests(work: Work, settled: Sequence[SettledRequest], *, are_timed: bool = True) -> None:
    """Publish how each of `settled` ended, in its own trace, and count them once that is committed.

    Not `are_timed` are those of which it became known late that the server had accepted them.
    """
    work.after_commit(partial(_count_requests, settled, work=work, are_timed=are_timed))
    for request in settled:
        work.publish(_settlement_of(request), trace=request.trace)


def _settlement_of(request: SettledRequest) -> RequestSettled | ClaimMessageSettled:
    settlement = REQUEST_SETTLEMENTS[request.state]
    if isinstance(request.occasion, ClaimOccasion):
        return ClaimMessageSettled(
            request_id=request.request_id,
            claim_id=request.about,
            occasion=request.occasion,
            channel=request.channel,
            settlement=settlement,
            attempts=request.attempts,
        )
    return RequestSettled(
        request_id=request.request_id,
        customer_id=request.about,
        occasion=request.occasion,
        channel=request.channel,
        settlement=settlement,
        attempts=request.attempts,
    )


def _count(settled: Sequence[SettledMessage]) -> None:
    for (channel, state), count in Counter((message.channel, message.state) for message in settled).items():
        MESSAGES_SETTLED.labels(channel.value, state.value).inc(count)


def _count_requests(settled: Sequence[SettledRequest], *, work: Work, are_timed: bool) -> None:
    for request in settled:
        REQUESTS_SETTLED.labels(request.occasion.value, request.state.value).inc()
        if are_timed and request.state is RequestState.SENT:
            REQUEST_SECONDS.labels(request.lane.value).observe((work.now - request.occurred_at).total_seconds())
