"""`letters`: the letters that are to be posted: list them, print them, mark them as posted."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from chassis.service import Command, Runtime
from contracts.claims import DecisionMade
from contracts.validation import read_from_outside
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.messages import State
from notify_svc.repository import letters
from notify_svc.settings import NEEDED_TO_WRITE
from notify_svc.settlements import publish_settled
from notify_svc.texts.filling import MissingValueError
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render_html

DONE, FAILED = 0, 1
"""Exit codes."""


def letters_command(insurer: Insurer) -> Command:
    """The command; `insurer` signs what is printed."""
    return Command(
        "letters",
        "list and print the letters that are to be posted, and mark them as posted",
        partial(_add_arguments, insurer=insurer),
        _run,
        needs=NEEDED_TO_WRITE,
    )


def _add_arguments(parser: argparse.ArgumentParser, *, insurer: Insurer) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="those to be posted, one JSON object a line without personal data")
    listing.set_defaults(act=_list)
    personal = "HTML for A4 with name and address; open to its owner only"
    printing = actions.add_parser("print", help=f"write one to a file: {personal}")
    printing.add_argument("id", type=UUID, metavar="ID")
    printing.add_argument("--to", type=Path, required=True, metavar="FILE")
    printing.set_defaults(act=partial(_print, insurer=insurer))
    exporting = actions.add_parser("export", help=f"write all to a directory, ID.html each: {personal}")
    exporting.add_argument("--to", type=Path, required=True, metavar="DIRECTORY")
    exporting.set_defaults(act=partial(_export, insurer=insurer))
    posting = actions.add_parser("posted", help="mark as posted; marking again changes nothing")
    posting.add_argument("ids", type=UUID, nargs="+", metavar="ID")
    posting.set_defaults(act=_mark_posted)


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _list(_: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        rows = await letters.list_to_be_posted(connection)
    for row in rows:
        sys.stdout.write(json.dumps(dict(row), default=str) + "\n")
    return DONE


async def _print(arguments: argparse.Namespace, runtime: Runtime, *, insurer: Insurer) -> int:
    message_id: UUID = arguments.id
    written = await _write(runtime, insurer=insurer, message_ids=[message_id])
    if written.are_some_unwritable:
        return FAILED
    if message_id not in written.documents:
        return await _explain_missing(runtime, message_ids=[message_id])
    _save(written.documents[message_id], to=arguments.to)
    return DONE


async def _export(arguments: argparse.Namespace, runtime: Runtime, *, insurer: Insurer) -> int:
    written = await _write(runtime, insurer=insurer, message_ids=None)
    for message_id, document in written.documents.items():
        _save(document, to=arguments.to / f"{message_id}.html")
    sys.stdout.write(f"{len(written.documents)} written\n")
    return FAILED if written.are_some_unwritable else DONE


@dataclass(frozen=True, kw_only=True)
class _Written:
    """Letters as HTML by their ids. Unwritable are those that need a value that is missing."""

    documents: Mapping[UUID, str]
    are_some_unwritable: bool


async def _write(runtime: Runtime, *, insurer: Insurer, message_ids: Collection[UUID] | None) -> _Written:
    """Write letters; one whose reader's address was erased meanwhile is settled instead."""
    written: dict[UUID, str] = {}
    unwritable: dict[UUID, MissingValueError] = {}
    async with runtime.transaction() as work:
        printable = await letters.read_printable(work.connection, message_ids=message_ids)
        without_address = []
        for letter in printable:
            contact = letter.contact
            if contact is None or contact.postal_address is None:
                without_address.append(letter.message_id)
                continue
            try:
                document = render_html(
                    write_letter(
                        read_from_outside(DecisionMade, letter.decision),
                        name=contact.name,
                        language=contact.language,
                        insurer=insurer,
                        written_at=work.now,
                        postal_address=contact.postal_address,
                    )
                )
            except MissingValueError as error:
                unwritable[letter.message_id] = error
            else:
                written[letter.message_id] = document
        if without_address:
            settled = await letters.settle(
                work.connection, message_ids=without_address, state=State.NO_ADDRESS, now=work.now
            )
            publish_settled(work, settled)
    for message_id in without_address:
        sys.stderr.write(f"{message_id} cannot be posted: its reader has no postal address any more\n")
    for message_id, missing in unwritable.items():
        sys.stderr.write(f"{message_id} cannot be written: {missing}\n")
    return _Written(documents=written, are_some_unwritable=bool(unwritable))


def _save(document: str, *, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.touch(mode=0o600)
    to.write_text(document, encoding="utf-8")


async def _mark_posted(arguments: argparse.Namespace, runtime: Runtime) -> int:
    wanted: set[UUID] = set(arguments.ids)
    async with runtime.transaction() as work:
        posted = await letters.settle(work.connection, message_ids=wanted, state=State.POSTED, now=work.now)
        publish_settled(work, posted)
    missing = wanted - {letter.message_id for letter in posted}
    sys.stdout.write(f"{len(posted)} marked as posted\n")
    return await _explain_missing(runtime, message_ids=missing) if missing else DONE


async def _explain_missing(runtime: Runtime, *, message_ids: Collection[UUID]) -> int:
    """Say why letters are not to be posted; return the exit code: posted already is no failure."""
    async with runtime.pool.acquire() as connection:
        states = await letters.states(connection, message_ids=message_ids)
    for message_id in sorted(message_ids):
        state = states.get(message_id)
        sys.stderr.write(f"{message_id}: {_NOT_TO_BE_POSTED.get(state, 'no letter has this id')}\n")
    return DONE if all(states.get(message_id) is State.POSTED for message_id in message_ids) else FAILED


_NOT_TO_BE_POSTED: Mapping[State | None, str] = {
    State.POSTED: "was marked as posted before",
    State.SUPERSEDED: "is superseded by a message about a newer decision; do not post it",
    State.NO_ADDRESS: "its reader has no postal address",
}
