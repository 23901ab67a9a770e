"""A process of its own that reads a store of 75 years; it prints its figures as JSON, the memory that it took too."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from statistics import median

from bench.process_figures import highest_resident_mib, resident_mib
from bench.rain import questions
from chassis.testing import Harness, harness
from contracts.vocabulary import Network
from weather_svc.app import build
from weather_svc.conclusions import Conclusions
from weather_svc.domain.assessment import inquire
from weather_svc.domain.blocks import BLOCK_HOURS, Span, StationKey
from weather_svc.domain.hours import HourSpan
from weather_svc.handlers import Assessor
from weather_svc.hour_cache import HourCache
from weather_svc.registers import Registers
from weather_svc.settings import Settings

YEARS = 74
REQUESTS = 5_000
_LOADS = 25
_BATCH = 500
_BATCHES = 10
_FEWEST_BLOCKS = 33


async def measure() -> Mapping[str, float]:
    """Measure loading, then the CPU of answers, then the memory of many dates at once."""
    settings = Settings(
        kafka_bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"], database_url=os.environ["DATABASE_URL"]
    )
    async with harness(build(settings)) as running:
        figures = {"cold_load_ms": await _cold_load(running)}
        figures |= await _answers(running)
        figures["before_mib"] = resident_mib(os.getpid())
        assessor = _new_assessor()
        deliveries = questions.delivered(running, questions.at_any_date(REQUESTS, years=YEARS, seed=5))
        async with running.runtime.transaction() as work:
            await assessor.assess_rainfall(deliveries, work)
        figures["any_dates_mib"] = highest_resident_mib(os.getpid())
        return figures


def _new_assessor() -> Assessor:
    return Assessor(registers=Registers(), conclusions=Conclusions())


async def _cold_load(running: Harness) -> float:
    """Load one block of each of the stations into an empty cache, for blocks all over the years."""
    async with running.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT block, array_agg(station) AS stations FROM counting_block GROUP BY block HAVING count(*) >= $1"
            " ORDER BY block",
            _FEWEST_BLOCKS,
        )
        took = []
        for row in rows[:: max(len(rows) // _LOADS, 1)]:
            first = row["block"] * BLOCK_HOURS
            stations = row["stations"][:_FEWEST_BLOCKS]
            spans = [Span(StationKey(Network.AWS, number), HourSpan(first, first + 1)) for number in stations]
            began = time.perf_counter()
            async with connection.transaction():
                await HourCache().refresh(connection, spans=spans)
            took.append((time.perf_counter() - began) * 1_000)
    return median(took)


async def _answers(running: Harness) -> dict[str, float]:
    """Take the CPU of answers each to another question, and of a storm's batches, statements and all."""
    async with running.runtime.transaction() as work:
        table = await Registers().current(work.connection)
        requests = questions.at_any_date(REQUESTS, years=YEARS)
        known, alone = Conclusions(), Conclusions()
        # What stands around a place is looked for once, and an hour is read once.
        await known.of(work.connection, [inquire(request, stations=table) for request in requests], stations=table)
        alone.hours = known.hours
        began = time.process_time()
        inquiries = [inquire(request, stations=table) for request in requests]
        concluded = await alone.of(work.connection, inquiries, stations=table)
        for inquiry, conclusion in zip(inquiries, concluded, strict=True):
            conclusion.answer(inquiry, assessment_version=1, sources=known.hours.sources)
        full = (time.process_time() - began) / REQUESTS
    assessor, storm = _new_assessor(), []
    for number in range(_BATCHES):
        deliveries = questions.delivered(running, questions.of_a_storm(_BATCH, seed=number))
        async with running.runtime.transaction() as work:
            began = time.process_time()
            await assessor.assess_rainfall(deliveries, work)
            storm.append((time.process_time() - began) / _BATCH)
    return {"full_assessment_us": full * 1e6, "storm_assessment_us": median(storm) * 1e6}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(measure())))
