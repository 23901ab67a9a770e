"""The service on a database of its own, with a clock that stands still, and lines of a policy file."""

from __future__ import annotations

import copy
import json
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from policy_svc.app import build
from policy_svc.importing import import_policies
from policy_svc.settings import Settings

MONDAY = datetime(2021, 3, 1, 9, 0, tzinfo=UTC)
LINE: dict[str, Any] = {
    "policy_number": "123456-531-04",
    "policyholder": {
        "name": "J. Voorbeeld",
        "email": "j.voorbeeld@example.org",
        "mobile_phone": "+31612345678",
        "language": "nl",
    },
    "terms": [
        {
            "effective_on": "2019-04-01",
            "ends_on": None,
            "home": {
                "postcode": "6011RA",
                "house_number": "12",
                "location": {
                    "latitude_microdegrees": 51_190_000,
                    "longitude_microdegrees": 5_790_000,
                    "accuracy_metres": 25,
                },
                "home_type": "semi_detached",
            },
            "covers": ["buildings", "contents"],
            "deductible_cents": 25_000,
            "product_version": "home-2021.1",
        }
    ],
}

Importer = Callable[..., Awaitable[int]]


@pytest.fixture
def line() -> dict[str, Any]:
    """One correct line, to be changed at will."""
    return copy.deepcopy(LINE)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(MONDAY)


@pytest.fixture
async def service(database: str, clock: SettableClock) -> AsyncIterator[Harness]:
    """policy-svc without its broker."""
    settings = Settings(kafka_bootstrap_servers="localhost:1", database_url=database)
    async with harness(replace(build(settings), clock=clock)) as running:
        yield running


@pytest.fixture
def import_lines(service: Harness, tmp_path: Path) -> Importer:
    """Write lines (objects, or text as it is) into a file, import it, and return the exit code."""

    async def run(*lines: object) -> int:
        path = tmp_path / "policies.jsonl"
        path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
        return await import_policies(Namespace(file=path), service.runtime)

    return run
