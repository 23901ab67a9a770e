"""What an operator can ask."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from notify_svc import repository

if TYPE_CHECKING:
    import argparse

    from chassis.service import Runtime


def add_messages_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the lists there are."""
    parser.add_argument("which", choices=["in-doubt"], help="in-doubt: an answer was lost; one JSON object a line")


async def show_messages(_: argparse.Namespace, runtime: Runtime) -> int:
    """Print the messages that may have reached, or may have missed, their customer; no personal data."""
    async with runtime.pool.acquire() as connection:
        rows = await repository.in_doubt(connection)
    for row in rows:
        sys.stdout.write(json.dumps(dict(row), default=str) + "\n")
    return 0
