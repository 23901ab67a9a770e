"""The service on a database of its own, with a clock that stands still, and lines of a policy file."""

from __future__ import annotations

import copy
import json
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from policy_http import Policies, policies_answering
from policy_lines import LINE, Importer, Line

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from devstack.outside.issuer import Issuer
from policy_svc.app import MIGRATIONS, build
from policy_svc.commands import import_policies
from policy_svc.settings import Settings

MONDAY = datetime(2021, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(migrated_database: Callable[[Path], str]) -> str:
    """URL of a migrated database that this test alone uses."""
    return migrated_database(MIGRATIONS)


@pytest.fixture
def line() -> Line:
    """One correct line, to be changed at will."""
    return copy.deepcopy(LINE)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(MONDAY)


@pytest.fixture
async def service(database: str, clock: SettableClock) -> AsyncIterator[Harness]:
    """policy-svc without its broker."""
    nobody = "http://127.0.0.1:1"
    settings = Settings(
        kafka_bootstrap_servers="localhost:1", database_url=database, api_issuer=nobody, api_jwks_url=nobody
    )
    async with harness(replace(build(settings), clock=clock)) as running:
        yield running


@pytest.fixture
async def policies(database: str, issuer: Issuer) -> AsyncIterator[Policies]:
    """policy-svc answering by HTTP, without any policy."""
    async with policies_answering(database, issuer) as answering:
        yield answering


@pytest.fixture
def import_lines(service: Harness, tmp_path: Path) -> Importer:
    """Write lines (objects, or text as it is) into a file, import it, and return the exit code."""

    async def run(*lines: object) -> int:
        path = tmp_path / "policies.jsonl"
        path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
        return await import_policies.run(Namespace(file=path, tell_customers=False, overwrite=False), service.runtime)

    return run
