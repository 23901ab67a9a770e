"""Promise: a large body is let in or refused before it arrives, and no transaction is open while it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from door.at_the_door import client_of
from door.test_problems import assert_problem
from httpx import AsyncClient
from specimen.access import NAME
from starlette.requests import Request
from starlette.responses import Response

from chassis.database import Pool
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.openapi import description_of
from chassis.http.transfer import Transfer
from chassis.service import Service
from chassis.testing import harness
from chassis.unit_of_work import Work, WorkFactory
from contracts.access import Operation

SEND = Operation.public(name="photos.send", service=NAME, meaning="Send a photo")
PHOTO = Transfer(seconds=30, most_bytes=100_000, media_types=("image/png", "image/jpeg"))
PNG = {"Content-Type": "image/png"}
USUAL_BYTES, USUAL_SECONDS = 1_000, 0.2


def _api() -> Api:
    api = Api(title="specimen", version="1", access=(SEND,))

    @api.put("/photo", operation=SEND, transfer=PHOTO)
    async def send_photo(request: Request, work: WorkFactory) -> None:
        """Send a photo."""
        size = 0
        async for part in request.stream():
            size += len(part)
        async with work.transaction() as opened:
            await opened.connection.execute(
                "INSERT INTO note (note_id, relation_number, text) VALUES (gen_random_uuid(), '1', $1)", str(size)
            )

    @api.post("/sizes", operation=SEND, causes_nothing=True)
    async def read_size(request: Request) -> Response:
        return Response(str(len(await request.body())))

    return api


@pytest.fixture
async def pool_and_client(service: Service) -> AsyncIterator[tuple[Pool, AsyncClient]]:
    narrow = service.settings.model_copy(
        update={
            "database_connections": 2,  # one for requests
            "api_body_bytes": USUAL_BYTES,
            "api_body_seconds": USUAL_SECONDS,
            "api_request_seconds": USUAL_SECONDS,
            "api_concurrency": 1,
        }
    )
    async with harness(service) as running:
        app = _api().app(settings=narrow, work=running.runtime.work, verifier=None)
        async with client_of(app) as client:
            yield running.pool, client


async def _slowly(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(USUAL_SECONDS)
        yield part


async def test_a_large_body_is_read_by_its_handler_and_takes_nothing_from_others_meanwhile(
    pool_and_client: tuple[Pool, AsyncClient],
) -> None:
    pool, client = pool_and_client
    sending = [
        asyncio.create_task(client.put("/photo", content=_slowly(b"1" * 60_000, b"2" * 40_000), headers=PNG))
        for _ in range(3)
    ]
    await asyncio.sleep(USUAL_SECONDS / 2)

    other = await client.post("/sizes", content=b"12")
    assert (other.status_code, other.text) == (200, "2")
    assert [(await answer).status_code for answer in sending] == [204] * 3
    assert [row["text"] for row in await pool.fetch("SELECT text FROM note")] == ["100000"] * 3


async def test_what_is_too_large_or_of_another_type_is_refused_and_other_routes_keep_the_usual_limits(
    pool_and_client: tuple[Pool, AsyncClient],
) -> None:
    pool, client = pool_and_client

    assert_problem(await client.put("/photo", content=b"1" * 100_001, headers=PNG), 413, "body-too-large")
    assert_problem(await client.put("/photo", content=_slowly(b"1" * 100_001), headers=PNG), 413, "body-too-large")
    assert_problem(await client.put("/photo", content=b"1"), 415, "unsupported-media-type")
    encoded = {**PNG, "Content-Encoding": "gzip"}
    assert_problem(await client.put("/photo", content=b"1", headers=encoded), 415, "unsupported-media-type")
    assert_problem(await client.post("/sizes", content=b"1" * 1_001), 413, "body-too-large")
    assert await pool.fetch("SELECT FROM note") == []


def test_the_description_names_each_type_of_such_a_body() -> None:
    body = description_of(_api())["paths"]["/photo"]["put"]["requestBody"]

    assert body["required"]
    assert list(body["content"]) == ["image/png", "image/jpeg"]


async def _holds_a_transaction(request: Request, work: Work) -> None: ...
async def _cannot_read(work: WorkFactory) -> None: ...
async def _reads_besides(work: WorkFactory, reading: Reading) -> None: ...
async def _opens(work: WorkFactory) -> None: ...


def test_a_transfer_that_cannot_be_right_is_a_mistake() -> None:
    api = Api(title="specimen", version="1", access=(SEND,))
    api.put("/a", operation=SEND, transfer=PHOTO)(_holds_a_transaction)
    api.put("/b", operation=SEND, transfer=PHOTO)(_cannot_read)
    api.put("/c", operation=SEND)(_reads_besides)
    api.post("/d", operation=SEND)(_opens)
    api.get("/e", operation=SEND)(_opens)

    assert [list(route.mistakes()) for route in api.routes] == [
        ["would hold a transaction open for as long as its body is sent: take WorkFactory"],
        ["reads its body as it arrives: take Request, and no model"],
        ["opens its units of work itself: it takes no other, and its owner is the one in the path"],
        ["opens its units of work itself, so no one answer can be kept with its effect: make it a PUT"],
        ["is to change nothing: take Reading instead of Work"],
    ]
