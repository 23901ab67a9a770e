"""Makes a policy of a quote that is accepted: once, for a new customer or for one who has others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec.structs import replace

from chassis.unit_of_work import Trace, Work
from contracts.message_requests import Occasion
from contracts.policy import ContactChanged, PolicyChanged, PolicyTerms
from policy_svc.domain.acceptance import Refusal, refusals
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.policy import free_policy_number, in_one_form
from policy_svc.domain.versions import VersionReason
from policy_svc.flows.quotes import keep_refused
from policy_svc.flows.versions import record, tell
from policy_svc.products import PRODUCTS
from policy_svc.repository import customers, policies, quotes
from policy_svc.repository.quotes import Quote


class NotAccepted(StrEnum):
    """Why a quote is not accepted."""

    UNKNOWN_QUOTE = "unknown_quote"
    UNKNOWN_CUSTOMER = "unknown_customer"
    EXPIRED = "expired"
    ACCEPTED_BEFORE = "accepted_before"
    TOO_MANY_POLICIES = "too_many_policies"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRefused:
    """By these rules the home is not accepted any more."""

    refusals: tuple[Refusal, ...]


async def accept_as_new_customer(
    work: Work, *, quote_id: UUID, person: ContactChanged, made_by: str, trace: Trace | None
) -> PolicyChanged | NotAccepted | HomeRefused:
    """Make a customer of `person`, whose relation number is given here, and a policy of the quote."""
    quote = await _open_quote(work, quote_id)
    if not isinstance(quote, Quote):
        return quote
    customer = await customers.insert_new(work.connection, person=person, made_by=made_by, recorded_at=work.now)
    work.publish(customer, trace=trace)
    return await _insure(work, quote, customer, occasion=Occasion.WELCOME, made_by=made_by, trace=trace)


async def accept_as_customer(
    work: Work, *, quote_id: UUID, relation_number: str, made_by: str, trace: Trace | None
) -> PolicyChanged | NotAccepted | HomeRefused:
    """Make a policy of the quote for a customer, who is looked for first: of nobody, no refusal is kept."""
    holders = await customers.lock(work.connection, relation_numbers=[relation_number])
    if relation_number not in holders:
        return NotAccepted.UNKNOWN_CUSTOMER
    quote = await _open_quote(work, quote_id)
    if not isinstance(quote, Quote):
        return quote
    customer = holders[relation_number]
    return await _insure(work, quote, customer, occasion=Occasion.POLICY_ADDED, made_by=made_by, trace=trace)


async def _open_quote(work: Work, quote_id: UUID) -> Quote | NotAccepted | HomeRefused:
    """Return the quote, locked, when it can be accepted now. The rules may be others than when it was made."""
    quote = await quotes.lock(work.connection, quote_id=quote_id)
    if quote is None:
        return NotAccepted.UNKNOWN_QUOTE
    if quote.policy_number is not None:
        return NotAccepted.ACCEPTED_BEFORE
    if work.now >= quote.valid_until:
        return NotAccepted.EXPIRED
    found = refused_home(quote.terms, is_private=True, on=_begins_on(work, quote))
    if not found:
        return quote
    await keep_refused(work, quote.kind, quote.terms, found)
    return HomeRefused(refusals=found)


def refused_home(terms: PolicyTerms, *, is_private: bool, on: date) -> tuple[Refusal, ...]:
    """Return every rule by which the home of new terms, if they have one, cannot be insured from a day on."""
    if terms.home is None:
        return ()
    return refusals(terms.home, policyholder_is_private=is_private, insured_since=None, on=on)


def _begins_on(work: Work, quote: Quote) -> date:
    """Return the day that was asked for; when it has come, the first on which what happened before is not insured."""
    product = PRODUCTS.current(quote.kind, dutch_day(work.now))
    return max(quote.terms.effective_on, dutch_day(work.now) + timedelta(days=product.changes_from_days))


async def _insure(
    work: Work, quote: Quote, customer: ContactChanged, *, occasion: Occasion, made_by: str, trace: Trace | None
) -> PolicyChanged | NotAccepted:
    code = PRODUCTS.current(quote.kind, dutch_day(work.now)).kinds[quote.kind].policy_code
    taken = await policies.numbers_of(work.connection, customer_id=customer.customer_id)
    number = free_policy_number(customer.relation_number, code, taken=taken)
    if number is None:
        return NotAccepted.TOO_MANY_POLICIES
    owners, kinds = {number: customer.customer_id}, {number: quote.kind}
    await policies.insert(work.connection, owners=owners, kinds=kinds, recorded_at=work.now)
    terms = replace(in_one_form(quote.terms), effective_on=_begins_on(work, quote), recorded_at=work.now)
    policy = PolicyChanged(
        policy_number=number, version=1, customer_id=customer.customer_id, kind=quote.kind, terms=(terms,)
    )
    await record(
        work,
        known={},
        changed={number: policy},
        reason=VersionReason.APPLIED,
        made_by=made_by,
        recorded_at=work.now,
        trace=trace,
    )
    await quotes.accept(work.connection, quote_id=quote.quote_id, policy_number=number)
    tell(work, policy, occasion, effective_on=terms.effective_on, trace=trace)
    return policy
