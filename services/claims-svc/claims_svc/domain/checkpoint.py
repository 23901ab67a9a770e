"""The texts around a root: the checkpoint that is signed, and the inclusion proof of one entry.

Both are forms of C2SP (`tlog-checkpoint`, `signed-note`, `tlog-proof`), so that tools of others can check them.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

PROOF_TREE = "waterschade.nl/claims-svc/proofs"
"""The name of the tree (C2SP: origin) and of the key that signs its roots."""

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_NUMBER = r"0|[1-9]\d{0,18}"
_HASH = r"[A-Za-z0-9+/]{43}="
_CHECKPOINT = re.compile(rf"([^\s+]+)\n({_NUMBER})\n({_HASH})\n\n((?:— [^\s+]+ [A-Za-z0-9+/]+={{0,2}}\n)+)")
_SIGNATURE = re.compile(r"— ([^\s+]+) (\S+)\n")
_INCLUSION = re.compile(rf"{re.escape(_FIRST_LINE)}\nindex ({_NUMBER})\n((?:{_HASH}\n)*)\n(.*)", re.DOTALL)


class UnreadableTextError(ValueError):
    """This text is no checkpoint, or no inclusion proof."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A signed root. `text` is what was signed; a signature is the key's name with the key's id (4 bytes) before it."""

    tree: str
    size: int
    root: bytes
    text: str
    signatures: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """Where an entry stands in the tree, and the path from there to the root of `checkpoint`."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint


def checkpoint_text(*, size: int, root: bytes) -> str:
    """Return what is signed about the root of the proofs' tree."""
    return f"{PROOF_TREE}\n{size}\n{_encoded(root)}\n"


def signed_checkpoint(text: str, *, signature: bytes) -> str:
    """Return the checkpoint as it is published; `signature` begins with the id of the key."""
    return f"{text}\n— {PROOF_TREE} {_encoded(signature)}\n"


def read_checkpoint(signed: str) -> Checkpoint:
    """Read what `signed_checkpoint` wrote. Whether the signature is right is another question.

    Raises:
        UnreadableTextError: it is no checkpoint.
    """
    found = _CHECKPOINT.fullmatch(signed)
    if not found:
        raise UnreadableTextError("not a signed root (C2SP checkpoint)")
    tree, size, root, signatures = found.groups()
    return Checkpoint(
        tree=tree,
        size=int(size),
        root=_decoded(root),
        text=signed.partition("\n\n")[0] + "\n",
        signatures=tuple((name, _decoded(signature)) for name, signature in _SIGNATURE.findall(signatures)),
    )


def inclusion_text(*, index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """Return the inclusion proof of the entry at `index` under a signed checkpoint."""
    hashes = "".join(f"{_encoded(digest)}\n" for digest in path)
    return f"{_FIRST_LINE}\nindex {index}\n{hashes}\n{checkpoint}"


def read_inclusion(text: str) -> Inclusion:
    """Read what `inclusion_text` wrote.

    Raises:
        UnreadableTextError: it is no inclusion proof.
    """
    found = _INCLUSION.fullmatch(text)
    if not found:
        raise UnreadableTextError("not an inclusion proof (C2SP tlog-proof)")
    index, hashes, checkpoint = found.groups()
    return Inclusion(
        index=int(index),
        path=tuple(_decoded(digest) for digest in hashes.split()),
        checkpoint=read_checkpoint(checkpoint),
    )


def _encoded(raw: bytes) -> str:
    return b64encode(raw).decode()


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise UnreadableTextError("not base 64") from None
