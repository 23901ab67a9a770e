"""What handlers ask customers: they are told, reminded half-way, and on the day an answer is due somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.http.caller import Caller
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc import working_sets
from claims_svc.desk_record import put_on_record
from claims_svc.domain.claim import Claim
from claims_svc.domain.desk import Cause, due_at
from claims_svc.domain.dutch_time import end_of
from claims_svc.domain.questions import AskedOf, Question
from claims_svc.flows import desk_work, telling
from claims_svc.repository import additions, desk_cases
from claims_svc.tell import News, tell, tell_all
from contracts.claim_messages import ClaimOccasion

QUESTION_REMINDER = "question-reminder"
"""The timer that asks a handler's questions again; its key is the claim and the day an answer is due."""
QUESTION_DUE = "question-due"
"""The timer of the end of that day, with the same key."""


async def ask(work: Work, caller: Caller, claim: Claim, codes: Sequence[str], *, due_on: date, reason: str) -> None:
    """Ask the customer of a locked claim something; what was asked before is open again, whatever was answered."""
    working_set = await working_sets.load(work, *await working_sets.lock(work.connection, claim_ids=[claim.claim_id]))
    codes = list(dict.fromkeys(codes))
    working_set.apply_questions(claim.claim_id, [Question(code=code, asked_of=AskedOf.REPORTER) for code in codes])
    await working_sets.store(working_set.changes, work)
    await additions.ask_by_hand(
        work.connection, claim_id=claim.claim_id, codes=codes, asked_by=caller.subject, due_on=due_on, now=work.now
    )
    await desk_work.looked_at(work, claim)
    await put_on_record(
        work, claim.claim_id, "asked", caller=caller, reason=reason, codes=" ".join(codes), due_on=due_on.isoformat()
    )
    await tell(work, claim, ClaimOccasion.QUESTIONS_ASKED, questions=codes, due_on=due_on)
    key, ends_at = f"{claim.claim_id} {due_on.isoformat()}", end_of(due_on)
    half_way = work.now + (ends_at - work.now) / 2
    work.schedule(Timer(QUESTION_REMINDER, key, half_way, claim.trace), Timer(QUESTION_DUE, key, ends_at, claim.trace))


async def remind(due: Sequence[DueTimer], work: Work) -> None:
    """Ask again what handlers have asked and nobody has answered."""
    await tell_all(
        work,
        [
            News(claim=claim, occasion=ClaimOccasion.ANSWERS_AWAITED, questions=codes, due_on=due_on)
            for claim, codes, due_on in await _unanswered(due, work)
        ],
    )


async def look(due: Sequence[DueTimer], work: Work) -> None:
    """Let claims about which a handler asked in vain wait for somebody who goes on without an answer."""
    in_vain = await _unanswered(due, work)
    if not in_vain:
        return
    await desk_cases.add(
        work.connection,
        claim_ids={claim.claim_id for claim, _, _ in in_vain},
        cause=Cause.UNANSWERED,
        now=work.now,
        due_at=due_at(work.now),
    )
    for claim, codes, _ in in_vain:
        await put_on_record(work, claim.claim_id, "answers_missing", caller=None, codes=" ".join(codes))


async def _unanswered(due: Sequence[DueTimer], work: Work) -> Sequence[tuple[Claim, Sequence[str], date]]:
    """Return of each timer its claim, locked, what is unanswered of what was to be answered by its day, and the day."""
    of_timers = [(UUID(claim_id), date.fromisoformat(day)) for claim_id, day in (each.key.split() for each in due)]
    _, claims = await working_sets.lock(work.connection, claim_ids={claim_id for claim_id, _ in of_timers})
    found = []
    for claim_id, day in of_timers:
        claim = claims[claim_id]
        if claim.withdrawn_at is None:
            expected = await telling.unanswered(work.connection, claim, items=len(claim.damage))
            if codes := [code for code, due_on in expected.items() if due_on == day]:
                found.append((claim, codes, day))
    return found
