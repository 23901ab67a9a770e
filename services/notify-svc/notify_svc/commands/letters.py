"""`letters`: the letters that are to be posted: list them, print them, mark them as posted."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg

from chassis.database import Connection
from chassis.service import Command, Runtime
from chassis.vault import Vault
from notify_svc.commands.personal_files import save
from notify_svc.commands.printing import WHY_ENDED, Printer
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.messages import State
from notify_svc.domain.requests import RequestState
from notify_svc.repository import letters, requested_letters
from notify_svc.settings import NEEDED_TO_WRITE
from notify_svc.settlements import end_letters, publish_settled, publish_settled_requests

DONE, FAILED = 0, 1
"""Exit codes."""
_PRINTED_AT_ONCE = 100
"""So that an export of thousands neither holds all of them in memory nor their rows locked."""


def letters_command(insurer: Insurer, vault: Vault) -> Command:
    """The command; `insurer` signs what is printed, and `vault` seals what is kept of it."""
    return Command(
        "letters",
        "list and print the letters that are to be posted, and mark them as posted",
        partial(_add_arguments, printer=Printer(insurer, vault)),
        _run,
        needs=(*NEEDED_TO_WRITE, "kept_text_keys"),
    )


def _add_arguments(parser: argparse.ArgumentParser, *, printer: Printer) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="those to be posted, one JSON object a line without personal data")
    listing.set_defaults(act=_list)
    personal = "PDF for A4 and a window envelope, with name and address; open to its owner only"
    printing = actions.add_parser("print", help=f"write one to a file: {personal}")
    printing.add_argument("id", type=UUID, metavar="ID")
    printing.add_argument("--to", type=Path, required=True, metavar="FILE")
    printing.set_defaults(act=partial(_print, printer=printer))
    exporting = actions.add_parser("export", help=f"write all to a directory, ID.pdf each: {personal}")
    exporting.add_argument("--to", type=Path, required=True, metavar="DIRECTORY")
    exporting.add_argument("--html", action="store_true", help="ID.html beside each, for a screen")
    exporting.set_defaults(act=partial(_export, printer=printer))
    posting = actions.add_parser("posted", help="mark as posted; marking again changes nothing")
    posting.add_argument("ids", type=UUID, nargs="+", metavar="ID")
    posting.set_defaults(act=_mark_posted)


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _to_be_posted(connection: Connection) -> Sequence[asyncpg.Record]:
    """Return the letters about decisions and those in the place of other e-mails, each kind the oldest first."""
    return [*await letters.list_to_be_posted(connection), *await requested_letters.list_to_be_posted(connection)]


async def _list(_: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.transaction() as work:
        await end_letters(work)
        rows = await _to_be_posted(work.connection)
    for row in rows:
        sys.stdout.write(json.dumps(dict(row), default=str) + "\n")
    return DONE


async def _print(arguments: argparse.Namespace, runtime: Runtime, *, printer: Printer) -> int:
    message_id: UUID = arguments.id
    printed = await printer.print(runtime, message_ids=[message_id])
    if printed.are_some_unwritable:
        return FAILED
    if message_id not in printed.letters:
        return await _explain_missing(runtime, message_ids=[message_id])
    save(printed.letters[message_id].pdf or b"", to=arguments.to)
    return DONE


async def _export(arguments: argparse.Namespace, runtime: Runtime, *, printer: Printer) -> int:
    directory, count, are_some_unwritable = arguments.to, 0, False
    async with runtime.pool.acquire() as connection:
        message_ids = [row["message_id"] for row in await _to_be_posted(connection)]
    for start in range(0, len(message_ids), _PRINTED_AT_ONCE):
        some = message_ids[start : start + _PRINTED_AT_ONCE]
        printed = await printer.print(runtime, message_ids=some)
        are_some_unwritable |= printed.are_some_unwritable
        for message_id, written in printed.letters.items():
            save(written.pdf or b"", to=directory / f"{message_id}.pdf")
            if arguments.html:
                save((written.html or "").encode(), to=directory / f"{message_id}.html")
            count += 1
    sys.stdout.write(f"{count} written\n")
    return FAILED if are_some_unwritable else DONE


async def _mark_posted(arguments: argparse.Namespace, runtime: Runtime) -> int:
    wanted: set[UUID] = set(arguments.ids)
    async with runtime.transaction() as work:
        posted = await letters.settle(work.connection, message_ids=wanted, state=State.POSTED, now=work.now)
        publish_settled(work, posted)
        besides = await requested_letters.settle(
            work.connection, letter_ids=wanted, state=RequestState.POSTED, now=work.now
        )
        publish_settled_requests(work, list(besides.values()))
    missing = wanted - {letter.message_id for letter in posted} - besides.keys()
    sys.stdout.write(f"{len(posted) + len(besides)} marked as posted\n")
    return await _explain_missing(runtime, message_ids=missing) if missing else DONE


async def _explain_missing(runtime: Runtime, *, message_ids: Collection[UUID]) -> int:
    """Say why letters are not to be posted; return the exit code: posted already is no failure."""
    async with runtime.pool.acquire() as connection:
        states: dict[UUID, str] = {
            **await letters.states(connection, message_ids=message_ids),
            **await requested_letters.states(connection, letter_ids=message_ids),
        }
    for message_id in sorted(message_ids):
        state = states.get(message_id)
        sys.stderr.write(f"{message_id}: {_NOT_TO_BE_POSTED.get(state, 'no letter has this id')}\n")
    return DONE if all(states.get(message_id) == State.POSTED for message_id in message_ids) else FAILED


_NOT_TO_BE_POSTED: Mapping[str | None, str] = {
    State.POSTED: "was marked as posted before",
    State.SUPERSEDED: f"{WHY_ENDED[RequestState.SUPERSEDED]}; do not post it",
    State.NO_ADDRESS: "its reader has no postal address; do not post it",
    RequestState.EXPIRED: f"{WHY_ENDED[RequestState.EXPIRED]}; do not post it",
}
