"""`export FILE`: write every policy with its policyholder, as they are now, into a file that `import` reads."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from chassis.service import Command, Runtime
from contracts.access import READ_POLICIES, Role
from policy_svc.policy_file.writing import CSV_HEADER, as_csv, as_json, line_of
from policy_svc.repository import access_records, customers, policies

BATCH_ROWS = 1_000
WRITTEN, CANNOT_BE_WRITTEN = 0, 2
"""Exit codes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="CSV where its name ends in .csv, else JSON lines; must not exist"
    )


async def run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Write the file, which only its owner can read, and give it its name when it is whole; return an exit code."""
    path: Path = arguments.file
    try:
        with _unfinished(path) as file:
            count = await _write(file, runtime, is_csv=path.suffix.lower() == ".csv")
            file.flush()
            os.link(file.name, path)  # where a file of this name is, it stays
    except OSError as error:
        sys.stderr.write(f"{path}: cannot be written: {error.strerror}\n")
        return CANNOT_BE_WRITTEN
    sys.stdout.write(f"{count} policies written\n")
    return WRITTEN


def _unfinished(path: Path) -> IO[str]:
    """Return a new file beside `path`, of a name that nobody else has and for its owner alone; closed, it is gone."""
    return NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=f"{path.name}.", suffix=".unfinished"
    )


async def _write(file: IO[str], runtime: Runtime, *, is_csv: bool) -> int:
    """Write all policies by number, as of one moment, without holding more than a batch of them; return how many.

    That all customers were seen is on record, in the same transaction, before the file has its name.
    """
    form = as_csv if is_csv else as_json
    file.write(CSV_HEADER if is_csv else "")
    count, after = 0, ""
    async with runtime.work.connection() as connection, connection.transaction(isolation="repeatable_read"):
        await access_records.insert_for_all(
            connection,
            recorded_at=await runtime.clock.now(connection),
            actor="command",
            role=Role.OPERATOR,
            operation=READ_POLICIES.name,
            details={"command": "export"},
        )
        while batch := await policies.next_after(connection, after=after, limit=BATCH_ROWS):
            ids = {policy.customer_id for policy in batch.values()}
            contacts = await customers.of_ids(connection, customer_ids=ids)
            file.writelines(form(line_of(policy, contacts[policy.customer_id])) for policy in batch.values())
            count, after = count + len(batch), max(batch)
    return count


COMMAND = Command("export", "Export every policy into a file of JSON lines or CSV", add_arguments, run)
