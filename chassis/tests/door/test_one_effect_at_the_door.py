"""Keys, entity tags and pages at the specimen's door, as one meets them who wants what belongs to somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from httpx import AsyncClient, Response
from specimen.access import NAME
from specimen.api import api
from specimen.app import Settings, build
from typing_extensions import override

from chassis.database import Pool
from chassis.http.public_port import PublicPort
from chassis.testing import Harness, harness
from devstack.outside.issuer import Issuer

SCOPES = ("notes:read", "notes:write")
CLAIMS: Mapping[str, Mapping[str, Any]] = {
    "ada": {"subject": "ada", "relation_number": "111111", "scopes": SCOPES},
    "bob": {"subject": "bob", "relation_number": "222222", "scopes": SCOPES},
    "ada-after-an-hour": {"subject": "ada", "relation_number": "111111", "scopes": SCOPES, "exp": 1},
    "ada-who-may-only-read": {"subject": "ada", "relation_number": "111111", "scopes": SCOPES[:1]},
    "ada-as-a-handler": {"subject": "ada", "role": "claims-handler", "scopes": SCOPES},
}
"""What the tokens say that are meant by these words."""
NOTES_OF_ADA, NOTES_OF_BOB = "/customers/111111/notes", "/customers/222222/notes"


class Believing(httpx.Auth):
    """Puts a token in the place of the word that stands for it."""

    def __init__(self, issuer: Issuer) -> None:
        self._tokens = {word: issuer.token(audience=NAME, **claims) for word, claims in CLAIMS.items()}

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, Response]:
        if word := request.headers.get("Authorization"):
            request.headers["Authorization"] = f"Bearer {self._tokens[word]}"
        yield request


@pytest.fixture
async def running(database: str, issuer: Issuer) -> AsyncIterator[Harness]:
    settings = Settings(database_url=database, api_issuer=issuer.name, api_jwks_url=issuer.jwks_url)
    async with harness(build(settings)) as running:
        yield running


@asynccontextmanager
async def door_of(running: Harness, issuer: Issuer, *, request_seconds: float) -> AsyncIterator[AsyncClient]:
    settings = running.service.settings.model_copy(update={"api_request_seconds": request_seconds})
    port = PublicPort(api, service=NAME, settings=settings, work=running.runtime.work)
    address = f"http://{settings.api_host}:{await port.start()}"
    try:
        async with AsyncClient(base_url=address, auth=Believing(issuer), trust_env=False) as client:
            yield client
    finally:
        await port.stop()


@pytest.fixture
async def client(running: Harness, issuer: Issuer) -> AsyncIterator[AsyncClient]:
    async with door_of(running, issuer, request_seconds=60) as client:
        yield client


def headers_of(token: str, **more: str) -> Mapping[str, str]:
    return {"Authorization": token, **{name.replace("_", "-"): value for name, value in more.items()}}


async def note(
    client: AsyncClient,
    text: object = "The roof leaks",
    *,
    path: str = NOTES_OF_ADA,
    token: str = "ada",  # noqa: S107 - a word of this test
    key: str | None = "key",
) -> Response:
    headers = headers_of(token) if key is None else headers_of(token, Idempotency_Key=key)
    return await client.post(path, json={"text": text}, headers=headers)


async def stored(pool: Pool) -> Sequence[tuple[str, str]]:
    rows = await pool.fetch("SELECT relation_number, text FROM note ORDER BY relation_number, text")
    return [tuple(row) for row in rows]


def problem_of(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


def told_by(answer: Response) -> Mapping[str, str]:
    """The headers that do not differ from request to request."""
    return {name: value for name, value in answer.headers.items() if name not in {"date", "traceparent"}}


async def test_a_repeated_request_is_answered_the_same_with_all_the_headers_of_the_door(
    running: Harness, client: AsyncClient
) -> None:
    first, again = await note(client), await note(client)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert told_by(again) == {**told_by(first), "idempotent-replayed": "true"}
    assert again.headers["cache-control"] == "no-store"
    assert await stored(running.pool) == [("111111", "The roof leaks")]


async def test_who_replays_the_request_of_another_customer_gets_nothing_of_it(
    running: Harness, client: AsyncClient
) -> None:
    hers = await note(client, "Of Ada alone", key="guessed")

    replayed = await note(client, "Of Ada alone", key="guessed", token="bob")
    own = await note(client, "Of Ada alone", key="guessed", token="bob", path=NOTES_OF_BOB)

    assert problem_of(replayed) == (404, "/problems/not-found")
    assert own.status_code == 201
    assert own.json()["note_id"] != hers.json()["note_id"]
    assert await stored(running.pool) == [("111111", "Of Ada alone"), ("222222", "Of Ada alone")]


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("ada-after-an-hour", (401, "/problems/unauthenticated")),
        ("ada-who-may-only-read", (403, "/problems/forbidden")),
        ("ada-as-a-handler", (403, "/problems/forbidden")),
    ],
)
async def test_who_may_no_longer_ask_is_not_given_the_answer_again(
    client: AsyncClient, token: str, problem: tuple[int, str]
) -> None:
    await note(client, key="mine")

    assert problem_of(await note(client, key="mine", token=token)) == problem


async def test_a_key_of_another_request_is_refused_also_for_another_path(client: AsyncClient) -> None:
    await note(client, key="mine")

    answer = await note(client, key="mine", path=f"{NOTES_OF_ADA}?of=today")

    assert problem_of(answer) == (422, "/problems/idempotency-key-of-another-request")


async def test_without_a_key_nothing_happens_and_a_search_needs_none(running: Harness, client: AsyncClient) -> None:
    answer = await note(client, key=None)

    assert problem_of(answer) == (400, "/problems/idempotency-key-missing")
    assert "random UUID" in answer.json()["detail"]
    assert await stored(running.pool) == []
    assert (await client.post("/sums", json={"cents": [1, 2]})).json()["total_cents"] == 3


@pytest.mark.parametrize(("text", "problem"), [(7, (422, "/problems/invalid")), ("...", (409, "/problems/empty-note"))])
async def test_a_request_that_was_refused_may_be_mended_under_the_same_key(
    running: Harness, client: AsyncClient, text: object, problem: tuple[int, str]
) -> None:
    assert problem_of(await note(client, text)) == problem

    assert (await note(client, "Now it says something")).status_code == 201
    assert await stored(running.pool) == [("111111", "Now it says something")]


async def test_a_request_that_took_too_long_had_no_effect_and_may_be_repeated(
    running: Harness, issuer: Issuer, client: AsyncClient
) -> None:
    async with (
        door_of(running, issuer, request_seconds=0.5) as impatient,
        running.pool.acquire() as other,
        other.transaction(),
    ):
        await other.execute("LOCK TABLE note")
        late = await note(impatient)
        assert problem_of(late) == (503, "/problems/unavailable")

    assert (await note(client)).status_code == 201
    assert len(await stored(running.pool)) == 1


async def test_as_many_as_the_door_lets_in_at_once_have_one_effect(running: Harness, client: AsyncClient) -> None:
    answers = await asyncio.gather(*(note(client, key="storm") for _ in range(100)))

    # 503 where the database is busy with other tests: that one had no effect either.
    assert {answer.status_code for answer in answers} <= {201, 409, 429, 503}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert len(await stored(running.pool)) == 1


async def test_of_two_who_change_one_note_the_second_has_to_read_it_again(client: AsyncClient) -> None:
    note_id = (await note(client)).json()["note_id"]
    path, mine = f"/notes/{note_id}", headers_of("ada")
    seen = (await client.get(path, headers=mine)).headers["etag"]

    async def change(text: str, **more: str) -> Response:
        return await client.put(path, json={"text": text}, headers={**mine, **headers_of("ada", **more)})

    answers = await asyncio.gather(*(change(text, If_Match=seen) for text in ("One", "Two")))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert winner.headers["etag"] != seen
    assert problem_of(await change("Three")) == (428, "/problems/precondition-required")
    unchanged = await client.get(path, headers=headers_of("ada", If_None_Match=winner.headers["etag"]))
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["cache-control"] == "no-store"
    changed = await client.get(path, headers=headers_of("ada", If_None_Match=seen))
    assert (changed.status_code, changed.json()) == (200, winner.json())


async def test_nobody_changes_or_finds_the_note_of_another_whatever_they_have_seen(client: AsyncClient) -> None:
    note_id = (await note(client)).json()["note_id"]
    of_bob = headers_of("bob", If_Match="*", If_None_Match="*")

    changed = await client.put(f"/notes/{note_id}", json={"text": "Bob was here"}, headers=of_bob)
    read = await client.get(f"/notes/{note_id}", headers=of_bob)

    assert [problem_of(answer) for answer in (changed, read)] == [(404, "/problems/not-found")] * 2


async def test_a_cursor_of_another_customers_list_is_refused(client: AsyncClient) -> None:
    for number in range(3):
        await note(client, f"Note {'abc'[number]}", key=str(number))
        await note(client, f"Note {'abc'[number]}", key=str(number), token="bob", path=NOTES_OF_BOB)

    async def page(path: str, token: str, **parameters: Any) -> Response:
        return await client.get(path, params={"limit": 2, **parameters}, headers=headers_of(token))

    first = (await page(NOTES_OF_ADA, "ada")).json()
    second = (await page(NOTES_OF_ADA, "ada", cursor=first["next_cursor"])).json()
    assert sorted(item["text"] for item in [*first["items"], *second["items"]]) == ["Note a", "Note b", "Note c"]
    assert second["next_cursor"] is None
    taken = await page(NOTES_OF_BOB, "bob", cursor=first["next_cursor"])
    assert problem_of(taken) == (400, "/problems/cursor-invalid")


@pytest.mark.parametrize(
    "name",
    [
        *("idempotency-key-missing", "idempotency-key-invalid", "idempotency-key-in-use"),
        *("idempotency-key-of-another-request", "precondition-required", "precondition-failed"),
        *("entity-tag-invalid", "cursor-invalid"),
    ],
)
async def test_the_door_explains_these_problems(client: AsyncClient, name: str) -> None:
    explained = (await client.get(f"/problems/{name}")).json()

    assert explained["type"] == f"/problems/{name}"
    assert explained["remedy"].startswith(("Send", "Read", "Wait"))
