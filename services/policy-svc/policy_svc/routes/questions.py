"""Questions that customers ask in words of their own, and the answers that people give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, Field
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.field_errors import InvalidValueError
from chassis.http.handler import Reading
from chassis.http.languages import WantedLanguage
from chassis.http.pages import Page, PageQuery
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import ANSWER_CUSTOMERS, ASK_QUESTION, READ_QUESTIONS
from contracts.vocabulary import Language
from policy_svc.domain.questions import LATELY, Question
from policy_svc.flows import questions as flows
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.flows.questions import NotAsked
from policy_svc.repository import questions
from policy_svc.routes.parts import Parts
from policy_svc.routes.problems import QUESTION_ANSWERED, TOO_MANY_QUESTIONS
from policy_svc.routes.refused import refused

MOST_CHARACTERS: Final = 4_000
_EXAMPLE: Final = "Mijn schuur staat los van mijn huis. Is die ook verzekerd?"
_ANSWER: Final = "Ja, een schuur bij het huis is meeverzekerd."


def _written(text: str) -> str:
    """Return what was written, without blanks around it, and refuse what no database or reader can take."""
    text = text.strip()
    if not text:
        raise InvalidValueError("must not be empty")
    if any(not letter.isprintable() and letter not in "\r\n\t" for letter in text):
        raise InvalidValueError("must hold no control characters but line breaks and tabs")
    return text


Written: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=MOST_CHARACTERS, examples=[_EXAMPLE]), AfterValidator(_written)
]
QuestionIdInPath: TypeAlias = Annotated[UUID, Path(examples=["0198c5f2-9a10-7c43-9a51-6f2f3b1c7d12"])]


class QuestionAsked(ExactModel):
    """What a customer wants to know."""

    question: Written


class AnswerGiven(ExactModel):
    """What a person answers."""

    answer: Annotated[
        str, Field(min_length=1, max_length=MOST_CHARACTERS, examples=[_ANSWER]), AfterValidator(_written)
    ]


class QuestionView(ExactModel):
    """A question, and the answer once a person has given it."""

    question_id: UUID = Field(examples=["0198c5f2-9a10-7c43-9a51-6f2f3b1c7d12"])
    asked_at: Moment
    language: Language = Field(description="In which it was asked", examples=["nl"])
    question: str = Field(examples=[_EXAMPLE])
    answered_at: Moment | None = Field(description="Null while it waits")
    answer: str | None = Field(examples=[_ANSWER])

    @classmethod
    def of(cls, question: Question) -> QuestionView:
        return cls(
            question_id=question.question_id,
            asked_at=question.asked_at,
            language=question.language,
            question=question.question,
            answered_at=question.answered_at,
            answer=question.answer,
        )


class WaitingQuestionView(ExactModel):
    """That a question waits. What it says is read one by one, and that is on record."""

    question_id: UUID = Field(examples=["0198c5f2-9a10-7c43-9a51-6f2f3b1c7d12"])
    relation_number: RelationNumber
    asked_at: Moment
    language: Language = Field(examples=["nl"])

    @classmethod
    def of(cls, question: Question) -> WaitingQuestionView:
        return cls(
            question_id=question.question_id,
            relation_number=question.relation_number,
            asked_at=question.asked_at,
            language=question.language,
        )


class QuestionAtDeskView(QuestionView):
    """A question as handlers read it."""

    relation_number: RelationNumber

    @classmethod
    def at_desk(cls, question: Question) -> QuestionAtDeskView:
        return cls(**QuestionView.of(question).model_dump(), relation_number=question.relation_number)


class QuestionRoutes:
    """Takes questions, and lets people answer them."""

    def __init__(self, parts: Parts) -> None:
        self._a_minute = parts.settings.questions_a_minute

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        of_customer, one = "/customers/{relation_number}/questions", "/questions/{question_id}"
        api.post(of_customer, operation=ASK_QUESTION, status_code=201, problems=(TOO_MANY_QUESTIONS,))(
            self.ask_question
        )
        api.get(of_customer, operation=READ_QUESTIONS, changes_because=SEEN)(self.list_questions)
        api.get("/questions", operation=ANSWER_CUSTOMERS)(self.list_waiting_questions)
        api.get(one, operation=ANSWER_CUSTOMERS, changes_because=SEEN)(self.read_question)
        api.post(f"{one}/answer", operation=ANSWER_CUSTOMERS, problems=(QUESTION_ANSWERED,))(self.answer_question)

    async def ask_question(
        self,
        relation_number: RelationNumber,
        body: QuestionAsked,
        language: WantedLanguage,
        work: Work,
        caller: Caller,
    ) -> QuestionView | Response:
        """Ask something. A person answers it, and the customer gets a message once it is answered."""
        asked = await flows.ask(
            work, relation_number=relation_number, text=body.question, language=language, a_minute=self._a_minute
        )
        if asked is NotAsked.UNKNOWN_CUSTOMER:
            raise Problem(NOT_FOUND)
        if isinstance(asked, NotAsked):
            problem = Problem(TOO_MANY_QUESTIONS, headers={"Retry-After": str(int(LATELY.total_seconds()))})
            return await refused(work, caller, ASK_QUESTION, problem, relation_number=relation_number)
        await put_on_record(
            work, caller, ASK_QUESTION, relation_number=relation_number, question=str(asked.question_id)
        )
        return QuestionView.of(asked)

    async def list_questions(
        self, relation_number: RelationNumber, page: PageQuery, work: Work, caller: Caller
    ) -> Page[QuestionView]:
        """List what a customer has asked, the latest first, with the answers."""
        found = await questions.of_customer(
            work.connection,
            relation_number=relation_number,
            before=page.after(tuple[datetime, UUID]),
            rows=page.rows,
        )
        await put_on_record(work, caller, READ_QUESTIONS, relation_number=relation_number)
        return page.answer(found, view=QuestionView.of, position=lambda one: (one.asked_at, one.question_id))

    async def list_waiting_questions(self, page: PageQuery, reading: Reading) -> Page[WaitingQuestionView]:
        """List which questions wait for an answer, the longest first."""
        found = await questions.waiting(reading.connection, after=page.after(tuple[datetime, UUID]), rows=page.rows)
        return page.answer(found, view=WaitingQuestionView.of, position=lambda one: (one.asked_at, one.question_id))

    async def read_question(self, question_id: QuestionIdInPath, work: Work, caller: Caller) -> QuestionAtDeskView:
        """Read one question, and the answer once there is one."""
        found = await questions.find(work.connection, question_id=question_id)
        if found is None:
            raise Problem(NOT_FOUND)
        await put_on_record(
            work, caller, READ_QUESTIONS, relation_number=found.relation_number, question=str(question_id)
        )
        return QuestionAtDeskView.at_desk(found)

    async def answer_question(
        self, question_id: QuestionIdInPath, body: AnswerGiven, work: Work, caller: Caller, trace: RequestTrace
    ) -> QuestionAtDeskView | Response:
        """Answer a question. The customer gets a message, and reads the answer after logging in."""
        answered = await flows.answer(
            work, question_id=question_id, text=body.answer, answered_by=caller.subject, trace=trace
        )
        if answered is None:
            known = await questions.find(work.connection, question_id=question_id)
            if known is None:
                raise Problem(NOT_FOUND)
            return await refused(
                work,
                caller,
                ANSWER_CUSTOMERS,
                Problem(QUESTION_ANSWERED),
                relation_number=known.relation_number,
                question=str(question_id),
            )
        await put_on_record(
            work,
            caller,
            ANSWER_CUSTOMERS,
            relation_number=answered.relation_number,
            question=str(question_id),
        )
        return QuestionAtDeskView.at_desk(answered)
