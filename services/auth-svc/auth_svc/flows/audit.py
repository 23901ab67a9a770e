"""Reads the audit trail for an operator, which is put on record itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from auth_svc.domain.origin import Origin
from auth_svc.flows.record import record
from auth_svc.repository import accounts, audit_trail
from auth_svc.repository.audit_trail import Entry, Filter
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


async def search_trail(
    work: Work,
    wanted: Filter,
    *,
    relation_number: str | None,
    before: tuple[datetime, UUID] | None,
    rows: int,
    actor: str,
    origin: Origin,
    trace: Trace | None,
) -> Sequence[Entry]:
    """Return what fits `wanted`, of the account of `relation_number` where one is given; nothing when it has none.

    That `actor` has looked is on record from then on, with the account if it was about one.
    """
    found: Sequence[Entry] = ()
    if relation_number is None:
        found = await audit_trail.search(work.connection, wanted=wanted, before=before, rows=rows)
    elif account := await accounts.of_relation(work.connection, relation_number=relation_number):
        wanted = replace(wanted, account_id=account.account_id)
        found = await audit_trail.search(work.connection, wanted=wanted, before=before, rows=rows)
    await record(
        work,
        SecurityEvent.AUDIT_TRAIL_READ,
        account_id=wanted.account_id,
        actor=actor,
        address=origin.address,
        trace=trace,
    )
    return found
