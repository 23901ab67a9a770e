"""The timer that appends new proofs to the tree and announces its signed root."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from chassis.service import Runtime
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc.domain import merkle
from claims_svc.domain.checkpoint import PROOF_TREE, checkpoint_text, signed_checkpoint
from claims_svc.repository import proof_tree
from claims_svc.repository.proof_tree import StoredRoot
from claims_svc.root_key import RootKey
from contracts.proof_roots import ProofRootAnnounced

log = structlog.get_logger(__name__)

PROOF_ROOT = "proof-root"
"""The timer that makes the next root; there is one, with the tree's name as its key."""
PROOFS_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class ProofRoots:
    """Makes roots. `root_key` reads the key, which commands do without."""

    root_key: Callable[[], RootKey]
    interval: timedelta

    async def announce(self, _: Sequence[DueTimer], work: Work) -> None:
        """Append the proofs of new decisions, sign the root and publish it; go on at once when there are more.

        The timer is one row that this transaction removes and sets again, so two instances never do this together.
        """
        newest = await proof_tree.newest_root(work.connection)
        size_before = newest.size if newest else 0
        entries = await proof_tree.pop_entries(work.connection, at_most=PROOFS_AT_ONCE)
        nodes = await proof_tree.nodes(work.connection, wanted=merkle.complete_nodes(size_before))
        grown = merkle.append([entry.proof_sha256 for entry in entries], size=size_before, nodes=nodes)
        if entries:
            await proof_tree.insert_leaves(work.connection, entries=entries, first_index=size_before)
            await proof_tree.insert_nodes(work.connection, nodes=grown)
        await self._sign(size_before + len(entries), nodes={**nodes, **grown}, work=work)
        wait = timedelta(0) if len(entries) == PROOFS_AT_ONCE else self.interval
        work.schedule(Timer(PROOF_ROOT, PROOF_TREE, work.now + wait))

    async def _sign(self, size: int, *, nodes: dict[merkle.Node, bytes], work: Work) -> None:
        key = self.root_key()
        root = merkle.root(size, nodes=nodes)
        text = checkpoint_text(size=size, root=root)
        stored = StoredRoot(
            size=size,
            rooted_at=work.now,
            checkpoint=signed_checkpoint(text, signature=key.sign(text)),
            public_key=key.public_key.text,
        )
        await proof_tree.insert_root(work.connection, root=stored)
        work.publish(
            ProofRootAnnounced(
                tree=PROOF_TREE,
                tree_size=size,
                root_sha256=root.hex(),
                rooted_at=stored.rooted_at,
                checkpoint=stored.checkpoint,
                public_key=stored.public_key,
            ),
            trace=None,
        )
        work.after_commit(partial(log.info, "proof_root.announced", tree_size=size, root_sha256=root.hex()))


async def begin(runtime: Runtime) -> None:
    """Let the first root be made as soon as the service runs; every root then sets the timer of the next one."""
    async with runtime.transaction() as work:
        work.schedule(Timer(PROOF_ROOT, PROOF_TREE, work.now))
    await runtime.stopping.wait()
