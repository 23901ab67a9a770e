"""The service's own commands: `claims` shows claims to operators, `proofs` exports and verifies proofs.

They print identifiers, states and amounts, nothing about people.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from chassis.service import Command, Runtime
from claims_svc.domain import proof
from claims_svc.domain.claim import ClaimState
from claims_svc.repository import claims, decisions, human_reviews, proofs

Version = tuple[str, int]
"""Claim reference and claim version."""
_PROOF_FILE_NAME = re.compile(r"^(W[0-9A-HJKMNP-TV-Z]{10})-v([1-9]\d{0,9})\.json$")


def _add_claims_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="one claim with its decisions and reviews, as one JSON object")
    show.add_argument("--report", type=UUID, required=True, metavar="ID", help="id of the report that opened it")
    listing = actions.add_parser("list", help="all claims in the order they were opened, one JSON object a line")
    stored = [state.value for state in ClaimState if state is not ClaimState.REPORTED]
    listing.add_argument("--state", choices=stored, help="only claims in this state")


async def _run_claims(arguments: argparse.Namespace, runtime: Runtime) -> int:
    if arguments.action == "list":
        return await _list_claims(runtime, state=arguments.state)
    return await _show_claim(runtime, report_id=arguments.report)


async def _show_claim(runtime: Runtime, *, report_id: UUID) -> int:
    async with runtime.pool.acquire() as connection:
        claim = await claims.of_report(connection, report_id=report_id)
        if claim is None:
            sys.stderr.write(f"no claim was opened for report {report_id}\n")
            return 1
        claim_id = claim["claim_id"]
        shown = {
            **claim,
            "decisions": [dict(row) for row in await decisions.of_claim(connection, claim_id=claim_id)],
            "human_reviews": [dict(row) for row in await human_reviews.of_claim(connection, claim_id=claim_id)],
        }
    sys.stdout.write(_json(shown, indent=2) + "\n")
    return 0


async def _list_claims(runtime: Runtime, *, state: str | None) -> int:
    async with runtime.pool.acquire() as connection, connection.transaction(readonly=True):
        async for claim in claims.iterate(connection, state=state):
            sys.stdout.write(_json(dict(claim)) + "\n")
    return 0


def _json(shown: Mapping[str, object], *, indent: int | None = None) -> str:
    return json.dumps(shown, default=str, indent=indent)


def _add_proofs_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = actions.add_parser("export", help="write every proof as <claim reference>-v<version>.json")
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="made when it does not exist")
    verify = actions.add_parser("verify", help="decide again from each file; compare hash and chain with the record")
    verify.add_argument("files", type=Path, nargs="+", metavar="FILE")


async def _run_proofs(arguments: argparse.Namespace, runtime: Runtime) -> int:
    if arguments.action == "export":
        return await _export_proofs(runtime, directory=arguments.to)
    return await _verify_proofs(runtime, files=arguments.files)


async def _export_proofs(runtime: Runtime, *, directory: Path) -> int:
    count = 0
    async with runtime.pool.acquire() as connection, connection.transaction(readonly=True):
        async for reference, version, canonical in proofs.iterate(connection):
            _write(directory, f"{reference}-v{version}.json", canonical)
            count += 1
    sys.stdout.write(f"{count} proofs written to {directory}\n")
    return 0


def _write(directory: Path, name: str, canonical: bytes) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(canonical)


async def _verify_proofs(runtime: Runtime, *, files: Sequence[Path]) -> int:
    """Print one line per problem, or that the proof holds; return 1 when one does not."""
    named = {path: _version_named_by(path) for path in files}
    references = {version[0] for version in named.values() if version is not None}
    async with runtime.pool.acquire() as connection:
        recorded = await proofs.recorded_hashes(connection, claim_references=references)
    failed = 0
    for path, version in named.items():
        problems = _problems(path, version, recorded=recorded)
        failed += bool(problems)
        sys.stdout.write("".join(f"{path.name}: {problem}\n" for problem in problems or ["holds"]))
    return 1 if failed else 0


def _version_named_by(path: Path) -> Version | None:
    name = _PROOF_FILE_NAME.match(path.name)
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


COMMANDS = (
    Command("claims", "Show claims and their states", _add_claims_arguments, _run_claims),
    Command("proofs", "Export and verify proofs", _add_proofs_arguments, _run_proofs),
)
