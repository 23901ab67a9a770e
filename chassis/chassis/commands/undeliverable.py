"""`SERVICE undeliverable`: list, resend and discard the events that the broker would not accept."""

from __future__ import annotations

import argparse
import json
import sys
from uuid import UUID

import structlog

from chassis.publishing import outbox
from chassis.service import Command, Runtime

log = structlog.get_logger(__name__)

DONE, FAILED = 0, 1


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="one JSON object a line").set_defaults(act=_list)
    actions.add_parser("resend", help="let the relay try all of them again").set_defaults(act=_resend)
    discarding = actions.add_parser("discard", help="delete them for ever; what waits behind them then leaves")
    discarding.add_argument("ids", type=UUID, nargs="+", metavar="ID")
    discarding.add_argument("--because", required=True, metavar="TEXT", help="why nobody needs them; it is logged")
    discarding.set_defaults(act=_discard)


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _list(_: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        for row in await outbox.list_undeliverable(connection):
            line = {
                "id": str(row.event_id),
                "topic": row.topic,
                "key": row.key,
                "reason": row.reason,
                "held_up": row.held_up,
            }
            sys.stdout.write(json.dumps(line) + "\n")
    return DONE


async def _resend(_: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        count = await outbox.resend_undeliverable(connection)
    sys.stdout.write(f"{count} events will be sent again\n")
    return DONE


async def _discard(arguments: argparse.Namespace, runtime: Runtime) -> int:
    ids = set(arguments.ids)
    async with runtime.pool.acquire() as connection:
        discarded = await outbox.discard_undeliverable(connection, ids=ids)
    for event in discarded:
        log.warning("event.discarded", topic=event.topic, event_id=str(event.event_id), because=arguments.because)
    unknown = ids - {event.event_id for event in discarded}
    for event_id in sorted(unknown):
        sys.stderr.write(f"{event_id} was not discarded: no undeliverable event has this id\n")
    sys.stdout.write(f"{len(discarded)} discarded, {len(unknown)} not\n")
    return FAILED if unknown else DONE


UNDELIVERABLE = Command(
    "undeliverable", "list, resend and discard events that the broker would not accept", _add_arguments, _run
)
