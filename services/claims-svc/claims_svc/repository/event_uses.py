"""What each decided claim has of its events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.occurrence import ClaimUse
from contracts.vocabulary import PerilFamily


async def policies_with_any(connection: Connection, *, policy_numbers: Collection[str]) -> Collection[str]:
    """Return those of the policies of which a claim has something of an event: most have no such claim yet."""
    rows = await connection.fetch(
        """
        SELECT policy_number FROM unnest($1::text[]) AS named (policy_number)
         WHERE EXISTS (SELECT FROM event_use AS use WHERE use.policy_number = named.policy_number OFFSET 0)
        """,
        list(policy_numbers),
    )
    return {policy_number for (policy_number,) in rows}


async def around(
    connection: Connection,
    *,
    losses: Collection[tuple[str, datetime]],
    claim_ids: Collection[UUID],
    event_length: timedelta,
) -> Sequence[ClaimUse]:
    """Return what claims have of all events that these losses can belong to.

    `losses` are policy numbers with moments of loss. What `claim_ids` have stands alone, wherever it is; what other
    claims have is summed by moment of loss. `event_length` is how long an event lasts.

    The events of a policy follow from its earliest loss on: each begins with the first loss after the end of the one
    before. So all is read from the beginning of the event that is under way at the first of the losses, and until the
    end of the last event that begins less than an event's length after the last of them.
    """
    rows = await connection.fetch(
        """
        WITH RECURSIVE loss AS (
            SELECT policy_number, family, loss_from_at
              FROM unnest($1::text[], $2::timestamptz[]) AS sought (policy_number, loss_from_at),
                   unnest($3::text[]) AS family
            UNION ALL
            SELECT policy_number, family, loss_from_at FROM event_use WHERE claim_id = ANY ($4::uuid[])
        ), span AS (
            SELECT policy_number, family, min(loss_from_at) AS first_at, max(loss_from_at) AS last_at
              FROM loss GROUP BY policy_number, family
        ), event AS (
            SELECT span.*, (SELECT min(loss_from_at) FROM event_use AS use
                             WHERE use.policy_number = span.policy_number AND use.family = span.family) AS begins_at
              FROM span
            UNION ALL
            SELECT policy_number, family, first_at, last_at,
                   (SELECT min(loss_from_at) FROM event_use AS use
                     WHERE use.policy_number = event.policy_number AND use.family = event.family
                       AND use.loss_from_at >= event.begins_at + $5::interval)
              FROM event WHERE begins_at <= first_at
        ), sought AS (
            SELECT policy_number, family, last_at,
                   coalesce(max(begins_at) FILTER (WHERE begins_at <= first_at), first_at) AS begins_at
              FROM event WHERE begins_at IS NOT NULL GROUP BY policy_number, family, first_at, last_at
        )
        SELECT used.claim_id, policy_number, family, used.loss_from_at, used.covered_cents, used.heavy_cents,
               used.either_cents, used.estimated_cents, used.borne_cents, used.proofs
          FROM sought, LATERAL (
               SELECT CASE WHEN claim_id = ANY ($4::uuid[]) THEN claim_id END AS claim_id, loss_from_at,
                      sum(covered_cents)::bigint AS covered_cents, sum(heavy_cents)::bigint AS heavy_cents,
                      sum(either_cents)::bigint AS either_cents, sum(estimated_cents)::bigint AS estimated_cents,
                      sum(borne_cents)::bigint AS borne_cents, array_agg(proof_sha256 ORDER BY claim_id) AS proofs
                 FROM event_use AS use
                WHERE use.policy_number = sought.policy_number AND use.family = sought.family
                  AND loss_from_at >= begins_at AND loss_from_at < last_at + 2 * $5::interval
                GROUP BY loss_from_at, 1) AS used
        """,
        [policy_number for policy_number, _ in losses],
        [moment for _, moment in losses],
        list(PerilFamily),
        list(claim_ids),
        event_length,
    )
    return [ClaimUse(**{**row, "family": PerilFamily(row["family"]), "proofs": tuple(row["proofs"])}) for row in rows]


async def resting_on(
    connection: Connection, *, moved: Collection[ClaimUse], event_length: timedelta
) -> Mapping[UUID, Collection[str]]:
    """Return the claims near the events of `moved` whose standing decision counted what others had.

    Each comes with the proofs of what moved, also where it names an older one: a version that leaves the sums as they
    were moves nobody. Whoever finds that all it counted still stands stays as it is.
    """
    rows = await connection.fetch(
        """
        SELECT resting.claim_id, array_agg(DISTINCT moved.proof_sha256) AS proofs
          FROM unnest($1::text[], $2::timestamptz[], $3::text[], $6::uuid[])
               AS moved (policy_number, loss_from_at, proof_sha256, claim_id)
         CROSS JOIN unnest($4::text[]) AS of_family (family)
          JOIN event_use AS resting
            ON resting.policy_number = moved.policy_number AND resting.family = of_family.family
           AND resting.loss_from_at > moved.loss_from_at - 2 * $5::interval
           AND resting.loss_from_at < moved.loss_from_at + 2 * $5::interval
           AND (resting.rests_on IS NULL OR cardinality(resting.rests_on) > 0)
           AND resting.claim_id IS DISTINCT FROM moved.claim_id
         GROUP BY resting.claim_id
        """,
        [use.policy_number for use in moved for _ in use.proofs],
        [use.loss_from_at for use in moved for _ in use.proofs],
        [proof for use in moved for proof in use.proofs],
        list(PerilFamily),
        event_length,
        [use.claim_id for use in moved for _ in use.proofs],
    )
    return {row["claim_id"]: row["proofs"] for row in rows}


async def store(
    connection: Connection, *, uses: Mapping[UUID, Collection[ClaimUse]], decided_before: Collection[UUID]
) -> None:
    """Store what each claim's newest decision has of its events.

    It replaces all that the claims `decided_before` had; the others had nothing.
    """
    rows = [(claim_id, use) for claim_id, of_claim in uses.items() for use in of_claim]
    if decided_before:
        await connection.execute("DELETE FROM event_use WHERE claim_id = ANY ($1::uuid[])", list(decided_before))
    await connection.execute(
        """
        INSERT INTO event_use (claim_id, family, policy_number, loss_from_at, covered_cents, heavy_cents,
                               either_cents, estimated_cents, borne_cents, proof_sha256, rests_on)
        SELECT claim_id, family, policy_number, loss_from_at, covered_cents, heavy_cents, either_cents, estimated_cents,
               borne_cents, proof_sha256, string_to_array(rests_on, ' ')
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::bigint[],
                      $8::bigint[], $9::bigint[], $10::text[], $11::text[])
               AS new (claim_id, family, policy_number, loss_from_at, covered_cents, heavy_cents, either_cents,
                       estimated_cents, borne_cents, proof_sha256, rests_on)
        """,
        [claim_id for claim_id, _ in rows],
        [use.family for _, use in rows],
        [use.policy_number for _, use in rows],
        [use.loss_from_at for _, use in rows],
        [use.covered_cents for _, use in rows],
        [use.heavy_cents for _, use in rows],
        [use.either_cents for _, use in rows],
        [use.estimated_cents for _, use in rows],
        [use.borne_cents for _, use in rows],
        [proof for _, use in rows for proof in use.proofs],
        [" ".join(use.rests_on) for _, use in rows],  # an array of arrays must be a rectangle
    )
