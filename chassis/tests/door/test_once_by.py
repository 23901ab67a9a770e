"""What cannot have an `Idempotency-Key`: forms, and tries that are counted although they are refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from door.at_the_door import client_of
from door.test_problems import assert_problem
from httpx import AsyncClient
from pydantic import BaseModel, Field
from specimen.access import GREET, NAME
from starlette.responses import JSONResponse, Response

from chassis.database import Pool
from chassis.http.api import Api
from chassis.http.openapi import description_of
from chassis.http.problems import Problem, ProblemType
from chassis.service import Service
from chassis.testing import harness
from chassis.unit_of_work import Work
from contracts.access import Operation

GUESS = Operation.public(name="guesses.make", service=NAME, meaning="Guess")
GRANT = Operation.public(name="grants.use", service=NAME, meaning="Use a grant")
WRONG = ProblemType(name="wrong-guess", status=403, title="That is not it", remedy="Guess again.")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

api = Api(title="specimen", version="1", access=(GUESS, GRANT))


class Guess(BaseModel):
    """What somebody thinks that it is."""

    number: int = Field(examples=[7])
    is_raised: bool = False


class Grant(BaseModel):
    """What somebody was given before."""

    grant_type: str = Field(examples=["refresh_token"])
    refresh_token: str | None = Field(default=None, examples=["once"])
    seconds: int | None = Field(default=None, examples=[60])


class Granted(BaseModel):
    """What somebody is given for it."""

    seconds: int = Field(examples=[60])


class GrantError(BaseModel):
    """Why nothing is given (RFC 6749 §5.2)."""

    error: str = Field(examples=["invalid_grant"])


async def _count(work: Work) -> None:
    await work.connection.execute(
        "INSERT INTO note (note_id, relation_number, text) VALUES (gen_random_uuid(), '1', 'a')"
    )


@api.post("/guesses", operation=GUESS, once_by="each guess is counted, a repeated one twice", problems=(WRONG,))
async def guess(body: Guess, work: Work) -> Response | None:
    """Guess a number."""
    await _count(work)
    if body.is_raised:
        raise Problem(WRONG)
    return None if body.number == 7 else Problem(WRONG).response()


@api.post(
    "/grants", operation=GRANT, form=True, once_by="a grant is used up by its first use", refusals={400: GrantError}
)
async def use_grant(body: Grant, work: Work) -> Granted | Response:
    """Use a grant."""
    await _count(work)
    if body.refresh_token != "once":
        return JSONResponse({"error": "invalid_grant"}, 400)
    return Granted(seconds=body.seconds or 0)


@pytest.fixture
async def pool_and_client(service: Service) -> AsyncIterator[tuple[Pool, AsyncClient]]:
    async with harness(service) as running:
        app = api.app(settings=service.settings, work=running.runtime.work, verifier=None)
        async with client_of(app) as client:
            yield running.pool, client


@pytest.fixture
def client(pool_and_client: tuple[Pool, AsyncClient]) -> AsyncClient:
    return pool_and_client[1]


async def _counted(pool: Pool) -> object:
    return await pool.fetchval("SELECT count(*) FROM note")


async def test_a_refusal_that_is_returned_stays_and_one_that_is_raised_does_not(
    pool_and_client: tuple[Pool, AsyncClient],
) -> None:
    pool, client = pool_and_client
    right = await client.post("/guesses", json={"number": 7})
    returned = await client.post("/guesses", json={"number": 8})
    counted = await _counted(pool)
    raised = await client.post("/guesses", json={"number": 8, "is_raised": True})

    assert right.status_code == 204
    assert_problem(returned, 403, "wrong-guess")
    assert counted == 2
    assert_problem(raised, 403, "wrong-guess")
    assert await _counted(pool) == 2


async def test_every_repetition_is_a_try_of_its_own(pool_and_client: tuple[Pool, AsyncClient]) -> None:
    pool, client = pool_and_client
    for _ in range(3):
        answer = await client.post("/guesses", json={"number": 8}, headers={"Idempotency-Key": "same"})
        assert "idempotent-replayed" not in answer.headers

    assert await _counted(pool) == 3
    assert await pool.fetchval("SELECT count(*) FROM messaging.idempotency_key") == 0


async def test_a_form_is_read_and_what_a_standard_demands_is_answered(client: AsyncClient) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "once", "seconds": "60", "unknown": "ignored"}
    granted = await client.post("/grants", data=form)
    refused = await client.post("/grants", data={**form, "refresh_token": "twice"})

    assert (granted.status_code, granted.json()) == (200, {"seconds": 60})
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})
    assert refused.headers["cache-control"] == "no-store"


async def test_a_parameter_without_a_value_is_as_one_left_out(client: AsyncClient) -> None:
    answer = await client.post("/grants", content=b"grant_type=&refresh_token=once", headers=FORM)

    assert_problem(answer, 422, "invalid")
    assert answer.json()["errors"] == [{"in": "body", "field": "/grant_type", "message": "is missing"}]


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (b"grant_type=a&grant_type=b", "a parameter stands twice in the form"),
        (b"grant_type=a&grant_type=", "a parameter stands twice in the form"),
        (b"grant_type=%ff", "the text is not valid UTF-8"),
        (b"grant_type=\xff", "the text is not valid UTF-8"),
        (b"grant_type=a%00b", "a parameter holds NUL"),
        (b"grant%00type=a", "a parameter holds NUL"),
        (b"grant_type=%g1", "the text is not a form of at most 64 parameters"),
        (b"grant_type", "the text is not a form of at most 64 parameters"),
        (b"&".join(b"p%d=1" % number for number in range(65)), "the text is not a form of at most 64 parameters"),
    ],
)
async def test_a_form_with_more_than_one_meaning_is_refused(client: AsyncClient, form: bytes, why: str) -> None:
    answer = await client.post("/grants", content=form, headers=FORM)

    assert_problem(answer, 400, "malformed")
    assert answer.json()["detail"] == f"The body cannot be read: {why}."


@pytest.mark.parametrize("path", ["/grants", "/guesses"])
async def test_each_route_reads_one_kind_of_body(client: AsyncClient, path: str) -> None:
    other: Mapping[str, str] = {"Content-Type": "application/json"} if path == "/grants" else FORM

    answer = await client.post(path, content=b"{}", headers=other)

    assert_problem(answer, 415, "unsupported-media-type")


def test_the_description_says_what_is_sent_and_answered() -> None:
    description = description_of(api)
    guess, grant = (description["paths"][path]["post"] for path in ("/guesses", "/grants"))
    schema: Mapping[str, Any] = {"$ref": "#/components/schemas/GrantError"}

    assert "Takes no Idempotency-Key: a grant is used up by its first use." in grant["description"]
    assert [parameter["name"] for parameter in (*guess["parameters"], *grant["parameters"])] == []
    assert grant["requestBody"]["content"].keys() == {"application/x-www-form-urlencoded"}
    assert grant["requestBody"]["content"]["application/x-www-form-urlencoded"]["example"]["refresh_token"] == "once"
    refusal = grant["responses"]["400"]["content"]
    assert refusal["application/json"] == {"schema": schema, "example": {"error": "invalid_grant"}}
    assert "malformed" in refusal["application/problem+json"]["examples"]
    assert guess["responses"]["204"] == {"description": "No Content", "headers": {}}


@pytest.mark.parametrize("reason", ["", "   ", "because"])
def test_once_by_without_a_sentence_is_refused(reason: str) -> None:
    small = Api(title="specimen", version="1", access=(GUESS,))
    small.post("/guesses", operation=GUESS, once_by=reason)(guess)

    (mistake,) = small.routes[0].mistakes()

    assert mistake == "says once_by without a sentence on what makes a repetition harmless"


def test_once_by_is_said_of_a_post_that_causes_something() -> None:
    small = Api(title="specimen", version="1", access=(GREET,))

    @small.get("/greeting", operation=GREET, once_by="nothing happens at all")
    async def greet() -> None:
        """Greet."""

    assert list(small.routes[0].mistakes()) == [
        "says once_by, which is to be said of a POST that causes something only"
    ]
