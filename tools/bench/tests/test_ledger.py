from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from bench import floor
from bench.ledger import Ledger, first_id_at
from bench.pipelines import STAGES, Pipeline

MESSAGE = "INSERT INTO message (claim_id, channel, body, settled_at) VALUES ($1, $2, '', $3)"
CLAIM = """
    INSERT INTO claim (claim_id, report_id, policy_number, report, damage_cents, state, opened_at)
    VALUES ($1, $1, '', '{}', 0, 'decided', $2)
"""


def test_ids_of_a_run_come_after_its_begin_and_older_ones_before() -> None:
    now = datetime.now(UTC)
    made = uuid7()

    assert first_id_at(now) <= made < first_id_at(now + timedelta(minutes=1))


async def test_only_claims_of_the_run_are_counted_wherever_their_rows_lie(make_database: Callable[[], str]) -> None:
    databases = {stage: make_database() for stage in STAGES}
    connections = {stage: await asyncpg.connect(databases[stage]) for stage in STAGES}
    claims, notify = connections["claims-svc"], connections["notify-svc"]
    for stage in STAGES:
        await connections[stage].execute(floor.SCHEMA[stage])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    old = [UUID(int=first_id_at(yesterday).int + number) for number in range(400)]
    await claims.executemany(CLAIM, [(claim_id, yesterday) for claim_id in old])
    await notify.executemany(MESSAGE, [(claim_id, "sms", yesterday) for claim_id in old])
    await notify.execute("DELETE FROM message WHERE message_id <= 200")
    await notify.execute("VACUUM message")

    ledger = await Ledger.open(Pipeline.FRAMELESS, databases=databases)
    assert (await ledger.has_begun(), await ledger.settled_messages()) == (False, 0)
    new, now = uuid7(), datetime.now(UTC)
    await claims.execute(CLAIM, new, now)
    await notify.executemany(MESSAGE, [(new, channel, now) for channel in ("email", "sms")])

    assert await notify.fetchval("SELECT (ctid::text::point)[0] FROM message WHERE claim_id = $1 LIMIT 1", new) == 0
    assert (await ledger.has_begun(), await ledger.settled_messages()) == (True, 2)
    await ledger.close()
    for connection in connections.values():
        await connection.close()
