"""Taking in a file of policies: what is new or changed is stored and announced, batch by batch."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.service import Runtime
from chassis.unit_of_work import Work
from contracts.policy import ContactChanged
from policy_svc import domain, repository
from policy_svc.policy_file import PolicyOnFile, RefusedLine, read_policies

BATCH_LINES = 500
ALL_IMPORTED, SOME_REFUSED, NOT_READABLE = 0, 1, 2

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What an import has done so far."""

    read: int = 0
    refused: int = 0
    policies: int = 0
    customers: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Return both together."""
        return Tally(
            read=self.read + other.read,
            refused=self.refused + other.refused,
            policies=self.policies + other.policies,
            customers=self.customers + other.customers,
        )

    def summary(self) -> str:
        """Return it as a line for people."""
        return (
            f"{self.read} policies read, {self.refused} refused; "
            f"new or changed: {self.policies} policies, {self.customers} customers"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON lines, one policy on each (see the README)")


async def import_policies(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Import a file and report on stderr; return 0, 1 when lines were refused, 2 when the file cannot be opened.

    Each batch is one transaction: what was imported before an interruption stays, and the file can be imported again.
    """
    path: Path = arguments.file
    try:
        lines = path.open("rb")
    except OSError as error:
        _say(f"{path} cannot be opened: {error.strerror}")
        return NOT_READABLE
    tally = Tally()
    with lines:
        for batch in _batches(read_policies(lines), size=BATCH_LINES):
            tally += await _import_batch(batch, runtime)
            _say(tally.summary())
    return SOME_REFUSED if tally.refused else ALL_IMPORTED


async def _import_batch(batch: Sequence[PolicyOnFile | RefusedLine], runtime: Runtime) -> Tally:
    policies = [line for line in batch if isinstance(line, PolicyOnFile)]
    for line in batch:
        if isinstance(line, RefusedLine):
            _say(f"line {line.line_number} refused: {line.reason}")
    read = Tally(read=len(batch), refused=len(batch) - len(policies))
    if not policies:
        return read
    async with runtime.transaction() as work:
        return read + await store_policies(policies, work)


async def store_policies(policies: Sequence[PolicyOnFile], work: Work) -> Tally:
    """Store what is new or different in `policies`, announce it, and say how much that was.

    Customers are locked before policies, each in the order of their numbers, so that imports at once take turns.
    """
    customers = await repository.save_customers(work.connection, customers=_customers(policies), recorded_at=work.now)
    owners = await _owners(policies, work)
    new_numbers = await repository.insert_policies(work.connection, owners=owners, recorded_at=work.now)
    known = await repository.lock_policies(work.connection, policy_numbers=owners.keys() - new_numbers)
    states = [
        domain.next_state(
            known.get(policy.policy_number),
            policy_number=policy.policy_number,
            customer_id=owners[policy.policy_number],
            wanted=policy.terms_recorded(work.now),
        )
        for policy in policies
    ]
    changed = [state for state in states if state is not None]
    await repository.save_states(work.connection, known=known, changed=changed, recorded_at=work.now)
    work.publish(*customers, *changed, trace=None)
    return Tally(policies=len(changed), customers=len(customers))


def _customers(policies: Sequence[PolicyOnFile]) -> list[ContactChanged]:
    """Return every policyholder once, as the customer they are when nobody knows them yet."""
    holders = {domain.relation_number_of(policy.policy_number): policy.policyholder for policy in policies}
    return [
        ContactChanged(
            customer_id=uuid7(),
            version=1,
            relation_number=relation_number,
            name=holder.name,
            email=holder.email,
            mobile_phone=holder.mobile_phone,
            language=holder.language,
        )
        for relation_number, holder in holders.items()
    ]


async def _owners(policies: Sequence[PolicyOnFile], work: Work) -> dict[str, UUID]:
    """Return the customer id of each policy, by policy number."""
    relation_numbers = {policy.policy_number: domain.relation_number_of(policy.policy_number) for policy in policies}
    ids = await repository.customer_ids(work.connection, relation_numbers=set(relation_numbers.values()))
    return {policy_number: ids[relation_number] for policy_number, relation_number in relation_numbers.items()}


def _batches(items: Iterable[T], *, size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _say(text: str) -> None:
    sys.stderr.write(f"import-policies: {text}\n")
