"""Fixtures of portal-svc's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from portal_world import Portal, portal_answering

from devstack.outside.issuer import Issuer
from portal_svc.app import MIGRATIONS


@pytest.fixture
def database(migrated_database: Callable[[Path], str]) -> str:
    """URL of a migrated database that this test alone uses."""
    return migrated_database(MIGRATIONS)


@pytest.fixture
async def portal(database: str, issuer: Issuer) -> AsyncIterator[Portal]:
    """The portal, with stand-ins for the services."""
    async with portal_answering(database, issuer) as running:
        yield running
