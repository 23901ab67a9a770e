"""`import FILE`: store and publish what is new or changed in a file of policies, batch by batch."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from chassis.service import Command, Runtime
from policy_svc.domain.policy import relation_number_of
from policy_svc.flows.imports import CameBetweenError, Stored, store
from policy_svc.policy_file.csv_rows import NoSuchColumnsError
from policy_svc.policy_file.lines import NumberedLine, RejectedLine
from policy_svc.policy_file.reading import read_file

BATCH_LINES = 2_000
AT_ONCE = 2
"""PostgreSQL checks for each new row that nothing overlaps: on one connection it would be what all wait for."""
_PROGRESS_SECONDS = 1.0
ALL_IMPORTED, SOME_REJECTED, CANNOT_BE_READ = 0, 1, 2
"""Exit codes."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What an import has done so far: policies read and rejected, policies and customers that were new or changed."""

    read: int = 0
    rejected: int = 0
    policies: int = 0
    customers: int = 0

    def after(self, stored: Stored, *, read: int, rejected: int) -> Summary:
        """Return the sum of this and of another batch."""
        return Summary(
            read=self.read + read,
            rejected=self.rejected + rejected,
            policies=self.policies + stored.policies,
            customers=self.customers + stored.customers,
        )

    def sentence(self) -> str:
        return (
            f"{self.read} policies read, {self.rejected} rejected; "
            f"new or changed: {self.policies} policies, {self.customers} customers"
        )


@dataclass(frozen=True, kw_only=True)
class _How:
    """What was asked for beside the file."""

    tell_customers: bool
    overwrite: bool


class Progress:
    """Says how far an import is, at most once a second: by the part of the file that is done."""

    def __init__(self, size_bytes: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._size_bytes = size_bytes
        self._clock = clock
        self._began = self._told = clock()

    def after(self, read: int, *, at_byte: int) -> str | None:
        """Return the sentence for so many policies read, up to a byte; None when the last one is not a second old."""
        now = self._clock()
        if now - self._told < _PROGRESS_SECONDS:
            return None
        self._told = now
        took, done = now - self._began, max(min(at_byte / max(self._size_bytes, 1), 1), 0.001)
        return f"{read} policies read ({done:.0%}), {read / took:.0f} a second, {took / done - took:.0f} s left"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON lines or CSV of policies (see the README)")
    parser.add_argument(
        "--tell-customers",
        action="store_true",
        help="mail them: a welcome to new ones, what is new or changed to others; without it nobody is mailed",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="make policies and customers what the file says, also where that undoes what was changed here since",
    )


async def run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Import a file; report progress and rejected policies on stderr, the summary on stdout; return an exit code.

    Each batch is committed by itself: what was imported before an interruption stays, and the file can be imported
    again.
    """
    path: Path = arguments.file
    try:
        with path.open("rb") as file:
            how = _How(tell_customers=arguments.tell_customers, overwrite=arguments.overwrite)
            summary = await _import(file, path, runtime, how)
    except OSError as error:
        sys.stderr.write(f"{path}: cannot be read: {error.strerror}\n")
        return CANNOT_BE_READ
    except NoSuchColumnsError as error:
        sys.stderr.write(f"{path}: cannot be read: {error}\n")
        return CANNOT_BE_READ
    sys.stdout.write(f"{summary.sentence()}\n")
    return SOME_REJECTED if summary.rejected else ALL_IMPORTED


async def _import(file: BinaryIO, path: Path, runtime: Runtime, how: _How) -> Summary:
    progress = Progress(os.fstat(file.fileno()).st_size)
    batches = _batches(read_file(file, name=path.name), size=BATCH_LINES)
    summary = Summary()
    # The next batch is read while the database stores this one.
    upcoming = asyncio.create_task(asyncio.to_thread(next, batches, ()))
    try:
        while batch := await upcoming:
            at_byte = file.tell()
            upcoming = asyncio.create_task(asyncio.to_thread(next, batches, ()))
            stored = await _store(batch, runtime, how)
            rejected = [line for line in batch if isinstance(line, RejectedLine)] + list(stored.rejected)
            for line in sorted(rejected, key=lambda line: line.line_number):
                sys.stderr.write(f"{path}: line {line.line_number} rejected: {line.reason}\n")
            summary = summary.after(stored, read=len(batch), rejected=len(rejected))
            if sentence := progress.after(summary.read, at_byte=at_byte):
                sys.stderr.write(f"{path.name}: {sentence}\n")
    finally:
        await asyncio.gather(upcoming, return_exceptions=True)
    return summary


async def _store(batch: Sequence[NumberedLine | RejectedLine], runtime: Runtime, how: _How) -> Stored:
    """Store a batch in several transactions at once. All policies of a customer are in one of them."""
    shares: dict[int, list[NumberedLine]] = {}
    for line in batch:
        if isinstance(line, NumberedLine):
            shares.setdefault(int(relation_number_of(line.policy.policy_number)) % AT_ONCE, []).append(line)
    stored = await asyncio.gather(*(_store_share(share, runtime, how) for share in shares.values()))
    return sum(stored, start=Stored())


async def _store_share(lines: Sequence[NumberedLine], runtime: Runtime, how: _How) -> Stored:
    while True:
        try:
            async with runtime.transaction() as work:
                return await store(lines, work=work, tell_customers=how.tell_customers, overwrite=how.overwrite)
        except CameBetweenError:
            # It is there now, so that it is locked and compared like all others.
            continue


def _batches(items: Iterable[T], *, size: int) -> Iterator[Sequence[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


COMMAND = Command("import", "Import policies from a file of JSON lines or CSV", add_arguments, run)
