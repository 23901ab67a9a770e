"""weather-svc answering by HTTP, with what the stations measured in July 2021."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from httpx import AsyncClient, Response
from publications import record
from rain_samples import FIGURES, at

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from contracts.access import WEATHER, Role
from devstack.outside.issuer import Issuer
from weather_svc.app import build
from weather_svc.domain.publication import Reply
from weather_svc.reading.files import read_file
from weather_svc.settings import Settings

NOW = at("2021-08-15T09:00")
PUBLISHED_AT = at("2021-08-10T12:00")
"""When KNMI had corrected all hours of July."""
STATIONS = frozenset({356, 370, 375, 377, 380, 391})
NEAR_ELL = {"latitude": 51.19, "longitude": 5.79, "accuracy_metres": 25}
WHEN = {"from_at": "2021-07-15T08:30:00+02:00"}
"""In the window from 14 July 16:00 to 15 July 16:00 UTC, in which Ell measured 40.2 mm."""


@dataclass(kw_only=True)
class Weather:
    """The service under test."""

    running: Harness
    client: AsyncClient
    clock: SettableClock
    issuer: Issuer
    sha256: str
    """Of the file that July's hours were read from."""

    async def get(self, path: str, query: Mapping[str, str] | None = None, *, role: Role | None = None) -> Response:
        return await self.client.get(path, params=query, headers=self.token_of(role))

    async def check(self, question: Mapping[str, Any], **headers: str) -> Response:
        return await self.client.post("/rain-checks", json=dict(question), headers=headers)

    def token_of(self, role: Role | None) -> dict[str, str]:
        if role is None:
            return {}
        scopes = sorted({operation.scope for operation in WEATHER if operation.scope})
        token = self.issuer.token(audience="weather-svc", role=role, relation_number="123456", scopes=scopes)
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def weather_answering(
    database: str,
    issuer: Issuer,
    **settings: Any,  # noqa: ANN401 - any setting
) -> AsyncIterator[Weather]:
    """Run the service with July's hours."""
    values = {"database_url": database, "api_issuer": issuer.name, "api_jwks_url": issuer.jwks_url}
    clock = SettableClock(NOW)
    service = replace(build(Settings(**{**values, **settings})), clock=clock)
    async with harness(service) as running:
        reply = Reply("july_2021.txt", (FIGURES / "july_2021.txt").read_bytes(), PUBLISHED_AT)
        await record(running, *read_file(reply, rain_stations=STATIONS, published_at=PUBLISHED_AT).publications)
        async with running.answering() as url, AsyncClient(base_url=url, trust_env=False) as client:
            yield Weather(running=running, client=client, clock=clock, issuer=issuer, sha256=reply.sha256)
