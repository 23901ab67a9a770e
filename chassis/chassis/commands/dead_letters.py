"""`SERVICE dead-letters`: list, show, replay and discard the records a service could not process."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from chassis.consuming import dead_letters
from chassis.consuming.consumer import Consumer
from chassis.consuming.replay import replay
from chassis.operations.told_letters import fate_of, place_of, readable
from chassis.service import Command, Runtime

DONE, FAILED = 0, 1
COMMAND = "command"
"""Who discards, where it was done on a machine of ours."""


def dead_letters_command(consumers: Sequence[Consumer[Any]]) -> Command:
    """The command; `consumers` are the service's own, by which it replays."""
    return Command(
        "dead-letters",
        "list, show, replay and discard the records that could not be processed",
        partial(_add_arguments, consumers=consumers),
        _run,
    )


def _add_arguments(parser: argparse.ArgumentParser, *, consumers: Sequence[Consumer[Any]]) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the open ones, one JSON object a line, without their contents")
    listing.add_argument("--all", action="store_true", help="also those replayed or discarded")
    listing.set_defaults(act=_list)
    warning = "the whole record as JSON; it may hold personal data, so keep it out of tickets and logs"
    showing = actions.add_parser("show", help=warning, description=warning)
    showing.add_argument("id", type=UUID, metavar="ID")
    showing.set_defaults(act=_show)
    replaying = actions.add_parser("replay", help="process them again, by the handlers as they are now")
    _add_choice(replaying)
    replaying.set_defaults(act=partial(_replay, consumers=consumers))
    discarding = actions.add_parser("discard", help="close them for ever: still listed by --all, never replayed")
    _add_choice(discarding)
    discarding.add_argument("--because", required=True, metavar="TEXT", help="why nobody needs them; it is on record")
    discarding.set_defaults(act=_discard)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("ids", type=UUID, nargs="*", default=[], metavar="ID")
    chosen.add_argument("--all", action="store_true", help="all open ones")


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _list(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async for letter in dead_letters.list_dead_letters(runtime.pool, only_open=not arguments.all):
        _print({**place_of(letter), "bytes": letter.value_bytes, **fate_of(letter)})
    return DONE


async def _show(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        letter = await dead_letters.find(connection, dead_letter_id=arguments.id)
    if letter is None:
        sys.stderr.write(f"no dead letter has the id {arguments.id}\n")
        return FAILED
    record = {
        "key": readable(letter.key),
        "headers": [{"name": name, "value": readable(value)} for name, value in letter.headers],
        "value": readable(letter.value),
    }
    _print({**place_of(letter), **record, **fate_of(letter), "stack": letter.stack}, indent=2)
    return DONE


async def _replay(arguments: argparse.Namespace, runtime: Runtime, *, consumers: Sequence[Consumer[Any]]) -> int:
    replayed = failed = 0
    async for dead_letter_id, failure in replay(
        consumers, runtime.work, only=None if arguments.all else set(arguments.ids)
    ):
        if failure is None:
            replayed += 1
        else:
            failed += 1
            sys.stderr.write(f"{dead_letter_id} was not replayed: {failure}\n")
    sys.stdout.write(f"{replayed} replayed, {failed} not\n")
    return FAILED if failed else DONE


async def _discard(arguments: argparse.Namespace, runtime: Runtime) -> int:
    ids = None if arguments.all else set(arguments.ids)
    async with runtime.pool.acquire() as connection:
        now = await runtime.clock.now(connection)
        discarded = await dead_letters.discard(connection, ids=ids, at=now, by=COMMAND, because=arguments.because)
    unknown = (ids or set()) - discarded
    for dead_letter_id in sorted(unknown):
        sys.stderr.write(f"{dead_letter_id} was not discarded: no open dead letter has this id\n")
    sys.stdout.write(f"{len(discarded)} discarded, {len(unknown)} not\n")
    return FAILED if unknown else DONE


def _print(line: Mapping[str, object], *, indent: int | None = None) -> None:
    sys.stdout.write(json.dumps(line, indent=indent) + "\n")
