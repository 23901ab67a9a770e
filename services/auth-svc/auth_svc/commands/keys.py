"""`auth-svc keys rotate`: when a key that signs tokens may be known to others. Otherwise they change by themselves.

`auth-svc keys reseal`: when a key of STORAGE_KEYS is to be dropped.
"""

from __future__ import annotations

import argparse
import sys

from auth_svc.flows.keys import replace_in_haste
from auth_svc.flows.record import COMMAND
from auth_svc.flows.resealing import reseal
from auth_svc.parts import Parts
from chassis.errors import CannotStartError
from chassis.sealing import CannotOpenError
from chassis.service import Command, Runtime


def keys_command(parts: Parts) -> Command:
    """The command; `parts` seal the new key."""

    async def run(given: argparse.Namespace, runtime: Runtime) -> int:
        if given.action == "reseal":
            return await _reseal(runtime, parts)
        async with runtime.transaction() as work:
            destroyed = await replace_in_haste(work, parts, actor=COMMAND)
        sys.stdout.write(f"{destroyed} keys destroyed, a new one signs; services refuse older tokens within minutes\n")
        return 0

    return Command(
        "keys", "replace the keys that sign tokens, or those that seal", _add_arguments, run, needs=("storage_keys",)
    )


async def _reseal(runtime: Runtime, parts: Parts) -> int:
    try:
        number = await reseal(runtime, parts)
    except CannotOpenError:
        raise CannotStartError("STORAGE_KEYS has not every key that something was sealed by; add it behind") from None
    sys.stdout.write(f"{number} secrets sealed anew; the keys behind the first of STORAGE_KEYS open nothing any more\n")
    return 0


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("rotate", help="destroy every key and sign with a new one at once")
    actions.add_parser("reseal", help="seal by the first of STORAGE_KEYS what those behind it have sealed")
