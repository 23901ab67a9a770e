"""Asks an application in this process, as a client would over the network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp


@asynccontextmanager
async def client_of(app: ASGIApp, *, address: str = "192.0.2.7") -> AsyncIterator[AsyncClient]:
    """A client at `address`."""
    transport = ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))
    async with AsyncClient(transport=transport, base_url="http://door") as client:
        yield client
