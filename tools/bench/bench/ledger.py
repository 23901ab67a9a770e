"""Reads a run from the databases of its pipeline; all pipelines name claim, decision and message alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bench.checker import Decided, Harvest
from bench.pipelines import Pipeline


@dataclass(frozen=True)
class Ledger:
    """Connections to the databases that a run is read from."""

    pipeline: Pipeline
    claims: asyncpg.Connection
    weather: asyncpg.Connection
    notify: asyncpg.Connection

    @classmethod
    async def open(cls, pipeline: Pipeline, *, databases: Mapping[str, str]) -> Ledger:
        """Connect."""
        names = ("claims-svc", "weather-svc", "notify-svc")
        return cls(pipeline, *[await asyncpg.connect(databases[name]) for name in names])

    async def close(self) -> None:
        """Disconnect."""
        for connection in (self.claims, self.weather, self.notify):
            await connection.close()

    async def has_begun(self) -> bool:
        """Whether the first claim has taken effect."""
        return bool(await self.claims.fetchval("SELECT EXISTS (SELECT FROM claim)"))

    async def settled_messages(self) -> int:
        """Count the messages that are settled."""
        count: int = await self.notify.fetchval("SELECT count(settled_at) FROM message")
        return count

    async def left_in_outboxes(self) -> int:
        """Count the events that are enqueued and not sent."""
        counts = [
            await connection.fetchval(f"SELECT count(*) FROM {self.pipeline.outbox}")  # noqa: S608 - our own names
            for connection in (self.claims, self.weather, self.notify)
        ]
        return sum(counts)

    async def duration_seconds(self) -> float:
        """Return the time from the first effect to the last settlement, by the clocks of their transactions."""
        first: datetime = await self.claims.fetchval("SELECT min(opened_at) FROM claim")
        last: datetime = await self.notify.fetchval("SELECT max(settled_at) FROM message")
        return (last - first).total_seconds()

    async def settled_at(self) -> dict[UUID, datetime]:
        """Return when the last message about each report was committed as settled."""
        rows = await self.notify.fetch(
            """
            SELECT claim_id, max(pg_xact_commit_timestamp(xmin)) AS committed_at, count(settled_at) AS settled
              FROM message GROUP BY claim_id
            """
        )
        reports = await self._report_of_claim()
        return {reports[row["claim_id"]]: row["committed_at"] for row in rows}

    async def harvest(self) -> Harvest:
        """Read everything the checker asks for."""
        reports = await self._report_of_claim()
        messages = await self.notify.fetch("SELECT claim_id FROM message WHERE settled_at IS NOT NULL")
        dead_letters = 0
        if self.pipeline == "drain":
            for connection in (self.claims, self.weather, self.notify):
                dead_letters += await connection.fetchval("SELECT count(*) FROM messaging.dead_letter")
        return Harvest(
            claims=list(reports.values()),
            decisions=await self._decisions(),
            settled=[reports[row["claim_id"]] for row in messages],
            left_in_outboxes=await self.left_in_outboxes(),
            dead_letters=dead_letters,
        )

    async def _report_of_claim(self) -> dict[UUID, UUID]:
        rows = await self.claims.fetch("SELECT claim_id, report_id FROM claim")
        return {row["claim_id"]: row["report_id"] for row in rows}

    async def _decisions(self) -> Sequence[Decided]:
        rows = await self.claims.fetch(
            """
            SELECT report_id, policy_number, outcome, deciding_ground, payable_cents
              FROM decision JOIN claim USING (claim_id)
            """
        )
        return [
            Decided(
                report_id=row["report_id"],
                policy_number=row["policy_number"],
                outcome=row["outcome"],
                ground=row["deciding_ground"],
                payable_cents=row["payable_cents"],
            )
            for row in rows
        ]
