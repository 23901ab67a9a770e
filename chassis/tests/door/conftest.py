"""The specimen's door, in this process and on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from door.at_the_door import client_of
from httpx import AsyncClient
from specimen.api import api

from chassis.service import Service
from chassis.testing import harness


@pytest.fixture
async def door(service: Service) -> AsyncIterator[AsyncClient]:
    """A client without a token."""
    async with harness(service) as running:
        app = api.app(settings=service.settings, work=running.runtime.work, verifier=None)
        async with client_of(app) as client:
            yield client
