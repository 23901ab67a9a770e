"""`claims-svc proofs`: take proofs out as files, byte for byte what was hashed, and check such files."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from chassis.service import Runtime
from claims_svc.domain import proof
from claims_svc.repository import overview

Version = tuple[str, int]
_FILE_NAME = re.compile(r"^(W[0-9A-HJKMNP-TV-Z]{10})-v([1-9]\d{0,9})\.json$")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `export` and `verify`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = actions.add_parser("export", help="write every proof as <claim reference>-v<version>.json")
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="made when it does not exist")
    verify = actions.add_parser("verify", help="decide again from each file; compare hash and chain with the record")
    verify.add_argument("files", type=Path, nargs="+", metavar="FILE")


async def run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Do what was asked for; 1 when a proof does not hold."""
    if arguments.action == "export":
        return await _export(runtime, directory=arguments.to)
    return await _verify(runtime, files=arguments.files)


async def _export(runtime: Runtime, *, directory: Path) -> int:
    count = 0
    async with runtime.pool.acquire() as connection, connection.transaction(readonly=True):
        async for reference, version, canonical in overview.all_proofs(connection):
            _write(directory, f"{reference}-v{version}.json", canonical)
            count += 1
    sys.stdout.write(f"{count} proofs written to {directory}\n")
    return 0


def _write(directory: Path, name: str, canonical: bytes) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(canonical)


async def _verify(runtime: Runtime, *, files: Sequence[Path]) -> int:
    named = {path: _version_named_by(path) for path in files}
    references = {version[0] for version in named.values() if version is not None}
    async with runtime.pool.acquire() as connection:
        recorded = await overview.recorded_hashes(connection, claim_references=references)
    failed = 0
    for path, version in named.items():
        problems = _problems(path, version, recorded=recorded)
        failed += bool(problems)
        sys.stdout.write("".join(f"{path.name}: {problem}\n" for problem in problems or ["holds"]))
    return 1 if failed else 0


def _version_named_by(path: Path) -> Version | None:
    name = _FILE_NAME.match(path.name)
    return (name[1], int(name[2])) if name else None


def _problems(path: Path, version: Version | None, *, recorded: Mapping[Version, str]) -> list[str]:
    """Return what is wrong with one file: its name, its contents, its hash or its place in the chain."""
    if version is None:
        return ["is not named <claim reference>-v<version>.json, so there is no record to compare it with"]
    if version not in recorded:
        return ["no such decision is on record"]
    try:
        canonical = path.read_bytes()
        problems = proof.verify(canonical, recorded[version])
        if proof.previous_sha256_of(canonical) != recorded.get((version[0], version[1] - 1)):
            problems.append("does not continue the proof of the version before")
    except (OSError, proof.UnreadableProofError) as error:
        return [f"cannot be read: {error}"]
    return problems
