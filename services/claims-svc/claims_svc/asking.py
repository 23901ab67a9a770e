"""Tells those who reported a loss what is asked, as soon as it is, and has them reminded."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from chassis.unit_of_work import Timer, Work
from claims_svc.domain.changes import Changes
from claims_svc.domain.dutch_time import dutch_day
from claims_svc.domain.handling import ANSWER_WAIT
from claims_svc.tell import News, tell_all
from contracts.claim_messages import ClaimOccasion

ANSWER_REMINDER = "answer-reminder"
"""The timer that asks again, half-way through the wait; its key is the claim."""


async def announce(changes: Changes, work: Work) -> None:
    """Have the questions told that the rules asked here for the first time, of each claim together."""
    codes: defaultdict[UUID, list[str]] = defaultdict(list)
    newest = {claim.claim_id: claim for claim, _ in changes.asked}
    for claim, questions in changes.asked:
        if claim.claim_id not in changes.asked_by_hand:
            codes[claim.claim_id] += [question.code for question in questions]
    await tell_all(
        work,
        [
            News(
                claim=newest[claim_id],
                occasion=ClaimOccasion.QUESTIONS_ASKED,
                questions=asked,
                due_on=dutch_day(work.now + ANSWER_WAIT),
            )
            for claim_id, asked in codes.items()
        ],
    )
    remind_at = work.now + ANSWER_WAIT / 2
    work.schedule(*(Timer(ANSWER_REMINDER, str(claim_id), remind_at, newest[claim_id].trace) for claim_id in codes))
