"""Whatever is not a success is told in one form, and tells nothing of what was sent or of the inside."""

from __future__ import annotations

import pytest
from httpx import AsyncClient, Response
from specimen.api import A_NOTE, SECRET, api

from chassis.http.problems import COMMON_PROBLEMS

NO_WHOLE_NUMBER = "must be a whole number, without quotes, decimal point or exponent"


def assert_problem(answer: Response, status: int, name: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == f"/problems/{name}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert SECRET not in answer.text


async def test_a_path_that_does_not_exist_is_a_problem(door: AsyncClient) -> None:
    assert_problem(await door.get("/nowhere"), 404, "not-found")


async def test_a_path_with_a_slash_too_many_leads_nowhere_else(door: AsyncClient) -> None:
    assert_problem(await door.get("/greeting/", headers={"Host": "elsewhere.example"}), 404, "not-found")


async def test_a_method_that_a_path_has_not_is_a_problem_that_names_those_it_has(door: AsyncClient) -> None:
    answer = await door.put("/greeting")

    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"
    assert (await door.patch(f"/notes/{A_NOTE}")).headers["allow"] == "DELETE, GET, PUT"


async def test_without_a_token_nothing_guarded_is_told(door: AsyncClient) -> None:
    assert_problem(await door.get("/customers/123456/notes"), 401, "unauthenticated")


async def test_fields_that_are_wrong_are_named_with_what_they_must_be(door: AsyncClient) -> None:
    answer = await door.post("/sums", json={"cents": [1, SECRET, -1], "on": "27-11-2026", "at": 1_795_000_000})

    assert_problem(answer, 422, "invalid")
    assert answer.json()["errors"] == [
        {"in": "body", "field": "/cents/1", "message": NO_WHOLE_NUMBER},
        {"in": "body", "field": "/cents/2", "message": "must be at least 0"},
        {"in": "body", "field": "/on", "message": "must be a day as text, such as 2021-07-15"},
        {"in": "body", "field": "/at", "message": "must be a time as text with its zone, such as 2021-07-15T06:12:00Z"},
    ]


async def test_a_body_that_is_missing_is_named(door: AsyncClient) -> None:
    answer = await door.post("/sums")

    assert_problem(answer, 422, "invalid")
    assert answer.json()["errors"] == [{"in": "body", "field": "", "message": "is missing"}]


@pytest.mark.parametrize("name", [SECRET, "jan_jansen", "0"])
async def test_a_name_that_the_sender_has_thought_up_is_not_repeated(door: AsyncClient, name: str) -> None:
    answer = await door.post("/sums", json={"cents": [1], SECRET: 1, "known": {name: "many"}})

    assert_problem(answer, 422, "invalid")
    assert answer.json()["errors"] == [
        {"in": "body", "field": "/known/*", "message": NO_WHOLE_NUMBER},
        {"in": "body", "field": "/*", "message": "is not known here"},
    ]


async def test_a_misspelt_field_is_named_like_one_of_an_event(door: AsyncClient) -> None:
    answer = await door.post("/sums", json={"cents": [1], "centts": [1], "[key]": 1})

    assert_problem(answer, 422, "invalid")
    assert answer.json()["errors"] == [
        {"in": "body", "field": "/centts", "message": "is not known here"},
        {"in": "body", "field": "/*", "message": "is not known here"},
    ]


async def test_no_more_than_twenty_mistakes_are_told_at_once(door: AsyncClient) -> None:
    answer = await door.post("/sums", json={"cents": ["x"] * 90})

    assert len(answer.json()["errors"]) == 20


@pytest.mark.parametrize("kind", ["broken", "panicking", "cancelled", "mistyped"])
async def test_a_handler_that_fails_is_a_problem_of_which_nothing_is_told(
    door: AsyncClient, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await door.get(f"/failures/{kind}")

    assert_problem(answer, 500, "internal")
    assert set(answer.json()) == {"type", "title", "status", "detail"}
    logged = capsys.readouterr()
    assert "request.failed" in logged.out + logged.err
    assert SECRET not in logged.out + logged.err
    assert (await door.get("/greeting")).status_code == 200


async def test_a_database_that_is_busy_is_a_problem_that_passes(door: AsyncClient) -> None:
    answer = await door.get("/failures/unavailable")

    assert_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_problem_of_the_services_own_is_told(door: AsyncClient) -> None:
    assert_problem(await door.get("/failures/other"), 409, "empty-note")


@pytest.mark.parametrize("problem", api.problems, ids=lambda problem: problem.name)
async def test_where_the_type_of_a_problem_leads_it_is_explained(door: AsyncClient, problem: object) -> None:
    kind = next(one for one in api.problems if one is problem)

    answer = await door.get(kind.uri)

    assert answer.json() == {
        "type": kind.uri,
        "title": kind.title,
        "status": kind.status,
        "remedy": kind.remedy,
    }


async def test_an_unknown_type_of_problem_is_not_explained(door: AsyncClient) -> None:
    assert_problem(await door.get("/problems/unheard-of"), 404, "not-found")


def test_every_type_of_problem_has_a_name_of_its_own() -> None:
    names = [problem.name for problem in api.problems]

    assert len(names) == len(set(names))
    assert "empty-note" in names
    assert all(400 <= problem.status < 600 for problem in COMMON_PROBLEMS)
