"""Process: consumes decisions and settles two messages about each."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from bench.backlog import DECIDED
from bench.floor.process import Connection, Record, Stage, run

_NOTIFY = """
    WITH consumed AS (
        INSERT INTO inbox SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id)
    INSERT INTO message (claim_id, channel, body, settled_at)
    SELECT event_id, channel, body, now()
      FROM unnest($1::uuid[], $2::text[]) AS given (event_id, body)
      JOIN consumed USING (event_id) CROSS JOIN (VALUES ('email'), ('sms')) AS way (channel)
"""


async def prepare(_: Connection) -> None:
    """Nothing needs to be known."""


async def notify(connection: Connection, records: Sequence[Record]) -> None:
    """Settle an e-mail and an SMS about every new decision."""
    bodies = {}
    for record in records:
        decided = orjson.loads(record.value)
        claim_id, cents = decided["claim_id"], decided["payable_cents"]
        bodies[claim_id] = f"Your claim {claim_id}: {decided['outcome']} ({decided['ground']}), EUR {cents / 100:.2f}"
    await connection.execute(_NOTIFY, list(bodies), list(bodies.values()))


if __name__ == "__main__":
    run(prepare, Stage(DECIDED, notify))
