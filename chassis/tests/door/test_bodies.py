"""A body is read as strictly as JSON is written, and what a handler answers is what it promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import pytest
from door.at_the_door import client_of
from door.test_problems import assert_problem
from httpx import AsyncClient
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from specimen.access import ADD_UP, GREET
from specimen.api import SECRET

from chassis.errors import CannotStartError
from chassis.http.api import Api
from chassis.http.field_errors import InvalidValueError
from chassis.http.values import Day, Moment
from chassis.service import Service
from chassis.testing import harness

NO_WHOLE_NUMBER = "must be a whole number, without quotes, decimal point or exponent"

_bodies = Api(title="specimen", version="1", access=(ADD_UP, GREET))


class Colour(StrEnum):
    RED = "red"


class Inner(BaseModel):
    count: int


def _even(number: int) -> int:
    if number % 2:
        raise InvalidValueError("must be even")
    return number


class Lax(BaseModel):
    """A model whose author has not thought of strictness."""

    whole: int = 0
    fraction: float = 0
    is_true: bool = False
    thing: UUID | None = None
    day: date | None = None
    moment: datetime | None = None
    colour: Colour | None = None
    inner: list[Inner] = Field(default=[])
    day_of_ours: Day | None = None
    moment_of_ours: Moment | None = None
    number: Annotated[int | None, BeforeValidator(lambda value: value and int(value))] = None
    even: Annotated[int, AfterValidator(_even)] = 0


class Other(BaseModel):
    """A model of which a handler must not return an instance."""

    text: str = "jan@example.nl"


@_bodies.post("/echo", operation=ADD_UP, causes_nothing=True)
async def echo(body: Lax) -> Lax:
    """Tell what was read."""
    return body


@_bodies.get("/mistaken/{kind}", operation=GREET)
async def mistake(kind: str) -> Lax:
    """Return something else than promised."""
    promised_otherwise: dict[str, object] = {
        "model": Other(),
        "object": {"whole": "1"},
        "nothing": None,
        "field": Lax.model_construct(whole="one"),  # type: ignore[arg-type]  # as a careless handler may
    }
    return promised_otherwise[kind]  # type: ignore[return-value]


@pytest.fixture
async def client(service: Service) -> AsyncIterator[AsyncClient]:
    async with harness(service) as running:
        app = _bodies.app(settings=service.settings, work=running.runtime.work, verifier=None)
        async with client_of(app) as client:
            yield client


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"whole": False}, "/whole", NO_WHOLE_NUMBER),
        ({"whole": "1"}, "/whole", NO_WHOLE_NUMBER),
        ({"whole": 1.5}, "/whole", NO_WHOLE_NUMBER),
        ({"fraction": "1.5"}, "/fraction", "must be a number"),
        ({"fraction": True}, "/fraction", "must be a number"),
        ({"is_true": 1}, "/is_true", "must be true or false, without quotes"),
        ({"is_true": "yes"}, "/is_true", "must be true or false, without quotes"),
        ({"day": 1_795_000_000}, "/day", "must be a day as text, such as 2021-07-15"),
        ({"inner": [{"count": 1}, {"count": "1"}]}, "/inner/1/count", NO_WHOLE_NUMBER),
        ({"number": SECRET}, "/number", "is not what the description of the operation shows"),
        ({"even": 1}, "/even", "must be even"),
    ],
)
async def test_what_is_written_as_something_else_is_refused(
    client: AsyncClient, body: object, field: str, message: str
) -> None:
    answer = await client.post("/echo", json=body)

    assert_problem(answer, 422, "invalid")
    assert answer.json()["errors"] == [{"in": "body", "field": field, "message": message}]


async def test_what_json_has_no_form_for_is_read_from_texts(client: AsyncClient) -> None:
    body = {
        "whole": 1,
        "fraction": 2,
        "is_true": True,
        "thing": "0b9c3a52-6f1e-4f0e-9d5c-2a8f7c1f2f11",
        "day": "2026-11-27",
        "moment": "2026-11-27T03:04:05Z",
        "colour": "red",
        "inner": [{"count": 3}],
        "day_of_ours": "2026-11-27",
        "moment_of_ours": "2026-11-27T03:04:05Z",
        "number": None,
        "even": 2,
    }

    answer = await client.post("/echo", json=body)

    assert answer.status_code == 200, answer.text
    assert answer.json() == body


@pytest.mark.parametrize("kind", ["model", "object", "nothing", "field"])
async def test_an_answer_that_is_not_what_was_promised_is_a_failure_of_ours(
    client: AsyncClient, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_problem(await client.get(f"/mistaken/{kind}"), 500, "internal")

    logged = capsys.readouterr()
    assert "HandlerBrokenError" in logged.out + logged.err


def test_a_body_that_is_no_model_is_refused_at_the_start() -> None:
    api = Api(title="specimen", version="1", access=(ADD_UP,))

    @api.post("/sums", operation=ADD_UP, causes_nothing=True)
    async def add_up(cents: list[int]) -> None:
        """Add up amounts."""

    with pytest.raises(CannotStartError, match=r"POST /sums reads from the body what is no model"):
        api.described()
