"""`auth-svc keys rotate`: when a key that signs tokens may be known to others. Otherwise they change by themselves."""

from __future__ import annotations

import argparse
import sys

from auth_svc.flows.clients import COMMAND
from auth_svc.flows.keys import replace_in_haste
from auth_svc.parts import Parts
from chassis.service import Command, Runtime


def keys_command(parts: Parts) -> Command:
    """The command; `parts` seal the new key."""

    async def run(_: argparse.Namespace, runtime: Runtime) -> int:
        async with runtime.transaction() as work:
            destroyed = await replace_in_haste(work, parts, actor=COMMAND)
        sys.stdout.write(f"{destroyed} keys destroyed, a new one signs; services refuse older tokens within minutes\n")
        return 0

    return Command("keys", "replace the keys that sign tokens, in haste", _add_arguments, run, needs=("storage_keys",))


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("rotate", help="destroy every key and sign with a new one at once")
