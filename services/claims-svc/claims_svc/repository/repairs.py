"""Jobs of the repair network, and what happened to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from chassis.database import Connection
from claims_svc.domain.repair import RepairJob
from contracts.codec import to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairEvent:
    """What happened to a job. `kind` is a past participle: accepted, declined."""

    job_id: UUID
    kind: str
    partner_id: str | None
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBeside:
    """What was ordered of a claim beside its repairs, and what these stand for; None: all that can be repaired.

    `collected_cents` is what their firms were told to collect from the customer.
    """

    ordered_cents: int
    repaired_cents: int | None
    collected_cents: int


async def save(connection: Connection, *, job: RepairJob, happened: RepairEvent) -> None:
    """Store a job as it is now, and what happened to it; its claim is locked."""
    await connection.execute(
        """
        INSERT INTO repair_job
               (job_id, claim_id, state, wanted, requested_at, partner_id, accepted_at, agreed_at, over_at,
                repaired_cents)
        VALUES ($1, $2, $3, $4::json, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (job_id) DO UPDATE
           SET state = excluded.state, partner_id = excluded.partner_id, accepted_at = excluded.accepted_at,
               agreed_at = excluded.agreed_at, over_at = excluded.over_at, repaired_cents = excluded.repaired_cents
        """,
        job.job_id,
        job.claim_id,
        job.state,
        to_json(job.wanted).decode(),
        job.requested_at,
        job.partner_id,
        job.accepted_at,
        job.agreed_at,
        job.over_at,
        job.repaired_cents,
    )
    await connection.execute(
        "INSERT INTO repair_event (job_id, kind, partner_id, happened_at) VALUES ($1, $2, $3, $4)",
        happened.job_id,
        happened.kind,
        happened.partner_id,
        happened.happened_at,
    )


async def claims_of(connection: Connection, *, job_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the claim of each of these jobs."""
    rows = await connection.fetch("SELECT job_id, claim_id FROM repair_job WHERE job_id = ANY ($1)", list(job_ids))
    return {row["job_id"]: row["claim_id"] for row in rows}


async def lock(connection: Connection, *, job_ids: Collection[UUID]) -> Mapping[UUID, RepairJob]:
    """Lock and return jobs whose claims are locked."""
    rows = await connection.fetch(
        "SELECT * FROM repair_job WHERE job_id = ANY ($1) ORDER BY job_id FOR UPDATE", list(job_ids)
    )
    return {row["job_id"]: _job(row) for row in rows}


async def lock_not_ended(connection: Connection, *, claim_ids: Collection[UUID]) -> Sequence[RepairJob]:
    """Lock and return the jobs of locked claims that are asked for, taken or completed."""
    rows = await connection.fetch(
        "SELECT * FROM repair_job WHERE claim_id = ANY ($1) AND state <> 'ended' ORDER BY job_id FOR UPDATE",
        list(claim_ids),
    )
    return [_job(row) for row in rows]


async def being_repaired(connection: Connection, *, claim_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these claims that have a job which is asked for or taken."""
    rows = await connection.fetch(
        "SELECT claim_id FROM repair_job WHERE claim_id = ANY ($1) AND state IN ('requested', 'accepted')",
        list(claim_ids),
    )
    return {row["claim_id"] for row in rows}


async def was_repaired(connection: Connection, *, claim_id: UUID) -> bool:
    """Return whether a job of a claim, or of one joined to it by hand, is completed."""
    found: bool = await connection.fetchval(
        """
        SELECT EXISTS (SELECT FROM repair_job JOIN claim USING (claim_id)
                        WHERE repair_job.state = 'completed' AND (claim_id = $1 OR joined_to = $1))
        """,
        claim_id,
    )
    return found


async def paid_beside(connection: Connection, *, claim_ids: Collection[UUID]) -> dict[UUID, PaidBeside]:
    """Return what is paid beside repairs of those of these claims that have, or joined ones have, a job not ended."""
    rows = await connection.fetch(
        """
        SELECT sought.claim_id, paid.ordered_cents, job.repaired_cents, job.collected_cents
          FROM unnest($1::uuid[]) AS sought (claim_id)
         CROSS JOIN LATERAL (
               SELECT ARRAY(SELECT sought.claim_id UNION ALL
                            SELECT claim_id FROM claim WHERE joined_to = sought.claim_id) AS claim_ids) AS together
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(amount_cents), 0)::bigint AS ordered_cents
                 FROM payment WHERE claim_id = ANY (together.claim_ids) AND failure IS NULL) AS paid
         CROSS JOIN LATERAL (
               SELECT CASE WHEN bool_and(repaired_cents IS NOT NULL) THEN sum(repaired_cents)::bigint END
                      AS repaired_cents, sum(collected_cents)::bigint AS collected_cents
                 FROM repair_job WHERE claim_id = ANY (together.claim_ids) AND state <> 'ended'
               HAVING count(*) > 0) AS job
        """,
        list(claim_ids),
    )
    return {
        row["claim_id"]: PaidBeside(
            ordered_cents=row["ordered_cents"],
            repaired_cents=row["repaired_cents"],
            collected_cents=row["collected_cents"],
        )
        for row in rows
    }


async def collect(connection: Connection, *, more_cents: Mapping[UUID, int]) -> None:
    """Store what the firms of completed jobs are told to collect besides, by claim; of several jobs, the last one's."""
    await connection.execute(
        """
        UPDATE repair_job SET collected_cents = collected_cents + told.more_cents
          FROM unnest($1::uuid[], $2::bigint[]) AS told (claim_id, more_cents)
         WHERE job_id = (SELECT job_id FROM repair_job AS job JOIN claim USING (claim_id)
                          WHERE job.state = 'completed' AND told.claim_id IN (claim.claim_id, claim.joined_to)
                          ORDER BY over_at DESC, job_id DESC LIMIT 1)
        """,
        list(more_cents),
        list(more_cents.values()),
    )


async def of_claim(connection: Connection, *, claim_id: UUID) -> RepairJob | None:
    """Return the newest job of a claim; None: it never had one."""
    row = await connection.fetchrow(
        "SELECT * FROM repair_job WHERE claim_id = $1 ORDER BY requested_at DESC, job_id DESC LIMIT 1", claim_id
    )
    return None if row is None else _job(row)


async def happened_to(connection: Connection, *, claim_id: UUID) -> Sequence[RepairEvent]:
    """Return what happened to the jobs of a claim, the first first."""
    rows = await connection.fetch(
        """
        SELECT job_id, kind, repair_event.partner_id, happened_at
          FROM repair_event JOIN repair_job USING (job_id) WHERE claim_id = $1 ORDER BY place
        """,
        claim_id,
    )
    return [RepairEvent(**row) for row in rows]


def _job(row: asyncpg.Record) -> RepairJob:
    return msgspec.convert({**row, "wanted": msgspec.json.decode(row["wanted"])}, RepairJob)
