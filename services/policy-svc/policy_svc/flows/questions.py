"""Takes questions of customers, and has them told once a person has answered."""

from __future__ import annotations

from enum import Enum, auto
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.unit_of_work import Trace, Work
from contracts.message_requests import Occasion
from contracts.vocabulary import Language
from policy_svc.domain.questions import LATELY, Question, may_ask
from policy_svc.flows.messages import ask_to_tell
from policy_svc.repository import customers, questions


class NotAsked(Enum):
    """Why a question was not taken."""

    UNKNOWN_CUSTOMER = auto()
    TOO_MANY = auto()


async def ask(work: Work, *, relation_number: str, text: str, language: Language, a_minute: int) -> Question | NotAsked:
    """Take a question. One customer's come one after the other, so that none slips past the limit."""
    if not await customers.lock(work.connection, relation_numbers=[relation_number]):
        return NotAsked.UNKNOWN_CUSTOMER
    lately, waiting = await questions.count_lately(
        work.connection, relation_number=relation_number, since=work.now - LATELY
    )
    if not may_ask(asked_lately=lately, waiting=waiting, a_minute=a_minute):
        return NotAsked.TOO_MANY
    question = Question(
        question_id=uuid7(), relation_number=relation_number, asked_at=work.now, language=language, question=text
    )
    await questions.insert(work.connection, question=question)
    return question


async def answer(work: Work, *, question_id: UUID, text: str, answered_by: str, trace: Trace | None) -> Question | None:
    """Answer a question and have its customer told; None when somebody else has, or there is none."""
    answered = await questions.answer(
        work.connection, question_id=question_id, text=text, answered_by=answered_by, now=work.now
    )
    if answered is None:
        return None
    found = await customers.find(work.connection, relation_number=answered.relation_number)
    if found is not None:
        ask_to_tell(
            work,
            customer_id=found.customer_id,
            relation_number=answered.relation_number,
            occasion=Occasion.QUESTION_ANSWERED,
            trace=trace,
        )
    return answered
