"""Which statements units of work have the database run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chassis.database import Connection
from chassis.unit_of_work import WorkFactory


def note_statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which every statement is added from now on, in one line."""
    statements: list[str] = []
    lend = WorkFactory.connection

    @asynccontextmanager
    async def connection(factory: WorkFactory) -> AsyncIterator[Connection]:
        async with lend(factory) as one:
            with one.query_logger(lambda query: statements.append(" ".join(query.query.split()))):
                yield one

    monkeypatch.setattr(WorkFactory, "connection", connection)
    return statements
