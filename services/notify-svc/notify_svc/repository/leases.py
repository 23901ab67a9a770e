"""Leases: for a while messages are one process's alone. One row stands for all that were leased together."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.clock import elapsed_seconds
from chassis.database import Connection
from contracts.vocabulary import Channel


@dataclass(frozen=True, slots=True, eq=False)
class Lease:
    """For how long messages are this process's alone.

    Its end is known without asking the database, and comes even while this process or its machine stands still.
    """

    lease_id: UUID
    ends_at: float
    """By `elapsed_seconds`."""

    @classmethod
    def lasting(cls, seconds: float) -> Lease:
        """Return a lease of `seconds` from now; to be called before the database is asked for it."""
        return cls(uuid7(), elapsed_seconds() + seconds)

    def covers(self, seconds: float) -> bool:
        """Whether what takes `seconds` from now ends before the lease does."""
        return elapsed_seconds() + seconds <= self.ends_at


NO_LEASE = Lease(UUID(int=0), -math.inf)
"""Nobody's lease."""


async def give_back(connection: Connection, *, channel: Channel, lease_ids: Collection[UUID]) -> set[UUID]:
    """Make what was leased under `lease_ids` due again, and forget the leases; return the claims.

    For leases of `channel` under which nothing was begun, so that no attempt counts. A lease that was rolled back has
    left nothing. A transaction that stores one, and may still commit, is waited for.
    """
    # A key that somebody may be about to commit cannot be inserted beside him: only when he has ended this goes on.
    await connection.execute(
        """
        INSERT INTO lease (lease_id, channel, leased_until, claim_ids)
        SELECT lease_id, $2, '-infinity', '{}' FROM unnest($1::uuid[]) AS unanswered (lease_id)
            ON CONFLICT DO NOTHING
        """,
        list(lease_ids),
        channel.value,
    )
    rows = await connection.fetch(
        """
        WITH ended AS (DELETE FROM lease WHERE lease_id = ANY ($1::uuid[]) RETURNING leased_until, claim_ids)
        UPDATE message SET state = 'due', attempts = attempts - 1, leased_until = NULL
          FROM ended
         WHERE message.claim_id = ANY (ended.claim_ids) AND message.channel = $2 AND message.state = 'sending'
           AND message.leased_until = ended.leased_until
        RETURNING message.claim_id
        """,
        list(lease_ids),
        channel.value,
    )
    return {row["claim_id"] for row in rows}


async def end(connection: Connection, *, lease_ids: Collection[UUID]) -> None:
    """Forget leases under which every message has a result. Where all are settled, `attempts.settle` does it."""
    await connection.execute("DELETE FROM lease WHERE lease_id = ANY ($1::uuid[])", list(lease_ids))


async def end_expired(connection: Connection, *, channel: Channel, now: datetime) -> None:
    """Forget leases of `channel` that are over and under which nothing is being sent any more."""
    await connection.execute(
        """
        DELETE FROM lease
         WHERE channel = $1 AND leased_until <= $2
           AND NOT EXISTS (SELECT FROM message
                            WHERE message.claim_id = ANY (lease.claim_ids) AND message.channel = lease.channel
                              AND message.state = 'sending' AND message.leased_until <= $2)
        """,
        channel.value,
        now,
    )
