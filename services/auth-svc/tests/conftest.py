"""Fixtures of auth-svc's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from auth_world import World, world

from auth_svc.app import MIGRATIONS
from devstack.outside.issuer import Issuer


@pytest.fixture
def database(migrated_database: Callable[[Path], str]) -> str:
    """URL of a migrated database that this test alone uses."""
    return migrated_database(MIGRATIONS)


@pytest.fixture
async def auth(database: str, issuer: Issuer) -> AsyncIterator[World]:
    """auth-svc, with an issuer of tokens for its guarded routes."""
    async with world(database, issuer) as running:
        yield running
