"""What is left of each provider's tokens. One row a provider, which whoever takes some locks for a moment."""

from __future__ import annotations

from datetime import datetime

from chassis.database import Connection
from notify_svc.domain.pace import Ask, Bucket, Grant, Rate, take


async def take_tokens(connection: Connection, *, provider: str, ask: Ask, rate: Rate) -> tuple[datetime, Grant]:
    """Take what `ask` is given; return it with the moment of the database at which it was. Needs a transaction.

    By the clock on the wall, whatever clock the service has: a provider counts real seconds.
    """
    row = await connection.fetchrow(
        "SELECT spent_until, kept_spent_until FROM pace WHERE provider = $1 FOR UPDATE", provider
    )
    if row is None:  # the first of all
        await connection.execute("INSERT INTO pace (provider) VALUES ($1) ON CONFLICT DO NOTHING", provider)
        return await take_tokens(connection, provider=provider, ask=ask, rate=rate)
    # Asked for once the row is ours: while it is waited for, time goes on.
    now: datetime = await connection.fetchval("SELECT clock_timestamp()")
    grant = take(Bucket(row["spent_until"], row["kept_spent_until"]), ask, rate=rate, now=now)
    await connection.execute(
        "UPDATE pace SET spent_until = $2, kept_spent_until = $3 WHERE provider = $1",
        provider,
        grant.bucket.spent_until,
        grant.bucket.kept_spent_until,
    )
    return now, grant
