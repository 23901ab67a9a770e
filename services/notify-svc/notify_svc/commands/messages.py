"""`messages`: which may have been sent although no answer was received, and which SMS did not arrive."""

from __future__ import annotations

import argparse
import json
import sys

from chassis.service import Command, Runtime
from notify_svc.repository import messages, requests, sms_parts

IN_DOUBT, UNDELIVERED = "in-doubt", "undelivered"


def add_messages_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of list."""
    parser.add_argument(
        "which",
        choices=[IN_DOUBT, UNDELIVERED],
        help="in-doubt: an answer was lost; undelivered: parts of SMS that the provider took and could not deliver;"
        " one JSON object a line",
    )


async def list_messages(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Print one list, one JSON object a line without personal data."""
    async with runtime.pool.acquire() as connection:
        if arguments.which == UNDELIVERED:
            rows = await sms_parts.list_undelivered(connection)
        else:
            rows = [*await messages.list_in_doubt(connection), *await requests.list_in_doubt(connection)]
    for row in rows:
        sys.stdout.write(json.dumps(dict(row), default=str) + "\n")
    return 0


COMMAND = Command(
    "messages",
    "list messages that may have been sent although no answer was received, or SMS that did not arrive",
    add_messages_arguments,
    list_messages,
)
