"""`claims-svc claims`: how claims stand, as JSON for operators. Identifiers and states only, nothing about people."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from uuid import UUID

from chassis.service import Runtime
from claims_svc.claim import ClaimState
from claims_svc.repository import overview


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `show` and `list`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="one claim with its decisions and reviews, as one JSON object")
    show.add_argument("--report", type=UUID, required=True, metavar="ID", help="id of the report that opened it")
    listing = actions.add_parser("list", help="all claims in the order they were opened, one JSON object a line")
    stored = [state.value for state in ClaimState if state is not ClaimState.REPORTED]
    listing.add_argument("--state", choices=stored, help="only claims in this state")


async def run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Print what was asked for; 1 when there is no such claim."""
    if arguments.action == "list":
        return await _list(runtime, state=arguments.state)
    return await _show(runtime, report_id=arguments.report)


async def _show(runtime: Runtime, *, report_id: UUID) -> int:
    async with runtime.pool.acquire() as connection:
        claim = await overview.claim_of_report(connection, report_id=report_id)
        if claim is None:
            sys.stderr.write(f"no claim was opened for report {report_id}\n")
            return 1
        decisions = await overview.decisions_of_claim(connection, claim_id=claim["claim_id"])
        reviews = await overview.reviews_of_claim(connection, claim_id=claim["claim_id"])
    shown = dict(claim) | {"decisions": list(map(dict, decisions)), "human_reviews": list(map(dict, reviews))}
    sys.stdout.write(_json(shown, indent=2) + "\n")
    return 0


async def _list(runtime: Runtime, *, state: str | None) -> int:
    async with runtime.pool.acquire() as connection, connection.transaction(readonly=True):
        async for claim in overview.all_claims(connection, state=state):
            sys.stdout.write(_json(dict(claim)) + "\n")
    return 0


def _json(shown: Mapping[str, object], *, indent: int | None = None) -> str:
    return json.dumps(shown, default=str, indent=indent)
