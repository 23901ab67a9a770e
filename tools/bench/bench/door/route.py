"""One route: of FastAPI alone, and behind the door."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

import asyncpg
from fastapi import FastAPI, Path
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from pydantic import BaseModel, ConfigDict
from starlette.types import ASGIApp
from typing_extensions import override

from chassis.clock import DatabaseClock
from chassis.http.api import Api
from chassis.http.key_set import KeySet
from chassis.http.tokens import Verifier
from chassis.publishing.handoff import Handoff
from chassis.settings import ServiceSettings
from chassis.telemetry.tracing import Tracing
from chassis.unit_of_work import WorkFactory
from chassis.workarounds.quick_span_encoding import EncodedSpans
from contracts.access import Operation, Reach, Role
from contracts.catalogue import Catalogue

SERVICE: Final = "door-bench"
PATH: Final = "/customers/{relation_number}/policies"
READ_POLICIES: Final = Operation(
    name="policies.read",
    service=SERVICE,
    scope="policies:read",
    grants=MappingProxyType({Role.CUSTOMER: Reach.OWN}),
    meaning="See policies, cover and premium.",
)


class Served(StrEnum):
    """What a process serves the route by."""

    BARE = "bare"
    DOOR = "door"


class PolicyView(BaseModel):
    """One policy, as a customer sees it."""

    model_config = ConfigDict(frozen=True)

    policy_number: str
    product: str
    starts_on: date
    premium_cents: int
    deductible_cents: int


class Policies(BaseModel):
    """All policies of a customer."""

    model_config = ConfigDict(frozen=True)

    items: tuple[PolicyView, ...]


async def read_policies(relation_number: Annotated[str, Path(pattern=r"^\d{6}$")]) -> Policies:
    """Answer from memory: what a database costs is the same with and without a door."""
    return Policies(
        items=tuple(
            PolicyView(
                policy_number=f"{relation_number}-53{number}-04",
                product="BUILDINGS",
                starts_on=date(2021, 1, 1),
                premium_cents=2_350 + number,
                deductible_cents=25_000,
            )
            for number in range(3)
        )
    )


class DroppingExporter(SpanExporter):
    """Encodes spans as a service does, and sends them nowhere."""

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        EncodedSpans(spans).SerializePartialToString()
        return SpanExportResult.SUCCESS


def bare() -> ASGIApp:
    """The route as FastAPI answers it by itself."""
    app = FastAPI(openapi_url=None)
    app.get(PATH)(read_policies)
    return app


def behind_the_door(*, issuer: str, jwks_url: str) -> ASGIApp:
    """The same route as a service has it: deny by default, limits, security headers, traces, logs and figures."""
    api = Api(title=SERVICE, version="1", access=(READ_POLICIES,))
    api.get(PATH, operation=READ_POLICIES)(read_policies)
    tracing = Tracing(service_name=SERVICE, exporter=DroppingExporter())
    # No route reads or writes anything, so nobody connects to this.
    pool = asyncpg.create_pool("postgresql://nobody@127.0.0.1/none", min_size=0)
    work = WorkFactory(
        pool=pool,
        clock=DatabaseClock(),
        service=SERVICE,
        catalogue=Catalogue([]),
        tracing=tracing,
        timer_kinds=frozenset(),
        handoff=Handoff(),
        timers_changed=asyncio.Event(),
    )
    verifier = Verifier(KeySet(jwks_url), issuer=issuer, audience=SERVICE)
    settings = ServiceSettings(database_url="postgresql://nobody@127.0.0.1/none")
    return api.app(settings=settings, work=work, verifier=verifier)
