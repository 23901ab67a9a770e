"""Fixtures of auth-svc's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from auth_world import World, world

from devstack.outside.issuer import Issuer


@pytest.fixture
async def auth(database: str, issuer: Issuer) -> AsyncIterator[World]:
    """auth-svc, with an issuer of tokens for its guarded routes."""
    async with world(database, issuer) as running:
        yield running
