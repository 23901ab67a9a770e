from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import httpx
import pytest
from knmi_server import KEY, Knmi, knmi
from pydantic import SecretStr
from rain_samples import NOW

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from weather_svc.app import build
from weather_svc.settings import Settings
from weather_svc.sources.exchange import Exchange, open_client


@pytest.fixture
async def server() -> AsyncIterator[Knmi]:
    async with knmi() as running:
        yield running


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """Without a limit, at NOW."""

    async def spend() -> bool:
        return True

    async def now() -> datetime:
        return NOW

    async with open_client() as client:
        yield Exchange(client=client, spend=spend, now=now, timeout_seconds=30)


@pytest.fixture
def settings(database: str, server: Knmi) -> Settings:
    return Settings(
        kafka_bootstrap_servers="unused.invalid:9092",
        database_url=database,
        knmi_edr_url=server.edr_url,
        knmi_edr_key=SecretStr(KEY),
    )


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
async def service(settings: Settings, clock: SettableClock) -> AsyncIterator[Harness]:
    async with harness(replace(build(settings), clock=clock)) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with open_client() as opened:
        yield opened
