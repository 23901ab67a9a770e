"""`SERVICE gaps`: list and acknowledge the records that were deleted before the service had read them."""

from __future__ import annotations

import argparse
import json
import sys
from uuid import UUID

from chassis.consuming import gaps
from chassis.service import Command, Runtime

DONE, FAILED = 0, 1


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="those that nobody has acknowledged, one JSON object a line")
    listing.add_argument("--all", action="store_true", help="also the acknowledged ones")
    listing.set_defaults(act=_list)
    acknowledging = actions.add_parser("acknowledge", help="close them: what was in them is known, or given up")
    acknowledging.add_argument("ids", type=UUID, nargs="+", metavar="ID")
    acknowledging.add_argument("--because", required=True, metavar="TEXT", help="why this gap needs no more attention")
    acknowledging.set_defaults(act=_acknowledge)


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _list(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        for gap in await gaps.list_gaps(connection, only_open=not arguments.all):
            line = {
                "id": str(gap.gap_id),
                "consumer": gap.consumer,
                "topic": gap.topic,
                "partition": gap.partition,
                "first_offset": gap.first_offset,
                "next_offset": gap.next_offset,
                "found_at": gap.found_at.isoformat(),
                "acknowledged_at": gap.acknowledged_at.isoformat() if gap.acknowledged_at else None,
                "because": gap.acknowledged_because,
            }
            sys.stdout.write(json.dumps(line) + "\n")
    return DONE


async def _acknowledge(arguments: argparse.Namespace, runtime: Runtime) -> int:
    ids = set(arguments.ids)
    async with runtime.pool.acquire() as connection:
        acknowledged = await gaps.acknowledge(connection, ids=ids, because=arguments.because)
    for unknown in sorted(ids - acknowledged):
        sys.stderr.write(f"{unknown} was not acknowledged: no open gap has this id\n")
    sys.stdout.write(f"{len(acknowledged)} acknowledged, {len(ids - acknowledged)} not\n")
    return FAILED if ids - acknowledged else DONE


GAPS = Command("gaps", "list and acknowledge records that were deleted before they were read", _add_arguments, _run)
