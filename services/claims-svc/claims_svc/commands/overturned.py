"""`claims-svc overturned`: how often people decided what a rule had left to them, or otherwise than it."""

from __future__ import annotations

import argparse
import sys

from chassis.service import Command, Runtime
from claims_svc.repository import desk_actions


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    del arguments
    async with runtime.pool.acquire() as connection:
        counted = await desk_actions.overturned(connection)
    for ground, outcome, times in counted:
        sys.stdout.write(f"{ground}\t{outcome}\t{times}\n")
    return 0


OVERTURNED = Command("overturned", "Count what people decided by hand: ground, outcome, times", _add_arguments, _run)
