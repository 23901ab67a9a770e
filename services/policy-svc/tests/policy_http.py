"""policy-svc answering by HTTP, with tokens for whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from httpx import AsyncClient, Response

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from contracts.access import POLICY, Role
from devstack.outside.issuer import Issuer
from policy_svc.app import build
from policy_svc.settings import Settings

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
CUSTOMER = "123456"


@dataclass(kw_only=True)
class Policies:
    """The service under test, asked by customer 123456 unless a test says otherwise."""

    running: Harness
    client: AsyncClient
    clock: SettableClock
    issuer: Issuer

    async def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        role: Role | None = Role.CUSTOMER,
        relation_number: str = CUSTOMER,
    ) -> Response:
        headers = self.token_of(role, relation_number=relation_number)
        return await self.client.get(path, params=query, headers=headers)

    async def post(
        self,
        path: str,
        body: Any = None,  # noqa: ANN401 - any JSON
        *,
        role: Role | None = Role.CUSTOMER,
        relation_number: str = CUSTOMER,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Post with an Idempotency-Key: a new one unless `key` is given."""
        sent = {"Idempotency-Key": key or str(uuid4()), **self.token_of(role, relation_number=relation_number)}
        return await self.client.post(path, json=body, headers={**sent, **(headers or {})})

    def token_of(
        self, role: Role | None, *, relation_number: str = CUSTOMER, subject: str = "somebody"
    ) -> dict[str, str]:
        if role is None:
            return {}
        scopes = sorted({operation.scope for operation in POLICY if operation.scope})
        token = self.issuer.token(
            audience="policy-svc", role=role, relation_number=relation_number, scopes=scopes, subject=subject
        )
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def policies_answering(
    database: str,
    issuer: Issuer,
    **settings: Any,  # noqa: ANN401 - any setting
) -> AsyncIterator[Policies]:
    """Run the service on an empty database."""
    values = {
        "kafka_bootstrap_servers": "unused.invalid:9092",
        "database_url": database,
        "api_issuer": issuer.name,
        "api_jwks_url": issuer.jwks_url,
    }
    clock = SettableClock(NOW)
    service = replace(build(Settings(**{**values, **settings})), clock=clock)
    async with (
        harness(service) as running,
        running.answering() as url,
        AsyncClient(base_url=url, trust_env=False) as client,
    ):
        yield Policies(running=running, client=client, clock=clock, issuer=issuer)
