"""All that is known of a claim in codes and figures, for operators: nothing that people wrote, and no accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment
from chassis.telemetry.tracing import trace_id_of
from claims_svc.domain.claim import Claim
from claims_svc.domain.deadlines import DEADLINE_OF
from claims_svc.domain.decision import StandingDecision
from claims_svc.repository import claim_views, claims, decisions, desk_cases, payments, promises
from claims_svc.repository.desk_cases import DeskCase
from claims_svc.repository.payments import Payment
from claims_svc.repository.promises import Promise
from claims_svc.routes.claim_details import MoneyView
from claims_svc.routes.claims import State
from claims_svc.routes.desk_views import (
    CauseName,
    FactView,
    FindingView,
    ItemView,
    OutcomeName,
    ReporterView,
    facts_of,
    items_of,
)
from claims_svc.routes.fields import ReferenceInPath
from claims_svc.routes.parts import Parts
from claims_svc.routes.payments import PaymentView
from contracts.access import SEARCH_CLAIMS
from contracts.weather import RainfallAssessed, ReadingAssessment, ReadingVerdict, StationAssessment

_ID = "0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"
_TRACE = "0af7651916cd43dd8448eb211c80319c"


class WindowView(ExactModel):
    """What one station measured for one kind of water, in the hours that say most."""

    reading: str = Field(examples=["surface_water"])
    establishment: str = Field(examples=["established"])
    undetermined_reason: str | None = Field(examples=[None])
    within_hours: int | None = Field(examples=[24])
    at_least_tenths_mm: int | None = Field(description="What was asked for", examples=[400])
    sum_tenths_mm: int | None = Field(description="What fell; null: no hour is known", examples=[402])

    @classmethod
    def of(cls, assessed: ReadingAssessment) -> WindowView:
        window = assessed.deciding_window or next(iter(assessed.windows), None)
        return cls(
            reading=assessed.reading.value,
            establishment=assessed.establishment.value,
            undetermined_reason=None if assessed.undetermined_reason is None else assessed.undetermined_reason.value,
            within_hours=None if window is None else window.within_hours,
            at_least_tenths_mm=None if window is None else window.at_least_tenths_mm,
            sum_tenths_mm=None if window is None else window.best_sum_tenths_mm,
        )


class StationRainView(ExactModel):
    """What one station measured."""

    network: str = Field(examples=["aws"])
    number: int = Field(examples=[377])
    name: str = Field(examples=["Ell"])
    quality: str | None = Field(description="Of the worst hour; null: no hour has a figure", examples=["validated"])
    windows: list[WindowView]

    @classmethod
    def of(cls, assessed: StationAssessment) -> StationRainView:
        return cls(
            network=assessed.station.network.value,
            number=assessed.station.number,
            name=assessed.station.name,
            quality=None if assessed.quality is None else assessed.quality.value,
            windows=[WindowView.of(reading) for reading in assessed.readings],
        )


class RainVerdictView(ExactModel):
    """What all stations establish for one kind of water."""

    reading: str = Field(examples=["surface_water"])
    establishment: str = Field(examples=["established"])
    final: bool = Field(description="Waiting cannot change it", examples=[True])
    undetermined_reason: str | None = Field(examples=[None])

    @classmethod
    def of(cls, verdict: ReadingVerdict) -> RainVerdictView:
        reason = verdict.undetermined_reason
        return cls(
            reading=verdict.reading.value,
            establishment=verdict.establishment.value,
            final=verdict.final,
            undetermined_reason=None if reason is None else reason.value,
        )


class RainView(ExactModel):
    """The newest answer about rain."""

    request_version: int = Field(description="Of the question that it answers", examples=[1])
    rain_version: int = Field(description="Of the answer", examples=[1])
    final: bool = Field(examples=[True])
    settled_by: Moment | None = Field(description="When KNMI will have published what is missing")
    cloudburst: str = Field(examples=["false"])
    recent_rain: str = Field(examples=["true"])
    verdicts: list[RainVerdictView]
    stations: list[StationRainView]

    @classmethod
    def of(cls, rain: RainfallAssessed) -> RainView:
        return cls(
            request_version=rain.request_version,
            rain_version=rain.assessment_version,
            final=rain.final,
            settled_by=rain.settled_by,
            cloudburst=rain.cloudburst.value,
            recent_rain=rain.recent_rain.value,
            verdicts=[RainVerdictView.of(verdict) for verdict in rain.readings],
            stations=[StationRainView.of(station) for station in rain.stations],
        )


class PersonAwaited(ExactModel):
    """Why a claim waits for a person."""

    causes: list[CauseName] = Field(examples=[["referred"]])
    since: Moment
    due_at: Moment = Field(description="Until when somebody is to have taken it up")
    is_taken: bool = Field(description="Somebody works at it", examples=[False])

    @classmethod
    def of(cls, case: DeskCase) -> PersonAwaited:
        return cls(
            causes=[cause.value for cause in case.causes],
            since=case.since,
            due_at=case.due_at,
            is_taken=case.taken_by is not None,
        )


class PromiseView(ExactModel):
    """What a customer was promised: that somebody takes up the claim."""

    made_at: Moment
    due_at: Moment
    kept_at: Moment | None
    broken_at: Moment | None

    @classmethod
    def of(cls, promise: Promise) -> PromiseView:
        return cls(made_at=promise.made_at, due_at=promise.due_at, kept_at=promise.kept_at, broken_at=promise.broken_at)


class ClaimOverview(ExactModel):
    """A claim in codes and figures."""

    claim_id: UUID = Field(examples=[_ID])
    reference: str = Field(examples=["W7XK2M9QD4T"])
    policy_number: str = Field(examples=["123456-531-04"])
    policy_version: int = Field(description="0: the policy is not known", examples=[1])
    state: State = Field(examples=["decided"])
    opened_at: Moment
    trace_id: str | None = Field(description="Of the report that opened it", examples=[_TRACE])
    possible_duplicate_of: UUID | None = Field(examples=[None])
    joined_to: UUID | None = Field(description="The claim that is decided for both", examples=[None])
    waits_until: Moment | None = Field(description="When it is decided without what it waits for; null: no wait")
    person_awaited: PersonAwaited | None
    promises: list[PromiseView]
    reports: list[ReporterView]
    loss_from_at: Moment
    loss_until_at: Moment
    facts: list[FactView]
    items: list[ItemView]
    rain_asked: int = Field(description="How often", examples=[1])
    rain: RainView | None = Field(description="Null: no answer")
    claim_version: int = Field(description="Of the newest decision; 0: none yet", examples=[1])
    outcome: OutcomeName | None = Field(examples=["covered"])
    deciding_ground: str | None = Field(examples=["heavy_local_precipitation"])
    grounds: list[str] = Field(description="Of the claim as a whole, that hold", examples=[[]])
    findings: list[FindingView]
    money: MoneyView | None = Field(description="Null: nothing is decided yet")
    payable_cents: int | None = Field(examples=[159_000])
    payments: list[PaymentView]
    proof_sha256: str | None = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])

    @classmethod
    def with_all(
        cls,
        claim: Claim,
        standing: StandingDecision | None,
        *,
        case: DeskCase | None,
        made: list[Promise],
        ordered: list[Payment],
    ) -> ClaimOverview:
        state: Any = claim.state.value
        verdict = None if standing is None else standing.document.verdict
        rain = claim.rainfall or (None if standing is None else standing.rainfall)
        return cls(
            claim_id=claim.claim_id,
            reference=claim.claim_reference,
            policy_number=claim.report.policy_number,
            policy_version=claim.policy_version,
            state=state,
            opened_at=claim.opened_at,
            trace_id=trace_id_of(claim.trace),
            possible_duplicate_of=claim.possible_duplicate_of,
            joined_to=claim.joined_to,
            waits_until=claim.waits_until if claim.state in DEADLINE_OF else None,
            person_awaited=None if case is None else PersonAwaited.of(case),
            promises=[PromiseView.of(promise) for promise in made],
            reports=[
                ReporterView(report_id=report.report_id, channel=report.channel, reported_at=report.reported_at)
                for report in claim.reports
            ],
            loss_from_at=claim.report.loss.from_at,
            loss_until_at=claim.report.loss.until_at,
            facts=facts_of(claim.facts),
            items=items_of(claim, standing),
            rain_asked=claim.request_version,
            rain=None if rain is None else RainView.of(rain),
            claim_version=claim.claim_version,
            outcome=None if verdict is None else verdict.outcome.value,
            deciding_ground=None if verdict is None else verdict.deciding_ground,
            grounds=[] if verdict is None else [ground.code.value for ground in verdict.grounds],
            findings=[] if verdict is None else [FindingView.of(finding) for finding in verdict.findings],
            money=None if verdict is None else MoneyView.of(verdict.money),
            payable_cents=None if verdict is None else verdict.money.payable_cents,
            payments=[PaymentView.of(payment) for payment in ordered],
            proof_sha256=None if standing is None else standing.proof_sha256,
        )


class OverviewRoutes:
    """Tells operators where a claim stands and why."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the route to `api`."""
        api.get("/claims/{reference}/overview", operation=SEARCH_CLAIMS)(self.read_overview)

    async def read_overview(self, reference: ReferenceInPath, reading: Reading) -> ClaimOverview:
        """Read all that is known of a claim in codes and figures, without what people wrote."""
        connection = reading.connection
        # A claim is decided while somebody looks at it.
        async with reading.one_moment():
            claim_id = await claim_views.id_of(connection, reference=reference)
            claim = None if claim_id is None else await claims.read(connection, claim_id=claim_id)
            if claim is None:
                raise Problem(NOT_FOUND)
            standing = (await decisions.standing(connection, claim_ids=[claim.claim_id])).get(claim.claim_id)
            case = await desk_cases.of_claim(connection, claim_id=claim.claim_id)
            made = await promises.of_claim(connection, claim_id=claim.claim_id)
            ordered = await payments.of_claim(connection, claim_id=claim.claim_id)
        return ClaimOverview.with_all(claim, standing, case=case, made=[*made], ordered=[*ordered])
