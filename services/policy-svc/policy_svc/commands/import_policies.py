"""`import-policies FILE`: store and publish what is new or changed in a file of policies, batch by batch."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from chassis.service import Command, Runtime
from chassis.unit_of_work import Work
from contracts.policy import ContactChanged, PolicyTerms
from contracts.vocabulary import PostalAddress
from policy_svc.domain.policy import next_version, relation_number_of
from policy_svc.domain.postal_address import home_address
from policy_svc.policy_file import PolicyLine, RejectedLine, read_lines
from policy_svc.repository import customers, policies, terms

BATCH_LINES = 500
_HOME_TIME = ZoneInfo("Europe/Amsterdam")
ALL_IMPORTED, SOME_REJECTED, CANNOT_BE_OPENED = 0, 1, 2
"""Exit codes."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What an import has done so far: lines read and rejected, policies and customers that were new or changed."""

    read: int = 0
    rejected: int = 0
    policies: int = 0
    customers: int = 0

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            read=self.read + other.read,
            rejected=self.rejected + other.rejected,
            policies=self.policies + other.policies,
            customers=self.customers + other.customers,
        )

    def sentence(self) -> str:
        return (
            f"{self.read} policies read, {self.rejected} rejected; "
            f"new or changed: {self.policies} policies, {self.customers} customers"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON lines, one policy on each (see the README)")


async def run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Import a file; report progress and rejected lines on stderr, the summary on stdout; return an exit code.

    Each batch is one transaction: what was imported before an interruption stays, and the file can be imported again.
    """
    path: Path = arguments.file
    try:
        lines = path.open("rb")
    except OSError as error:
        sys.stderr.write(f"{path}: cannot be opened: {error.strerror}\n")
        return CANNOT_BE_OPENED
    summary = Summary()
    with lines:
        for batch in _batches(read_lines(lines), size=BATCH_LINES):
            for line in batch:
                if isinstance(line, RejectedLine):
                    sys.stderr.write(f"{path}: line {line.line_number} rejected: {line.reason}\n")
            summary += await _import_batch(batch, runtime)
            sys.stderr.write(f"{path.name}: {summary.read} policies read\n")
    sys.stdout.write(f"{summary.sentence()}\n")
    return SOME_REJECTED if summary.rejected else ALL_IMPORTED


async def _import_batch(batch: Sequence[PolicyLine | RejectedLine], runtime: Runtime) -> Summary:
    accepted = [line for line in batch if isinstance(line, PolicyLine)]
    read = Summary(read=len(batch), rejected=len(batch) - len(accepted))
    if not accepted:
        return read
    async with runtime.transaction() as work:
        return read + await store(accepted, work=work)


async def store(lines: Sequence[PolicyLine], *, work: Work) -> Summary:
    """Store and publish what is new or different in `lines`, and return how much that was.

    Customers are locked before policies, each in the order of their numbers, so that concurrent imports cannot
    deadlock.
    """
    wanted_customers = _customers(lines, addresses=await _home_addresses(lines, work))
    changed_customers = await customers.save(work.connection, customers=wanted_customers, recorded_at=work.now)
    owners = await _owners(lines, work)
    new_numbers = await policies.insert(work.connection, owners=owners, recorded_at=work.now)
    known = await policies.lock(work.connection, policy_numbers=owners.keys() - new_numbers)
    versions = [
        next_version(
            known.get(line.policy_number),
            policy_number=line.policy_number,
            customer_id=owners[line.policy_number],
            wanted=line.terms_recorded(work.now),
        )
        for line in lines
    ]
    changed = [version for version in versions if version is not None]
    await policies.save_versions(work.connection, known=known, changed=changed, recorded_at=work.now)
    work.publish(*changed_customers, *changed, trace=None)
    return Summary(policies=len(changed), customers=len(changed_customers))


async def _home_addresses(lines: Sequence[PolicyLine], work: Work) -> Mapping[str, PostalAddress | None]:
    """Return the insured home of each customer, by relation number: policies that are not in this batch count too."""
    terms_of: dict[str, dict[str, Sequence[PolicyTerms]]] = {
        relation_number_of(line.policy_number): {} for line in lines
    }
    await customers.lock(work.connection, relation_numbers=terms_of.keys())
    known = await terms.current_of_customers(work.connection, relation_numbers=terms_of.keys())
    imported = {line.policy_number: line.terms_recorded(work.now) for line in lines}
    for policy_number, policy_terms in {**known, **imported}.items():
        terms_of[relation_number_of(policy_number)][policy_number] = policy_terms
    today = work.now.astimezone(_HOME_TIME).date()
    return {relation_number: home_address(policies, on=today) for relation_number, policies in terms_of.items()}


def _customers(lines: Sequence[PolicyLine], *, addresses: Mapping[str, PostalAddress | None]) -> list[ContactChanged]:
    """Return every policyholder once, in version 1 and with a new id, as they are stored when they are not known.

    `addresses` are where letters go to customers whose file names no address.
    """
    holders = {relation_number_of(line.policy_number): line.policyholder for line in lines}
    return [
        ContactChanged(
            customer_id=uuid7(),
            version=1,
            relation_number=relation_number,
            name=holder.name,
            email=holder.email,
            mobile_phone=holder.mobile_phone,
            postal_address=holder.postal_address or addresses[relation_number],
            language=holder.language,
        )
        for relation_number, holder in holders.items()
    ]


async def _owners(lines: Sequence[PolicyLine], work: Work) -> dict[str, UUID]:
    """Return the customer id of each policy, by policy number."""
    relation_numbers = {line.policy_number: relation_number_of(line.policy_number) for line in lines}
    ids = await customers.ids(work.connection, relation_numbers=set(relation_numbers.values()))
    return {policy_number: ids[relation_number] for policy_number, relation_number in relation_numbers.items()}


def _batches(items: Iterable[T], *, size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


COMMAND = Command("import-policies", "Import policies from a JSON-lines file", add_arguments, run)
