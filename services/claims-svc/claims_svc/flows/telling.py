"""Questions about a loss, the answers to them, and what its customer tells besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from uuid_utils.compat import uuid7

from chassis.database import Connection
from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from claims_svc.desk_record import put_on_record
from claims_svc.domain.answering import Answer, answers_in, is_decided, supplement_of
from claims_svc.domain.case import Case
from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.deadlines import answers_due_at
from claims_svc.domain.dutch_time import dutch_day
from claims_svc.domain.next_step import case_of
from claims_svc.domain.questions import DAMAGE, AskedOf, Question, questions_to_reporter
from claims_svc.domain.rules.reported import named_by, reported_routes
from claims_svc.domain.supplement import Supplement, completed
from claims_svc.domain.working_set import with_rainfall_of_proof
from claims_svc.flows import authority, claim_at_hand, desk_work
from claims_svc.repository import additions, decisions, policies
from contracts.access import Role
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import FactSource, LossInterval, WaterRoute


class NotAskedError(Exception):
    """An answer is to a question that is not, or no longer, open. `open_codes` are those that are."""

    def __init__(self, open_codes: Sequence[str]) -> None:
        super().__init__()
        self.open_codes = open_codes


class AboveAuthorityError(Exception):
    """By what a handler tells for a customer more would be paid, or something denied, than one person may decide."""


class ImpossibleNewsError(ValueError):
    """A report cannot say that. `field` names what, and the message says why, without repeating it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a claim's customer now, most telling first.

    `due_on` is when the claim is decided without an answer, or, by code, until when a handler expects one. `damage` are
    the items that questions count, and `routes` the waters that can have done it.
    """

    claim: Claim
    questions: Sequence[Question]
    due_on: date | None
    due_on_of: dict[str, date]
    damage: tuple[DamageItem, ...]
    routes: tuple[WaterRoute, ...]

    @property
    def codes(self) -> list[str]:
        return [question.code for question in self.questions]


async def asked_of(connection: Connection, claim: Claim) -> Asked:
    """Return what is asked about a claim, by the rules and by handlers, as all is known now."""
    case = await _case(connection, claim)
    by_handlers: dict[str, date] = {}
    questions: list[Question] = []
    if claim.withdrawn_at is None:
        questions += questions_to_reporter(case.basis, not_known=claim.not_known)
        by_handlers = await unanswered(connection, claim, items=len(case.damage))
        codes = {question.code for question in questions}
        questions += [Question(code=code, asked_of=AskedOf.REPORTER) for code in by_handlers if code not in codes]
    due_at = _answers_due_at(claim)
    return Asked(
        claim=claim,
        questions=questions,
        due_on=None if due_at is None else dutch_day(due_at),
        due_on_of=by_handlers,
        damage=case.damage,
        routes=tuple(reported_routes(case.facts, named_by_damage=named_by(case.damage))),
    )


def _answers_due_at(claim: Claim) -> datetime | None:
    """Return when a claim is decided without answers; None where one is decided already or waits for its policy."""
    if claim.state is ClaimState.WAITING_FOR_ANSWER:
        return claim.waits_until
    waits_for_both = claim.state is ClaimState.WAITING_FOR_RAINFALL and claim.claim_version == 0
    return answers_due_at(claim, now=claim.asked_at) if waits_for_both and claim.asked_at is not None else None


async def _case(connection: Connection, claim: Claim) -> Case:
    standing = (await decisions.standing(connection, claim_ids=[claim.claim_id])).get(claim.claim_id)
    policy = await policies.find(connection, policy_number=claim.report.policy_number)
    return case_of(with_rainfall_of_proof(claim, standing=standing), policy=policy, standing=standing)


async def unanswered(connection: Connection, claim: Claim, *, items: int) -> dict[str, date]:
    """Return what handlers asked and nobody has told since, and until when they expect it.

    What was asked for a decision that has been made since is asked no longer.
    """
    by_handlers = [
        asked
        for asked in await additions.asked_of(connection, claim_id=claim.claim_id)
        if asked.due_on is not None
        and _is_about_one_of(asked.code, items=items)
        and not any(each.told_at >= asked.asked_at and answers_in(each, asked.code) for each in claim.supplements)
    ]
    decided = await decisions.decided(connection, claim_id=claim.claim_id) if by_handlers else ()
    return {
        asked.code: asked.due_on
        for asked in by_handlers
        if asked.due_on is not None and not is_decided(asked.asked_at, decided=decided, rulings=claim.rulings)
    }


def _is_about_one_of(code: str, *, items: int) -> bool:
    subject, _, place = code.partition(".")
    return subject != DAMAGE or not place or int(place.partition(".")[0]) < items


async def answer(work: Work, caller: Caller, claim: Claim, answers: Sequence[Answer], *, limit_cents: int) -> Claim:
    """Complete the report of a locked claim by these answers, all of them or none.

    Raises:
        AboveAuthorityError: as below.
        NotAskedError: one of them is to no open question.
        ImpossibleNewsError: a report cannot say that.
    """
    asked = await asked_of(work.connection, claim)
    if not {each.code for each in answers} <= set(asked.codes):
        raise NotAskedError(asked.codes)
    told = supplement_of(answers, damage=asked.damage, supplement_id=uuid7(), told_at=work.now)
    return await _complete(work, caller, claim, told, limit_cents=limit_cents)


async def tell_news(
    work: Work,
    caller: Caller,
    claim: Claim,
    *,
    facts: LossFacts,
    damage: Sequence[DamageItem],
    loss: LossInterval | None,
    limit_cents: int,
) -> Claim:
    """Complete the report of a locked claim by what its customer has to tell besides.

    Raises:
        AboveAuthorityError: a handler who tells it for the customer may not let that much be paid alone.
        ImpossibleNewsError: a report cannot say that.
    """
    told = Supplement(
        supplement_id=uuid7(),
        source=FactSource.CUSTOMER,
        told_at=work.now,
        facts=facts,
        damage=tuple(damage),
        loss=loss,
    )
    return await _complete(work, caller, claim, told, limit_cents=limit_cents)


async def _complete(work: Work, caller: Caller, claim: Claim, told: Supplement, *, limit_cents: int) -> Claim:
    try:
        completed(claim.sent or claim.report, (*claim.supplements, told))
    except ValueError as error:  # the contract names the field that is against its rules first
        field, _, message = str(error).partition(" ")
        raise ImpossibleNewsError(field, message) from error
    if caller.role is Role.CUSTOMER:
        return await claim_at_hand.supplement(work, claim.claim_id, told)
    # Who is called by a customer writes down what they say, and answers for it.
    cost = await desk_work.cost_of(work, claim, told)
    if cost.denies or await desk_work.is_above_authority(work, caller, claim, cost, limit_cents=limit_cents):
        raise AboveAuthorityError
    completed_claim = await claim_at_hand.supplement(work, claim.claim_id, told)
    spent = authority.spent_alone(cost.more_cents)
    await put_on_record(work, claim.claim_id, "told_for_customer", caller=caller, **spent)
    await desk_work.looked_at(work, claim)
    return completed_claim
