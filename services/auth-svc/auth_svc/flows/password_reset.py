"""A customer chooses a new password, by a link that is mailed to the account's address. It replaces no second step."""

from __future__ import annotations

from uuid import UUID

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import RESET_LINK_LIFETIME
from auth_svc.domain.password_rules import context_words, fault_of
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows import devices, links, wrong_passwords
from auth_svc.flows.asked import may_mail
from auth_svc.flows.links import LinkPurpose
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import account_access, account_changes, accounts, undo
from auth_svc.repository.accounts import Account
from auth_svc.repository.asked import Asked
from auth_svc.repository.devices import Device
from chassis.unit_of_work import Trace, Work
from contracts.access import Role
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

_PAGE = "/reset-password"


async def mail_link(work: Work, parts: Parts, question: Asked, *, trace: Trace | None) -> None:
    """Mail a link to the customer who has an account with this address. Staff are invited anew instead."""
    account = await accounts.with_email(work.connection, email=question.email)
    await record(
        work,
        SecurityEvent.PASSWORD_RESET_REQUESTED,
        account_id=account.account_id if account else None,
        address=question.address,
        trace=trace,
    )
    if account is None or not _may_reset(account) or not await may_mail(work, parts, question, trace=trace):
        return
    # Before its links, as whoever follows one does: so neither of the two waits for the other in vain.
    await accounts.locked(work.connection, account_id=account.account_id)
    secret = await links.new_link(
        work,
        purpose=LinkPurpose.RESET_PASSWORD,
        account_id=account.account_id,
        email=account.email,
        valid_for=RESET_LINK_LIFETIME,
    )
    request_message(
        work,
        parts,
        Addressee.of(account),
        Occasion.PASSWORD_RESET_REQUESTED,
        path=f"{_PAGE}#{secret}",
        valid_for=RESET_LINK_LIFETIME,
        trace=trace,
    )


async def choose_password(
    work: Work, parts: Parts, *, link: str, password: str, origin: Origin, trace: Trace | None
) -> str | Refusal:
    """Change the password, let nobody stay in who is in, and return the secret by which this browser is remembered.

    Only so far back that a thief's ways in are closed: what was added to the account since a change that can still be
    undone goes, the second step stays, and with it the number that codes go to.
    """
    seen = await links.look_at(work, link, LinkPurpose.RESET_PASSWORD)
    if seen is None or seen.account_id is None or seen.email is None:
        return Refusal(Reason.LINK_OVER)
    found = await accounts.with_id(work.connection, account_id=seen.account_id)
    words = context_words(email=seen.email, relation_number=found.relation_number if found else None)
    if fault := fault_of(password, words):
        return Refusal(fault)
    device = await devices.known_device(work, seen.account_id, origin)
    account = await _locked(work, parts, account_id=seen.account_id, email=seen.email, device=device)
    if account is None or await links.use(work, link, LinkPurpose.RESET_PASSWORD) is None:
        return Refusal(Reason.LINK_OVER)
    account_id = account.account_id
    await account_access.end_everything(work.connection, account_id=account_id)
    if snapshot := await undo.of_account(work.connection, account_id=account_id, now=work.now):
        await undo.remove_authenticators_since(work.connection, account_id=account_id, since=snapshot.since)
    password_hash = await parts.passwords.hash(password)
    await account_changes.set_password(work.connection, account_id=account_id, password_hash=password_hash)
    await record(work, SecurityEvent.PASSWORD_RESET, account_id=account_id, address=origin.address, trace=trace)
    request_message(work, parts, Addressee.of(account), Occasion.PASSWORD_CHANGED, trace=trace)
    return await devices.remember_after_reset(work, account_id, device, origin=origin, trace=trace)


async def _locked(work: Work, parts: Parts, *, account_id: UUID, email: str, device: Device | None) -> Account | None:
    """Return the account, locked behind what is counted of wrong passwords; None when `email` is its address no more.

    Links are locked behind accounts: the link was only looked at before, and is used behind this.
    """
    await wrong_passwords.forgive(work, parts, email=email, device=device)
    account = await account_access.locked_with_logins(work.connection, account_id=account_id)
    return account if account and _may_reset(account) and account.email == email else None


def _may_reset(account: Account) -> bool:
    return account.role is Role.CUSTOMER and account.suspended_at is None
