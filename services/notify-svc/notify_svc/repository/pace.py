"""What is left of each provider's tokens: one row a provider."""

from __future__ import annotations

from datetime import datetime

from chassis.database import Connection
from notify_svc.domain.pace import Ask, Bucket, Grant, Rate, take


async def take_tokens(connection: Connection, *, provider: str, ask: Ask, rate: Rate) -> tuple[datetime, Grant]:
    """Take what `ask` is given; return it with the moment of the database at which it was. Needs no transaction.

    By the clock on the wall, whatever clock the service has: a provider counts real seconds. Nothing is locked between
    two statements, because whoever stands still then would hold all others up: who was forestalled looks again.
    """
    while True:
        row = await connection.fetchrow(
            "SELECT spent_until, kept_spent_until, clock_timestamp() AS now FROM pace WHERE provider = $1", provider
        )
        if row is None:  # the first of all
            await connection.execute("INSERT INTO pace (provider) VALUES ($1) ON CONFLICT DO NOTHING", provider)
            continue
        bucket = Bucket(row["spent_until"], row["kept_spent_until"])
        grant = take(bucket, ask, rate=rate, now=row["now"])
        if not (grant.at_once or grant.spread or ask.too_fast) or await _replace(
            connection, provider=provider, bucket=bucket, by=grant.bucket
        ):
            return row["now"], grant


async def _replace(connection: Connection, *, provider: str, bucket: Bucket, by: Bucket) -> bool:
    """Store what is left; whether nobody has taken any meanwhile: with every token one of the instants moves on."""
    tag = await connection.execute(
        """
        UPDATE pace SET spent_until = $4, kept_spent_until = $5
         WHERE provider = $1 AND spent_until = $2 AND kept_spent_until = $3
        """,
        provider,
        bucket.spent_until,
        bucket.kept_spent_until,
        by.spent_until,
        by.kept_spent_until,
    )
    return tag == "UPDATE 1"
