"""A list read page by page shows every item once, and a cursor that was made up is refused and never a failure."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from chassis.database import Pool
from chassis.errors import HandlerBrokenError
from chassis.http.pages import LARGEST_PAGE, Page, PageQuery, PageRequest
from chassis.http.problems import Problem
from chassis.service import Service
from chassis.testing import harness

COUNT = 120
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
LISTING_BYTES = 8


class Position(NamedTuple):
    """Where a visit stands; many began in the same minute."""

    began_at: datetime
    place: str
    number: int
    visit_id: UUID


class Visit(BaseModel):
    visit_id: UUID


def build(pool: Pool) -> FastAPI:
    app = FastAPI()

    @app.get("/{house}/visits")
    async def visits(page: PageQuery, house: str, guest: str = "") -> Page[Visit]:  # noqa: ARG001 - all have the same
        after = page.after(Position)
        rows = await pool.fetch(
            """
            SELECT began_at, place, number, visit_id FROM visit
             WHERE $2::timestamptz IS NULL OR (began_at, place, number, visit_id) > ($2, $3::text, $4::bigint, $5::uuid)
             ORDER BY began_at, place, number, visit_id LIMIT $1
            """,
            page.rows,
            *(after or (None, None, None, None)),
        )
        return page.answer(rows, view=lambda row: Visit(visit_id=row["visit_id"]), position=lambda row: Position(**row))

    @app.exception_handler(Problem)
    async def tell(_: Request, problem: Problem) -> Response:
        return Response(problem.type.name, problem.status_code)

    return app


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with harness(service) as running:
        await running.pool.execute(
            "CREATE TABLE visit (began_at timestamptz, place text, number integer, visit_id uuid)"
        )
        await running.pool.executemany(
            "INSERT INTO visit VALUES ($1, $2, $3, $4)",
            [
                (SINCE + timedelta(minutes=number // 7), f"Zürich {number % 2}", number % 3, UUID(int=number))
                for number in range(COUNT)
            ],
        )
        transport = httpx.ASGITransport(build(running.pool), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://specimen") as client:
            yield client


async def read_all(client: httpx.AsyncClient, **parameters: str | int) -> Sequence[Sequence[str]]:
    pages: list[Sequence[str]] = []
    cursor = None
    while cursor is not None or not pages:
        answer = await client.get("/1/visits", params=parameters | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        pages.append([item["visit_id"] for item in answer.json()["items"]])
        cursor = answer.json()["next_cursor"]
    return pages


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [(1, [1] * COUNT), (7, [7] * 17 + [1]), (40, [40, 40, 40]), (LARGEST_PAGE, [100, 20]), (None, [50, 50, 20])],
)
async def test_every_item_is_on_one_page_and_the_last_page_says_so(
    client: httpx.AsyncClient, limit: int | None, sizes: Sequence[int]
) -> None:
    pages = await read_all(client, **({} if limit is None else {"limit": limit}))

    assert [len(page) for page in pages] == sizes
    assert sorted(visit for page in pages for visit in page) == [str(UUID(int=number)) for number in range(COUNT)]


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1e2", "many", ""])
async def test_a_limit_outside_of_one_to_a_hundred_is_refused(client: httpx.AsyncClient, limit: str) -> None:
    assert (await client.get("/1/visits", params={"limit": limit})).status_code == 422


async def cursor_of(client: httpx.AsyncClient) -> str:
    cursor: str = (await client.get("/1/visits", params={"limit": 5})).json()["next_cursor"]
    return cursor


async def test_a_cursor_belongs_to_its_list_and_its_filters_and_to_any_limit(client: httpx.AsyncClient) -> None:
    cursor = await cursor_of(client)

    assert (await client.get("/1/visits", params={"limit": 9, "cursor": cursor})).status_code == 200
    for path, parameters in (("/2/visits", {}), ("/1/visits", {"guest": "Ada"})):
        answer = await client.get(path, params={"cursor": cursor, **parameters})
        assert (answer.status_code, answer.text) == (400, "cursor-invalid")


def encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


GOOD: Sequence[Any] = ("2026-11-01T00:00:00Z", "Z", 1, str(UUID(int=1)))


@pytest.mark.parametrize(
    "position",
    [
        pytest.param([*GOOD[:3], "no-uuid"], id="no-uuid"),
        pytest.param(GOOD[:3], id="too-few"),
        pytest.param([*GOOD, 1], id="too-many"),
        pytest.param(["2026-11-01T00:00:00", *GOOD[1:]], id="no-offset"),
        pytest.param(["0001-01-01T00:00:00+14:00", *GOOD[1:]], id="before-all-time"),
        pytest.param(["9999-12-31T23:59:59-14:00", *GOOD[1:]], id="after-all-time"),
        pytest.param([GOOD[0], "\0", *GOOD[2:]], id="nul"),
        pytest.param(b'["2026-11-01T00:00:00Z","\\ud800",1,"00000000-0000-0000-0000-000000000001"]', id="surrogate"),
        pytest.param([*GOOD[:2], 2**63, GOOD[3]], id="large"),
        pytest.param([*GOOD[:2], -(2**63) - 1, GOOD[3]], id="small"),
        pytest.param([*GOOD[:2], 1.5, GOOD[3]], id="fraction"),
        pytest.param([*GOOD[:2], True, GOOD[3]], id="bool"),
        pytest.param([None, *GOOD[1:]], id="null"),
        pytest.param({}, id="object"),
    ],
)
async def test_a_position_that_was_made_up_is_refused(client: httpx.AsyncClient, position: object) -> None:
    listing = urlsafe_b64decode(await cursor_of(client) + "==")[:LISTING_BYTES]
    content = position if isinstance(position, bytes) else msgspec.json.encode(position)

    answer = await client.get("/1/visits", params={"cursor": encoded(listing + content)})

    assert (answer.status_code, answer.text) == (400, "cursor-invalid")


async def test_a_position_that_was_made_up_well_shows_nothing_but_that_part_of_the_list(
    client: httpx.AsyncClient,
) -> None:
    listing = urlsafe_b64decode(await cursor_of(client) + "==")[:LISTING_BYTES]

    for number in (2**63 - 1, -(2**63)):
        content = msgspec.json.encode([*GOOD[:2], number, GOOD[3]])
        answer = await client.get("/1/visits", params={"cursor": encoded(listing + content)})
        assert answer.status_code == 200


async def test_what_is_no_cursor_is_refused(client: httpx.AsyncClient) -> None:
    cursor = await cursor_of(client)
    listing = urlsafe_b64decode(cursor + "==")[:LISTING_BYTES]
    made_up = [
        *("", "x", "é", "=", "====", "a b", "A" * 1_001, "A" * 60_000),
        cursor + "=",
        cursor + "\n",
        cursor[:-1],
        cursor[1:],
        "!" + cursor,
        encoded(listing),
        encoded(listing + b"[" * 700),
        encoded(listing + b"\xff"),
        encoded(listing + b" " + urlsafe_b64decode(cursor + "==")[LISTING_BYTES:]),
        encoded(urlsafe_b64decode(cursor + "==")[LISTING_BYTES:]),
    ]

    answers = [await client.get("/1/visits", params={"cursor": one}) for one in made_up]

    assert [(answer.status_code, answer.text) for answer in answers] == [(400, "cursor-invalid")] * len(made_up)


@pytest.mark.parametrize(
    "value", [1.5, None, True, "a\0b", 2**63, datetime(2026, 11, 1, tzinfo=timezone(timedelta(hours=1)))]
)
def test_a_list_ordered_by_what_cannot_be_asked_for_is_a_fault_of_the_service(value: object) -> None:
    page = PageRequest(limit=1, cursor=None, listing=b"12345678")

    with pytest.raises(HandlerBrokenError, match="a position in a list is made of"):
        page.answer([1, 2], view=str, position=lambda _: (value,))
