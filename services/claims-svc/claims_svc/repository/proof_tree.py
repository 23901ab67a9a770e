"""The tree of all proofs: its leaves, the hashes of its complete subtrees, and its signed roots. Nothing is updated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.merkle import Node


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A proof to append: the decision it belongs to, and its SHA-256, 32 bytes."""

    claim_id: UUID
    claim_version: int
    proof_sha256: bytes


@dataclass(frozen=True, kw_only=True)
class StoredRoot:
    """A signed root of the first `size` leaves."""

    size: int
    rooted_at: datetime
    checkpoint: str
    public_key: str


async def pop_entries(connection: Connection, *, at_most: int) -> Sequence[Entry]:
    """Take proofs that are not in the tree yet, in the order in which they enter it.

    They enter by moment of decision, claim and version, as far as they are known when a root is made.
    """
    rows = await connection.fetch(
        """
        WITH taken AS (
             DELETE FROM proof_to_append WHERE ctid = ANY (ARRAY(
                    SELECT proof_to_append.ctid
                      FROM proof_to_append JOIN decision USING (claim_id, claim_version)
                     ORDER BY decided_at, claim_id, claim_version LIMIT $1))
             RETURNING claim_id, claim_version)
        SELECT claim_id, claim_version, decode(proof_sha256, 'hex') AS proof_sha256
          FROM taken JOIN decision USING (claim_id, claim_version)
         ORDER BY decided_at, claim_id, claim_version
        """,
        at_most,
    )
    return [Entry(**row) for row in rows]


async def insert_leaves(connection: Connection, *, entries: Sequence[Entry], first_index: int) -> None:
    """Store which decisions the next leaves are; a decision that has a leaf already violates a constraint."""
    await connection.execute(
        """
        INSERT INTO proof_leaf (leaf_index, claim_id, claim_version)
        SELECT $1 + place - 1, claim_id, claim_version
          FROM unnest($2::uuid[], $3::integer[]) WITH ORDINALITY AS entry (claim_id, claim_version, place)
        """,
        first_index,
        [entry.claim_id for entry in entries],
        [entry.claim_version for entry in entries],
    )


async def insert_nodes(connection: Connection, *, nodes: Mapping[Node, bytes]) -> None:
    await connection.execute(
        """
        INSERT INTO proof_node (level, position, hash)
        SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
        """,
        [level for level, _ in nodes],
        [position for _, position in nodes],
        list(nodes.values()),
    )


async def nodes(connection: Connection, *, wanted: Collection[Node]) -> Mapping[Node, bytes]:
    """Return the hashes of complete subtrees; one that is not there is left out."""
    rows = await connection.fetch(
        """
        SELECT level, position, hash
          FROM proof_node JOIN unnest($1::smallint[], $2::bigint[]) AS wanted (level, position) USING (level, position)
        """,
        [level for level, _ in wanted],
        [position for _, position in wanted],
    )
    return {(level, position): digest for level, position, digest in rows}


async def insert_root(connection: Connection, *, root: StoredRoot) -> None:
    await connection.execute(
        "INSERT INTO proof_root (tree_size, rooted_at, checkpoint, public_key) VALUES ($1, $2, $3, $4)",
        root.size,
        root.rooted_at,
        root.checkpoint,
        root.public_key,
    )


async def newest_root(connection: Connection) -> StoredRoot | None:
    row = await connection.fetchrow(
        """
        SELECT tree_size AS size, rooted_at, checkpoint, public_key
          FROM proof_root ORDER BY root_number DESC LIMIT 1
        """
    )
    return StoredRoot(**row) if row else None
