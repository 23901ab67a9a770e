"""The root of the tree of all proofs, and how a letter names one proof.

claims-svc keeps the SHA-256 of every proof as an entry of one append-only Merkle tree (RFC 6962). Whoever keeps the
roots that it publishes can show later that a proof existed then and has not been replaced: the insurer cannot change a
decision afterwards without a root that fits no earlier one. They read as `witnesses`, whoever they are otherwise.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from contracts.claims import DECISION_RETENTION
from contracts.topic import Event, PersonalData, Topic
from contracts.vocabulary import Instant, Sha256, within_limits

_GROUP = 4
_GROUPS = 4


def short_hash(sha256: str) -> str:
    """Return how a letter names a proof: the first 16 digits of its SHA-256 in fours, `9f86 d081 884c 7d65`."""
    return " ".join(sha256[first : first + _GROUP] for first in range(0, _GROUP * _GROUPS, _GROUP))


class ProofRootAnnounced(Event):
    """The root of the tree of all proofs, signed.

    Published at least daily (every hour by default), also when no proof was added. `checkpoint` is the signed text: a
    C2SP checkpoint, a note signed with Ed25519, which any tool for such notes verifies; the fields repeat what it says.
    `public_key` says which key signed it. Trust a key that the insurer gave you by another way; a new one is announced.
    Each entry of the tree is the SHA-256 of a proof (32 bytes), a leaf is hashed as RFC 6962, 2.1, says. A later root
    covers all proofs of an earlier one in the same order. `claims-svc proofs verify --root` checks a proof against it.
    """

    tree: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)], Meta(description="The name of the tree and of its key")
    ]
    tree_size: Annotated[int, Meta(ge=0, description="How many proofs the root covers")]
    root_sha256: Sha256
    rooted_at: Instant
    checkpoint: Annotated[str, Meta(max_length=2_000)]
    public_key: Annotated[
        Annotated[str, Meta(max_length=200)], Meta(description="NAME+ID+KEY, as C2SP writes keys of notes")
    ]

    def __post_init__(self) -> None:
        within_limits(self.rooted_at)


_TREE = "waterschade.nl/claims-svc/proofs"
_PROOF_ROOT_EXAMPLE = ProofRootAnnounced(
    tree=_TREE,
    tree_size=1,
    root_sha256="f5e2e4772f1744bf1360495cdedc4200385e149bd17aa2a42972d919d6774a5b",
    rooted_at=datetime(2021, 7, 16, 9, 0, tzinfo=UTC),
    checkpoint=(
        f"{_TREE}\n1\n9eLkdy8XRL8TYElc3txCADheFJvReqKkKXLZGdZ3Sls=\n\n"
        f"— {_TREE} Vib+G4MFAiNna4RRPMN5L56uA4ms6lq3+mKKuJw8QOBrd79giBYt6rwHFj5PmD0fknU3P1mJGhY07wnxeopcYZtVhwI=\n"
    ),
    public_key=f"{_TREE}+5626fe1b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
)
PROOF_ROOT = Topic(
    name="claims.proof-root.v1",
    event=ProofRootAnnounced,
    key="tree",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("witnesses", "operators"),
    personal_data=PersonalData.NONE,
    partitions=1,
    retention=DECISION_RETENTION,
    examples=(_PROOF_ROOT_EXAMPLE,),
)
