"""What every service tells operators under `/operations`, and what they do there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from httpx import AsyncClient, Response
from specimen.access import NAME
from specimen.app import BROKEN, UNPROCESSABLE, Settings, build, consumed_topic
from specimen_driver import contact

from chassis.operations.live import Lag
from chassis.publishing import outbox
from chassis.testing import Harness, harness
from chassis.timers import timer_table
from chassis.timers.timer_table import Timer
from contracts.access import Role, operations_of
from contracts.envelope import encode
from devstack.outside.issuer import Issuer

TOPIC = consumed_topic("specimen")
GROUP = f"{NAME}.{TOPIC.name}"
LETTERS = "/operations/dead-letters"
SCOPES = sorted({operation.scope for operation in operations_of(NAME)})
TRACE = "0af7651916cd43dd8448eb211c80319c"
MAIL = "jan@example.nl"
OPERATOR = "operator-7"
NOBODY = UUID(int=0)


@dataclass
class Console:
    """An operator before a specimen that could not process three records."""

    running: Harness
    client: AsyncClient
    customer_id: UUID

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def settle(self, dead_letter_id: str | UUID, how: str, **body: str) -> Response:
        return await self.client.post(f"{LETTERS}/{dead_letter_id}/{how}", json=body or None)

    async def letters(self, **query: Any) -> dict[str, dict[str, Any]]:
        """The listed ones, by their codes."""
        return {item["code"]: item for item in (await self.get(LETTERS, **query))["items"]}


@pytest.fixture
async def console(database: str, issuer: Issuer) -> AsyncIterator[Console]:
    settings = Settings(database_url=database, specimen_api=True, api_issuer=issuer.name, api_jwks_url=issuer.jwks_url)
    token = issuer.token(audience=NAME, role=Role.OPERATOR, scopes=SCOPES, subject=OPERATOR)
    async with harness(build(settings)) as running, running.answering() as url:
        customer_id = uuid4()
        messages = [
            encode(
                TOPIC,
                contact(customer_id, number, name=name),
                event_id=f"order-{number}",
                source="upstream",
                time=datetime.now(UTC),
                traceparent=f"00-{TRACE}-b7ad6b7169203331-01",
            )
            for number, name in enumerate((BROKEN, UNPROCESSABLE), start=1)
        ]
        records = [running.record(message) for message in messages]
        wrong = replace(records[0], offset=2, value=b'{"name": "Jan', key=MAIL.encode(), headers=(("ce_id", b"x"),))
        await running.process(TOPIC, [*records, wrong])
        headers = {"Authorization": f"Bearer {token}"}
        async with AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
            yield Console(running, client, customer_id)


async def test_a_list_tells_which_record_why_and_in_which_trace_and_nothing_of_people(console: Console) -> None:
    answer = await console.client.get(LETTERS)

    letters = {item["code"]: item for item in answer.json()["items"]}
    assert {code: letter["offset"] for code, letter in letters.items()} == {
        "handler-failed": 0,
        "not-countable": 1,
        "not-a-cloudevent": 2,
    }
    failed = letters["handler-failed"]
    assert (failed["key"], failed["ce_id"], failed["ce_source"]) == (str(console.customer_id), "order-1", "upstream")
    assert (failed["trace_id"], failed["consumer"]) == (TRACE, GROUP)
    assert failed["reason"] == "ZeroDivisionError in the handler"
    assert letters["not-a-cloudevent"]["key"] is None, "an e-mail address"
    assert MAIL not in answer.text
    assert "Jan" not in answer.text


async def test_one_is_found_by_its_key_its_event_id_or_a_uuid_in_its_contents(console: Console) -> None:
    found = {about: set(await console.letters(about=about)) for about in ("order-2", str(console.customer_id), "Jan")}

    assert found == {
        "order-2": {"not-countable"},
        str(console.customer_id): {"handler-failed", "not-countable"},
        "Jan": set(),
    }
    inside = console.running.record(
        encode(TOPIC, contact(uuid4(), 1, name=str(NOBODY)), event_id="y", source="s", time=datetime.now(UTC))
    )
    await console.running.process(TOPIC, [replace(inside, value=inside.value and inside.value[:-1])])
    assert set(await console.letters(about=str(NOBODY).upper())) == {"not-json"}


async def test_a_list_goes_on_from_page_to_page(console: Console) -> None:
    seen, cursor = [], None
    while True:
        page = await console.get(LETTERS, limit=1, **({"cursor": cursor} if cursor else {}))
        seen += [item["offset"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break

    assert seen == [0, 1, 2]


async def test_one_is_shown_whole_and_the_log_tells_who_looked(console: Console) -> None:
    dead_letter_id = (await console.letters())["not-a-cloudevent"]["id"]

    with structlog.testing.capture_logs() as lines:
        shown = await console.get(f"{LETTERS}/{dead_letter_id}")

    assert shown["value"]["text"] == '{"name": "Jan'
    assert shown["key"]["text"] == MAIL
    assert shown["headers"] == [{"name": "ce_id", "value": {"text": "x", "base64": None}}]
    (line,) = [line for line in lines if line["event"] == "dead_letter.shown"]
    assert (line["dead_letter_id"], line["operator"]) == (dead_letter_id, OPERATOR)
    assert MAIL not in str(lines)


async def test_one_is_replayed_by_the_handlers_as_they_are_now_and_only_once(console: Console) -> None:
    letter = (await console.letters())["handler-failed"]
    again = await console.settle(letter["id"], "replay")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/dead-letter-not-replayed")
    assert again.json()["detail"] == "ZeroDivisionError in the handler"
    assert (await console.letters())["handler-failed"]["attempts"] == letter["attempts"] + 1

    await console.running.pool.execute(
        "UPDATE messaging.dead_letter SET value = replace(convert_from(value, 'UTF8'), $2, 'Jan')::bytea "
        "WHERE dead_letter_id = $1",
        UUID(letter["id"]),
        BROKEN,
    )
    replayed = await console.settle(letter["id"], "replay")

    assert (replayed.status_code, replayed.json()["settled_as"]) == (200, "replayed")
    assert await console.running.pool.fetchval("SELECT count(*) FROM effect") == 1
    once_more = await console.settle(letter["id"], "replay")
    assert (once_more.status_code, once_more.json()["type"]) == (409, "/problems/dead-letter-closed")
    assert await console.running.pool.fetchval("SELECT count(*) FROM effect") == 1


async def test_one_is_discarded_with_a_reason_that_stays_on_record_and_out_of_the_log(console: Console) -> None:
    dead_letter_id = (await console.letters())["not-a-cloudevent"]["id"]

    with structlog.testing.capture_logs() as lines:
        discarded = await console.settle(dead_letter_id, "discard", reason=f"{MAIL} sent it again")

    assert (discarded.status_code, discarded.json()["settled_as"]) == (200, "discarded")
    assert "not-a-cloudevent" not in await console.letters()
    record = (await console.letters(closed=True))["not-a-cloudevent"]
    assert (record["discarded_by"], record["discarded_because"]) == (OPERATOR, f"{MAIL} sent it again")
    assert record["discarded_at"] is not None
    (line,) = [line for line in lines if line["event"] == "dead_letter.discarded"]
    assert line["operator"] == OPERATOR
    assert MAIL not in json.dumps(line)
    for how, body in (("discard", {"reason": "again"}), ("replay", {})):
        assert (await console.settle(dead_letter_id, how, **body)).status_code == 409


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "    "}, {"because": "a reason"}])
async def test_without_a_reason_nothing_is_discarded(console: Console, body: Mapping[str, str]) -> None:
    dead_letter_id = (await console.letters())["not-countable"]["id"]

    answer = await console.client.post(f"{LETTERS}/{dead_letter_id}/discard", json=body)

    assert answer.status_code == 422
    assert "not-countable" in await console.letters()


async def test_what_is_not_there_is_not_found(console: Console) -> None:
    answers = [
        await console.client.get(f"{LETTERS}/{NOBODY}"),
        await console.settle(NOBODY, "replay"),
        await console.settle(NOBODY, "discard", reason="nobody needs it"),
    ]

    assert {answer.status_code for answer in answers} == {404}


async def test_timers_are_told_by_kind_with_what_is_overdue_and_what_fails(console: Console) -> None:
    now = await console.running.runtime.now()
    async with console.running.pool.acquire() as connection:
        timers = [Timer("remind", str(number), now + timedelta(minutes=number)) for number in (-2, -1, 60)]
        await timer_table.upsert(connection, timers=timers)
        await connection.execute(
            "UPDATE messaging.timer SET attempts = 3, failure = 'ZeroDivisionError' WHERE key = '-2'"
        )

    (kind,) = (await console.get("/operations/timers"))["kinds"]

    due_at = datetime.fromisoformat(kind.pop("oldest_due_at"))
    assert due_at == now - timedelta(minutes=2)
    assert kind == {"kind": "remind", "waiting": 3, "overdue": 2, "failing": 1, "failure": "ZeroDivisionError"}


async def test_the_outbox_is_told_with_what_kafka_would_not_accept(console: Console) -> None:
    async with console.running.pool.acquire() as connection:
        rows = await outbox.next_rows(connection, limit=10)
        assert len(rows) == 3, "a dead letter each"
        await outbox.mark_undeliverable(connection, position=min(rows), reason="MessageSizeTooLargeError")

    told = await console.get("/operations/outbox")

    assert told["waiting"] == 3
    assert told["oldest_seconds"] > 0
    assert [(row["reason"], row["topic"]) for row in told["undeliverable"]] == [
        ("MessageSizeTooLargeError", rows[min(rows)].topic)
    ]


async def test_health_and_lag_are_what_the_running_service_knows(console: Console) -> None:
    assert await console.get("/operations/health") == {
        "service": NAME,
        "healthy": False,
        "problems": [{"part": "service", "problem": "is starting or stopping"}],
    }

    async def lags() -> list[Lag]:
        return [Lag(consumer=GROUP, topic=TOPIC.name, records=7), Lag(consumer="b", topic="b", records=None)]

    live = console.running.service.live
    live.problems, live.lags = dict, lags

    assert (await console.get("/operations/health"))["healthy"] is True
    assert [lag["records"] for lag in (await console.get("/operations/lag"))["consumers"]] == [7, None]
