"""Many dead letters at once, as rows of the table."""

from __future__ import annotations

from datetime import timedelta

from specimen.app import NAME, consumed_topic

from chassis.database import Pool

TOPIC = consumed_topic("specimen")


async def insert_dead_letters(
    pool: Pool,
    *,
    count: int = 1,
    value_bytes: int | None = 10,
    age: timedelta = timedelta(0),
    code: str = "not-json",
    partition: int = 0,
) -> None:
    """Insert open dead letters of one partition, with offsets from 0, `age` ago."""
    await pool.execute(
        """
        INSERT INTO messaging.dead_letter
               (dead_letter_id, consumer, topic, partition, record_offset, digest, key, value, headers, reason_code,
                reason, stack, attempts, dead_lettered_at)
        SELECT gen_random_uuid(), $1, $2, $3, number, decode(md5(number::text), 'hex'), 'key',
               convert_to(repeat('x', $4), 'UTF8'), '[["name", "dmFsdWU="]]', $5, 'header name', 'stack', 1,
               now() - $6::interval
          FROM generate_series(0, $7 - 1) AS number
        """,
        f"{NAME}.{TOPIC.name}",
        TOPIC.name,
        partition,
        value_bytes,
        code,
        age,
        count,
    )
