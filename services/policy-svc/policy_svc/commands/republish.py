"""`republish --all`: publish the present state again, so that a lost or new topic holds every policy and customer."""

from __future__ import annotations

import argparse
import sys

from chassis.service import Command, Runtime
from policy_svc.repository import customers, policies

BATCH_ROWS = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", required=True, help="every customer and every policy")


async def run(_arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Publish every customer and policy in the version it has, so that readers who know it change nothing; return 0."""
    customer_count = await _republish_customers(runtime)
    policy_count = await _republish_policies(runtime)
    sys.stdout.write(f"{customer_count} customers and {policy_count} policies published again\n")
    return 0


async def _republish_customers(runtime: Runtime) -> int:
    count, after = 0, ""
    while True:
        async with runtime.transaction() as work:
            batch = await customers.lock_next(work.connection, after=after, limit=BATCH_ROWS)
            work.publish(*batch, trace=None)
        if not batch:
            return count
        count, after = count + len(batch), batch[-1].relation_number


async def _republish_policies(runtime: Runtime) -> int:
    count, after = 0, ""
    while True:
        async with runtime.transaction() as work:
            batch = await policies.lock_next(work.connection, after=after, limit=BATCH_ROWS)
            work.publish(*batch.values(), trace=None)
        if not batch:
            return count
        count, after = count + len(batch), max(batch)


COMMAND = Command("republish", "Publish the present state of every customer and policy again", add_arguments, run)
