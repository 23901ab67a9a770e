"""claims-svc answering by HTTP, with tokens for whoever asks, and driven by events as Kafka would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from claims_driver import OPENED_AT, ClaimsDriver
from httpx import AsyncClient, Response
from root_keys import ROOT_KEY_TEXT

from chassis.clock import SettableClock
from chassis.testing import harness
from claims_svc.app import build
from claims_svc.settings import Settings
from contracts.access import CLAIMS, Role
from devstack.outside.issuer import Issuer

CUSTOMER = "123456"
HANDLER, COLLEAGUE = "handler-1", "handler-2"


@dataclass(kw_only=True)
class ClaimsDesk:
    """The service under test, asked by customer 123456 unless a test says otherwise."""

    driver: ClaimsDriver
    client: AsyncClient
    issuer: Issuer

    @property
    def clock(self) -> SettableClock:
        return self.driver.clock

    async def get(
        self,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        role: Role | None = Role.CUSTOMER,
        subject: str = HANDLER,
        relation_number: str = CUSTOMER,
    ) -> Response:
        headers = self.token_of(role, subject=subject, relation_number=relation_number)
        return await self.client.get(path, params=query, headers=headers)

    async def post(
        self,
        path: str,
        body: Any = None,  # noqa: ANN401 - any JSON
        *,
        role: Role | None = Role.CUSTOMER,
        subject: str = HANDLER,
        relation_number: str = CUSTOMER,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Post with an Idempotency-Key: a new one unless `key` is given."""
        token = self.token_of(role, subject=subject, relation_number=relation_number)
        sent = {"Idempotency-Key": key or str(uuid4()), **token, **(headers or {})}
        return await self.client.post(path, json=body, headers=sent)

    def token_of(
        self,
        role: Role | None,
        *,
        subject: str = HANDLER,
        relation_number: str = CUSTOMER,
        team: str | None = None,
    ) -> dict[str, str]:
        if role is None:
            return {}
        scopes = sorted({operation.scope for operation in CLAIMS if operation.scope})
        token = self.issuer.token(
            audience="claims-svc",
            role=role,
            subject=subject,
            relation_number=relation_number,
            scopes=scopes,
            team=team,
        )
        return {"Authorization": f"Bearer {token}"}

    async def reference(self) -> str:
        """Return the reference of the claim that was opened last."""
        (row,) = await self.driver.rows("SELECT claim_reference FROM claim ORDER BY claim_id DESC LIMIT 1")
        return str(row["claim_reference"])


@asynccontextmanager
async def claims_answering(
    database: str,
    issuer: Issuer,
    **settings: Any,  # noqa: ANN401 - any setting
) -> AsyncIterator[ClaimsDesk]:
    """Run the service on an empty database."""
    values = {
        "kafka_bootstrap_servers": "unused.invalid:9092",
        "database_url": database,
        "api_issuer": issuer.name,
        "api_jwks_url": issuer.jwks_url,
        "proof_root_key": ROOT_KEY_TEXT,
    }
    clock = SettableClock(OPENED_AT)
    service = replace(build(Settings(**{**values, **settings})), clock=clock)
    async with (
        harness(service) as running,
        running.answering() as url,
        AsyncClient(base_url=url, trust_env=False) as client,
    ):
        yield ClaimsDesk(driver=ClaimsDriver(running, clock), client=client, issuer=issuer)
