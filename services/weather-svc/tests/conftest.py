from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rain_samples import NOW
from weather_http import Weather, weather_answering

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from devstack.outside.issuer import Issuer
from weather_svc.app import MIGRATIONS, build
from weather_svc.settings import Settings


@pytest.fixture
def database(migrated_database: Callable[[Path], str]) -> str:
    """URL of a migrated database that this test alone uses."""
    return migrated_database(MIGRATIONS)


@pytest.fixture
def settings(database: str) -> Settings:
    return Settings(kafka_bootstrap_servers="unused.invalid:9092", database_url=database)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Harness]:
    clock = SettableClock(NOW)
    async with harness(replace(build(settings), clock=clock)) as running:
        yield running


@pytest.fixture
async def weather(database: str, issuer: Issuer) -> AsyncIterator[Weather]:
    """weather-svc answering by HTTP, with the hours of July 2021."""
    async with weather_answering(database, issuer) as answering:
        yield answering
