"""What 0003 makes of the messages of an installation that runs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from decisions import CUSTOMER, DECIDED_AT, contact, paid
from mail_server import MailServer
from notify_desk import Desk
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

import notify_svc
from chassis.clock import SettableClock
from chassis.migrations.runner import migrate
from chassis.testing import harness
from contracts.codec import to_json
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.domain.messages import State
from notify_svc.repository import letters, messages
from notify_svc.settings import Settings

MIGRATIONS = Path(notify_svc.__file__).parent / "migrations"
BEFORE = ("0001_messages.sql", "0002_letters_and_reporters.sql")


@pytest.fixture
def database(empty_database: str) -> str:
    return empty_database


async def old_message(connection: asyncpg.Connection[asyncpg.Record], state: State, channel: Channel) -> UUID:
    """Store a message as versions before 0003 did; return its id."""
    decision, message_id = paid(), uuid7()
    await connection.execute("INSERT INTO decision VALUES ($1, 1, $2)", decision.claim_id, to_json(decision))
    await connection.execute(
        """
        INSERT INTO message (message_id, claim_id, claim_version, channel, customer_id, state, attempts, first_due_at,
                             due_at, leased_until, settled_at)
        VALUES ($1, $2, 1, $3, $4, $5, 1, $6, $6, CASE WHEN $5 = 'sending' THEN $6::timestamptz END,
                CASE WHEN $5 IN ('in_doubt', 'to_be_posted', 'sent') THEN $6::timestamptz END)
        """,
        message_id,
        decision.claim_id,
        channel.value,
        CUSTOMER,
        state.value,
        DECIDED_AT - timedelta(minutes=1),
    )
    return message_id


async def test_messages_of_before_go_on_where_they_were(
    settings: Settings, database: str, tmp_path: Path, mail: MailServer, centre: SmsCentre
) -> None:
    for name in BEFORE:
        shutil.copy(MIGRATIONS / name, tmp_path)
    connection = await asyncpg.connect(database)
    try:
        await migrate(connection, directory=tmp_path)
        sent, due = [await old_message(connection, state, Channel.EMAIL) for state in (State.SENT, State.DUE)]
        abandoned = await old_message(connection, State.SENDING, Channel.SMS)
        doubtful = await old_message(connection, State.IN_DOUBT, Channel.SMS)
        letter = await old_message(connection, State.TO_BE_POSTED, Channel.POST)
    finally:
        await connection.close()

    async with harness(replace(build(settings), clock=SettableClock(DECIDED_AT))) as running:
        desk = Desk(running, SettableClock(DECIDED_AT))
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
            await desk.until_true("SELECT count(*) = 2 FROM message WHERE state = 'sent'")
            await desk.until_true("SELECT count(*) = 2 FROM message WHERE state = 'in_doubt'")
        async with running.pool.acquire() as pooled:
            listed = {row["message_id"] for row in await messages.list_in_doubt(pooled)}
            printable = {row["message_id"] for row in await letters.list_to_be_posted(pooled)}
            posted = await letters.settle(pooled, message_ids=[letter, sent], state=State.POSTED, now=DECIDED_AT)
        assert await running.pool.fetchval("SELECT count(*) FROM lease") == 0

    assert listed == {abandoned, doubtful}
    assert printable == {one.message_id for one in posted} == {letter}
    assert [received["Message-ID"] for received in mail.mails] == [f"<{due}@insurer.example>"]
    assert centre.messages == []
