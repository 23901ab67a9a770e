"""`SERVICE clock`: show the database's clock beside this host's, and confirm that the database's is right."""

from __future__ import annotations

import argparse
import json
import sys

from chassis.clock import host_time
from chassis.service import Command, Runtime


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("show", help="both clocks and the last confirmation, as JSON").set_defaults(act=_show)
    confirming = actions.add_parser("confirm", help="let timers go on by the database's clock after it has jumped")
    confirming.add_argument("--because", required=True, metavar="TEXT", help="how you know that it is right")
    confirming.set_defaults(act=_confirm)


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    await arguments.act(arguments, runtime)
    return 0


async def _show(_: argparse.Namespace, runtime: Runtime) -> None:
    async with runtime.pool.acquire() as connection:
        now = await runtime.clock.now(connection)
        host = host_time()
        last = await connection.fetchrow(
            "SELECT confirmed_at, because FROM messaging.clock_confirmation ORDER BY confirmed_at DESC LIMIT 1"
        )
    shown = {
        "database": now.isoformat(),
        "host": host.isoformat(),
        "difference_seconds": round((now - host).total_seconds()),
        "confirmed_at": last["confirmed_at"].isoformat() if last else None,
        "because": last["because"] if last else None,
    }
    sys.stdout.write(json.dumps(shown) + "\n")


async def _confirm(arguments: argparse.Namespace, runtime: Runtime) -> None:
    async with runtime.transaction() as work:
        await work.connection.execute(
            "INSERT INTO messaging.clock_confirmation (confirmed_at, because) VALUES ($1, $2)",
            work.now,
            arguments.because,
        )
    sys.stdout.write(f"confirmed: it is {work.now.isoformat()}; timers go on\n")


CLOCK = Command("clock", "show and confirm the clock that timers go by", _add_arguments, _run)
