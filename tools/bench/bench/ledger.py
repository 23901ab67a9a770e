"""Reads a run from the databases of its pipeline; all pipelines name claim, decision and message alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bench.checker import CHANNELS, Decided, Harvest, Settled
from bench.pipelines import Pipeline
from contracts.codec import from_json
from contracts.policy import PolicyChanged
from contracts.vocabulary import Channel

SETTLED = "messages settled"


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Connections to the databases that a run is read from.

    Older claims may stand in them: those with ids before `first_id`, and with moments before `began_at`. Ids are in the
    order of time and indexed, so that what is asked again and again does not read the older ones.
    """

    pipeline: Pipeline
    claims: asyncpg.Connection
    weather: asyncpg.Connection
    notify: asyncpg.Connection
    began_at: datetime
    first_id: UUID

    @classmethod
    async def open(cls, pipeline: Pipeline, *, databases: Mapping[str, str]) -> Ledger:
        """Connect, before the run begins."""
        names = ("claims-svc", "weather-svc", "notify-svc")
        claims, weather, notify = [await asyncpg.connect(databases[name]) for name in names]
        began_at: datetime = await claims.fetchval("SELECT clock_timestamp()")
        if await claims.fetchval("SELECT EXISTS (SELECT FROM claim)"):
            for connection in (claims, notify):
                await connection.execute("SET enable_seqscan = off")  # without statistics the old ones would be read
        return cls(
            pipeline=pipeline,
            claims=claims,
            weather=weather,
            notify=notify,
            began_at=began_at,
            first_id=first_id_at(began_at) if pipeline.is_prepared else UUID(int=0),
        )

    async def close(self) -> None:
        """Disconnect."""
        for connection in (self.claims, self.weather, self.notify):
            await connection.close()

    async def has_begun(self) -> bool:
        """Whether the first claim has taken effect."""
        begun = "SELECT EXISTS (SELECT FROM claim WHERE claim_id >= $1 AND opened_at >= $2)"
        return bool(await self.claims.fetchval(begun, self.first_id, self.began_at))

    async def settled_messages(self) -> int:
        """Count the messages that are settled."""
        settled = "SELECT count(*) FROM message WHERE claim_id >= $1 AND settled_at >= $2"
        count: int = await self.notify.fetchval(settled, self.first_id, self.began_at)
        return count

    async def has_told_all(self, *, reports: int) -> bool:
        """Whether so many reports have a claim or joined one, all are decided, and all messages about them settled."""
        accounted: int = await self.claims.fetchval(
            """
            SELECT (SELECT count(*) FROM claim WHERE claim_id >= $1 AND opened_at >= $2)
                 + (SELECT count(*) FROM joined_report WHERE joined_at >= $2)
            """,
            self.first_id,
            self.began_at,
        )
        if accounted < reports:
            return False
        counted = await self.claims.fetchrow(
            """
            SELECT count(*) FILTER (WHERE decision IS NULL) AS undecided, count(decision) AS decisions
              FROM claim LEFT JOIN decision USING (claim_id)
             WHERE claim_id >= $1 AND opened_at >= $2
            """,
            self.first_id,
            self.began_at,
        )
        assert counted is not None  # noqa: S101 - an aggregate always has its row
        return not counted["undecided"] and await self.settled_messages() == counted["decisions"] * len(CHANNELS)

    async def untold_orders(self) -> int:
        """Count the orders to pay about which no message is settled yet."""
        ordered: int = await self.claims.fetchval("SELECT count(*) FROM payment WHERE ordered_at >= $1", self.began_at)
        settled = "SELECT count(*) FROM requested_message WHERE settled_at >= $1"
        told: int = await self.notify.fetchval(settled, self.began_at)
        return ordered - told

    async def left_in_outboxes(self) -> int:
        """Count the events that are enqueued and not sent."""
        counts = [
            await connection.fetchval(f"SELECT count(*) FROM {self.pipeline.outbox}")  # noqa: S608 - our own names
            for connection in (self.claims, self.weather, self.notify)
        ]
        return sum(counts)

    async def duration_seconds(self) -> float:
        """Return the time from the first effect to the last settlement, by the clocks of their transactions."""
        first: datetime = await self.claims.fetchval(
            "SELECT min(opened_at) FROM claim WHERE opened_at >= $1", self.began_at
        )
        last: datetime = await self.notify.fetchval(
            "SELECT greatest((SELECT max(settled_at) FROM message), (SELECT max(settled_at) FROM requested_message))"
        )
        return (last - first).total_seconds()

    async def settled_at(self) -> dict[UUID, datetime]:
        """Return when the last message about each report was committed as settled."""
        return await self._committed_at(self.notify, "message")

    async def committed_at(self) -> dict[str, dict[UUID, datetime]]:
        """Return when each step about each report was committed, in their order; rain only where it was asked for.

        Of pipelines that are not the services it is the last step alone.
        """
        if not self.pipeline.runs_services:
            return {SETTLED: await self.settled_at()}
        return {
            "claim opened": await self._committed_at(self.claims, "opening_report"),
            "rain assessed": await self._committed_at(self.weather, "assessment"),
            "decided": await self._committed_at(self.claims, "decision"),
            "messages created": await self._committed_at(self.notify, "decision"),
            SETTLED: await self.settled_at(),
        }

    async def _committed_at(self, connection: asyncpg.Connection, table: str) -> dict[UUID, datetime]:
        reports = await self._report_of_claim()
        rows = await connection.fetch(
            f"""
            SELECT claim_id, max(pg_xact_commit_timestamp(xmin)) AS committed_at
              FROM {table} WHERE claim_id >= $1 GROUP BY claim_id
            """,  # noqa: S608 - our own names
            self.first_id,
        )
        return {reports[row["claim_id"]]: row["committed_at"] for row in rows}

    async def policies(self) -> Sequence[PolicyChanged]:
        """Return the newest version that claims-svc knows of each policy with claims."""
        rows = await self.claims.fetch(
            "SELECT state FROM policy WHERE policy_number IN (SELECT policy_number FROM claim) ORDER BY policy_number"
        )
        return [from_json(PolicyChanged, row["state"]) for row in rows]

    async def claims_behind(self, versions: Mapping[str, int]) -> int:
        """Count the claims that have not followed these versions of their policies."""
        count: int = await self.claims.fetchval(
            """
            SELECT count(*) FROM claim JOIN unnest($1::text[], $2::integer[]) AS newest (policy_number, version)
                   USING (policy_number)
             WHERE claim.policy_version < newest.version
            """,
            list(versions),
            list(versions.values()),
        )
        return count

    async def versions_followed(self) -> dict[UUID, int]:
        """Return the version of its policy under which each report's claim was advanced last."""
        rows = await self.claims.fetch("SELECT report_id, policy_version FROM claim")
        return {row["report_id"]: row["policy_version"] for row in rows}

    async def last_change_of_a_claim(self) -> datetime:
        """Return when the last change of any claim was committed."""
        moment: datetime = await self.claims.fetchval("SELECT max(pg_xact_commit_timestamp(xmin)) FROM claim")
        return moment

    async def harvest(self) -> Harvest:
        """Read everything the checker asks for."""
        reports = await self._report_of_claim()
        was_sent = "state = 'sent'" if self.pipeline.runs_services else "true"
        messages = await self.notify.fetch(
            f"SELECT claim_id, channel, {was_sent} AS was_sent FROM message WHERE settled_at >= $1",  # noqa: S608
            self.began_at,
        )
        return Harvest(
            claims=list(reports.values()),
            joined=await self._joined() if self.pipeline.runs_services else [],
            decisions=await self._decisions(),
            settled=[
                Settled(reports[row["claim_id"]], Channel(row["channel"]), was_sent=row["was_sent"]) for row in messages
            ],
            left_in_outboxes=await self.left_in_outboxes(),
            ordered=await self._reports_of("SELECT claim_id FROM payment WHERE ordered_at >= $1", self.claims, reports),
            told_of_orders=await self._reports_of(
                f"SELECT {self._claim_told} FROM requested_message WHERE settled_at >= $1",  # noqa: S608 - our own names
                self.notify,
                reports,
            ),
            dead_letters=await self._dead_letters() if self.pipeline.runs_services else 0,
        )

    async def _reports_of(self, query: str, connection: asyncpg.Connection, reports: Mapping[UUID, UUID]) -> list[UUID]:
        return [reports[claim_id] for (claim_id,) in await connection.fetch(query, self.began_at)]

    async def _joined(self) -> list[UUID]:
        rows = await self.claims.fetch("SELECT report_id FROM joined_report WHERE joined_at >= $1", self.began_at)
        return [row["report_id"] for row in rows]

    async def _dead_letters(self) -> int:
        counts = [
            await connection.fetchval("SELECT count(*) FROM messaging.dead_letter")
            for connection in (self.claims, self.weather, self.notify)
        ]
        return sum(counts)

    async def _report_of_claim(self) -> dict[UUID, UUID]:
        rows = await self.claims.fetch("SELECT claim_id, report_id FROM claim WHERE opened_at >= $1", self.began_at)
        return {row["claim_id"]: row["report_id"] for row in rows}

    async def _decisions(self) -> Sequence[Decided]:
        rows = await self.claims.fetch(
            f"""
            SELECT report_id, policy_number, {self._version} AS version, outcome, deciding_ground, payable_cents
              FROM decision JOIN claim USING (claim_id) WHERE opened_at >= $1 ORDER BY version
            """,  # noqa: S608
            self.began_at,
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

    @property
    def _claim_told(self) -> str:
        return "(claim ->> 'claim_id')::uuid" if self.pipeline.is_prepared else "claim_id"

    @property
    def _version(self) -> str:
        return "decision.claim_version" if self.pipeline.is_prepared else "1"


def first_id_at(moment: datetime) -> UUID:
    """Return the lowest UUID of version 7 that can be made at this moment or later: it begins with the milliseconds."""
    return UUID(int=int(moment.timestamp() * 1_000) << 80)
