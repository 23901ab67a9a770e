"""`claims-svc files check`: whether database and store agree on photos and documents. For after a restore of either."""

from __future__ import annotations

import argparse
import sys
from uuid import UUID

from chassis.service import Command, Runtime
from claims_svc.files.store import FileStore
from claims_svc.flows.files import contents_name, preview_name
from claims_svc.repository import files


def files_command(store: FileStore | None) -> Command:
    """Return the command; without a store there is nothing to compare."""

    async def run(_arguments: argparse.Namespace, runtime: Runtime) -> int:
        if store is None:
            sys.stderr.write("FILE_STORE says nowhere\n")
            return 2
        differences = await _differences(store, runtime)
        sys.stdout.writelines(f"{difference}\n" for difference in differences)
        return 1 if differences else 0

    return Command("files", "Compare what files there are with the store", _add_arguments, run)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("check", help="name what is lost and what nobody knows; 1 when there is any")


async def _differences(store: FileStore, runtime: Runtime) -> list[str]:
    """Return a line for each. What files there are is read first: what is added meanwhile is no difference."""
    async with runtime.pool.acquire() as connection:
        wanted = await files.wanted(connection)
    kept = {name async for name in store.names()}
    keys = {name.partition("/")[0] for name in kept}
    async with runtime.pool.acquire() as connection:
        unknown = await files.unknown(connection, object_keys=[UUID(key) for key in sorted(keys)])
    names = (name for key in wanted for name in (contents_name(key), preview_name(key)))
    lost = sorted(name for name in names if name not in kept)
    return [*(f"lost {name}" for name in lost), *(f"unknown {key}" for key in unknown)]
