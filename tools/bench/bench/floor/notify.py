"""Process: consumes decisions and orders to pay, and settles two messages about each decision, one about each order."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from bench.backlog import DECIDED
from bench.floor.process import Connection, Record, Stage, run
from contracts.payments import PAYMENT_ORDERED

_NOTIFY = """
    WITH consumed AS (
        INSERT INTO inbox SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id)
    INSERT INTO message (claim_id, channel, body, settled_at)
    SELECT event_id, channel, body, now()
      FROM unnest($1::uuid[], $2::text[]) AS given (event_id, body)
      JOIN consumed USING (event_id) CROSS JOIN (VALUES ('email'), ('sms')) AS way (channel)
"""

_TELL = """
    INSERT INTO requested_message (claim_id, body, settled_at)
    SELECT claim_id, body, now() FROM unnest($1::uuid[], $2::text[]) AS given (claim_id, body)
        ON CONFLICT DO NOTHING
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


async def tell(connection: Connection, records: Sequence[Record]) -> None:
    """Settle an e-mail about every new order to pay."""
    bodies = {}
    for record in records:
        ordered = orjson.loads(record.value)
        bodies[ordered["claim_id"]] = f"We transfer EUR {ordered['amount_cents'] / 100:.2f} for {ordered['claim_id']}"
    await connection.execute(_TELL, list(bodies), list(bodies.values()))


if __name__ == "__main__":
    run(prepare, Stage(DECIDED, notify), Stage(PAYMENT_ORDERED.name, tell))
