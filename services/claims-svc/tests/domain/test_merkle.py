"""The tree against the vectors that Certificate Transparency publishes, and against pymerkle, which others wrote."""

from __future__ import annotations

from collections.abc import Sequence

import pymerkle
import pytest

from claims_svc.domain import merkle

ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The roots of the first 0 to 8 of these entries, as the reference implementation of RFC 6962 tests them."""
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
"""Inclusion paths of the same tests: index of the leaf, size of the tree."""


def nodes_of(entries: Sequence[bytes]) -> dict[merkle.Node, bytes]:
    return merkle.append(entries, size=0, nodes={})


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_published_vectors(size: int) -> None:
    assert merkle.root(size, nodes=nodes_of(ENTRIES)).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_paths_are_those_of_the_published_vectors(index: int, size: int) -> None:
    path = merkle.path(index, size=size, nodes=nodes_of(ENTRIES))

    assert [digest.hex() for digest in path] == PATHS[index, size]
    assert merkle.root_by_path(ENTRIES[index], index=index, size=size, path=path) == bytes.fromhex(ROOTS[size])


def test_a_tree_that_grows_by_parts_and_keeps_only_complete_nodes_agrees_with_pymerkle() -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    nodes: dict[merkle.Node, bytes] = {}
    size = 0
    for part in (1, 1, 2, 3, 5, 8, 13, 21, 10):
        entries = [f"proof {index}".encode() for index in range(size, size + part)]
        edge = {node: nodes[node] for node in merkle.complete_nodes(size)}
        nodes |= merkle.append(entries, size=size, nodes=edge)
        other.append_entries(entries)
        size += part
        assert merkle.root(size, nodes={node: nodes[node] for node in merkle.complete_nodes(size)}) == other.get_root()
        for index in range(size):
            needed = {node: nodes[node] for node in merkle.path_nodes(index, size=size)}
            path = merkle.path(index, size=size, nodes=needed)
            assert path == other.prove_inclusion(index + 1, size).path[1:]
            assert merkle.root_by_path(f"proof {index}".encode(), index=index, size=size, path=path) == other.get_root()


@pytest.mark.parametrize(
    ("index", "size", "changed"),
    [(4, 8, 0), (5, 4, 0), (5, 16, 0), (-1, 8, 0), (8, 8, 0), (5, 8, 1), (5, 8, -1)],
    ids=["other leaf", "smaller tree", "larger tree", "before the first", "after the last", "too long", "too short"],
)
def test_a_path_leads_to_its_root_from_its_own_place_only(index: int, size: int, changed: int) -> None:
    path = list(merkle.path(5, size=8, nodes=nodes_of(ENTRIES)))
    path = path + path[-changed:] if changed > 0 else path[: len(path) + changed]

    assert merkle.root_by_path(ENTRIES[5], index=index, size=size, path=path) != bytes.fromhex(ROOTS[8])


def test_an_inner_hash_cannot_pass_for_an_entry() -> None:
    """RFC 6962 hashes leaves and nodes apart: else the two hashes of a node would be an entry of a smaller tree."""
    nodes = nodes_of(ENTRIES[:2])

    assert merkle.root(1, nodes=nodes_of([nodes[0, 0] + nodes[0, 1]])) != merkle.root(2, nodes=nodes)
