"""`claims-svc proofs`: exports proofs and roots, and compares files with the record."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from chassis.database import Connection
from chassis.service import Command, Runtime
from claims_svc.commands.verification import INCLUSION_SUFFIX, VERIFY, claim_version_named_by, read_root, report_on
from claims_svc.domain import merkle, proof
from claims_svc.domain.checkpoint import Checkpoint, UnreadableTextError, inclusion_text
from claims_svc.repository import proof_tree, proofs
from claims_svc.repository.proof_tree import StoredRoot
from claims_svc.repository.proofs import RecordedProof

DONE, FAILED = 0, 1
ROOT_FILE = "proof-root.txt"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = actions.add_parser(
        "export",
        help=f"write each proof as <claim reference>-v<version>.json, its path ({INCLUSION_SUFFIX}), the root",
    )
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="made when it does not exist")
    export.set_defaults(act=_export)
    root = actions.add_parser("root", help="write the newest signed root, and print the public key that signed it")
    root.add_argument("--to", type=Path, required=True, metavar="FILE")
    root.set_defaults(act=_write_root)
    check = actions.add_parser("check", help="compare proofs with the record of this database")
    check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    check.set_defaults(act=_check)
    check_root = actions.add_parser("check-root", help="compare roots announced earlier with the tree in this database")
    check_root.add_argument("files", type=Path, nargs="+", metavar="FILE")
    check_root.set_defaults(act=_check_roots)
    # Only to be listed by --help: the command line runs it before it looks for settings.
    VERIFY.add_arguments(actions.add_parser(VERIFY.words[-1], help=VERIFY.help))


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _export(arguments: argparse.Namespace, runtime: Runtime) -> int:
    directory: Path = arguments.to
    count = included = 0
    async with runtime.pool.acquire() as connection, connection.transaction(readonly=True):
        root = await proof_tree.newest_root(connection)
        async for recorded in proofs.iterate(connection):
            name = f"{recorded.claim_reference}-v{recorded.claim_version}"
            _write(directory / f"{name}.json", recorded.canonical)
            count += 1
            if inclusion := await _inclusion_of(recorded, root, connection):
                _write(directory / f"{name}{INCLUSION_SUFFIX}", inclusion.encode())
                included += 1
    if root:
        _write(directory / ROOT_FILE, root.checkpoint.encode())
    sys.stdout.write(f"{count} proofs written to {directory}, {included} of them covered by a root\n")
    return DONE


def _write(path: Path, contents: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents)


async def _inclusion_of(recorded: RecordedProof, root: StoredRoot | None, connection: Connection) -> str | None:
    index = recorded.leaf_index
    if root is None or index is None or index >= root.size:
        return None
    nodes = await proof_tree.nodes(connection, wanted=merkle.path_nodes(index, size=root.size))
    path = merkle.path(index, size=root.size, nodes=nodes)
    return inclusion_text(index=index, path=path, checkpoint=root.checkpoint)


async def _write_root(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        root = await proof_tree.newest_root(connection)
    if root is None:
        sys.stderr.write("no root was made yet: the service makes one when it runs\n")
        return FAILED
    _write(arguments.to, root.checkpoint.encode())
    sys.stdout.write(f"root of {root.size} proofs, made {root.rooted_at.isoformat()}; public key: {root.public_key}\n")
    return DONE


async def _check(arguments: argparse.Namespace, runtime: Runtime) -> int:
    named = {path: claim_version_named_by(path) for path in arguments.files}
    references = {version[0] for version in named.values() if version is not None}
    async with runtime.pool.acquire() as connection:
        recorded = await proofs.recorded_hashes(connection, claim_references=references)
    return report_on({path: _differences_from_record(path, recorded=recorded) for path in named})


def _differences_from_record(path: Path, *, recorded: Mapping[tuple[str, int], str]) -> Sequence[str]:
    version = claim_version_named_by(path)
    if version is None:
        return ["is not named <claim reference>-v<version>.json, so there is no record to compare it with"]
    if version not in recorded:
        return ["no such decision is on record"]
    try:
        canonical = path.read_bytes()
        previous_sha256 = proof.read(canonical).previous_sha256
    except (OSError, proof.UnreadableProofError) as error:
        return [f"cannot be read: {error}"]
    differences = []
    if proof.sha256_of(canonical) != recorded[version]:
        differences.append("the hash of the proof is not the hash that was kept")
    if previous_sha256 != recorded.get((version[0], version[1] - 1)):
        differences.append("does not continue the proof of the version before")
    return differences


async def _check_roots(arguments: argparse.Namespace, runtime: Runtime) -> int:
    found: dict[Path, Sequence[str]] = {}
    async with runtime.pool.acquire() as connection:
        for path in arguments.files:
            try:
                found[path] = await _differences_from_tree(read_root(path), connection)
            except UnreadableTextError as error:
                found[path] = [f"cannot be read: {error}"]
    return report_on(found)


async def _differences_from_tree(announced: Checkpoint, connection: Connection) -> Sequence[str]:
    newest = await proof_tree.newest_root(connection)
    if newest is None or newest.size < announced.size:
        return [f"covers {announced.size} proofs, but this tree has {newest.size if newest else 0}"]
    nodes = await proof_tree.nodes(connection, wanted=merkle.complete_nodes(announced.size))
    if merkle.root(announced.size, nodes=nodes) != announced.root:
        return [f"the first {announced.size} proofs of this tree have another root"]
    return []


PROOFS = Command("proofs", "Export, compare and verify proofs", _add_arguments, _run)
