"""Stores and publishes what imported policies say, where it is new or different."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.unit_of_work import Work
from contracts.message_requests import Occasion
from contracts.policy import ContactChanged, PolicyChanged, PolicyKind, PolicyTerms
from contracts.vocabulary import PostalAddress
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.imported import completed
from policy_svc.domain.policy import next_version, relation_number_of
from policy_svc.domain.postal_address import home_address
from policy_svc.domain.renewal import next_renewal
from policy_svc.domain.versions import VersionReason
from policy_svc.flows.messages import ask_to_tell
from policy_svc.flows.versions import record, tell
from policy_svc.policy_file.lines import NOT_RECORDED_YET, NumberedLine, PolicyLine, RejectedLine
from policy_svc.repository import customers, policies, terms


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What was new or changed, and what could not be stored."""

    policies: int = 0
    customers: int = 0
    rejected: tuple[RejectedLine, ...] = ()

    def __add__(self, other: Stored) -> Stored:
        return Stored(
            policies=self.policies + other.policies,
            customers=self.customers + other.customers,
            rejected=self.rejected + other.rejected,
        )


async def store(lines: Sequence[NumberedLine], *, work: Work, tell_customers: bool = False) -> Stored:
    """Store and publish what is new or different in `lines`, and return how much that was.

    Customers are locked before policies, each in the order of their numbers, so that concurrent imports cannot
    deadlock.
    """
    on_record = await policies.kinds(work.connection, policy_numbers=[line.policy.policy_number for line in lines])
    rejected = tuple(_of_another_kind(line, on_record) for line in lines if not _fits(line, on_record))
    accepted = [line.policy for line in lines if _fits(line, on_record)]
    if not accepted:
        return Stored(rejected=rejected)
    wanted = {line.policy_number: line.terms_recorded(NOT_RECORDED_YET) for line in accepted}
    contacts = await _save_customers(accepted, wanted, work)
    owners = await _owners(wanted, work)
    kinds = {line.policy_number: line.kind_of(wanted[line.policy_number]) for line in accepted} | on_record
    known, changed = await _save_policies(wanted, owners=owners, kinds=kinds, work=work)
    if tell_customers:
        _tell(contacts, known=known, changed=changed, work=work)
    return Stored(policies=len(changed), customers=len(contacts), rejected=rejected)


def _fits(line: NumberedLine, on_record: Mapping[str, PolicyKind]) -> bool:
    known = on_record.get(line.policy.policy_number)
    return known is None or line.policy.is_of_kind(known)


def _of_another_kind(line: NumberedLine, on_record: Mapping[str, PolicyKind]) -> RejectedLine:
    kind = on_record[line.policy.policy_number]
    return RejectedLine(line.line_number, f"kind: the policy is on record as {kind}, which does not change")


async def _save_customers(
    lines: Sequence[PolicyLine], wanted: Mapping[str, Sequence[PolicyTerms]], work: Work
) -> Sequence[ContactChanged]:
    addresses = await _home_addresses(wanted, work)
    changed = await customers.save(
        work.connection, customers=_customers(lines, addresses=addresses), recorded_at=work.now
    )
    work.publish(*changed, trace=None)
    return changed


async def _save_policies(
    wanted: Mapping[str, Sequence[PolicyTerms]],
    *,
    owners: Mapping[str, UUID],
    kinds: Mapping[str, PolicyKind],
    work: Work,
) -> tuple[Mapping[str, PolicyChanged], Mapping[str, PolicyChanged]]:
    """Store the policies; return those that were known before, and those that are new or have another version now."""
    today = dutch_day(work.now)
    new = await policies.insert(
        work.connection,
        owners=owners,
        kinds={number: kinds[number] for number in owners},
        renews_on={
            number: None if kinds[number] is PolicyKind.HEALTH else next_renewal(periods, after=today)
            for number, periods in wanted.items()
        },
        recorded_at=work.now,
    )
    known = await policies.lock(work.connection, policy_numbers=owners.keys() - new)
    recorded_at = await policies.moment_of_change(work.connection, policy_numbers=known, now=work.now)
    versions = [
        _next_version(known.get(number), number, periods, owner=owners[number], kind=kinds[number], at=recorded_at)
        for number, periods in wanted.items()
    ]
    changed = {version.policy_number: version for version in versions if version is not None}
    await record(
        work,
        known=known,
        changed=changed,
        reason=VersionReason.IMPORTED,
        made_by="command",
        recorded_at=recorded_at,
        trace=None,
    )
    return known, changed


def _next_version(
    known: PolicyChanged | None,
    policy_number: str,
    periods: Sequence[PolicyTerms],
    *,
    owner: UUID,
    kind: PolicyKind,
    at: datetime,
) -> PolicyChanged | None:
    whole = completed(kind, periods, known=known.terms if known else ())
    return next_version(
        known,
        policy_number=policy_number,
        customer_id=owner,
        kind=kind,
        wanted=[replace(period, recorded_at=at) for period in whole],
    )


async def _home_addresses(
    wanted: Mapping[str, Sequence[PolicyTerms]], work: Work
) -> Mapping[str, PostalAddress | None]:
    """Return the insured home of each customer, by relation number: policies that are not in this batch count too."""
    terms_of: dict[str, dict[str, Sequence[PolicyTerms]]] = {relation_number_of(number): {} for number in wanted}
    await customers.lock(work.connection, relation_numbers=terms_of.keys())
    known = await terms.current_of_customers(work.connection, relation_numbers=terms_of.keys())
    for policy_number, policy_terms in {**known, **wanted}.items():
        terms_of[relation_number_of(policy_number)][policy_number] = policy_terms
    today = dutch_day(work.now)
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


async def _owners(policy_numbers: Collection[str], work: Work) -> dict[str, UUID]:
    """Return the customer id of each policy, by policy number."""
    relation_numbers = {number: relation_number_of(number) for number in policy_numbers}
    ids = await customers.ids(work.connection, relation_numbers=set(relation_numbers.values()))
    return {policy_number: ids[relation_number] for policy_number, relation_number in relation_numbers.items()}


def _tell(
    contacts: Sequence[ContactChanged],
    *,
    known: Mapping[str, PolicyChanged],
    changed: Mapping[str, PolicyChanged],
    work: Work,
) -> None:
    """Have new customers welcomed, and others told about what is new or changed of their insurances."""
    welcomed = {contact.customer_id for contact in contacts if contact.version == 1}
    for contact in contacts:
        if contact.customer_id in welcomed:
            ask_to_tell(
                work,
                customer_id=contact.customer_id,
                relation_number=contact.relation_number,
                occasion=Occasion.WELCOME,
                trace=None,
            )
    for number, policy in changed.items():
        if policy.customer_id not in welcomed:
            occasion = Occasion.POLICY_CHANGED if number in known else Occasion.POLICY_ADDED
            tell(work, policy, occasion, effective_on=_first_changed_day(policy, known.get(number)), trace=None)


def _first_changed_day(policy: PolicyChanged, known: PolicyChanged | None) -> date:
    """Return from when a policy is another than it was: what is different then was not on record as it is."""
    before = set(known.terms) if known else set()
    return next((period.effective_on for period in policy.terms if period not in before), policy.terms[-1].effective_on)
