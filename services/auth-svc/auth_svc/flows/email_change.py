"""Another e-mail address: asked for by who has just shown who it is, and taken when its mailbox has shown a link."""

from __future__ import annotations

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import CONFIRMATION_LIFETIME
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows import links, undo
from auth_svc.flows.asked import What, answer_later
from auth_svc.flows.authenticators import usable_account_locked
from auth_svc.flows.limits import mail_takes_to_new_address, take
from auth_svc.flows.links import LinkPurpose
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import account_access, account_changes, accounts
from auth_svc.repository import undo as snapshots
from auth_svc.repository.accounts import Account
from auth_svc.repository.asked import Asked
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

_PAGE = "/email"


async def ask_for_email(
    work: Work, parts: Parts, account: Account, email: str, *, origin: Origin, trace: Trace | None
) -> Refusal | None:
    """Let a link be mailed to the new address, in lower case. `account` is locked; its customer has shown who it is.

    What another account has, or may get back, is answered in the same way and time, and gets no mail.
    """
    if refusal := await take(
        work, parts, mail_takes_to_new_address(email), origin=origin, account_id=account.account_id, trace=trace
    ):
        return refusal
    await record(
        work, SecurityEvent.EMAIL_CHANGE_REQUESTED, account_id=account.account_id, address=origin.address, trace=trace
    )
    await answer_later(
        work,
        What.EMAIL_CHANGE,
        email=email,
        relation_number=account.relation_number,
        account_version=account.version,
        origin=origin,
        trace=trace,
    )
    return None


async def mail_link(work: Work, parts: Parts, question: Asked, *, trace: Trace | None) -> None:
    """Mail a link to the address that a customer has asked for, if it is free and their account as it was then."""
    account = await usable_account_locked(work, question.relation_number or "")
    if account is None or account.version != question.account_version or question.email == account.email:
        return
    if not await _is_free(work, account, question.email):
        return
    link = await links.new_link(
        work,
        purpose=LinkPurpose.CHANGE_EMAIL,
        valid_for=CONFIRMATION_LIFETIME,
        account_id=account.account_id,
        email=question.email,
    )
    to, occasion = Addressee.of(account, email=question.email), Occasion.EMAIL_CONFIRMATION_REQUESTED
    request_message(work, parts, to, occasion, path=f"{_PAGE}#{link}", valid_for=CONFIRMATION_LIFETIME, trace=trace)


async def confirm_email(work: Work, parts: Parts, link: str, *, origin: Origin, trace: Trace | None) -> Refusal | None:
    """Change the address to the one that the link was mailed to; who had the one before gets a link that undoes it."""
    found = await links.look_at(work, link, LinkPurpose.CHANGE_EMAIL)
    if found is None or found.account_id is None:
        return Refusal(Reason.LINK_OVER)
    account = await account_access.locked_with_logins(work.connection, account_id=found.account_id)
    used = await links.use(work, link, LinkPurpose.CHANGE_EMAIL)
    if account is None or account.suspended_at or used is None or used.email is None:
        return Refusal(Reason.LINK_OVER)
    if not await _is_free(work, account, used.email):
        return Refusal(Reason.ADDRESS_TAKEN)
    await undo.before_change(work, parts, account, Occasion.EMAIL_CHANGED, trace=trace)
    await account_changes.set_email(work.connection, account_id=account.account_id, email=used.email)
    await record(work, SecurityEvent.EMAIL_CHANGED, account_id=account.account_id, address=origin.address, trace=trace)
    return None


async def _is_free(work: Work, account: Account, email: str) -> bool:
    """Whether the account may take the address; nobody else does so until the end of the transaction."""
    if await snapshots.is_reserved(work.connection, email=email, now=work.now, but=account.account_id):
        return False
    return await accounts.with_email(work.connection, email=email) is None
