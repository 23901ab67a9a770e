from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from knmi_server import Knmi, knmi
from rain_samples import NOW

from weather_svc.sources.exchange import Exchange, open_client


@pytest.fixture
async def server() -> AsyncIterator[Knmi]:
    async with knmi() as running:
        yield running


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """Without a limit, at NOW, and not patient."""

    async def spend() -> bool:
        return True

    async def now() -> datetime:
        return NOW

    async with open_client() as client:
        yield Exchange(client=client, spend=spend, now=now, timeout_seconds=2)
