"""Proofs, for export and verification."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass

from chassis.database import Connection
from claims_svc.repository import stored_proofs


@dataclass(frozen=True, kw_only=True)
class RecordedProof:
    """A proof as it was hashed. `leaf_index` is its place in the tree; None: no root covers it yet."""

    claim_reference: str
    claim_version: int
    canonical: bytes
    leaf_index: int | None


async def iterate(connection: Connection) -> AsyncIterator[RecordedProof]:
    """Yield every proof. Reads a few rows at a time, which needs a transaction."""
    async for row in connection.cursor(
        """
        SELECT claim_reference, decision.claim_version, proof, leaf_index
          FROM decision JOIN claim USING (claim_id)
               LEFT JOIN proof_leaf
               ON proof_leaf.claim_id = decision.claim_id AND proof_leaf.claim_version = decision.claim_version
         ORDER BY decision.claim_id, decision.claim_version
        """
    ):
        yield RecordedProof(
            claim_reference=row["claim_reference"],
            claim_version=row["claim_version"],
            canonical=stored_proofs.unpack(row["proof"]),
            leaf_index=row["leaf_index"],
        )


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
