"""One key has one effect also when processes die around the commit, and when several are asked at once."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import httpx
import pytest
from counting_api import CALLER

from chassis.service import Service
from chassis.testing import Harness, harness
from devstack.stack import Stack

KILLED = 137
DEADLINE_SECONDS = 60
_PROGRAM = Path(__file__).parents[1] / "counting_api.py"


@dataclass(frozen=True)
class Instance:
    """A process that serves the counting API."""

    process: asyncio.subprocess.Process
    client: httpx.AsyncClient

    async def post(self, path: str, *, key: str) -> httpx.Response:
        return await self.client.post(path, content=b'{"version": 1}', headers={**CALLER, "Idempotency-Key": key})


Launch: TypeAlias = Callable[..., Awaitable[Instance]]


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    async with harness(service) as running:
        yield running


@pytest.fixture
async def launch(running: Harness, stack: Stack, database: str) -> AsyncIterator[Launch]:
    """Start an instance on the database of this test; what is given are environment variables."""
    environment = {**os.environ, **stack.environment(), "DATABASE_URL": database}
    assert running.service.settings.database_url == database
    async with AsyncExitStack() as instances:

        async def start(**extra: str) -> Instance:
            return await instances.enter_async_context(_instance(environment | extra))

        yield start


@asynccontextmanager
async def _instance(environment: dict[str, str]) -> AsyncIterator[Instance]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(_PROGRAM), env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), DEADLINE_SECONDS))
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE_SECONDS, trust_env=False
        ) as client:
            yield Instance(process, client)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def effects(running: Harness) -> int:
    count: int = await running.pool.fetchval("SELECT count(*) FROM effect")
    return count


@pytest.mark.parametrize(("point", "committed"), [("http.before_commit", 0), ("http.after_commit", 1)])
async def test_who_repeats_a_request_whose_answer_died_with_the_process_gets_one_effect_and_its_answer(
    running: Harness, launch: Launch, point: str, committed: int
) -> None:
    path = f"/{uuid4()}/count"
    dying = await launch(CRASH_AT=point)
    with pytest.raises(httpx.TransportError):
        await dying.post(path, key="unanswered")
    assert await asyncio.wait_for(dying.process.wait(), DEADLINE_SECONDS) == KILLED
    assert await effects(running) == committed

    successor = await launch()
    answers = [await successor.post(path, key="unanswered") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert ("idempotent-replayed" in answers[0].headers) is bool(committed)
    assert answers[0].content == answers[1].content
    assert await effects(running) == 1
    assert len(await running.published()) == 1


async def test_a_hundred_uses_of_one_key_at_two_instances_have_one_effect(running: Harness, launch: Launch) -> None:
    instances = [await launch(), await launch()]
    path = f"/{uuid4()}/count"

    answers = await asyncio.gather(*(instances[number % 2].post(path, key="both") for number in range(100)))

    successes = [answer for answer in answers if answer.status_code == 201]
    # 503 where the database is busy with other tests: that one had no effect either.
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    assert len([answer for answer in successes if "idempotent-replayed" not in answer.headers]) == 1
    assert await effects(running) == 1
    again = [await instance.post(path, key="both") for instance in instances]
    assert {answer.content for answer in [*successes, *again]} == {successes[0].content}
    assert len(await running.published()) == 1
