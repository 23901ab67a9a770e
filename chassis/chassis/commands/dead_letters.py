"""`SERVICE dead-letters`: list, show, replay and discard the records a service could not process."""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from chassis.consuming import dead_letters
from chassis.consuming.consumer import Consumer
from chassis.consuming.dead_letters import DeadLetter
from chassis.consuming.replay import replay
from chassis.service import Command, Runtime

DONE, FAILED = 0, 1


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
    discarding.set_defaults(act=_discard)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("ids", type=UUID, nargs="*", default=[], metavar="ID")
    chosen.add_argument("--all", action="store_true", help="all open ones")


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _list(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        for letter in await dead_letters.list_dead_letters(connection, only_open=not arguments.all):
            _print({**_place(letter), "bytes": None if letter.value is None else len(letter.value), **_fate(letter)})
    return DONE


async def _show(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        letter = await dead_letters.find(connection, dead_letter_id=arguments.id)
    if letter is None:
        sys.stderr.write(f"no dead letter has the id {arguments.id}\n")
        return FAILED
    record = {
        "key": _readable(letter.key),
        "headers": [{"name": name, "value": _readable(value)} for name, value in letter.headers],
        "value": _readable(letter.value),
    }
    _print({**_place(letter), **record, **_fate(letter), "stack": letter.stack}, indent=2)
    return DONE


async def _replay(arguments: argparse.Namespace, runtime: Runtime, *, consumers: Sequence[Consumer[Any]]) -> int:
    result = await replay(consumers, runtime.work, only=None if arguments.all else set(arguments.ids))
    for dead_letter_id, reason in result.failed.items():
        sys.stderr.write(f"{dead_letter_id} was not replayed: {reason}\n")
    sys.stdout.write(f"{result.replayed} replayed, {len(result.failed)} not\n")
    return FAILED if result.failed else DONE


async def _discard(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        ids = set(arguments.ids)
        if arguments.all:
            ids = {letter.dead_letter_id for letter in await dead_letters.list_dead_letters(connection)}
        discarded = await dead_letters.discard(connection, ids=ids, at=await runtime.clock.now(connection))
    for unknown in sorted(ids - discarded):
        sys.stderr.write(f"{unknown} was not discarded: no open dead letter has this id\n")
    sys.stdout.write(f"{len(discarded)} discarded, {len(ids - discarded)} not\n")
    return FAILED if ids - discarded else DONE


def _place(letter: DeadLetter) -> Mapping[str, object]:
    return {
        "id": str(letter.dead_letter_id),
        "consumer": letter.consumer,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
    }


def _fate(letter: DeadLetter) -> Mapping[str, object]:
    return {
        "code": letter.reason_code,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "dead_lettered_at": letter.dead_lettered_at.isoformat(),
        "replayed_at": letter.replayed_at.isoformat() if letter.replayed_at else None,
        "discarded_at": letter.discarded_at.isoformat() if letter.discarded_at else None,
    }


def _readable(raw: bytes | None) -> Mapping[str, str] | None:
    """`{"text": …}` when the bytes are UTF-8, otherwise `{"base64": …}`."""
    if raw is None:
        return None
    try:
        return {"text": raw.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(raw).decode()}


def _print(line: Mapping[str, object], *, indent: int | None = None) -> None:
    sys.stdout.write(json.dumps(line, indent=indent) + "\n")
