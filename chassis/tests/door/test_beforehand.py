"""Promise: what is done beforehand is committed before the handler begins, whatever becomes of the handler."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from door.at_the_door import client_of
from door.test_problems import assert_problem
from httpx import AsyncClient
from pydantic import BaseModel
from specimen.access import GREET, NAME
from starlette.requests import Request
from starlette.responses import Response

from chassis.database import Pool
from chassis.http.api import Api
from chassis.http.problems import RETRY_SOON, TOO_MANY_REQUESTS, Problem
from chassis.service import Service
from chassis.testing import harness
from chassis.unit_of_work import Work
from contracts.access import Operation

GUESS = Operation.public(name="guesses.make", service=NAME, meaning="Guess")
ONCE = "each guess is counted, a repeated one twice"
NOBODY = "nobody"

api = Api(title="specimen", version="1", access=(GUESS,))


class Guess(BaseModel):
    """Whose password somebody guesses."""

    name: str


async def _note(work: Work, name: str, text: str) -> None:
    await work.connection.execute(
        "INSERT INTO note (note_id, relation_number, text) VALUES (gen_random_uuid(), $1, $2)", name, text
    )


async def count(body: Guess, request: Request, work: Work) -> Response | None:
    """Count a guess."""
    await _note(work, body.name, f"counted {request.method}")
    return Problem(TOO_MANY_REQUESTS, headers=RETRY_SOON).response() if body.name == NOBODY else None


@api.post("/guesses", operation=GUESS, once_by=ONCE, beforehand=count)
async def guess(body: Guess, request: Request, work: Work) -> None:
    """Guess."""
    await _note(work, body.name, "guessed")
    if "fails" in request.query_params:
        raise ZeroDivisionError


@pytest.fixture
async def pool_and_client(service: Service) -> AsyncIterator[tuple[Pool, AsyncClient]]:
    one_connection_for_requests = service.settings.model_copy(update={"database_connections": 2})
    async with harness(service) as running:
        app = api.app(settings=one_connection_for_requests, work=running.runtime.work, verifier=None)
        async with client_of(app) as client:
            yield running.pool, client


async def _noted(pool: Pool) -> list[tuple[str, ...]]:
    rows = await pool.fetch("SELECT relation_number, text, xmin::text FROM note ORDER BY text")
    return [tuple(row) for row in rows]


async def test_it_is_a_transaction_of_its_own_that_ends_before_the_handler_begins(
    pool_and_client: tuple[Pool, AsyncClient],
) -> None:
    pool, client = pool_and_client

    answer = await client.post("/guesses", json={"name": "jan"})

    counted, guessed = await _noted(pool)
    assert answer.status_code == 204
    assert (counted[:2], guessed[:2]) == (("jan", "counted POST"), ("jan", "guessed"))
    assert int(counted[2]) < int(guessed[2])


async def test_it_stays_when_the_handler_fails(pool_and_client: tuple[Pool, AsyncClient]) -> None:
    pool, client = pool_and_client

    answer = await client.post("/guesses?fails", json={"name": "jan"})

    assert_problem(answer, 500, "internal")
    assert [row[1] for row in await _noted(pool)] == ["counted POST"]


async def test_what_it_answers_is_answered_and_stays_and_the_handler_does_not_begin(
    pool_and_client: tuple[Pool, AsyncClient],
) -> None:
    pool, client = pool_and_client

    answer = await client.post("/guesses", json={"name": NOBODY})

    assert_problem(answer, 429, "too-many-requests")
    assert [row[1] for row in await _noted(pool)] == ["counted POST"]


async def count_nothing(body: Guess) -> None: ...
async def count_by_other_things(other: int, work: Work) -> None: ...


EACH_TIME = "says beforehand, which is for what changes something without an Idempotency-Key: it works each time"
WHAT_IT_TAKES = "has a beforehand that takes no Work, or what its handler does not take"


@pytest.mark.parametrize(
    ("options", "mistake"),
    [
        ({"beforehand": count}, EACH_TIME),
        ({"beforehand": count_nothing, "once_by": ONCE}, WHAT_IT_TAKES),
        ({"beforehand": count_by_other_things, "once_by": ONCE}, WHAT_IT_TAKES),
    ],
)
def test_what_cannot_be_done_beforehand_is_refused(options: dict[str, Any], mistake: str) -> None:
    small = Api(title="specimen", version="1", access=(GREET,))
    small.post("/guesses", operation=GREET, **options)(guess)

    assert list(small.routes[0].mistakes()) == [mistake]
