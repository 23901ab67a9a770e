"""Claims found by what somebody knows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.claim import ClaimState
from claims_svc.repository.claim_views import ClaimSummary

_CONDITIONS: Final = {
    "reference": "claim_reference = {}",
    "claim_id": "claim.claim_id = {}",
    "report_id": "claim.claim_id = ANY (ARRAY (SELECT claim_id FROM opening_report WHERE report_id = {0} "
    "UNION ALL SELECT claim_id FROM joined_report WHERE report_id = {0}))",
    "policy_number": "policy_number = {}",
    "postcode_area": "policy_number = ANY (ARRAY (SELECT policy_number FROM policy WHERE state IS NOT NULL "
    "AND left(state -> 'terms' -> -1 -> 'home' ->> 'postcode', 4) = {}))",
    "state": "claim.state = {}",
    "opened_from": "opened_at >= {}",
    "opened_before": "opened_at < {}",
}

_RARE_STATES: Final = frozenset(
    {ClaimState.WAITING_FOR_POLICY, ClaimState.WAITING_FOR_ANSWER, ClaimState.REFERRED, ClaimState.WITHDRAWN}
)
"""Those that `rare_state` has. The other two have no index: nearly every claim goes from one to the other, and each
would write it. Claims that are decided are found by their age all the same, and mostly those that wait for rain."""


def _condition(name: str, value: object) -> str:
    return "claim.rare_state = {}" if name == "state" and value in _RARE_STATES else _CONDITIONS[name]


async def search(
    connection: Connection,
    *,
    known: Mapping[str, str | UUID | datetime],
    before: tuple[datetime, UUID] | None,
    rows: int,
) -> Sequence[ClaimSummary]:
    """Return the claims of which all that is `known` is true, the one opened last first, from before a position on.

    Raises:
        KeyError: nobody looks for claims by that.
    """
    arguments: list[object] = [rows, *known.values()]
    conditions = [_condition(name, known[name]).format(f"${place}") for place, name in enumerate(known, start=2)]
    if before is not None:
        arguments += before
        conditions.append(f"(opened_at, claim.claim_id) < (${len(arguments) - 1}, ${len(arguments)})")
    found = await connection.fetch(
        f"""
        SELECT claim.claim_id, claim_reference AS reference, policy_number, state, opened_at, outcome, payable_cents
          FROM claim
          LEFT JOIN decision ON (decision.claim_id, decision.claim_version) = (claim.claim_id, claim.claim_version)
         WHERE {" AND ".join(conditions) or "TRUE"}
         ORDER BY opened_at DESC, claim.claim_id DESC LIMIT $1
        """,  # noqa: S608 - put together of constants
        *arguments,
    )
    return [ClaimSummary(**row) for row in found]
