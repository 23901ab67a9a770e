"""Puts on record who sees or changes something of a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from uuid_utils.compat import uuid7

from chassis.http.caller import Caller
from chassis.unit_of_work import Work
from contracts.access import CHANGE_CUSTOMER, CHANGE_POLICIES, Operation
from contracts.policy import ContactChanged, PolicyChanged
from policy_svc.domain.declarations import Declaration
from policy_svc.domain.policy import relation_number_of
from policy_svc.repository import access_records

SEEN = "who has seen a customer's data is on record"
"""Why a GET changes something."""
DECLARATIONS_TOLD: Final = "declarations.change"
"""Another system decided about declarations: by a command alone, so that it is no operation of the access matrix."""


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


async def put_import_on_record(
    work: Work, *, contacts: Sequence[ContactChanged], policies: Sequence[PolicyChanged]
) -> None:
    """Put on record which policies an import made or changed, and which customers it changed.

    Who is new has come with a policy.
    """
    changed = [contact for contact in contacts if contact.version > 1]
    for operation, relation_numbers, policy_numbers, versions in (
        (
            CHANGE_POLICIES,
            [relation_number_of(policy.policy_number) for policy in policies],
            [policy.policy_number for policy in policies],
            [policy.version for policy in policies],
        ),
        (
            CHANGE_CUSTOMER,
            [contact.relation_number for contact in changed],
            [None] * len(changed),
            [contact.version for contact in changed],
        ),
    ):
        if versions:
            await access_records.insert_made_by_command(
                work.connection,
                recorded_at=work.now,
                operation=operation.name,
                relation_numbers=relation_numbers,
                policy_numbers=policy_numbers,
                details=[{"command": "import", "version": str(version)} for version in versions],
            )


async def put_declarations_on_record(work: Work, declarations: Sequence[Declaration]) -> None:
    """Put on record which declarations an import made or changed."""
    await access_records.insert_made_by_command(
        work.connection,
        recorded_at=work.now,
        operation=DECLARATIONS_TOLD,
        relation_numbers=[relation_number_of(declaration.policy_number) for declaration in declarations],
        policy_numbers=[declaration.policy_number for declaration in declarations],
        details=[
            {"command": "import-declarations", "declaration": declaration.declaration_number}
            for declaration in declarations
        ],
    )
