"""Two who change one thing: the second has to have seen what the first made of it. And nothing is sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from chassis.http.preconditions import IfMatch, etag, unless_seen
from chassis.http.problems import Problem

app = FastAPI()
VERSION = 7


@app.put("/contact")
async def change(if_match: IfMatch) -> str:
    if_match.require(version=VERSION)
    return "changed"


@app.api_route("/contact", methods=["GET", "HEAD", "POST"])
async def read(request: Request) -> Response:
    headers = {"ETag": etag(VERSION), "Cache-Control": "no-store"}
    return unless_seen(request, Response(b'{"name": "Ada"}', 200, headers, media_type="application/json"))


@app.get("/never-read-before")
async def read_without_etag(request: Request) -> Response:
    return unless_seen(request, Response(b"{}", media_type="application/json"))


@app.get("/missing")
async def read_what_is_not_there(request: Request) -> Response:
    return unless_seen(request, Response(b"{}", 404, {"ETag": etag(VERSION)}))


@app.exception_handler(Problem)
async def tell(_: Request, problem: Problem) -> Response:
    return Response(problem.type.name, problem.status_code)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://specimen") as client:
        yield client


def lines(name: str, *values: str) -> Sequence[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for value in values]


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(['"7"'], id="that"),
        pytest.param(['"6", "7"'], id="list"),
        pytest.param(['"6"', '"7"'], id="lines"),
        pytest.param([', ,"6",\t"7" ,'], id="gaps"),
        pytest.param(['"6,", "7"'], id="comma-in-a-tag"),
        pytest.param(['W/"7", "7"'], id="weak-and-strong"),
        pytest.param(["*"], id="any"),
    ],
)
async def test_who_has_seen_the_version_may_change_it(client: httpx.AsyncClient, seen: Sequence[str]) -> None:
    answer = await client.put("/contact", headers=lines("If-Match", *seen))

    assert (answer.status_code, answer.json()) == (200, "changed")


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(['"6"'], id="older"),
        pytest.param(['"8"'], id="never-there"),
        pytest.param(['W/"7"'], id="weak"),
        pytest.param(['"6", W/"7"'], id="weak-in-a-list"),
        pytest.param(['"6,7"'], id="comma-in-a-tag"),
        pytest.param(['"07"'], id="same-number-other-tag"),
        pytest.param(['""'], id="empty"),
        pytest.param(['"\xff"'], id="not-ascii"),
    ],
)
async def test_who_has_seen_another_version_is_refused(client: httpx.AsyncClient, seen: Sequence[str]) -> None:
    answer = await client.put("/contact", headers=lines("If-Match", *seen))

    assert (answer.status_code, answer.text) == (412, "precondition-failed")


async def test_who_says_nothing_about_what_was_seen_is_asked_to(client: httpx.AsyncClient) -> None:
    answer = await client.put("/contact")

    assert (answer.status_code, answer.text) == (428, "precondition-required")


@pytest.mark.parametrize(
    "seen",
    [
        *(["7"], ['"7'], ["'7'"], ['"7" "8"'], ['"7"x'], [""], [","], ['"7", *'], ["*", "*"], ['w/"7"'], ['W"7"']),
        pytest.param([" , " * 2_000 + '"'], id="long"),
    ],
)
async def test_what_is_no_list_of_entity_tags_is_refused(client: httpx.AsyncClient, seen: Sequence[str]) -> None:
    changed = await client.put("/contact", headers=lines("If-Match", *seen))
    read = await client.get("/contact", headers=lines("If-None-Match", *seen))

    assert (changed.status_code, changed.text) == (400, "entity-tag-invalid")
    assert (read.status_code, read.text) == (400, "entity-tag-invalid")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("seen", [['"7"'], ['W/"7"'], ['"6", "7"'], ['"6"', 'W/"7"'], ["*"]])
async def test_what_a_reader_has_is_not_sent_again(client: httpx.AsyncClient, method: str, seen: Sequence[str]) -> None:
    answer = await client.request(method, "/contact", headers=lines("If-None-Match", *seen))

    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"7"', "no-store")
    assert {"content-type", "content-length"}.isdisjoint(answer.headers)


@pytest.mark.parametrize("seen", [[], ['"6"'], ['W/"6", "8"'], ['"6,7"']])
async def test_what_a_reader_has_not_is_sent(client: httpx.AsyncClient, seen: Sequence[str]) -> None:
    answer = await client.get("/contact", headers=lines("If-None-Match", *seen))

    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, {"name": "Ada"}, '"7"')


async def test_only_a_reader_of_what_is_there_and_has_a_version_is_told_that_it_is_the_same(
    client: httpx.AsyncClient,
) -> None:
    seen = lines("If-None-Match", '"7"')

    assert (await client.post("/contact", headers=seen)).status_code == 200
    assert (await client.get("/missing", headers=seen)).status_code == 404
    assert (await client.get("/never-read-before", headers=lines("If-None-Match", "*"))).status_code == 200
