"""What is too large, too slow or too much is refused, and the next request is answered as ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from door.at_the_door import client_of
from specimen.app import Settings
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http.limits import Limits, Places, address_of
from chassis.http.problems import answer_http_error
from chassis.http.server import HttpServer

LONGEST_ANSWER_SECONDS = 5.0


class Rooms:
    """Answers with a body's length, or not before it is told to."""

    def __init__(self) -> None:
        self.entered = asyncio.Semaphore(0)
        self.leave = asyncio.Event()
        self.cancelled = 0
        self.places = Places(most=64)
        self.routes = Starlette(
            routes=[Route("/length", self._length, methods=["POST"]), Route("/wait", self._wait)],
            exception_handlers={HTTPException: answer_http_error},
        )

    async def _length(self, request: Request) -> Response:
        self.entered.release()
        body = await request.body()
        with self.places.take():
            return Response(str(len(body)))

    async def _wait(self, _: Request) -> Response:
        self.entered.release()
        try:
            with self.places.take():
                await self.leave.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Response("left")

    def limited(self, **settings: float) -> Limits:
        chosen = Settings(database_url="postgresql://none").model_copy(update=settings)
        self.places = Places(most=chosen.api_concurrency)
        return Limits(self.routes, chosen, places=self.places)


async def _in_parts(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_body_as_large_as_allowed_is_read() -> None:
    async with client_of(Rooms().limited(api_body_bytes=4)) as client:
        answers = [await client.post("/length", content=body) for body in (b"1234", _in_parts(b"12", b"34"))]

    assert [answer.text for answer in answers] == ["4", "4"]


async def test_a_body_that_announces_too_much_is_refused_before_it_is_read() -> None:
    rooms = Rooms()
    async with client_of(rooms.limited(api_body_bytes=4)) as client:
        answer = await client.post("/length", content=b"12345")

    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert answer.json()["detail"] == "Send at most 4 bytes at once."
    assert answer.headers["connection"] == "close"
    assert rooms.entered.locked()


async def test_a_body_that_grows_too_large_is_refused() -> None:
    async with client_of(Rooms().limited(api_body_bytes=4)) as client:
        answer = await client.post("/length", content=_in_parts(b"123", b"45", b"6" * 1_000_000))

    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")


async def test_a_handler_that_takes_too_long_is_cancelled_and_its_caller_told_to_come_back() -> None:
    rooms = Rooms()
    async with client_of(rooms.limited(api_request_seconds=0.05)) as client:
        answer = await client.get("/wait")

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert answer.headers["retry-after"] == "1"
    assert rooms.cancelled == 1


async def test_surplus_of_one_address_is_refused_and_another_address_is_not() -> None:
    rooms = Rooms()
    app = rooms.limited(api_concurrency_per_address=2)
    async with client_of(app, address="192.0.2.1") as one, client_of(app, address="192.0.2.2") as other:
        waiting = [asyncio.create_task(one.get("/wait")) for _ in range(2)]
        for _ in waiting:
            await rooms.entered.acquire()

        refused = await one.post("/length", content=b"1")
        answered = await other.post("/length", content=b"1")
        rooms.leave.set()
        left = await asyncio.gather(*waiting)
        afterwards = await one.post("/length", content=b"1")

    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-requests")
    assert refused.headers["retry-after"] == "1"
    assert answered.status_code == 200
    assert [answer.text for answer in left] == ["left", "left"]
    assert afterwards.status_code == 200


@pytest.mark.parametrize("limit", ["api_concurrency", "api_open_requests"])
async def test_surplus_of_all_is_refused(limit: str) -> None:
    rooms = Rooms()
    app = rooms.limited(**{limit: 1})
    async with client_of(app, address="192.0.2.1") as one, client_of(app, address="192.0.2.2") as other:
        waiting = asyncio.create_task(one.get("/wait"))
        await rooms.entered.acquire()

        refused = await other.get("/wait")
        rooms.leave.set()
        await waiting
        afterwards = await other.get("/wait")

    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/unavailable")
    assert refused.headers["retry-after"] == "1"
    assert afterwards.status_code == 200


async def test_a_request_that_is_given_up_leaves_its_place() -> None:
    rooms = Rooms()
    async with client_of(rooms.limited(api_concurrency=1, api_open_requests=1)) as client:
        given_up = asyncio.create_task(client.get("/wait"))
        await rooms.entered.acquire()
        given_up.cancel()
        await asyncio.wait([given_up])

        answer = await client.post("/length", content=b"1")

    assert answer.status_code == 200


@asynccontextmanager
async def served(app: Limits) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to `app` on a real port."""
    server = HttpServer(app, host="127.0.0.1", port=0, setting="API")
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start())
    try:
        async with asyncio.timeout(LONGEST_ANSWER_SECONDS):
            yield reader, writer
    finally:
        writer.transport.abort()
        await server.stop()


@pytest.mark.parametrize(
    "limits", [{"api_body_seconds": 0.05}, {"api_request_seconds": 0.05}], ids=["of a body", "of a request"]
)
async def test_a_body_that_does_not_arrive_is_given_up_and_the_connection_closed(limits: dict[str, float]) -> None:
    rooms = Rooms()
    async with served(rooms.limited(**limits)) as (reader, writer):
        writer.write(b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123")
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"/problems/body-too-slow" in answer
    assert b"retry-after: 1\r\n" in answer


async def test_a_body_that_trickles_in_has_no_more_time_than_one_that_stops() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b"1"
            await asyncio.sleep(0)

    async with client_of(
        Rooms().limited(api_body_seconds=0.05, api_body_bytes=200_000, api_request_seconds=60)
    ) as client:
        answer = await client.post("/length", content=trickle())

    assert (answer.status_code, answer.json()["type"]) == (408, "/problems/body-too-slow")


async def test_a_body_that_is_still_being_sent_takes_nobodys_place() -> None:
    rooms = Rooms()
    sent = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"1"
        await sent.wait()
        yield b"2"

    app = rooms.limited(api_concurrency=1)
    async with client_of(app) as client:
        sending = asyncio.create_task(client.post("/length", content=slowly()))
        await rooms.entered.acquire()

        meanwhile = await client.post("/length", content=b"1")
        sent.set()

        assert (meanwhile.status_code, (await sending).text) == (200, "2")


async def test_who_has_sent_a_body_and_finds_no_place_is_told_to_come_back() -> None:
    rooms = Rooms()
    sent = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        await sent.wait()
        yield b"1"

    async with client_of(rooms.limited(api_concurrency=1)) as client:
        sending = asyncio.create_task(client.post("/length", content=slowly()))
        await rooms.entered.acquire()
        waiting = asyncio.create_task(client.get("/wait"))
        await rooms.entered.acquire()
        sent.set()
        refused = await sending
        rooms.leave.set()
        await waiting

    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/unavailable")
    assert refused.headers["retry-after"] == "1"


async def test_a_body_that_is_too_large_closes_the_connection() -> None:
    async with served(Rooms().limited(api_body_bytes=4)) as (reader, writer):
        writer.write(b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n")
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_body_with_two_lengths_hides_no_second_request() -> None:
    rooms = Rooms()
    async with served(rooms.limited()) as (reader, writer):
        writer.write(
            b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            b"POST /length HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert rooms.entered.locked()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("not:an:address", "not:an:address"),
        (None, ""),
    ],
)
def test_one_subscriber_is_one_address(host: str | None, address: str) -> None:
    assert address_of({"client": (host, 1) if host else None}) == address
