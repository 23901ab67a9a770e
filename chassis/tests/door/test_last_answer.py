"""Who is refused before all that they send is read, can read why: the connection is ended, not reset."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from door.test_server import CHUNKED, POST, connection_to, until_closed
from specimen.app import Settings
from specimen_driver import until
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http.limits import Limits, Places
from chassis.http.lingering import MOST_DISCARDED_BYTES
from chassis.http.problems import answer_http_error
from chassis.http.server import MOST_HEAD_BYTES, HttpServer

A_PHOTO = b"x" * 4_000_000
MORE_THAN_IS_DISCARDED = b"x" * (MOST_DISCARDED_BYTES + 32 * 1_048_576)


class Uploads:
    """Answers with the length of a body; notes which came as far as that."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        routes = [Route("/{path:path}", self._length, methods=["GET", "POST"])]
        limits = Limits(
            Starlette(routes=routes, exception_handlers={HTTPException: answer_http_error}),
            Settings(database_url="postgresql://none"),
            places=Places(most=64),
        )
        self.server = HttpServer(limits, host="127.0.0.1", port=0, setting="API")

    async def _length(self, request: Request) -> Response:
        self.asked.append(len(await request.body()))
        return Response(str(self.asked[-1]))


async def _sent_whole(uploads: Uploads, *parts: bytes) -> bytes:
    """What is answered to somebody who sends all, as most programs do, and reads then."""
    async with connection_to(uploads.server) as (reader, writer):
        for part in parts:
            writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.1)  # a reset would have come by now, and what is read behind it is an error
        answer = b""
        while part := await reader.read(65_536):  # raises when the connection is reset
            answer += part
        return answer


def _type_of(answer: bytes) -> object:
    return json.loads(answer.partition(b"\r\n\r\n")[2])["type"]


@pytest.mark.parametrize(
    ("head", "status", "type_"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: %b\r\n\r\n" % (b"x" * 20_000), 431, "head-too-large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: %b\r\n\r\n" % (b"x" * 200_000), 431, "head-too-large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n%b\r\n" % (b"A:\r\n" * 5_000), 431, "head-too-large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 20_000, 431, "head-too-large"),
        (b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * 20_000), 414, "uri-too-long"),
        (b"GET /" + b"x" * 20_000, 414, "uri-too-long"),
    ],
    ids=["one header", "far too large", "many headers", "no end", "address", "address without end"],
)
async def test_a_head_that_is_too_large_is_refused_however_it_arrives(head: bytes, status: int, type_: str) -> None:
    uploads = Uploads()

    answer = await _sent_whole(uploads, head)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"\r\nconnection: close\r\n" in answer
    assert b"\r\nx-content-type-options: nosniff\r\n" in answer
    assert _type_of(answer) == f"/problems/{type_}"
    assert uploads.asked == []


async def test_a_head_that_is_just_not_too_large_is_read_and_the_next_one_counts_anew() -> None:
    uploads = Uploads()
    head = b"GET / HTTP/1.1\r\nHost: x\r\nA: %b\r\n\r\n" % (b"x" * (MOST_HEAD_BYTES - 100))

    answer = await _sent_whole(uploads, head, head, head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    assert answer.count(b"HTTP/1.1 200 ") == 3


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (POST + b"Content-Length: %d\r\n\r\n" % len(A_PHOTO), A_PHOTO),
        (CHUNKED + b"\r\n%x\r\n" % len(A_PHOTO), A_PHOTO + b"\r\n0\r\n\r\n"),
        (b"nonsense\r\n\r\n", A_PHOTO),
        (CHUNKED + b"\r\nnonsense\r\n", A_PHOTO),
    ],
    ids=["announced", "in parts", "nonsense", "a part of nonsense"],
)
async def test_who_sends_all_before_reading_finds_the_answer_and_no_reset(head: bytes, body: bytes) -> None:
    uploads = Uploads()

    answer = await _sent_whole(uploads, head, body)

    assert answer.count(b"HTTP/1.1 ") == 1
    assert _type_of(answer) == ("/problems/malformed" if b"nonsense" in head else "/problems/body-too-large")
    assert uploads.asked == []


async def test_a_library_tells_its_user_that_the_body_is_too_large() -> None:
    async def in_parts() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield A_PHOTO[:100_000]

    uploads = Uploads()
    port = await uploads.server.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            answers = [await client.post("/", content=body) for body in (A_PHOTO, in_parts(), b"small")]
    finally:
        await uploads.server.stop()

    assert [answer.status_code for answer in answers] == [413, 413, 200]


async def test_who_sends_without_end_is_cut_off() -> None:
    uploads = Uploads()
    async with connection_to(uploads.server) as (reader, writer):
        writer.write(POST + b"Content-Length: 99999999999\r\n\r\n")
        writer.write(MORE_THAN_IS_DISCARDED)
        await until_closed(reader)
        await until(lambda: not uploads.server._server.server_state.connections, what="the connection is given up")


async def test_who_reads_the_answer_and_does_not_close_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.http.server.LONGEST_WAIT_SECONDS", 0.05)
    uploads = Uploads()
    async with connection_to(uploads.server) as (reader, writer):
        writer.write(POST + b"Content-Length: 99999999999\r\n\r\n")
        answer = await reader.read()
        await until(lambda: not uploads.server._server.server_state.connections, what="the connection is given up")

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_who_spoils_a_request_under_way_and_does_not_close_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.http.server.LONGEST_WAIT_SECONDS", 0.05)
    uploads = Uploads()
    async with connection_to(uploads.server) as (reader, writer):
        writer.write(CHUNKED + b"\r\n1\r\nx\r\n")
        await until(lambda: uploads.server._server.server_state.tasks, what="the request is under way")
        writer.write(b"nonsense\r\n")
        answer = await reader.read()
        await until(lambda: not uploads.server._server.server_state.connections, what="the connection is given up")

    assert answer.startswith(b"HTTP/1.1 400 ")
