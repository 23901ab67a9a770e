"""Fixtures of auth-svc's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from auth_world import World, world

from auth_svc import passwords
from auth_svc.app import MIGRATIONS
from devstack.outside.issuer import Issuer


@pytest.fixture
def hashes_at_full_cost() -> None:
    """Asked for by a test of what a hash is made of, or of what its cost leads to."""


@pytest.fixture(autouse=True)
def _hashes_cost_little(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests log somebody in, and none of these is about the 50 ms of processor time that a hash takes."""
    if "hashes_at_full_cost" not in request.fixturenames:
        monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
        monkeypatch.setattr(passwords, "ITERATIONS", 1)


@pytest.fixture
def database(migrated_database: Callable[[Path], str]) -> str:
    """URL of a migrated database that this test alone uses."""
    return migrated_database(MIGRATIONS)


@pytest.fixture
async def auth(database: str, issuer: Issuer) -> AsyncIterator[World]:
    """auth-svc, with an issuer of tokens for its guarded routes."""
    async with world(database, issuer) as running:
        yield running
