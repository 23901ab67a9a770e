"""`SERVICE undeliverable`: list and resend the events that the broker would not accept."""

from __future__ import annotations

import argparse
import json
import sys

from chassis.publishing import outbox
from chassis.service import Command, Runtime


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="one JSON object a line").set_defaults(act=_list)
    actions.add_parser("resend", help="let the relay try all of them again").set_defaults(act=_resend)


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    await arguments.act(runtime)
    return 0


async def _list(runtime: Runtime) -> None:
    async with runtime.pool.acquire() as connection:
        for event_id, topic, key, reason in await outbox.list_undeliverable(connection):
            sys.stdout.write(json.dumps({"id": str(event_id), "topic": topic, "key": key, "reason": reason}) + "\n")


async def _resend(runtime: Runtime) -> None:
    async with runtime.pool.acquire() as connection:
        count = await outbox.resend_undeliverable(connection)
    sys.stdout.write(f"{count} events will be sent again\n")


UNDELIVERABLE = Command(
    "undeliverable", "list and resend events that the broker would not accept", _add_arguments, _run
)
