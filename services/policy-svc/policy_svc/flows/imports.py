"""Stores and publishes what imported policies say, where it is new or different."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.unit_of_work import Work
from contracts.message_requests import Occasion
from contracts.policy import ContactChanged, PolicyChanged, PolicyKind, PolicyTerms
from contracts.vocabulary import PostalAddress
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.imported import completed, version_not_known_to
from policy_svc.domain.policy import in_one_form, next_version, relation_number_of
from policy_svc.domain.postal_address import address_left_out
from policy_svc.domain.renewal import next_renewal
from policy_svc.domain.timeline import first_difference
from policy_svc.domain.versions import CustomerVersionReason, LastVersions, VersionReason
from policy_svc.flows.on_record import put_import_on_record
from policy_svc.flows.versions import record, tell
from policy_svc.policy_file.lines import NOT_RECORDED_YET, NumberedLine, Policyholder, PolicyLine, RejectedLine
from policy_svc.repository import customers, policies, terms

_UNDOES: Final = (
    "{field}: the {what} was changed here meanwhile and is at version {version}; the line would undo that. Export it "
    "again and correct what it is now, or import with --overwrite"
)


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


class CameBetweenError(Exception):
    """A customer or policy came to be that was not there to be locked. Nothing is stored: store the lines again."""


async def store(
    lines: Sequence[NumberedLine], *, work: Work, tell_customers: bool = False, overwrite: bool = False
) -> Stored:
    """Store and publish what is new or different in `lines`, and return how much that was.

    A line that would undo what was changed here since it was made is rejected, unless it is to `overwrite` that.
    Customers are locked before policies, each in the order of their numbers, so that concurrent imports cannot
    deadlock.

    Raises:
        CameBetweenError: somebody else stored one of them first, and this transaction must end.
    """
    holders = await customers.lock(
        work.connection, relation_numbers={relation_number_of(line.policy.policy_number) for line in lines}
    )
    known = await policies.lock(work.connection, policy_numbers=[line.policy.policy_number for line in lines])
    last_of_customers = await customers.last_versions(work.connection, relation_numbers=holders)
    last_of_policies = await policies.last_versions(work.connection, policy_numbers=known)
    accepted, rejected = _sorted_out(lines, {line.line_number: _of_another_kind(line, known) for line in lines})
    terms_of = {line.line_number: line.policy.terms_recorded(NOT_RECORDED_YET) for line in accepted}
    if not overwrite:
        undoing_policies = _undoing_policies(accepted, terms_of, known, last_of_policies, today=dutch_day(work.now))
        accepted, undoing = _sorted_out(accepted, undoing_policies)
        rejected += undoing
    addresses = await _addresses_left_out(_wanted(accepted, terms_of), holders={} if overwrite else holders, work=work)
    contacts = _customers(accepted, addresses=addresses, known=holders)
    if not overwrite:
        accepted, undoing = _sorted_out(accepted, _undoing_customers(accepted, contacts, holders, last_of_customers))
        rejected += undoing
    if not accepted:
        return Stored(rejected=rejected)
    knowing = () if overwrite else accepted
    corrected_customers = {
        relation_number_of(line.policy.policy_number) for line in knowing if line.policy.policyholder.version
    }
    saved = await _save_customers(accepted, contacts, corrected=corrected_customers & holders.keys(), work=work)
    wanted = _wanted(accepted, terms_of)
    owners = _owners(wanted, holders=holders, saved=saved)
    kinds = {line.policy.policy_number: line.policy.kind_of(wanted[line.policy.policy_number]) for line in accepted}
    before = {number: known[number] for number in wanted.keys() & known}
    changed = await _save_policies(
        wanted,
        known=before,
        owners=owners,
        kinds=kinds | {number: policy.kind for number, policy in before.items()},
        corrected={line.policy.policy_number for line in knowing if line.policy.version} & known.keys(),
        work=work,
    )
    await _save_told(
        [line.policy for line in accepted],
        last_of_policies=_without(last_of_policies, changed.keys()),
        last_of_customers=_without(last_of_customers, {contact.relation_number for contact in saved}),
        overwrite=overwrite,
        work=work,
    )
    await put_import_on_record(work, contacts=saved, policies=list(changed.values()))
    if tell_customers:
        _tell(saved, known=before, changed=changed, work=work)
    return Stored(policies=len(changed), customers=len(saved), rejected=rejected)


def _sorted_out(
    lines: Sequence[NumberedLine], reasons: Mapping[int, str | None]
) -> tuple[Sequence[NumberedLine], tuple[RejectedLine, ...]]:
    """Return the lines without those for whose number there is a reason, and these with it."""
    told = [(line, reasons.get(line.line_number)) for line in lines]
    rejected = tuple(RejectedLine(line.line_number, reason) for line, reason in told if reason is not None)
    return [line for line, reason in told if reason is None], rejected


def _of_another_kind(line: NumberedLine, known: Mapping[str, PolicyChanged]) -> str | None:
    policy = known.get(line.policy.policy_number)
    if policy is None or line.policy.is_of_kind(policy.kind):
        return None
    return f"kind: the policy is on record as {policy.kind}, which does not change"


def _wanted(
    lines: Sequence[NumberedLine], terms_of: Mapping[int, tuple[PolicyTerms, ...]]
) -> Mapping[str, tuple[PolicyTerms, ...]]:
    """Return the terms of policies by their numbers, from those of lines; the last line of a policy counts."""
    return {line.policy.policy_number: terms_of[line.line_number] for line in lines}


def _undoing_policies(
    lines: Sequence[NumberedLine],
    terms_of: Mapping[int, tuple[PolicyTerms, ...]],
    known: Mapping[str, PolicyChanged],
    last_of: Mapping[str, LastVersions],
    *,
    today: date,
) -> Mapping[int, str | None]:
    """Return why lines are rejected, by their numbers, that would undo a change of their policies: `known` now."""
    reasons = {}
    for line in lines:
        policy = known.get(line.policy.policy_number)
        if policy is None:
            continue
        version = version_not_known_to(last_of[policy.policy_number], version=line.policy.version)
        if version is not None and _next_of(policy, terms_of[line.line_number], today=today) is not None:
            reasons[line.line_number] = _UNDOES.format(field="version", what="policy", version=version)
    return reasons


def _undoing_customers(
    lines: Sequence[NumberedLine],
    contacts: Mapping[str, ContactChanged],
    holders: Mapping[str, ContactChanged],
    last_of: Mapping[str, LastVersions],
) -> Mapping[int, str | None]:
    """Return why lines are rejected, by their numbers, that would undo a change of their customers: `holders` now."""
    reasons = {}
    for line in lines:
        holder = holders.get(relation_number_of(line.policy.policy_number))
        if holder is None:
            continue
        told = line.policy.policyholder
        version = version_not_known_to(last_of[holder.relation_number], version=told.version)
        wanted = replace(contacts[holder.relation_number], customer_id=holder.customer_id, version=holder.version)
        if not _says_where_letters_go(told):
            wanted = replace(wanted, postal_address=holder.postal_address)
        if version is not None and wanted != holder:
            reasons[line.line_number] = _UNDOES.format(field="policyholder.version", what="customer", version=version)
    return reasons


async def _save_told(
    lines: Sequence[PolicyLine],
    *,
    last_of_policies: Mapping[str, LastVersions],
    last_of_customers: Mapping[str, LastVersions],
    overwrite: bool,
    work: Work,
) -> None:
    """Store that lines told policies and customers again that did not change now: what they tell next was made later.

    A line that names the version is no file of the administration, unless it is to `overwrite` whatever was changed.
    """
    told_policies = {line.policy_number for line in lines if overwrite or line.version is None}
    told_customers = {
        relation_number_of(line.policy_number) for line in lines if overwrite or line.policyholder.version is None
    }
    await policies.save_told(work.connection, policy_numbers=_not_told_yet(told_policies, last_of_policies))
    await customers.save_told(work.connection, relation_numbers=_not_told_yet(told_customers, last_of_customers))


def _without(last_of: Mapping[str, LastVersions], numbers: AbstractSet[str]) -> Mapping[str, LastVersions]:
    return {number: last for number, last in last_of.items() if number not in numbers}


def _not_told_yet(told: AbstractSet[str], last_of: Mapping[str, LastVersions]) -> AbstractSet[str]:
    return {
        number for number in told & last_of.keys() if version_not_known_to(last_of[number], version=None) is not None
    }


async def _save_customers(
    lines: Sequence[NumberedLine],
    contacts: Mapping[str, ContactChanged],
    *,
    corrected: AbstractSet[str],
    work: Work,
) -> Sequence[ContactChanged]:
    """Store the customers; return those that are new or changed. Those `corrected` are known, and locked."""
    numbers = dict.fromkeys(relation_number_of(line.policy.policy_number) for line in lines)
    changed: list[ContactChanged] = []
    for reason, of_reason in (
        (CustomerVersionReason.CORRECTED, [number for number in numbers if number in corrected]),
        (CustomerVersionReason.IMPORTED, [number for number in numbers if number not in corrected]),
    ):
        if of_reason:
            changed += await customers.save(
                work.connection,
                customers=[contacts[number] for number in of_reason],
                reason=reason,
                made_by="command",
                recorded_at=work.now,
            )
    work.publish(*changed, trace=None)
    return changed


async def _save_policies(
    wanted: Mapping[str, Sequence[PolicyTerms]],
    *,
    known: Mapping[str, PolicyChanged],
    owners: Mapping[str, UUID],
    kinds: Mapping[str, PolicyKind],
    corrected: AbstractSet[str],
    work: Work,
) -> Mapping[str, PolicyChanged]:
    """Store the policies, of which those are locked that are `known`; return those that have another version now."""
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
    if owners.keys() - new - known.keys():
        raise CameBetweenError
    recorded_at = await policies.moment_of_change(work.connection, policy_numbers=known, now=work.now)
    versions = [
        _next_version(
            known.get(number), number, periods, owner=owners[number], kind=kinds[number], today=today, at=recorded_at
        )
        for number, periods in wanted.items()
    ]
    changed = {version.policy_number: version for version in versions if version is not None}
    for reason, of_reason in (
        (VersionReason.CORRECTED, changed.keys() & corrected),
        (VersionReason.IMPORTED, changed.keys() - corrected),
    ):
        await record(
            work,
            known=known,
            changed={number: policy for number, policy in changed.items() if number in of_reason},
            reason=reason,
            made_by="command",
            recorded_at=recorded_at,
            trace=None,
        )
    return changed


def _next_version(
    known: PolicyChanged | None,
    policy_number: str,
    periods: Sequence[PolicyTerms],
    *,
    owner: UUID,
    kind: PolicyKind,
    today: date,
    at: datetime,
) -> PolicyChanged | None:
    whole = completed(kind, periods, known=known.terms if known else (), today=today)
    return next_version(
        known,
        policy_number=policy_number,
        customer_id=owner,
        kind=kind,
        wanted=[replace(period, recorded_at=at) for period in whole],
    )


def _next_of(policy: PolicyChanged, periods: Sequence[PolicyTerms], *, today: date) -> PolicyChanged | None:
    """Return what `periods` would make of a policy that is known; None when they say what is on record."""
    return _next_version(
        policy,
        policy.policy_number,
        periods,
        owner=policy.customer_id,
        kind=policy.kind,
        today=today,
        at=NOT_RECORDED_YET,
    )


async def _addresses_left_out(
    wanted: Mapping[str, Sequence[PolicyTerms]], *, holders: Mapping[str, ContactChanged], work: Work
) -> Mapping[str, PostalAddress | None]:
    """Return where letters go to each customer whose file names no address, by relation number.

    That is to the insured home, of policies that are not in this batch, too; or where they go now, to those of the
    `holders` who gave that address here. The caller holds the customers' locks.
    """
    terms_of: dict[str, dict[str, Sequence[PolicyTerms]]] = {relation_number_of(number): {} for number in wanted}
    known = await terms.current_of_customers(work.connection, relation_numbers=terms_of.keys())
    for policy_number, policy_terms in {**known, **wanted}.items():
        terms_of[relation_number_of(policy_number)][policy_number] = policy_terms
    brought_by = await customers.addresses_brought_by(work.connection, relation_numbers=holders.keys() & terms_of)
    today = dutch_day(work.now)
    return {
        relation_number: address_left_out(
            policies,
            present=holders[relation_number].postal_address if relation_number in holders else None,
            brought_by=brought_by.get(relation_number),
            on=today,
        )
        for relation_number, policies in terms_of.items()
    }


def _says_where_letters_go(holder: Policyholder) -> bool:
    """Whether a file says it. One that names the version of a customer says all: without an address there is none."""
    return holder.postal_address is not None or holder.version is not None


def _customers(
    lines: Sequence[NumberedLine],
    *,
    addresses: Mapping[str, PostalAddress | None],
    known: Mapping[str, ContactChanged],
) -> Mapping[str, ContactChanged]:
    """Return every policyholder by relation number, in version 1 and with a new id, as they are stored when not known.

    `addresses` are where letters go to customers whose file does not say it. How those who are `known` do not want to
    be told no file says.
    """
    holders = {relation_number_of(line.policy.policy_number): line.policy.policyholder for line in lines}
    return {
        relation_number: ContactChanged(
            customer_id=uuid7(),
            version=1,
            relation_number=relation_number,
            name=holder.name,
            email=holder.email,
            mobile_phone=holder.mobile_phone,
            postal_address=(holder.postal_address if _says_where_letters_go(holder) else addresses[relation_number]),
            language=holder.language,
            unwanted_channels=known[relation_number].unwanted_channels if relation_number in known else (),
        )
        for relation_number, holder in holders.items()
    }


def _owners(
    policy_numbers: Collection[str], *, holders: Mapping[str, ContactChanged], saved: Sequence[ContactChanged]
) -> dict[str, UUID]:
    """Return the customer id of each policy: of one of the `holders` that were locked, or of one that is new.

    Raises:
        CameBetweenError: somebody else stored a customer who was none of the `holders`.
    """
    new = {contact.relation_number: contact for contact in saved if contact.version == 1}
    owners = {
        number: holders.get(relation_number_of(number), new.get(relation_number_of(number)))
        for number in policy_numbers
    }
    found = {number: owner.customer_id for number, owner in owners.items() if owner is not None}
    if len(found) < len(owners):
        raise CameBetweenError
    return found


def _tell(
    contacts: Sequence[ContactChanged],
    *,
    known: Mapping[str, PolicyChanged],
    changed: Mapping[str, PolicyChanged],
    work: Work,
) -> None:
    """Have new customers welcomed by their first policy, and all told about what else is new or changed."""
    to_welcome = {contact.customer_id for contact in contacts if contact.version == 1}
    for number, policy in sorted(changed.items()):
        before = known[number].terms if number in known else ()
        day = _first_day_that_differs(before, policy.terms)
        if policy.customer_id in to_welcome:
            to_welcome.remove(policy.customer_id)
            occasion = Occasion.WELCOME
        else:
            occasion = Occasion.POLICY_CHANGED if before else Occasion.POLICY_ADDED
        if day is not None:
            tell(work, policy, occasion, effective_on=day, trace=None)


def _first_day_that_differs(before: Sequence[PolicyTerms], after: Sequence[PolicyTerms]) -> date | None:
    """Return from when something else is insured, or only costs something else; None when it says the same.

    Where a home lies on the map is nothing that a customer is told.
    """
    was, becomes = ([_without_position(in_one_form(period)) for period in terms] for terms in (before, after))
    return first_difference(_without_premiums(was), _without_premiums(becomes)) or first_difference(was, becomes)


def _without_position(period: PolicyTerms) -> PolicyTerms:
    return period if period.home is None else replace(period, home=replace(period.home, location=None))


def _without_premiums(terms: Sequence[PolicyTerms]) -> Sequence[PolicyTerms]:
    return [replace(period, premium=None) for period in terms]
