"""What a service holds about a customer goes out sealed, in parts that fit a record, and says what found no room."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest

from chassis.customer_data import Answer, DataHolder
from chassis.database import Connection
from chassis.sealing import CannotOpenError, Opener
from contracts.codec import from_json
from contracts.envelope import encode
from contracts.personal_data import (
    CUSTOMER_DATA_PROVIDED,
    MOST_PARTS,
    PART_BYTES,
    CustomerDataPart,
    CustomerDataProvided,
    CustomerDataRequested,
    Holder,
)

KEY, OTHER_KEY = (b64encode(bytes([number]) * 32).decode() for number in (1, 2))
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
REQUEST = CustomerDataRequested(
    request_id=uuid4(),
    customer_id=uuid4(),
    relation_number="123456",
    policy_numbers=(),
    public_key=Opener(KEY).public_keys[0],
    expires_at=NOW,
)


async def answered(*rows_of_bytes: int) -> list[CustomerDataProvided]:
    """Return the answer of a service that holds rows so large, each a JSON text, in a section of their own."""

    async def row(size: int) -> AsyncIterator[bytes]:
        yield json.dumps("é" * ((size - 2) // 2), ensure_ascii=False).encode()

    async def read(answer: Answer, _: CustomerDataRequested) -> None:
        for number, size in enumerate(rows_of_bytes):
            await answer.add_each(f"section_{number}", row(size))

    nothing = cast("Connection", None)
    return list(await DataHolder(Holder.AUTH, read).answer(REQUEST, nothing))


def told(parts: list[CustomerDataProvided]) -> dict[str, Any]:
    opened = [from_json(CustomerDataPart, Opener(KEY).open(part.sealed)) for part in parts]
    assert [(one.request_id, one.holder, one.part) for one in opened] == [
        (REQUEST.request_id, Holder.AUTH, number) for number, _ in enumerate(parts, start=1)
    ]
    document: dict[str, Any] = json.loads(b"".join(one.data for one in opened))
    return document


async def test_each_part_fits_a_record_also_where_a_letter_of_two_bytes_is_cut() -> None:
    parts = await answered(3 * PART_BYTES + 1)

    assert [(part.part, part.parts) for part in parts] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for part in parts:
        record = encode(CUSTOMER_DATA_PROVIDED, part, event_id="1", source="/test", time=NOW)
        assert len(record.value) < CUSTOMER_DATA_PROVIDED.max_message_bytes
    assert set("".join(told(parts)["section_0"])) == {"é"}


async def test_what_finds_no_room_is_named_and_what_is_smaller_is_told_all_the_same() -> None:
    parts = await answered(20, MOST_PARTS * PART_BYTES, 20)

    assert len(parts) == 1
    answer = told(parts)
    assert (answer["left_out"], answer["section_1"]) == (["section_1"], [])
    assert len(answer["section_0"]) == len(answer["section_2"]) == 1
    whole = await answered(MOST_PARTS * PART_BYTES - 100_000)
    assert len(whole) <= MOST_PARTS
    assert "left_out" not in told(whole)


async def test_nobody_else_opens_it_and_nothing_prints_it() -> None:
    (part,) = await answered(20)

    with pytest.raises(CannotOpenError):
        Opener(OTHER_KEY).open(part.sealed)
    assert repr(from_json(CustomerDataPart, Opener(KEY).open(part.sealed))) == "CustomerDataPart(…)"
