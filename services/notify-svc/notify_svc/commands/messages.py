"""`messages`: which may have been sent although no answer was received, which SMS did not arrive, what was said."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
from msgspec import structs

from chassis.service import Command, Runtime
from chassis.vault import Vault
from contracts.vocabulary import Channel
from notify_svc.commands import kept
from notify_svc.domain.pace import Provider
from notify_svc.domain.waiting import progress
from notify_svc.repository import messages, requests, sms_parts, waiting


def messages_command(vault: Vault, *, providers: Mapping[Channel, Provider]) -> Command:
    """The command; `vault` opens what was said, `providers` say how fast messages may leave."""
    return Command(
        "messages",
        "tell how many wait, list what an answer was lost of and SMS that did not arrive, and show what was said",
        partial(add_messages_arguments, vault=vault, providers=providers),
        _run,
    )


def add_messages_arguments(
    parser: argparse.ArgumentParser, *, vault: Vault, providers: Mapping[Channel, Provider]
) -> None:
    """Add the choice of action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    telling = actions.add_parser(
        "waiting", help="how many wait to be sent, how fast they leave, and when the last will have; the same form"
    )
    telling.add_argument("--seconds", type=float, default=5, help="between the two counts that are compared")
    telling.set_defaults(act=partial(tell_waiting, providers=providers))
    in_doubt = actions.add_parser("in-doubt", help="an answer was lost; one JSON object a line, no personal data")
    in_doubt.set_defaults(act=list_in_doubt)
    undelivered = actions.add_parser(
        "undelivered", help="parts of SMS that the provider took and could not deliver; the same form"
    )
    undelivered.set_defaults(act=list_undelivered)
    showing = actions.add_parser("show", help="write what was said into files, which only their owner may read")
    which = showing.add_mutually_exclusive_group(required=True)
    which.add_argument("--claim", metavar="REFERENCE", help="all that was said about a claim")
    which.add_argument("--message", type=UUID, metavar="ID", help="one message, letter or request")
    showing.add_argument("--to", type=Path, required=True, metavar="DIRECTORY")
    showing.set_defaults(act=partial(kept.show, vault=vault))
    rewrapping = actions.add_parser("rewrap", help="wrap all keys by the newest of KEPT_TEXT_KEYS")
    rewrapping.set_defaults(act=partial(kept.rewrap, vault=vault))


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def tell_waiting(
    arguments: argparse.Namespace, runtime: Runtime, *, providers: Mapping[Channel, Provider]
) -> int:
    """Print what waits on each lane, after counting twice."""
    async with runtime.pool.acquire() as connection:
        first = await waiting.count(connection, now=await runtime.clock.now(connection))
        await asyncio.sleep(arguments.seconds)
        now = await runtime.clock.now(connection)
        then = await waiting.count(connection, now=now)
    before = {(one.channel, one.lane): one for one in first}
    for one in then:
        made = progress(before.get((one.channel, one.lane)), one, seconds=arguments.seconds, now=now)
        rate = providers[one.channel].rate
        allowed = {"provider": providers[one.channel].name, "allowed_per_second": rate and rate.per_second}
        told = structs.asdict(one) | allowed | structs.asdict(made)
        sys.stdout.write(json.dumps(told, default=str) + "\n")
    return 0


async def list_in_doubt(_: argparse.Namespace, runtime: Runtime) -> int:
    """Print what may have been sent."""
    async with runtime.pool.acquire() as connection:
        _print([*await messages.list_in_doubt(connection), *await requests.list_in_doubt(connection)])
    return 0


async def list_undelivered(_: argparse.Namespace, runtime: Runtime) -> int:
    """Print which parts of SMS did not arrive."""
    async with runtime.pool.acquire() as connection:
        _print(await sms_parts.list_undelivered(connection))
    return 0


def _print(rows: Iterable[asyncpg.Record]) -> None:
    for row in rows:
        sys.stdout.write(json.dumps(dict(row), default=str) + "\n")
