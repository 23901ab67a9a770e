from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from rain_samples import NOW

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from weather_svc.app import build
from weather_svc.settings import Settings


@pytest.fixture
def settings(database: str) -> Settings:
    return Settings(kafka_bootstrap_servers="unused.invalid:9092", database_url=database)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Harness]:
    clock = SettableClock(NOW)
    async with harness(replace(build(settings), clock=clock)) as running:
        yield running
