"""The specimen's API on a port of its own, guarded by the tokens of an issuer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from specimen.app import Settings, build

from chassis.database import Pool
from chassis.testing import harness
from devstack.outside.issuer import Issuer

DESCRIPTION = Path(__file__).parents[1] / "specimen" / "openapi.json"


@dataclass(frozen=True)
class Served:
    """Where it is, and its database."""

    url: str
    pool: Pool

    async def add_note(self, note_id: UUID, *, relation_number: str) -> None:
        await self.pool.execute(
            "INSERT INTO note (note_id, relation_number, text) VALUES ($1, $2, 'The roof leaks')",
            note_id,
            relation_number,
        )


@asynccontextmanager
async def served(database: str, issuer: Issuer) -> AsyncIterator[Served]:
    """Serve until the end of the block."""
    settings = Settings(database_url=database, specimen_api=True, api_issuer=issuer.name, api_jwks_url=issuer.jwks_url)
    async with harness(build(settings)) as running, running.answering() as url:
        yield Served(url, running.pool)
