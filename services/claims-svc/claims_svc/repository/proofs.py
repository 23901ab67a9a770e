"""Proofs, for export and verification."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping

from chassis.database import Connection


async def iterate(connection: Connection) -> AsyncIterator[tuple[str, int, bytes]]:
    """Yield claim reference, version and canonical bytes of every proof.

    Reads a few rows at a time, which needs a transaction.
    """
    async for row in connection.cursor(
        """
        SELECT claim_reference, decision.claim_version, proof
          FROM decision JOIN claim USING (claim_id)
         ORDER BY claim_id, decision.claim_version
        """
    ):
        yield row["claim_reference"], row["claim_version"], row["proof"]


async def recorded_hashes(
    connection: Connection, *, claim_references: Collection[str]
) -> Mapping[tuple[str, int], str]:
    """Return the hash of every decision of these claims, by reference and version."""
    rows = await connection.fetch(
        """
        SELECT claim_reference, decision.claim_version, proof_sha256
          FROM decision JOIN claim USING (claim_id)
         WHERE claim_reference = ANY ($1::text[])
        """,
        list(claim_references),
    )
    return {(reference, version): sha256 for reference, version, sha256 in rows}
