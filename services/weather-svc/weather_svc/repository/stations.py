"""The registers of stations, of which the newest counts, and the answers that another one makes stale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from chassis.database import Connection
from contracts.rain_stations import StationPeriod
from weather_svc.domain.registers import Change

_REGISTER_LOCK_KEY: Final = 0x73746174
"""Of the advisory lock: "stat" in ASCII."""


class Register(NamedTuple):
    """A register as it is stored; `source` are the comments at its beginning."""

    sha256: str
    name: str
    source: str
    recorded_at: datetime
    content: bytes


async def lock_registers(connection: Connection) -> None:
    """Keep others from recording a register until this transaction ends."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _REGISTER_LOCK_KEY)


async def newest_sha256(connection: Connection) -> str | None:
    """Return the hash of the register that counts; None when none is recorded yet. One look into an index."""
    sha256: str | None = await connection.fetchval(
        "SELECT sha256 FROM station_register ORDER BY register_id DESC LIMIT 1"
    )
    return sha256


async def newest(connection: Connection) -> Register | None:
    """Return the register that counts; None when none is recorded yet."""
    row = await connection.fetchrow(
        """
        SELECT sha256, name, source, recorded_at, content FROM station_register ORDER BY register_id DESC LIMIT 1
        """
    )
    return None if row is None else Register(*row)


async def is_recorded(connection: Connection, *, sha256: str) -> bool:
    """Whether this register counts or counted before."""
    recorded: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM station_register WHERE sha256 = $1)", sha256)
    return recorded


async def insert(connection: Connection, register: Register, *, periods: Sequence[StationPeriod]) -> None:
    """Let `register`, whose lines are `periods`, be the one that counts."""
    register_id = await connection.fetchval(
        """
        INSERT INTO station_register (sha256, name, source, recorded_at, content)
        VALUES ($1, $2, $3, $4, $5) RETURNING register_id
        """,
        *register,
    )
    await connection.copy_records_to_table(
        "station_period",
        records=[
            (
                register_id,
                place,
                period.station.network.value,
                period.station.number,
                period.wigos_id,
                period.station.name,
                period.station.latitude_microdegrees,
                period.station.longitude_microdegrees,
                period.uncertainty_metres,
                period.from_at,
                period.until_at,
            )
            for place, period in enumerate(periods, start=1)
        ],
    )


async def note_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Remember when other stations count than before, for `mark_stale`."""
    await connection.copy_records_to_table(
        "changed_stations",
        columns=("network", "from_at", "until_at"),
        records=[(change.network.value, change.from_at, change.until_at) for change in changes],
    )


async def mark_stale(connection: Connection) -> None:
    """Mark the assessments of losses in times whose stations changed, and forget these times."""
    await connection.execute(
        """
        WITH changed AS (
            DELETE FROM changed_stations
             WHERE changed_stations_id = ANY (ARRAY(SELECT changed_stations_id FROM changed_stations
                                                     ORDER BY changed_stations_id FOR UPDATE SKIP LOCKED))
            RETURNING *
        )
        INSERT INTO stale_assessment
        SELECT DISTINCT claim_id
          FROM changed
          JOIN assessment ON assessment.network = changed.network AND loss_until_at >= from_at
                         AND (loss_from_at < until_at OR until_at IS NULL)
         ORDER BY claim_id
            ON CONFLICT DO NOTHING
        """
    )
