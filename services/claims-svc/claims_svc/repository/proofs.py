"""Proofs, for export and verification."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

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


async def newest(connection: Connection, *, claim_id: UUID) -> RecordedProof | None:
    """Return the proof of the newest decision about a claim; None while nothing is decided."""
    row = await connection.fetchrow(
        """
        SELECT claim_reference, decision.claim_version, proof, leaf_index
          FROM claim
          JOIN decision USING (claim_id)
          LEFT JOIN proof_leaf
               ON proof_leaf.claim_id = decision.claim_id AND proof_leaf.claim_version = decision.claim_version
         WHERE claim.claim_id = $1
         ORDER BY decision.claim_version DESC
         LIMIT 1
        """,
        claim_id,
    )
    if row is None:
        return None
    return RecordedProof(
        claim_reference=row["claim_reference"],
        claim_version=row["claim_version"],
        canonical=stored_proofs.unpack(row["proof"]),
        leaf_index=row["leaf_index"],
    )


async def recorded_hash(connection: Connection, *, claim_id: UUID, claim_version: int) -> str | None:
    """Return the hash of the proof of one decision."""
    sha256: str | None = await connection.fetchval(
        "SELECT proof_sha256 FROM decision WHERE claim_id = $1 AND claim_version = $2", claim_id, claim_version
    )
    return sha256
