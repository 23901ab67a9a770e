"""Requests that come while others are being taken go together into the next transaction, each as if it were alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from door.at_the_door import client_of
from httpx import AsyncClient, Response
from specimen.access import GREET
from specimen.api import EMPTY_NOTE, Note, Text
from specimen_driver import until

from chassis.errors import CannotStartError
from chassis.http import idempotency, together
from chassis.http.api import Api
from chassis.http.problems import Problem
from chassis.http.together import AT_ONCE
from chassis.http.values import RelationNumber
from chassis.service import Service
from chassis.testing import Harness, harness
from chassis.unit_of_work import Work

MOST = 12
ALL_HAVE_COME_SECONDS = 1
"""After which a few requests surely wait to be taken, on a machine that does other things as well."""
LONG_SECONDS = 60
"""Longer than a request may take."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A note that is to be taken."""

    relation_number: RelationNumber
    body: Text


@dataclass
class Notebook:
    """Takes notes together. What is to `wait` does so until it `may_go_on`; what is to `break` fails all."""

    running: Harness
    waiting: list[str] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, asked: Sequence[Asked], work: Work) -> Sequence[Note | Problem]:
        """Take notes."""
        texts = [each.body.text for each in asked]
        notes = [Note(note_id=uuid4(), text=text) for text in texts if text != "refuse"]
        await work.connection.executemany(
            "INSERT INTO note (note_id, relation_number, text) VALUES ($1, '1', $2)",
            [(note.note_id, note.text) for note in notes],
        )
        if "wait" in texts:
            self.waiting.extend(texts)
            await self.may_go_on.wait()
        if "break" in texts:
            raise ZeroDivisionError
        taken = iter(notes)
        return [Problem(EMPTY_NOTE) if text == "refuse" else next(taken) for text in texts]

    async def transactions(self) -> Sequence[Sequence[str]]:
        """What was noted, by transaction."""
        rows = await self.running.pool.fetch(
            "SELECT array_agg(text ORDER BY text) AS texts FROM note GROUP BY xmin::text ORDER BY min(text)"
        )
        return [row["texts"] for row in rows]


@asynccontextmanager
async def notebook(service: Service) -> AsyncIterator[tuple[Notebook, AsyncClient]]:
    async with harness(service) as running:
        notes = Notebook(running)
        api = Api(title="specimen", version="1", access=(GREET,))
        api.post("/{relation_number}/notes", operation=GREET, status_code=201, together=MOST)(notes.take)
        api.check(service=service.name)
        app = api.app(settings=service.settings, work=running.runtime.work, verifier=None)
        async with client_of(app, address="192.0.2.9") as client:
            yield notes, client


def post(client: AsyncClient, text: str, *, key: str | None = None) -> Coroutine[Any, Any, Response]:
    return client.post("/1234/notes", json={"text": text}, headers={"Idempotency-Key": key or str(uuid4())})


async def under_way(notes: Notebook, client: AsyncClient) -> Sequence[asyncio.Task[Response]]:
    """Keep as many transactions at work as there can be, each with one note."""
    tasks = []
    for number in range(AT_ONCE):
        tasks.append(asyncio.create_task(post(client, "wait")))

        async def is_taken(taken: int = number + 1) -> bool:
            return len(notes.waiting) == taken

        await until(is_taken, what="it is being taken")
    return tasks


async def all_together(
    notes: Notebook, client: AsyncClient, *, texts: Sequence[str], keys: Sequence[str | None] = ()
) -> Sequence[Response]:
    """Ask for `texts` while others are being taken, so that they wait for one another; return their answers."""
    before = await under_way(notes, client)
    asked = [
        asyncio.create_task(post(client, text, key=key))
        for text, key in zip(texts, keys or [None] * len(texts), strict=True)
    ]
    await asyncio.sleep(ALL_HAVE_COME_SECONDS)
    assert not any(task.done() for task in asked)
    notes.may_go_on.set()
    assert {answer.status_code for answer in await asyncio.gather(*before)} == {201}
    return await asyncio.gather(*asked)


def statuses(answers: Sequence[Response]) -> Sequence[int]:
    return [answer.status_code for answer in answers]


async def test_what_comes_meanwhile_goes_into_one_transaction_and_each_gets_its_own_answer(service: Service) -> None:
    async with notebook(service) as (notes, client):
        alone = await post(client, "alone")
        texts = [f"note {number}" for number in range(10, 22)]
        answers = await all_together(notes, client, texts=texts)

        assert (alone.status_code, alone.json()["text"]) == (201, "alone")
        assert statuses(answers) == [201] * 12
        assert [answer.json()["text"] for answer in answers] == texts
        assert await notes.transactions() == [["alone"], texts, ["wait"], ["wait"]]


