"""Saying again what is known now, so that a topic that was lost or made anew holds every policy and customer."""

from __future__ import annotations

import argparse
import sys

from chassis.service import Runtime
from policy_svc import repository

BATCH_ROWS = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--all", action="store_true", required=True, help="every customer and every policy")


async def announce(_arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Announce the present state of every customer and policy, in the versions they have; return 0.

    Readers who know a version already change nothing.
    """
    customers = await _announce_customers(runtime)
    policies = await _announce_policies(runtime)
    sys.stderr.write(f"announce: {customers} customers and {policies} policies announced\n")
    return 0


async def _announce_customers(runtime: Runtime) -> int:
    count, after = 0, ""
    while True:
        async with runtime.transaction() as work:
            customers = await repository.lock_next_customers(work.connection, after=after, limit=BATCH_ROWS)
            work.publish(*customers, trace=None)
        if not customers:
            return count
        count, after = count + len(customers), customers[-1].relation_number


async def _announce_policies(runtime: Runtime) -> int:
    count, after = 0, ""
    while True:
        async with runtime.transaction() as work:
            policies = await repository.lock_next_policies(work.connection, after=after, limit=BATCH_ROWS)
            work.publish(*policies.values(), trace=None)
        if not policies:
            return count
        count, after = count + len(policies), max(policies)
