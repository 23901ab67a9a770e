"""`messages in-doubt`: which messages may have been sent although no answer was received."""

from __future__ import annotations

import argparse
import json
import sys

from chassis.service import Command, Runtime
from notify_svc.repository import messages, requests


def add_messages_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of list."""
    parser.add_argument("which", choices=["in-doubt"], help="in-doubt: an answer was lost; one JSON object a line")


async def list_messages(_: argparse.Namespace, runtime: Runtime) -> int:
    """Print the messages of which an answer was lost, one JSON object a line without personal data."""
    async with runtime.pool.acquire() as connection:
        rows = [*await messages.list_in_doubt(connection), *await requests.list_in_doubt(connection)]
    for row in rows:
        sys.stdout.write(json.dumps(dict(row), default=str) + "\n")
    return 0


COMMAND = Command(
    "messages",
    "list messages that may have been sent although no answer was received",
    add_messages_arguments,
    list_messages,
)
