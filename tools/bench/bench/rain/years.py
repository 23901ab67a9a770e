"""75 years of figures: what was imported is stored again further and further back, and the register begins with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bench.rain.service import RainService
from contracts.rain_stations import register_bytes
from weather_svc.domain.blocks import BLOCK_HOURS
from weather_svc.domain.hours import last_border

FIRST_DAY = datetime(1951, 1, 1, tzinfo=UTC)
_REGISTER_BEGINS = b"2011-01-01"
_TABLES = {
    "counting_block": "figures, grades, suspicions, places, publication_ids, newest_published, newest_publication_id,"
    " changed_by",
    "statement": "publication_id, figures, suspicions",
}


async def store(service: RainService, *, output: Path) -> int:
    """Store them beside what was imported; return how many station-hours there are then."""
    since_1951 = register_bytes().replace(_REGISTER_BEGINS, f"{FIRST_DAY:%Y-%m-%d}".encode())
    # The shipped one first: the service would record it later otherwise.
    for name, content in (("rain_stations", register_bytes()), ("rain_stations_since_1951", since_1951)):
        register = output / f"{name}.csv"
        register.write_bytes(content)
        service.run("import-stations", str(register), log=output / f"{name}.log")
    connection = await service.connect()
    try:
        for table, columns in _TABLES.items():
            await connection.execute(
                f"""
                WITH whole AS (SELECT max(block) - min(block) AS length FROM {table})
                INSERT INTO {table} (network, station, block, {columns})
                SELECT network, station, block - back * length, {columns}
                  FROM {table} CROSS JOIN whole CROSS JOIN generate_series(1, 9) AS back
                 WHERE block - back * length >= $1
                    ON CONFLICT DO NOTHING
                """,  # noqa: S608 - the names above
                last_border(FIRST_DAY) // BLOCK_HOURS,
            )
        await connection.execute("VACUUM ANALYZE")
        blocks: int = await connection.fetchval("SELECT count(*) FROM counting_block")
        return blocks * BLOCK_HOURS
    finally:
        await connection.close()
