"""`letters`: the letters that are to be posted: list them, print them, mark them as posted."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from chassis.errors import is_order_to_end, places_of
from chassis.service import Command, Runtime
from chassis.unit_of_work import Work
from chassis.vault import Vault
from contracts.claims import DecisionMade
from contracts.validation import read_from_outside
from contracts.vocabulary import Channel
from notify_svc.commands.personal_files import save
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.messages import State
from notify_svc.domain.written import Written
from notify_svc.paper.press import Press
from notify_svc.repository import kept_texts, letters
from notify_svc.repository.kept_texts import KeptResult, TextToKeep
from notify_svc.repository.letters import PrintableLetter
from notify_svc.settings import NEEDED_TO_WRITE
from notify_svc.settlements import publish_settled
from notify_svc.texts.filling import MissingValueError
from notify_svc.texts.languages import texts_version
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render_html, render_text

DONE, FAILED = 0, 1
"""Exit codes."""
_PRINTED_AT_ONCE = 100
"""So that an export of thousands neither holds all of them in memory nor their rows locked."""


def letters_command(insurer: Insurer, vault: Vault) -> Command:
    """The command; `insurer` signs what is printed, and `vault` seals what is kept of it."""
    return Command(
        "letters",
        "list and print the letters that are to be posted, and mark them as posted",
        partial(_add_arguments, printer=_Printer(insurer, vault)),
        _run,
        needs=(*NEEDED_TO_WRITE, "kept_text_keys"),
    )


@dataclass(frozen=True)
class _Printer:
    insurer: Insurer
    vault: Vault


def _add_arguments(parser: argparse.ArgumentParser, *, printer: _Printer) -> None:
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


async def _list(_: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        rows = await letters.list_to_be_posted(connection)
    for row in rows:
        sys.stdout.write(json.dumps(dict(row), default=str) + "\n")
    return DONE


async def _print(arguments: argparse.Namespace, runtime: Runtime, *, printer: _Printer) -> int:
    message_id: UUID = arguments.id
    printed = await _write(runtime, printer=printer, message_ids=[message_id])
    if printed.are_some_unwritable:
        return FAILED
    if message_id not in printed.letters:
        return await _explain_missing(runtime, message_ids=[message_id])
    save(printed.letters[message_id].pdf or b"", to=arguments.to)
    return DONE


async def _export(arguments: argparse.Namespace, runtime: Runtime, *, printer: _Printer) -> int:
    directory, count, are_some_unwritable = arguments.to, 0, False
    async with runtime.pool.acquire() as connection:
        message_ids = [row["message_id"] for row in await letters.list_to_be_posted(connection)]
    for start in range(0, len(message_ids), _PRINTED_AT_ONCE):
        some = message_ids[start : start + _PRINTED_AT_ONCE]
        printed = await _write(runtime, printer=printer, message_ids=some)
        are_some_unwritable |= printed.are_some_unwritable
        for message_id, written in printed.letters.items():
            save(written.pdf or b"", to=directory / f"{message_id}.pdf")
            if arguments.html:
                save((written.html or "").encode(), to=directory / f"{message_id}.html")
            count += 1
    sys.stdout.write(f"{count} written\n")
    return FAILED if are_some_unwritable else DONE


@dataclass(frozen=True, kw_only=True)
class _Printed:
    """Letters by their ids. Unwritable are those that need a value that is missing, or fail otherwise."""

    letters: Mapping[UUID, Written]
    are_some_unwritable: bool


async def _write(runtime: Runtime, *, printer: _Printer, message_ids: Collection[UUID]) -> _Printed:
    """Print letters, and keep what they say; return them by their ids.

    One whose reader's address was erased meanwhile is settled instead.
    """
    unwritable: dict[UUID, str] = {}
    async with runtime.transaction() as work:
        printable = await letters.read_printable(work.connection, message_ids=message_ids)
        press, printed, without_address = Press(), [], []
        for letter in printable:
            try:
                written = _written(letter, press=press, insurer=printer.insurer, now=work.now)
            except MissingValueError as error:
                unwritable[letter.message_id] = str(error)
                continue
            except BaseException as error:  # typst is written in Rust
                if is_order_to_end(error):
                    raise
                unwritable[letter.message_id] = places_of(error)
                continue
            if written is None:
                without_address.append(letter.message_id)
            else:
                printed.append((letter.message_id, written))
        settled = await letters.settle(
            work.connection, message_ids=without_address, state=State.NO_ADDRESS, now=work.now
        )
        publish_settled(work, settled)
        await _keep(work, printed, vault=printer.vault)
    for message_id in without_address:
        sys.stderr.write(f"{message_id} cannot be posted: its reader has no postal address any more\n")
    for message_id, why in unwritable.items():
        sys.stderr.write(f"{message_id} cannot be written: {why}\n")
    return _Printed(letters=dict(printed), are_some_unwritable=bool(unwritable))


async def _keep(work: Work, printed: Sequence[tuple[UUID, Written]], *, vault: Vault) -> None:
    """Keep each printing: which copy is posted nobody tells us."""
    printings = await kept_texts.printings(work.connection, message_ids=[message_id for message_id, _ in printed])
    texts = [
        TextToKeep(
            message_id=message_id,
            attempt=printings.get(message_id, 0) + 1,
            channel=Channel.POST,
            result=KeptResult.PRINTED,
            written=written,
        )
        for message_id, written in printed
    ]
    if texts:
        await kept_texts.keep(work.connection, texts=texts, vault=vault)


def _written(letter: PrintableLetter, *, press: Press, insurer: Insurer, now: datetime) -> Written | None:
    contact = letter.contact
    if contact is None or contact.postal_address is None:
        return None
    decision, language = read_from_outside(DecisionMade, letter.decision), contact.language
    told = write_letter(
        decision,
        name=contact.name,
        language=language,
        insurer=insurer,
        written_at=now,
        postal_address=contact.postal_address,
    )
    return Written(
        customer_id=decision.customer_id,
        report_ids=decision.report_ids,
        claim_reference=decision.claim_reference,
        claim_version=decision.claim_version,
        language=language,
        texts_version=texts_version(language),
        recipient=", ".join(told.postal_address),
        subject=told.subject,
        text=render_text(told),
        html=render_html(told),
        pdf=press.print(told, printed_at=now),
    )


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
