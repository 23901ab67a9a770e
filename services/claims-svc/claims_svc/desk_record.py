"""Puts on record what somebody does about a claim; the timeline reads it."""

from __future__ import annotations

from uuid import UUID

from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from claims_svc.repository import desk_actions
from claims_svc.repository.desk_actions import DeskAction

NOBODY = "system"
"""The role of what an event or time did."""


async def put_on_record(
    work: Work, claim_id: UUID, kind: str, *, caller: Caller | None, reason: str | None = None, **details: str
) -> None:
    """Put on record that `caller` did this about a claim, and why in their words; None: an event or time did.

    `kind` is a past participle: taken, asked, joined. `details` say what it was about, and hold no contact data.
    """
    action = DeskAction(
        claim_id=claim_id,
        kind=kind,
        done_by=caller.subject if caller else None,
        role=caller.kind if caller else NOBODY,
        done_at=work.now,
        reason=reason,
        details=details,
    )
    await desk_actions.insert(work.connection, actions=[action])
