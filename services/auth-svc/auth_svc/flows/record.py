"""Puts on record what happens: on the audit trail, and on the topic of security events."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from auth_svc.metrics import LOGINS, RESULTS
from auth_svc.repository import audit_trail
from auth_svc.repository.audit_trail import Entry
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent, SecurityEventRecorded

COMMAND: Final = "command"
"""The actor on record of what an operator does by a command."""


async def record(
    work: Work,
    what: SecurityEvent,
    *,
    account_id: UUID | None = None,
    client_id: str | None = None,
    subject_id: UUID | None = None,
    actor: str | None = None,
    address: str | None = None,
    trace: Trace | None = None,
    **details: str | int,
) -> None:
    """Record it in the transaction in which it happens. It is published when it is about an account or a client.

    `subject_id` is that of a client. `details` name a method or a count, never a secret, an address or a number.
    """
    entry = Entry(
        event_id=uuid7(),
        occurred_at=work.now,
        what=what,
        account_id=account_id,
        client_id=client_id,
        actor=actor,
        address=address,
        details=details,
    )
    await audit_trail.add(work.connection, entry=entry)
    if (result := RESULTS.get(what)) is not None:
        work.after_commit(LOGINS.labels(result).inc)
    if (subject := account_id or subject_id) is not None:
        work.publish(
            SecurityEventRecorded(event_id=entry.event_id, subject_id=subject, what=what, occurred_at=work.now),
            trace=trace,
        )
