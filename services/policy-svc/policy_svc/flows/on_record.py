"""Puts on record who sees or changes something of a customer."""

from __future__ import annotations

from uuid_utils.compat import uuid7

from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from contracts.access import Operation
from policy_svc.repository import access_records

SEEN = "who has seen a customer's data is on record"
"""Why a GET changes something."""


async def put_on_record(
    work: Work,
    caller: Caller,
    operation: Operation,
    *,
    relation_number: str,
    policy_number: str | None = None,
    **details: str,
) -> None:
    """Put on record that `caller` performed `operation`. `details` say what it was about, and hold no contact data."""
    await access_records.insert(
        work.connection,
        record_id=uuid7(),
        recorded_at=work.now,
        relation_number=relation_number,
        policy_number=policy_number,
        actor=caller.subject,
        role=caller.kind,
        operation=operation.name,
        details=details,
    )
