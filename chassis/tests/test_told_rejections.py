"""A service tells whoever sent a record that it was not taken: with the dead letter, once, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from specimen_driver import contact
from specimen_records import TOPIC, dead_letters, effects, message

from chassis.consuming.dead_letters import Rejected
from chassis.consuming.delivery import Batch
from chassis.errors import DatabaseUnavailableError
from chassis.service import Consumer, Service
from chassis.testing import Harness, harness
from chassis.unit_of_work import Work
from contracts.envelope import Message
from contracts.malformed_reasons import WrongField
from contracts.policy import ContactChanged

SECRET = "S3cret-of-somebody"
REFUSED, BROKEN = 2, 3
told: list[Rejected] = []
outages: list[None] = []


async def _handle(batch: Batch[ContactChanged], work: Work) -> None:
    for delivery in batch:
        if delivery.event.version == BROKEN:
            raise KeyError(SECRET)
        if delivery.event.version == REFUSED:
            work.refuse(delivery, code="too-late", reason="publish the first one", field="version")


async def _tell(rejected: Sequence[Rejected], work: Work) -> None:
    for _ in rejected:
        await work.connection.execute("INSERT INTO effect (customer_id, version) VALUES ($1, 1)", uuid4())
    if outages:
        outages.pop()
        raise DatabaseUnavailableError("for a moment")
    work.after_commit(lambda: told.extend(rejected))


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    told.clear()
    outages.clear()
    async with harness(replace(service, consumers=(Consumer(TOPIC, _handle, on_rejected=_tell),))) as harnessed:
        yield harnessed


def malformed(*, value: bytes | None = None, header: tuple[str, bytes] | None = None) -> Message:
    sound = message(contact(uuid4(), 1))
    headers = (
        *(each for each in sound.headers if header is None or each[0] != header[0]),
        *([header] if header else ()),
    )
    return Message(sound.topic, sound.key, sound.value if value is None else value, headers)


async def test_malformed_refused_and_failed_records_are_told_once_each_with_what_to_change(running: Harness) -> None:
    records = [
        running.record(each)
        for each in (
            malformed(value=b'{"version": "' + SECRET.encode() + b'"}'),
            malformed(header=("ce_type", SECRET.encode())),
            malformed(header=(SECRET, b"\xff")),
            message(contact(uuid4(), REFUSED)),
            message(contact(uuid4(), BROKEN)),
            message(contact(uuid4(), 1)),
        )
    ]

    await running.process(TOPIC, records)
    await running.process(TOPIC, records)

    rows = await running.pool.fetch("SELECT dead_letter_id, record_offset FROM messaging.dead_letter")
    assert {(each.dead_letter_id, each.rejection.record.offset) for each in told} == {tuple(row) for row in rows}
    assert len(told) == 5
    faults = {each.rejection.record.offset: each.rejection.faults for each in told}
    assert WrongField("version", "must be a whole number, without quotes, decimal point or exponent") in faults[0]
    assert faults[1] == (WrongField("header ce_type", f"must be {TOPIC.event_type!r}"),)
    assert faults[2] == (WrongField("header *", "must be UTF-8 text"),)
    assert faults[3] == (WrongField("version", "publish the first one"),)
    assert faults[4] == (), "a record on which we fail is not at fault"
    assert SECRET not in str(faults)


async def test_what_telling_did_is_undone_with_the_dead_letter_and_done_when_it_is_stored(running: Harness) -> None:
    record = running.record(malformed(value=b"{}"))
    outages.append(None)

    with pytest.raises(DatabaseUnavailableError):
        await running.process(TOPIC, [record])
    assert (await dead_letters(running), await effects(running), told) == ([], [], [])

    await running.process(TOPIC, [record])
    assert (len(await dead_letters(running)), len(await effects(running)), len(told)) == (1, 1, 1)
