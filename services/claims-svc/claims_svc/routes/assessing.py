"""What would be decided about a loss: for handlers and operators who wish to know before it is reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.problems import INVALID, FieldError, Problem
from chassis.http.values import ExactModel, Moment
from claims_svc.domain.intake import refusal_of
from claims_svc.domain.verdict import Verdict
from claims_svc.domain.what_if import WhatIf
from claims_svc.flows.assessing import TooMuchDamageError, assess
from claims_svc.routes.loss_bodies import DamageBody, Facts, LossBody, facts_of
from claims_svc.routes.parts import Parts
from contracts.access import ASSESS_LOSS
from contracts.loss_reports import LossReported, ReportChannel
from contracts.vocabulary import FactSource

RainKindText: TypeAlias = Literal["cloudburst", "heavy_rain", "some_rain", "no_rain"]
OutcomeText: TypeAlias = Literal["covered", "denied", "referred", "withdrawn"]
MOST_ITEMS_TRIED: Final = 20
"""Fewer than a report can have: with the questions about a flood, each item takes up to a tenth of a second (ours)."""
_NOBODYS_REPORT = UUID(int=0)


class LossToTry(ExactModel):
    """A loss as it could be reported. Policy number and time suffice."""

    policy_number: Annotated[str, Field(pattern=r"^[0-9]{1,9}-[0-9]{3}-[0-9]{2}$", examples=["123456-531-04"])]
    loss: LossBody
    reported_at: Moment | None = Field(None, description="Now when it is left out", examples=[None])
    source: Literal["customer", "handler", "register", "repair_partner"] = Field(
        "customer", description="Who tells the facts and the amounts", examples=["customer"]
    )
    facts: Facts = Field(default_factory=dict)
    damage: list[DamageBody] = Field(
        default_factory=list,
        description="What was damaged, together at most a billion euros; items that differ in amount alone can be one",
        max_length=MOST_ITEMS_TRIED,
    )


class TriedItem(ExactModel):
    """What would become of one item of damage."""

    kind: str = Field(examples=["buildings"])
    amount_cents: int = Field(examples=[184_000])
    outcome: OutcomeText = Field(examples=["covered"])
    ground: str = Field(examples=["heavy_local_precipitation"])
    awaits_assessment: bool


class TriedDecision(ExactModel):
    """What would be decided, if it rained like that."""

    outcome: OutcomeText = Field(examples=["covered"])
    deciding_ground: str = Field(examples=["heavy_local_precipitation"])
    payable_cents: int | None = Field(description="Euro cents; null: nothing can be told yet", examples=[159_000])
    awaits_assessment: bool
    items: list[TriedItem]

    @classmethod
    def of(cls, verdict: Verdict) -> TriedDecision:
        return cls(
            outcome=verdict.outcome.value,
            deciding_ground=verdict.deciding_ground.value,
            payable_cents=verdict.money.payable_cents,
            awaits_assessment=verdict.money.awaits_assessment,
            items=[
                TriedItem(
                    kind=item.kind.value,
                    amount_cents=item.amount_cents,
                    outcome=item.outcome.value,
                    ground=item.ground.value,
                    awaits_assessment=item.awaits_assessment,
                )
                for item in verdict.items
            ],
        )


class OpenQuestion(ExactModel):
    """What would still be asked."""

    code: str = Field(examples=["facts.came_through_open_window_or_door"])
    asked_of: Literal["reporter", "handler"] = Field(examples=["reporter"])


class AssessmentView(ExactModel):
    """What would be decided about a loss, by the rain that the nearest station can have measured around it."""

    insurance: Literal["insured", "not_insured", "changed_during_loss", "unknown"] = Field(examples=["insured"])
    decisions: Mapping[RainKindText, TriedDecision] = Field(
        description="By the rain that it can have been; `POST /rain-checks` of weather-svc tells which",
        examples=[
            {
                "heavy_rain": {
                    "outcome": "covered",
                    "deciding_ground": "heavy_local_precipitation",
                    "payable_cents": 159_000,
                    "awaits_assessment": False,
                    "items": [],
                }
            }
        ],
    )
    questions: list[OpenQuestion]

    @classmethod
    def of(cls, tried: WhatIf) -> AssessmentView:
        return cls(
            insurance=tried.insurance.value,
            decisions={kind.value: TriedDecision.of(verdict) for kind, verdict in tried.verdicts.items()},
            questions=[OpenQuestion(code=each.code, asked_of=each.asked_of.value) for each in tried.questions],
        )


class AssessingRoutes:
    """Tries losses."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post("/claims/assess", operation=ASSESS_LOSS, causes_nothing=True)(self.assess_loss)

    async def assess_loss(self, body: LossToTry, reading: Reading) -> AssessmentView:
        """Try what would be decided about a loss, under the policy as it is known now. Nothing is stored or announced.

        Whether another claim is about the same damage is not looked at.
        """
        now = await reading.now()
        try:
            report = _report(body, now=now)
        except ValueError as error:  # the contract names the field that is against its rules first
            field, _, message = str(error).partition(" ")
            raise _invalid(field.replace(".", "/"), message) from None
        if refusal := refusal_of(report, now=now):
            raise _invalid("reported_at", refusal.reason)
        try:
            async with reading.one_moment():
                return AssessmentView.of(await assess(reading.connection, report, now=now))
        except TooMuchDamageError:
            raise _invalid("damage", "must be at most a billion euros, together with that of the same event") from None


def _report(body: LossToTry, *, now: datetime) -> LossReported:
    source = FactSource(body.source)
    return LossReported(
        report_id=_NOBODYS_REPORT,
        policy_number=body.policy_number,
        channel=ReportChannel.PHONE,
        reported_at=body.reported_at.astimezone(UTC) if body.reported_at else now,
        loss=body.loss.read(),
        facts=facts_of(body.facts, source),
        damage=tuple(item.read(source) for item in body.damage),
    )


def _invalid(field: str, message: str) -> Problem:
    return Problem(INVALID, errors=[FieldError(place="body", field=f"/{field}", message=message)])
