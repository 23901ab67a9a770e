"""Drives claims-svc in tests as Kafka would, and reads what it stored and published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import asyncpg

from chassis.clock import SettableClock
from chassis.database import Connection, Pool
from chassis.testing import Harness
from contracts.claim_reports import ReportReceived, ReportRejected
from contracts.claims import DecisionMade, RainfallRequested
from contracts.loss_reports import LOSS_REPORTED, LossReported
from contracts.policy import POLICY_CHANGED, PolicyChanged
from contracts.topic import Event
from contracts.weather import RAINFALL_ASSESSED, RainfallAssessed

OPENED_AT = datetime(2021, 8, 2, 8, 0, tzinfo=UTC)
"""When the clock of a test starts: after every loss that tests report."""
REPORT_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class RecordingPool:
    """A pool that records every statement its connections run."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.statements: list[str] = []

    @asynccontextmanager
    async def acquire(self, *, timeout: float | None = None) -> AsyncIterator[Connection]:  # noqa: ASYNC109 - asyncpg's
        """Lend a connection whose statements are recorded."""
        async with self._pool.acquire(timeout=timeout) as connection:
            with connection.query_logger(lambda query: self.statements.append(query.query)):
                yield connection


class ClaimsDriver:
    """One claims-svc with a database and a clock of its own."""

    def __init__(self, harness: Harness, clock: SettableClock) -> None:
        self.clock = clock
        self._answers: list[ReportReceived | ReportRejected] = []
        self._pool = RecordingPool(harness.pool)
        work = replace(harness.runtime.work, pool=cast("Pool", self._pool))
        self.harness = Harness(harness.service, replace(harness.runtime, work=work))

    async def report(self, *reports: LossReported, trace: str | None = REPORT_TRACE) -> None:
        """Deliver reports in one batch."""
        await self.harness.deliver(LOSS_REPORTED, *reports, traceparent=trace)

    async def policy(self, *policies: PolicyChanged) -> None:
        """Deliver policies in one batch."""
        await self.harness.deliver(POLICY_CHANGED, *policies)

    async def rain(self, *answers: RainfallAssessed, trace: str | None = REPORT_TRACE) -> None:
        """Deliver rainfall answers in one batch."""
        await self.harness.deliver(RAINFALL_ASSESSED, *answers, traceparent=trace)

    async def wait(self, **passing: float) -> None:
        """Let time pass and fire what has become due."""
        self.clock.at += timedelta(**passing)
        await self.harness.fire_due_timers()
        # What waited together was looked through; those that still wait have timers of their own now.
        await self.harness.fire_due_timers()

    async def published(self) -> list[Event]:
        """Return what was published since the last call, but for what was answered to reports: see `answers`."""
        published = list(await self.harness.published())
        self._answers += [event for event in published if isinstance(event, ReportReceived | ReportRejected)]
        return [event for event in published if not isinstance(event, ReportReceived | ReportRejected)]

    async def answers(self) -> list[ReportReceived | ReportRejected]:
        """Return what was answered to reports since the last call; what else was published then is dropped."""
        await self.published()
        answers, self._answers = self._answers, []
        return answers

    async def decisions(self) -> list[DecisionMade]:
        """Return the decisions published since the last call."""
        return [event for event in await self.published() if isinstance(event, DecisionMade)]

    async def questions(self) -> list[RainfallRequested]:
        """Return the questions about rain published since the last call."""
        return [event for event in await self.published() if isinstance(event, RainfallRequested)]

    async def open_claims(self, *reports: LossReported) -> list[UUID]:
        """Deliver reports whose policy is known and return the ids of their claims, which ask for rain."""
        await self.report(*reports)
        asked = await self.questions()
        assert len(asked) == len(reports)
        return [question.claim_id for question in asked]

    async def statements(self, work: Awaitable[None]) -> list[str]:
        """Return the statements that `work` had the database run.

        Left out is what a consumer asks once, before its first batch, and by what asyncpg learns new types.
        """
        for consumer in self.harness.service.consumers:
            await self.harness.process(consumer.topic, [])
        self._pool.statements.clear()
        await work
        return [
            statement
            for statement in self._pool.statements
            if "typeinfo_tree" not in statement and "'jit'" not in statement
        ]

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Return rows of the service's database."""
        async with self.harness.pool.acquire() as connection:
            return list(await connection.fetch(query, *arguments))

    async def state(self, report: LossReported) -> str:
        """Return where the claim of `report` stands."""
        (row,) = await self.rows("SELECT state FROM claim WHERE report_id = $1", report.report_id)
        return str(row["state"])

    async def joined(self) -> dict[UUID, UUID]:
        """Return the reports that joined a claim, each with the report that opened it."""
        rows = await self.rows(
            """
            SELECT joined_report.report_id, claim.report_id AS opening
              FROM joined_report JOIN claim USING (claim_id) ORDER BY place
            """
        )
        return {row["report_id"]: row["opening"] for row in rows}

    async def duplicates(self) -> dict[UUID, UUID]:
        """Return the claims that are held as possible duplicates, each with the claim it may repeat."""
        rows = await self.rows(
            "SELECT claim_id, possible_duplicate_of FROM claim WHERE possible_duplicate_of IS NOT NULL"
        )
        return {row["claim_id"]: row["possible_duplicate_of"] for row in rows}

    async def dead_letters(self) -> list[tuple[str, str]]:
        """Return code and reason of each dead letter, in the order of their records."""
        rows = await self.rows("SELECT reason_code, reason FROM messaging.dead_letter ORDER BY record_offset")
        return [tuple(row) for row in rows]

    async def until_waiting_for_locks(self, count: int) -> None:
        """Return once `count` transactions of this database wait for one another; fail after ten seconds."""
        async with asyncio.timeout(10):
            while (
                len(
                    await self.rows(
                        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    )
                )
                < count
            ):
                await asyncio.sleep(0.01)
