"""`claims-svc claims`: shows claims to operators: identifiers, states and amounts, nothing about people."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from uuid import UUID

from chassis.service import Command, Runtime
from claims_svc.domain.claim import ClaimState
from claims_svc.repository import claims_for_operators, decisions, human_reviews, joined_reports


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="one claim with its decisions and reviews, as one JSON object")
    show.add_argument(
        "--report", type=UUID, required=True, metavar="ID", help="id of the report that opened or joined it"
    )
    listing = actions.add_parser("list", help="all claims in the order they were opened, one JSON object a line")
    stored = [state.value for state in ClaimState if state is not ClaimState.REPORTED]
    listing.add_argument("--state", choices=stored, help="only claims in this state")


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    if arguments.action == "list":
        return await _list_claims(runtime, state=arguments.state)
    return await _show_claim(runtime, report_id=arguments.report)


async def _show_claim(runtime: Runtime, *, report_id: UUID) -> int:
    async with runtime.pool.acquire() as connection:
        claim = await claims_for_operators.of_report(connection, report_id=report_id)
        if claim is None:
            sys.stderr.write(f"no claim holds report {report_id}\n")
            return 1
        claim_id = claim["claim_id"]
        shown = {
            **claim,
            "joined_reports": [dict(row) for row in await joined_reports.of_claim(connection, claim_id=claim_id)],
            "decisions": [dict(row) for row in await decisions.of_claim(connection, claim_id=claim_id)],
            "human_reviews": [dict(row) for row in await human_reviews.of_claim(connection, claim_id=claim_id)],
        }
    sys.stdout.write(_json(shown, indent=2) + "\n")
    return 0


async def _list_claims(runtime: Runtime, *, state: str | None) -> int:
    async with runtime.pool.acquire() as connection, connection.transaction(readonly=True):
        async for claim in claims_for_operators.iterate(connection, state=state):
            sys.stdout.write(_json(dict(claim)) + "\n")
    return 0


def _json(shown: Mapping[str, object], *, indent: int | None = None) -> str:
    return json.dumps(shown, default=str, indent=indent)


CLAIMS = Command("claims", "Show claims and their states", _add_arguments, _run)
