"""Time that works for whoever waits: they hear so before a promise breaks, and are reminded of what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc import working_sets
from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.deadlines import answers_due_at, rain_is_told_at
from claims_svc.domain.dutch_time import dutch_day
from claims_svc.domain.working_days import last_day_of
from claims_svc.metrics import PROMISES
from claims_svc.repository import promises, waits
from claims_svc.tell import News, tell_all
from contracts.claim_messages import ClaimOccasion

PROMISE_AT_RISK_OF_CLAIM = "promise-at-risk-of-claim"
"""Tells one customer; its key is the claim."""


async def tell_of_rain(due: Sequence[DueTimer], work: Work) -> None:
    """Tell customers of claims that still wait for rain that they do, and until when they can."""
    claim_ids = await waits.claims_of(work.connection, wait_ids=[UUID(timer.key) for timer in due])
    _, claims = await working_sets.lock(work.connection, claim_ids=claim_ids)
    # Those that have begun to wait anew since are told in their turn.
    await _tell_of_rain(work, [each for each in claims.values() if _is_half_way(each, now=work.now)])


async def tell_of_rain_anew(due: Sequence[DueTimer], work: Work) -> None:
    """Tell customers who may know a day for the rain that it is another one now, unless the rain has come meanwhile."""
    _, claims = await working_sets.lock(work.connection, claim_ids={UUID(timer.key) for timer in due})
    await _tell_of_rain(work, list(claims.values()))


def _is_half_way(claim: Claim, *, now: datetime) -> bool:
    return claim.waits_until is not None and rain_is_told_at(claim.waits_until) <= now


async def _tell_of_rain(work: Work, claims: Sequence[Claim]) -> None:
    waiting = [
        News(claim=claim, occasion=ClaimOccasion.RAIN_AWAITED, due_on=dutch_day(claim.waits_until))
        for claim in sorted(claims, key=lambda claim: claim.claim_id)
        if claim.state is ClaimState.WAITING_FOR_RAINFALL
        and claim.waits_until is not None
        # Else the wait is over, and what is decided tells itself.
        and work.now < claim.waits_until
    ]
    await tell_all(work, waiting)


async def find_at_risk(due: Sequence[DueTimer], work: Work) -> None:
    """Set the timer of each claim that nobody has taken up yet as the last day of its promise begins."""
    claim_ids = await promises.waiting(work.connection, batch_ids=[UUID(timer.key) for timer in due])
    work.schedule(*(Timer(PROMISE_AT_RISK_OF_CLAIM, str(claim_id), work.now) for claim_id in claim_ids))


async def warn(due: Sequence[DueTimer], work: Work) -> None:
    """Tell customers that they may have to wait for longer than was promised, before they find out themselves."""
    _, claims = await working_sets.lock(work.connection, claim_ids={UUID(timer.key) for timer in due})
    due_at = await promises.warn(work.connection, claim_ids=claims.keys(), now=work.now)
    await tell_all(
        work,
        [
            News(claim=claims[claim_id], occasion=ClaimOccasion.STILL_WAITING, due_on=last_day_of(each))
            for claim_id, each in sorted(due_at.items())
        ],
    )
    work.after_commit(partial(PROMISES.labels("at_risk").inc, len(due_at)))


async def end_promises(due: Sequence[DueTimer], work: Work) -> None:
    """Put on record which promises were not kept."""
    broken = await promises.end_broken(work.connection, batch_ids=[UUID(timer.key) for timer in due], now=work.now)
    work.after_commit(partial(PROMISES.labels("broken").inc, broken))


async def remind(due: Sequence[DueTimer], work: Work) -> None:
    """Ask again what is still open of claims that nobody has decided yet."""
    claim_ids = [UUID(timer.key) for timer in due]
    working_set = await working_sets.load(work, *await working_sets.lock(work.connection, claim_ids=claim_ids))
    news = []
    for claim_id in claim_ids:
        claim, codes = working_set.claim(claim_id), [each.code for each in working_set.open_questions(claim_id)]
        if codes and claim.state is not ClaimState.WAITING_FOR_POLICY:
            news.append(
                News(
                    claim=claim,
                    occasion=ClaimOccasion.ANSWERS_AWAITED,
                    questions=codes,
                    due_on=dutch_day(_waits_until(claim, work)),
                )
            )
    await tell_all(work, news)


def _waits_until(claim: Claim, work: Work) -> datetime:
    if claim.state is ClaimState.WAITING_FOR_ANSWER and claim.waits_until is not None:
        return claim.waits_until
    return answers_due_at(claim, now=work.now)
