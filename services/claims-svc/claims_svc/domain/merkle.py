"""The Merkle tree hash of RFC 6962: an append-only list of entries has one root, and each entry a path to it.

A complete subtree is a `Node`: `(level, position)` covers the leaves from `position << level`, `1 << level` of them.
What was complete once never changes, so those nodes are stored. All else follows from at most one of them a level.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

Node = tuple[int, int]
Range = tuple[int, int]
"""The first leaf and the leaf after the last."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_nodes(size: int) -> Sequence[Node]:
    """Return the largest complete subtrees of the first `size` leaves, from the left."""
    return _cover((0, size))


def append(entries: Sequence[bytes], *, size: int, nodes: Mapping[Node, bytes]) -> dict[Node, bytes]:
    """Return the nodes that `entries` make complete when they follow the first `size` leaves.

    `nodes` holds at least `complete_nodes(size)`.
    """
    grown: dict[Node, bytes] = {}
    for position, entry in enumerate(entries, start=size):
        level, place, digest = 0, position, leaf_hash(entry)
        grown[level, place] = digest
        while place & 1:
            left = (level, place - 1)
            digest = _node_hash(grown[left] if left in grown else nodes[left], digest)
            level, place = level + 1, place >> 1
            grown[level, place] = digest
    return grown


def root(size: int, *, nodes: Mapping[Node, bytes]) -> bytes:
    """Return the root of the first `size` leaves; `nodes` holds at least `complete_nodes(size)`."""
    return _range_hash((0, size), nodes) if size else EMPTY_ROOT


def path_nodes(index: int, *, size: int) -> Sequence[Node]:
    """Return the nodes that `path` needs."""
    return [node for siblings in _siblings(index, size) for node in _cover(siblings)]


def path(index: int, *, size: int, nodes: Mapping[Node, bytes]) -> Sequence[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the first `size` leaves, its sibling first."""
    return [_range_hash(siblings, nodes) for siblings in _siblings(index, size)]


def root_by_path(entry: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root to which `path` leads from an entry; None when a path from there has another length."""
    if not 0 <= index < size:
        return None
    digest = leaf_hash(entry)
    for siblings, sibling in zip_longest(_siblings(index, size), path):
        if siblings is None or sibling is None:
            return None
        is_right = siblings[0] > index
        digest = _node_hash(digest, sibling) if is_right else _node_hash(sibling, digest)
    return digest


def _siblings(index: int, size: int) -> Sequence[Range]:
    """Return the ranges whose hashes are the path of leaf `index`, its own sibling first (RFC 6962, 2.1.1)."""
    siblings: list[Range] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + (1 << (end - first - 1).bit_length() - 1)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((first, middle))
            first = middle
    return siblings[::-1]


def _range_hash(leaves: Range, nodes: Mapping[Node, bytes]) -> bytes:
    *lefts, digest = (nodes[node] for node in _cover(leaves))
    for left in reversed(lefts):
        digest = _node_hash(left, digest)
    return digest


def _cover(leaves: Range) -> Sequence[Node]:
    return list(_complete_in(*leaves))


def _complete_in(first: int, end: int) -> Iterator[Node]:
    """Yield complete subtrees from the left; `first` is a multiple of the largest, as in every range of a tree."""
    while first < end:
        level = (end - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level
