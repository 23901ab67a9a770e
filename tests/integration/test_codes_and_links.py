"""A code and a link that a service asks for reach the customer, and lie nowhere on the way in clear."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from received import mails_sent, text_of, texts_sent
from whole_platform import Claimant, WholePlatform

from chassis.sealing import Opener, Sealer
from contracts.codec import to_json
from contracts.envelope import Message, encode
from contracts.message_requests import MESSAGE_REQUESTED, MessageRequested, Occasion, Priority, SealedContents
from contracts.notify import DEAD_LETTERS, REQUEST_SETTLED, RequestSettlement
from demo.platform import SETTINGS

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE, LINK, CLEAR_CODE = "8305961742", "https://portal.example/once?token=c2VjcmV0LW9mLW9uZS11c2U", "6194028375"
SEALER = Sealer(Opener(SETTINGS["notify-svc"]["MESSAGE_KEYS"]).public_keys[0])


def request_of(customer: asyncpg.Record, occasion: Occasion, **secret: str) -> MessageRequested:
    """Return a request as auth-svc makes it."""
    request_id, now = uuid4(), datetime.now(UTC)
    contents = SealedContents(request_id=request_id, customer_id=customer["customer_id"], **secret)
    return MessageRequested(
        request_id=request_id,
        customer_id=customer["customer_id"],
        relation_number="123456",
        occasion=occasion,
        occurred_at=now,
        priority=Priority.URGENT,
        expires_at=now + timedelta(minutes=5),
        sealed=SEALER.seal(to_json(contents)),
    )


def message_of(request: MessageRequested) -> Message:
    return encode(
        MESSAGE_REQUESTED, request, event_id=str(request.request_id), source="/auth-svc", time=request.occurred_at
    )


async def some_customer(whole: WholePlatform) -> asyncpg.Record:
    """Return one who has an e-mail address and a mobile number."""
    connection = await asyncpg.connect(whole.platform.databases["notify-svc"])
    try:
        row = await connection.fetchrow(
            "SELECT * FROM contact WHERE email IS NOT NULL AND mobile_phone IS NOT NULL ORDER BY customer_id LIMIT 1"
        )
    finally:
        await connection.close()
    assert row is not None
    return row


async def everything_stored(whole: WholePlatform) -> str:
    """Return all that notify-svc's database holds, as text; bytes in hexadecimal."""
    connection = await asyncpg.connect(whole.platform.databases["notify-svc"])
    try:
        tables = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        rows = [await connection.fetch(f"SELECT one::text FROM {table['name']} AS one") for table in tables]  # noqa: S608 - its own names
    finally:
        await connection.close()
    return "\n".join(row["one"] for table in rows for row in table)


@asynccontextmanager
async def reading(whole: WholePlatform, *topics: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=whole.stack.kafka_bootstrap_servers,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def read_until(
    consumer: AIOKafkaConsumer, found: Callable[[list[tuple[str, bytes]]], bool]
) -> list[tuple[str, bytes]]:
    """Return the records read so far, topic and value, once `found` among them."""
    records: list[tuple[str, bytes]] = []
    async for record in consumer:
        records.append((record.topic, record.value))
        if found(records):
            return records
    raise AssertionError("the consumer ended")


def settled_in(read: list[tuple[str, bytes]], requests: set[str]) -> list[dict[str, str]]:
    """Return how these requests ended: others, of other tests, end on the same platform."""
    settled = [json.loads(value) for topic, value in read if topic == REQUEST_SETTLED.name]
    return [one for one in settled if one["request_id"] in requests]


def letters_in(read: list[tuple[str, bytes]]) -> list[dict[str, str | None]]:
    """Return the dead letters about requests."""
    letters = [json.loads(value) for topic, value in read if topic == DEAD_LETTERS.name]
    return [letter for letter in letters if letter["topic"] == MESSAGE_REQUESTED.name]


async def test_a_code_and_a_link_reach_the_customer_and_lie_nowhere_in_clear(
    after_stories: WholePlatform, claimant: Claimant
) -> None:
    whole, customer = after_stories, await some_customer(after_stories)
    code = request_of(customer, Occasion.LOGIN_CODE_REQUESTED, code=CODE)
    link = request_of(customer, Occasion.PASSWORD_RESET_REQUESTED, link=LINK)
    wrong = message_of(request_of(customer, Occasion.LOGIN_CODE_REQUESTED, code=CODE))
    in_clear = json.dumps(json.loads(wrong.value) | {"sealed": CLEAR_CODE}).encode()
    records = [*((one.key, one.value, one.headers) for one in map(message_of, (code, link)))]
    records.append((wrong.key, in_clear, wrong.headers))
    for key, value, headers in records:
        await claimant.producer.send_and_wait(MESSAGE_REQUESTED.name, value, key=key, headers=list(headers))

    ours = {str(one.request_id) for one in (code, link)}
    phone = customer["mobile_phone"].removeprefix("+")
    await whole.until(
        lambda: any(
            sms["text"].startswith(CODE) and sms["destination"] == phone for sms in texts_sent(whole.stack.output_dir)
        ),
        what="an SMS with the code",
    )
    await whole.until(
        lambda: any(
            LINK in text_of(mail) and mail["To"] == customer["email"] for mail in mails_sent(whole.stack.output_dir)
        ),
        what="an e-mail with the link",
    )
    async with reading(whole, REQUEST_SETTLED.name, DEAD_LETTERS.name) as consumer:
        published = await read_until(
            consumer, lambda read: len(settled_in(read, ours)) >= len(ours) and letters_in(read) != []
        )
    assert {one["settlement"] for one in settled_in(published, ours)} == {RequestSettlement.SENT.value}
    assert [(one["reason_code"], one["value_base64"]) for one in letters_in(published)] == [("wrong-schema", None)]

    stored = await everything_stored(whole)
    logs = "".join(path.read_text() for path in whole.log_directory.glob("*.log"))
    traces = (whole.stack.output_dir / "traces.jsonl").read_text()
    sent = b"".join(value for _, value, _ in records[:2]).decode()
    seen = {"tables": stored, "logs": logs, "traces": traces, "topic": sent, "published": repr(published)}
    for where, text in seen.items():
        for secret in (CODE, LINK, LINK.partition("=")[2], CLEAR_CODE):
            assert secret not in text, where
            assert secret.encode().hex() not in text, where
