"""A customer gets an account: by relation number and the e-mail address we know, then by the link mailed to it."""

from __future__ import annotations

from uuid_utils.compat import uuid7

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import LINK_LIFETIME
from auth_svc.domain.password_rules import context_words, fault_of
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows import links, wrong_passwords
from auth_svc.flows.asked import may_mail
from auth_svc.flows.links import LinkPurpose
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import accounts, customers, undo
from auth_svc.repository.accounts import Account
from auth_svc.repository.asked import Asked
from auth_svc.repository.customers import Customer
from auth_svc.repository.links import Link
from chassis.unit_of_work import Trace, Work
from contracts.access import Role
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

_PAGE = "/activate"


async def mail_link(work: Work, parts: Parts, question: Asked, *, trace: Trace | None) -> None:
    """Mail a link to the customer who was named, at the address we know; nothing to who has an account."""
    await record(work, SecurityEvent.ACTIVATION_REQUESTED, address=question.address, trace=trace)
    customer = await customers.reached_at(
        work.connection, relation_number=question.relation_number or "", email=question.email
    )
    if customer is None or not await _may_activate(work, customer):
        return
    if not await may_mail(work, parts, question, trace=trace):
        return
    secret = await links.new_link(
        work,
        purpose=LinkPurpose.ACTIVATE,
        customer_id=customer.customer_id,
        email=customer.email,
        valid_for=LINK_LIFETIME,
    )
    addressee = Addressee(
        customer_id=customer.customer_id, relation_number=customer.relation_number, email=customer.email
    )
    request_message(
        work,
        parts,
        addressee,
        Occasion.ACTIVATION_REQUESTED,
        path=f"{_PAGE}#{secret}",
        valid_for=LINK_LIFETIME,
        trace=trace,
    )


async def activate(
    work: Work, parts: Parts, *, link: str, password: str, origin: Origin, trace: Trace | None
) -> Account | Refusal:
    """Make the account of the customer whom the link was mailed to, with a mobile number that is not confirmed yet."""
    seen = await links.look_at(work, link, LinkPurpose.ACTIVATE)
    customer = None if seen is None else await _still_reached(work, seen)
    if customer is None or customer.email is None:
        return Refusal(Reason.LINK_OVER)
    if fault := fault_of(password, context_words(email=customer.email, relation_number=customer.relation_number)):
        return Refusal(fault)
    await wrong_passwords.forgive(work, parts, email=customer.email)
    # The address is locked before the link, as by who mails a newer one.
    if not await _may_activate(work, customer) or await links.use(work, link, LinkPurpose.ACTIVATE) is None:
        return Refusal(Reason.LINK_OVER)
    account = Account(
        account_id=uuid7(),
        role=Role.CUSTOMER,
        relation_number=customer.relation_number,
        customer_id=customer.customer_id,
        email=customer.email,
        mobile_phone=customer.mobile_phone,
        mobile_phone_confirmed=False,
        password_hash=await parts.passwords.hash(password),
        totp_secret=None,
        totp_added_at=None,
        totp_last_step=None,
        suspended_at=None,
        activated_at=work.now,
        version=1,
    )
    if not await accounts.add(work.connection, account=account):
        return Refusal(Reason.LINK_OVER)
    await record(
        work, SecurityEvent.ACCOUNT_ACTIVATED, account_id=account.account_id, address=origin.address, trace=trace
    )
    request_message(work, parts, Addressee.of(account), Occasion.ACTIVATED, trace=trace)
    return account


async def _still_reached(work: Work, link: Link) -> Customer | None:
    """Return whose link it is, unless we know them by another address by now: then another mailbox is theirs."""
    assert link.customer_id is not None  # noqa: S101 - links of this purpose are of customers
    customer = await customers.with_id(work.connection, customer_id=link.customer_id)
    return customer if customer is not None and customer.email == link.email else None


async def _may_activate(work: Work, customer: Customer) -> bool:
    """Whether there is no account yet, and nobody has, or may get back, the customer's address."""
    assert customer.email is not None  # noqa: S101 - they were found by it
    connection = work.connection
    return (
        await accounts.of_relation(connection, relation_number=customer.relation_number) is None
        and await accounts.with_email(connection, email=customer.email) is None
        and not await undo.is_reserved(connection, email=customer.email, now=work.now)
    )
