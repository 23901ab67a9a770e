"""What is asked about a loss, the answers, and what its customer tells besides."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.field_errors import InvalidValueError
from chassis.http.handler import Reading
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.problems import INVALID, NOT_FOUND, FieldError, Problem
from chassis.http.values import Day, ExactModel, RelationNumber
from chassis.unit_of_work import Work
from claims_svc.domain.answering import Answer, AnswerKind, kind_of
from claims_svc.domain.claim import Claim
from claims_svc.domain.questions import DAMAGE, Question
from claims_svc.flows import authority, telling
from claims_svc.flows.claim_at_hand import lock_claim
from claims_svc.flows.telling import AboveAuthorityError, Asked, ImpossibleNewsError, NotAskedError
from claims_svc.repository import claim_views, claims
from claims_svc.routes.fields import CLAIM_PATH, ReferenceInPath
from claims_svc.routes.loss_bodies import FACT_NAMES, Damage, Facts, LossBody, Route, TruthValue, facts_of
from claims_svc.routes.parts import Parts
from claims_svc.routes.problems import ABOVE_AUTHORITY, CLAIM_HAS_ENDED, NOT_ASKED
from claims_svc.routes.question_words import ROUTES, words_of
from contracts.access import ANSWER_QUESTIONS, READ_CLAIMS
from contracts.language import Language
from contracts.vocabulary import FactSource, Truth, WaterRoute

MOST_ANSWERS = 100
CODE = r"^(route|damage|damage\.[0-9]{1,2}\.(route|by_fire_or_explosion)|facts\.[a-z_]{1,60})$"


class AnswerBody(ExactModel):
    """One answer: `known` for yes or no, `routes` for water, `damage` for damage. `known: unknown` answers all."""

    code: str = Field(pattern=CODE, description="Of the question", examples=["facts.came_through_open_window_or_door"])
    known: TruthValue | None = Field(None, description="`unknown`: I do not know", examples=["false"])
    routes: list[Route] = Field(default_factory=list, max_length=7, examples=[[]])
    damage: Damage = Field(default_factory=list, examples=[[]])

    @model_validator(mode="after")
    def _fits(self) -> Self:
        subject, _, name = self.code.partition(".")
        if subject == "facts" and name not in FACT_NAMES:
            raise InvalidValueError("is no question: after facts. stands the name of a fact")
        given = (self.known is not None, bool(self.routes), bool(self.damage))
        if given == (True, False, False) and self.known == "unknown":
            return self
        needed, sentence = _NEEDED[kind_of(self.code)]
        if given != needed or (kind_of(self.code) is AnswerKind.ROUTE and len(self.routes) > 1):
            raise InvalidValueError(f"must be answered by {sentence}, or by known: unknown")
        return self

    def read(self) -> Answer:
        return Answer(
            code=self.code,
            truth=Truth(self.known or "unknown"),
            routes=tuple(WaterRoute(route) for route in self.routes),
            damage=tuple(item.read(FactSource.CUSTOMER) for item in self.damage),
        )


_NEEDED = {
    AnswerKind.TRUTH: ((True, False, False), "known"),
    AnswerKind.ROUTE: ((False, True, False), "one of routes"),
    AnswerKind.ROUTES: ((False, True, False), "routes"),
    AnswerKind.DAMAGE: ((False, False, True), "damage"),
}


class AnswersBody(ExactModel):
    """Answers to open questions: all of them count, or none."""

    answers: list[AnswerBody] = Field(min_length=1, max_length=MOST_ANSWERS)

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len({answer.code for answer in self.answers}) < len(self.answers):
            raise InvalidValueError("must answer each question once")
        return self

    @model_validator(mode="after")
    def _counts_items_once(self) -> Self:
        # Answers about single items count those of before: beside all of it told anew nobody could say which is meant.
        codes = {answer.code for answer in self.answers if answer.known != "unknown"}
        if DAMAGE in codes and any(code.startswith(f"{DAMAGE}.") for code in codes):
            raise InvalidValueError("must tell the damage anew, or what is asked of its items, and not both at once")
        return self


class NewsBody(ExactModel):
    """Something new: what is left out stays as it was told before."""

    facts: Facts = Field(default_factory=dict)
    damage: Damage = Field(default_factory=list, description="All items as they are from now on, when given")
    loss: LossBody | None = Field(None, description="When it happened, told more exactly", examples=[None])

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.facts or self.damage or self.loss):
            raise InvalidValueError("must tell something")
        return self


class Choice(ExactModel):
    """One way to answer."""

    value: str = Field(examples=["sewer_backflow"])
    text: str = Field(examples=["rioolwater kwam omhoog"])


class QuestionView(ExactModel):
    """One question."""

    code: str = Field(examples=["facts.came_through_open_window_or_door"])
    text: str = Field(examples=["Kwam het water door een raam of deur die openstond?"])
    reason: str = Field(examples=["Water dat door een open raam of deur naar binnen loopt, is niet verzekerd."])
    because: list[str] = Field(
        description="Grounds on which the answer can decide; empty: a handler asks", examples=[["window_or_door_open"]]
    )
    answered_by: Literal["truth", "route", "routes", "damage"] = Field(
        description="truth: `known`; route and routes: `routes`; damage: `damage`", examples=["truth"]
    )
    choices: list[Choice] = Field(description="The water that can be named")
    due_on: Day | None = Field(description="Until when an answer is expected")


class QuestionsView(ExactModel):
    """Where the claim stands, and what is asked, most telling first."""

    state: str = Field(examples=["waiting_for_answer"])
    questions: list[QuestionView]

    @classmethod
    def of(cls, asked: Asked, language: Language) -> QuestionsView:
        questions = [_view(question, asked, language) for question in asked.questions]
        return cls(state=asked.claim.state.value, questions=questions)


def _view(question: Question, asked: Asked, language: Language) -> QuestionView:
    words, item = words_of(question.code)
    kind = kind_of(question.code)
    routes = tuple(WaterRoute) if kind is AnswerKind.ROUTES else asked.routes if kind is AnswerKind.ROUTE else ()
    return QuestionView(
        code=question.code,
        text=words.question.told_in(language).format(item=item),
        reason=words.reason.told_in(language),
        because=[ground.value for ground in question.because],
        answered_by=kind.value,
        choices=[Choice(value=route.value, text=ROUTES[route].told_in(language)) for route in routes],
        due_on=asked.due_on_of.get(question.code, asked.due_on),
    )


class QuestionRoutes:
    """Asks, and takes answers and news."""

    def __init__(self, parts: Parts) -> None:
        self._settings = parts.settings

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get(f"{CLAIM_PATH}/questions", operation=READ_CLAIMS)(self.read_questions)
        api.post(
            f"{CLAIM_PATH}/answers",
            operation=ANSWER_QUESTIONS,
            status_code=200,
            problems=(CLAIM_HAS_ENDED, NOT_ASKED, ABOVE_AUTHORITY),
        )(self.answer_questions)
        api.post(
            f"{CLAIM_PATH}/news",
            operation=ANSWER_QUESTIONS,
            status_code=200,
            problems=(CLAIM_HAS_ENDED, ABOVE_AUTHORITY),
        )(self.tell_news)

    async def read_questions(
        self,
        relation_number: RelationNumber,
        reference: ReferenceInPath,
        language: WantedLanguage,
        response: Response,
        reading: Reading,
    ) -> QuestionsView:
        """Read what is asked: only what could still change what is decided or paid, and why."""
        async with reading.one_moment():
            found = await claim_views.find(reading.connection, reference=reference, relation_number=relation_number)
            claim = None if found is None else await claims.read(reading.connection, claim_id=found.claim_id)
            if claim is None:
                raise Problem(NOT_FOUND)
            asked = await telling.asked_of(reading.connection, claim)
        told_in(response, language)
        return QuestionsView.of(asked, language)

    async def answer_questions(
        self,
        relation_number: RelationNumber,
        reference: ReferenceInPath,
        body: AnswersBody,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
    ) -> QuestionsView:
        """Answer open questions, several at once. The claim is decided as soon as nothing is waited for."""
        claim = await _open_claim(work, reference, relation_number)
        try:
            answered = await telling.answer(
                work,
                caller,
                claim,
                [each.read() for each in body.answers],
                limit_cents=authority.limit_cents(caller, self._settings),
            )
        except NotAskedError as error:
            raise Problem(NOT_ASKED, members={"open_questions": list(error.open_codes)}) from None
        except AboveAuthorityError:
            raise Problem(ABOVE_AUTHORITY) from None
        except ImpossibleNewsError as error:
            raise _invalid("answers", error) from None
        told_in(response, language)
        return QuestionsView.of(await telling.asked_of(work.connection, answered), language)

    async def tell_news(
        self,
        relation_number: RelationNumber,
        reference: ReferenceInPath,
        body: NewsBody,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
    ) -> QuestionsView:
        """Tell something new about the loss. A decision that stands is compared with what is told."""
        claim = await _open_claim(work, reference, relation_number)
        facts = facts_of(body.facts, FactSource.CUSTOMER)
        damage = [item.read(FactSource.CUSTOMER) for item in body.damage]
        loss = None if body.loss is None else body.loss.read()
        try:
            told = await telling.tell_news(
                work,
                caller,
                claim,
                facts=facts,
                damage=damage,
                loss=loss,
                limit_cents=authority.limit_cents(caller, self._settings),
            )
        except AboveAuthorityError:
            raise Problem(ABOVE_AUTHORITY) from None
        except ImpossibleNewsError as error:
            raise _invalid(error.field.replace(".", "/"), error) from None
        told_in(response, language)
        return QuestionsView.of(await telling.asked_of(work.connection, told), language)


async def _open_claim(work: Work, reference: str, relation_number: str) -> Claim:
    claim = await lock_claim(work, reference=reference, relation_number=relation_number)
    if claim is None:
        raise Problem(NOT_FOUND)
    if claim.withdrawn_at is not None:
        raise Problem(CLAIM_HAS_ENDED)
    return claim


def _invalid(field: str, error: ImpossibleNewsError) -> Problem:
    return Problem(INVALID, errors=[FieldError(place="body", field=f"/{field}", message=str(error))])
