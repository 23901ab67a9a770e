"""Asks the specimen's door: in this process, as a client would over the network, or where a process has it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from httpx import ASGITransport, AsyncClient
from specimen_driver import Driver
from starlette.types import ASGIApp

WITH_API: Mapping[str, str] = MappingProxyType(
    {
        "SPECIMEN_API": "true",
        "API_ISSUER": "http://127.0.0.1:1/",  # it is away: what is public is answered all the same
        "API_JWKS_URL": "http://127.0.0.1:1/keys",
    }
)
"""What a specimen with its API is started with."""


@asynccontextmanager
async def client_of(app: ASGIApp, *, address: str = "192.0.2.7") -> AsyncIterator[AsyncClient]:
    """A client at `address`."""
    transport = ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))
    async with AsyncClient(transport=transport, base_url="http://door") as client:
        yield client


def api_port(driver: Driver) -> int:
    """Where the API of a started specimen listens, as its log says."""
    found = re.search(r'"api_port": (\d+)', driver.log())
    assert found is not None, driver.log()
    return int(found[1])
