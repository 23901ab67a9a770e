"""Reporting a loss, and the list of what was reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from starlette.responses import Response
from uuid_utils.compat import uuid7

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.field_errors import InvalidValueError
from chassis.http.handler import Reading
from chassis.http.pages import Page, PageQuery
from chassis.http.problems import INVALID, FieldError, Problem
from chassis.http.telemetry import RequestTrace
from chassis.http.values import Day, ExactModel, RelationNumber
from chassis.unit_of_work import Work
from claims_svc.domain.intake import DaysRefusedError, loss_on
from claims_svc.flows.registering import Registered, Reported, register
from claims_svc.repository.claims_of_customer import claims_of_customer
from claims_svc.routes.claims import ClaimView, State
from claims_svc.routes.fields import CLAIM_PATH
from claims_svc.routes.loss_bodies import Damage, Facts, LossBody, facts_of
from claims_svc.routes.parts import Parts
from contracts.access import READ_CLAIMS, REPORT_LOSS, Role
from contracts.loss_reports import LossReported, ReportChannel
from contracts.vocabulary import FactSource, LossInterval

CLAIMS_PATH: Final = "/customers/{relation_number}/claims"
REPORTS_AT_ONCE: Final = 50
"""One transaction of so many takes some tens of milliseconds; more of them would only wait longer."""


class ReportedLoss(ExactModel):
    """A loss. The policy number and the day suffice: what else is needed is asked."""

    policy_number: Annotated[str, Field(pattern=r"^[0-9]{1,9}-[0-9]{3}-[0-9]{2}$", examples=["123456-531-04"])]
    day: Day | None = Field(
        default=None, description="The Dutch day on which it happened, where no time is known", examples=["2021-07-15"]
    )
    until_day: Day | None = Field(
        default=None,
        description="The last Dutch day that it can have been; `day` is the first",
        examples=[None],
    )
    loss: LossBody | None = Field(default=None, description="When it happened, instead of days", examples=[None])
    facts: Facts = Field(default_factory=dict)
    damage: Damage = Field(default_factory=list)
    channel: Literal["portal", "app"] = Field(
        default="portal", description="What a handler takes down came by phone, whatever stands here", examples=["app"]
    )

    @model_validator(mode="after")
    def _happened_once(self) -> Self:
        if (self.day is None) is (self.loss is None) or (self.until_day is not None and self.day is None):
            raise InvalidValueError("must have either day, perhaps with until_day, or loss")
        return self

    def happened(self, *, now: datetime) -> LossInterval:
        """Return when the loss happened. Raises `DaysRefusedError`."""
        if self.day is None:
            assert self.loss is not None, "as it was validated"  # noqa: S101 - for the types
            return self.loss.read()
        return loss_on(self.day, self.until_day or self.day, now=now)


class TakenReport(ExactModel):
    """A report that was taken, and its claim."""

    reference: str = Field(description="Of the claim, as in letters and mails", examples=["W7XK2M9QD4T"])
    report_id: UUID = Field(examples=["0198c5f2-6d00-7b11-8f21-0a4b5c6d7e8f"])
    joined: bool = Field(description="Whether the claim was there already: another report was of the same loss")
    state: State = Field(examples=["waiting_for_answer"])
    open_questions: list[str] = Field(
        description="What is still to be told, most telling first", examples=[["damage", "facts.sewer_water_entered"]]
    )

    @classmethod
    def of(cls, registered: Registered) -> TakenReport:
        claim, report_id = registered.claim, registered.reported.report.report_id
        return cls(
            reference=claim.claim_reference,
            report_id=report_id,
            joined=claim.report.report_id != report_id,
            state=claim.state.value,  # type: ignore[arg-type] # a claim that was advanced has one of these states
            open_questions=list(registered.open_questions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReport:
    """A loss that is reported, by whom, and the answer in which its claim is named."""

    relation_number: RelationNumber
    loss: ReportedLoss
    caller: Caller
    response: Response
    trace: RequestTrace


class ReportingRoutes:
    """Takes reports, and lists claims."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(CLAIMS_PATH, operation=REPORT_LOSS, status_code=201, together=REPORTS_AT_ONCE)(self.report_loss)
        api.get(CLAIMS_PATH, operation=READ_CLAIMS)(self.list_claims)

    async def report_loss(self, asked: Sequence[AskedReport], work: Work) -> Sequence[TakenReport | Problem]:
        """Report water damage to a home.

        Another report of the same loss is no second claim: the answer then names the first one. A policy that is not
        known yet is no reason to refuse a report. What is still needed is asked at `…/claims/{reference}/questions`.
        """
        read = [_read(each, now=work.now) for each in asked]
        sound = [one for one in read if isinstance(one, Reported)]
        registered = iter(await register(sound, work) if sound else ())
        return [
            one if isinstance(one, Problem) else _taken(next(registered), each)
            for each, one in zip(asked, read, strict=True)
        ]

    async def list_claims(self, relation_number: RelationNumber, page: PageQuery, reading: Reading) -> Page[ClaimView]:
        """List a customer's claims and where they stand, the newest first."""
        position = page.after(tuple[UUID])
        found = await claims_of_customer(
            reading.connection,
            relation_number=relation_number,
            before=None if position is None else position[0],
            rows=page.rows,
        )
        return page.answer(found, view=ClaimView.of, position=lambda claim: (claim.claim_id,))


def _read(asked: AskedReport, *, now: datetime) -> Reported | Problem:
    """Return what the caller tells as a report, by the rules of the contract; who reports a loss is its customer."""
    loss = asked.loss
    if loss.policy_number.partition("-")[0] != asked.relation_number:
        return _refusal("/policy_number", "must begin with the relation number of this customer")
    try:
        report = LossReported(
            report_id=uuid7(),
            policy_number=loss.policy_number,
            channel=ReportChannel(loss.channel) if asked.caller.role is Role.CUSTOMER else ReportChannel.PHONE,
            reported_at=now,
            loss=loss.happened(now=now),
            facts=facts_of(loss.facts, FactSource.CUSTOMER),
            damage=tuple(item.read(FactSource.CUSTOMER) for item in loss.damage),
        )
    except DaysRefusedError as refused:
        return _refusal(f"/{refused.fault.field}", refused.fault.change)
    except ValueError as refused:  # the contract names the field that is against its rules first
        field, _, message = str(refused).partition(" ")
        return _refusal(f"/{field.replace('.', '/')}", message)
    return Reported(report, asked.trace)


def _taken(registered: Registered, asked: AskedReport) -> TakenReport:
    asked.response.headers["Location"] = CLAIM_PATH.format(
        relation_number=asked.relation_number, reference=registered.claim.claim_reference
    )
    return TakenReport.of(registered)


def _refusal(field: str, message: str) -> Problem:
    return Problem(INVALID, errors=[FieldError(place="body", field=field, message=message)])