async def test_who_comes_alone_waits_for_nobody_and_who_comes_soon_after_goes_with_the_others(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "SECONDS_BETWEEN", LONG_SECONDS)
    async with notebook(service) as (notes, client):
        alone = await asyncio.wait_for(post(client, "alone"), LONG_SECONDS / 2)
        texts = [f"note {number}" for number in range(10, 10 + MOST - 1)]
        waiting = [asyncio.create_task(post(client, text)) for text in texts]
        await asyncio.sleep(ALL_HAVE_COME_SECONDS)
        assert not any(task.done() for task in waiting)
        full = await asyncio.wait_for(post(client, "the last for whom there is room"), LONG_SECONDS / 2)

        assert statuses([alone, full, *await asyncio.gather(*waiting)]) == [201] * (MOST + 1)
        assert await notes.transactions() == [["alone"], [*texts, "the last for whom there is room"]]


async def test_those_who_come_soon_after_are_taken_when_it_is_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "SECONDS_BETWEEN", ALL_HAVE_COME_SECONDS * 2)
    async with notebook(service) as (notes, client):
        for text in ["a", "b"]:  # also when nobody else comes, and also the second time
            await post(client, text)
            answers = await asyncio.gather(post(client, f"{text} 1"), post(client, f"{text} 2"))
            assert statuses(answers) == [201, 201]
            await asyncio.sleep(ALL_HAVE_COME_SECONDS * 2)
        assert await notes.transactions() == [["a"], ["a 1", "a 2"], ["b"], ["b 1", "b 2"]]


async def test_one_that_fails_takes_nobody_down_and_one_that_is_refused_costs_the_others_nothing(
    service: Service,
) -> None:
    async with notebook(service) as (notes, client):
        answers = await all_together(notes, client, texts=["a", "refuse", "b"])
        assert statuses(answers) == [201, 409, 201]
        assert await notes.transactions() == [["a", "b"], ["wait"], ["wait"]]

    async with notebook(service) as (notes, client):
        answers = await all_together(notes, client, texts=["c", "break", "refuse", "d"], keys=["1", "2", "3", "4"])
        assert statuses(answers) == [201, 500, 409, 201]
        assert [each for each in await notes.transactions() if "c" in each or "d" in each] == [["c"], ["d"]]
        assert await notes.running.pool.fetchval("SELECT count(*) FROM note WHERE text = 'break'") == 0
        # What was not done is no obstacle to a better one with the same key, and what was done is not done again.
        again = [await post(client, text, key=key) for text, key in [("c", "1"), ("e", "2"), ("f", "3")]]
        assert statuses(again) == [201, 201, 201]
        assert [answer.headers.get("Idempotent-Replayed") for answer in again] == ["true", None, None]
        assert again[0].content == answers[0].content


async def test_of_one_key_that_comes_twice_at_once_one_has_an_effect(service: Service) -> None:
    async with notebook(service) as (notes, client):
        answers = await all_together(notes, client, texts=["once", "once", "other"], keys=["k", "k", "l"])
        again = await post(client, "once", key="k")

        assert statuses(answers) == [201, 409, 201]
        assert answers[1].json()["type"] == "/problems/idempotency-key-in-use"
        assert (again.content, again.headers["Idempotent-Replayed"]) == (answers[0].content, "true")
        assert await notes.transactions() == [["once", "other"], ["wait"], ["wait"]]


async def test_keys_of_a_day_are_counted_also_within_one_transaction(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_A_DAY", {None: AT_ONCE + 3})
    monkeypatch.setattr(together, "SECONDS_BETWEEN", ALL_HAVE_COME_SECONDS * 2)  # those before them are committed
    async with notebook(service) as (notes, client):
        answers = await all_together(notes, client, texts=["a", "b", "c", "d", "e"])

        assert sorted(statuses(answers)) == [201, 201, 201, 429, 429]
        assert await notes.running.pool.fetchval("SELECT keys FROM messaging.keys_used") == AT_ONCE + 3


async def test_who_is_gone_before_it_is_taken_has_no_effect(service: Service) -> None:
    async with notebook(service) as (notes, client):
        before = await under_way(notes, client)
        gone = asyncio.create_task(post(client, "gone"))
        staying = asyncio.create_task(post(client, "staying"))
        await asyncio.sleep(ALL_HAVE_COME_SECONDS)
        gone.cancel()
        notes.may_go_on.set()
        answers = await asyncio.gather(staying, *before)

        assert statuses(answers) == [201] * 3
        assert Counter(text for each in await notes.transactions() for text in each) == {"wait": 2, "staying": 1}


async def one_by_one(asked: Asked, work: Work) -> Note: ...  # type: ignore[empty-body] # of the wrong shape
async def several(asked: Sequence[Asked], work: Work) -> Sequence[Note]: ...  # type: ignore[empty-body] # never called


def test_what_cannot_be_taken_together_is_not_declared() -> None:
    def declared(method: str, function: Callable[..., Any], **options: Any) -> str:
        api = Api(title="specimen", version="1", access=(GREET,))
        getattr(api, method)("/{relation_number}/notes", operation=GREET, together=MOST, **options)(function)
        with pytest.raises(CannotStartError) as refusal:
            api.check(service="specimen")
        return str(refusal.value)

    assert "takes requests together: let it take Sequence[Asked] and Work" in declared("post", one_by_one)
    for method, options in [("put", {}), ("post", {"once_by": "it is counted each time"})]:
        assert "takes requests together: it is a POST with an Idempotency-Key" in declared(method, several, **options)
