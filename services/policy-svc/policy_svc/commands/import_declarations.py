"""`import-declarations FILE`: store what another system decided about declarations of pet insurances."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from chassis.service import Command, Runtime
from chassis.unit_of_work import Work
from contracts.malformed_reasons import is_not_json, wrong_fields
from contracts.policy import PolicyKind
from contracts.validation import validator_of
from policy_svc.domain.declarations import Declaration, contradiction_in, taken_back
from policy_svc.flows.on_record import put_declarations_on_record
from policy_svc.repository import declarations

BATCH_LINES: Final = 1_000
ALL_IMPORTED, SOME_REJECTED, CANNOT_BE_READ = 0, 1, 2
"""Exit codes."""
_PATTERN_SENTENCES: Final = {
    "declaration_number": "must be up to 30 capital letters, digits and hyphens, D-2026-000123",
    "policy_number": "must look like 123456-551-01",
    "practice": "must not hold line breaks or other control characters",
    "treatment": "must not hold line breaks or other control characters",
}
Batch = Mapping[int, Declaration | str]
"""By the number of its line: a declaration, or why it is rejected."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON lines, one declaration on each (see the README)")
    parser.add_argument(
        "--overwrite", action="store_true", help="also take back decisions and payments that the file does not tell of"
    )


async def run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Import a file; report rejected lines on stderr, the summary on stdout; return an exit code.

    Each batch is one transaction: what was imported before an interruption stays, and the file can be imported again.
    """
    path: Path = arguments.file
    read = rejected = changed = 0
    try:
        with path.open("rb") as file:
            for batch in _batches(file):
                async with runtime.transaction() as work:
                    accepted, refused = await _accepted(batch, work, overwrite=arguments.overwrite)
                    stored = await declarations.store(work.connection, declarations=accepted, recorded_at=work.now)
                    await put_declarations_on_record(
                        work, [one for one in accepted if one.declaration_number in stored]
                    )
                    changed += len(stored)
                for line_number, reason in sorted(refused.items()):
                    sys.stderr.write(f"{path}: line {line_number} rejected: {reason}\n")
                read, rejected = read + len(batch), rejected + len(refused)
    except OSError as error:
        sys.stderr.write(f"{path}: cannot be read: {error.strerror}\n")
        return CANNOT_BE_READ
    sys.stdout.write(f"{read} declarations read, {rejected} rejected; new or changed: {changed}\n")
    return SOME_REJECTED if rejected else ALL_IMPORTED


def _batches(lines: Iterable[bytes]) -> Iterator[Batch]:
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    line_of: dict[str, int] = {}
    while some := list(islice(numbered, BATCH_LINES)):
        yield {number: _read(line, number, line_of) for number, line in some}


def _read(line: bytes, line_number: int, line_of: dict[str, int]) -> Declaration | str:
    """Return what a line declares, or why it is rejected. `line_of` are the numbers that stood before it."""
    try:
        declaration = validator_of(Declaration).validate_json(line, strict=True, extra="forbid")
    except ValidationError as error:
        if is_not_json(error):
            return "line: cannot be read as JSON; write one JSON object in UTF-8"
        return wrong_fields(error, whole="line", sentence_of=_sentence_of)
    if wrong := contradiction_in(declaration):
        return wrong
    earlier = line_of.setdefault(declaration.declaration_number, line_number)
    return declaration if earlier == line_number else f"declaration_number: stands on line {earlier} already"


def _sentence_of(kind: str, field: str) -> str | None:
    if kind == "extra_forbidden":
        return "is no field of a declaration; correct the name or leave it out"
    return _PATTERN_SENTENCES.get(field) if kind == "string_pattern_mismatch" else None


async def _accepted(batch: Batch, work: Work, *, overwrite: bool) -> tuple[Sequence[Declaration], Mapping[int, str]]:
    """Return what of a batch can be stored, and why the rest cannot."""
    found = {number: one for number, one in batch.items() if isinstance(one, Declaration)}
    known = await declarations.lock(
        work.connection, declaration_numbers=[one.declaration_number for one in found.values()]
    )
    kinds = await declarations.kinds_of_policies(
        work.connection, policy_numbers={one.policy_number for one in found.values()}
    )
    refused = {number: one for number, one in batch.items() if isinstance(one, str)}
    for number, one in found.items():
        before = known.get(one.declaration_number, one)
        if one.policy_number not in kinds:
            refused[number] = "policy_number: there is no such policy; import it first"
        elif kinds[one.policy_number] is not PolicyKind.PET:
            refused[number] = "policy_number: is no pet insurance"
        elif before.policy_number != one.policy_number:
            refused[number] = "policy_number: the declaration belongs to another policy already"
        elif not overwrite and (field := taken_back(one, known=before)):
            refused[number] = f"{field}: is known already, and the line would take it back; import with --overwrite"
    return [one for number, one in found.items() if number not in refused], refused


COMMAND = Command("import-declarations", "Import declarations of pet insurances from JSON lines", add_arguments, run)
