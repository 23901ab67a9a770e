"""A body is JSON and says so; path and query can be kept by a database."""

from __future__ import annotations

import pytest
from door.test_problems import assert_problem
from httpx import AsyncClient

SUM = b'{"cents": [1, 2]}'


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_that_says_so_is_read(door: AsyncClient, media_type: str) -> None:
    answer = await door.post("/sums", content=SUM, headers={"Content-Type": media_type})

    assert answer.json()["total_cents"] == 3


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json, text/plain"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_a_body_of_another_kind_is_refused(door: AsyncClient, headers: dict[str, str]) -> None:
    assert_problem(await door.post("/sums", content=SUM, headers=headers), 415, "unsupported-media-type")


async def test_json_with_two_meanings_is_refused_with_the_reason(door: AsyncClient) -> None:
    answer = await door.post(
        "/sums", content=b'{"cents": [1], "cents": [2]}', headers={"Content-Type": "application/json"}
    )

    assert_problem(answer, 400, "malformed")
    assert answer.json()["detail"] == "The body cannot be read: a key stands twice in one object."


@pytest.mark.parametrize("path", ["/failures/a%00b", "/greeting?since=%00"])
async def test_nul_in_path_or_query_is_refused(door: AsyncClient, path: str) -> None:
    assert_problem(await door.get(path), 400, "malformed")
