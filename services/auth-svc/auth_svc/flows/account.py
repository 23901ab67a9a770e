"""The password and the devices of an account."""

from __future__ import annotations

from uuid import UUID

from auth_svc.domain.origin import Origin
from auth_svc.domain.password_rules import context_words, fault_of
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.flows.wrong_passwords import account_by_password
from auth_svc.parts import Parts
from auth_svc.repository import account_access, account_changes, accounts, devices
from auth_svc.repository.accounts import Account
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion


async def change_password(
    work: Work,
    parts: Parts,
    *,
    relation_number: str,
    current: str,
    chosen: str,
    origin: Origin,
    trace: Trace | None,
) -> Refusal | None:
    """Change the password of who knows the one there is, and end all use. Call it within the gate for passwords.

    Wrong ones count as they do at a login: a session alone is no way to guess on.
    """
    account = await accounts.of_relation(work.connection, relation_number=relation_number)
    if account is None:
        return Refusal(Reason.WRONG_CREDENTIALS)
    words = context_words(email=account.email, relation_number=relation_number)
    if fault := fault_of(chosen, words):
        return Refusal(fault)
    known = await account_by_password(work, parts, email=account.email, password=current, origin=origin, trace=trace)
    if known is None or known.account_id != account.account_id:
        return Refusal(Reason.WRONG_CREDENTIALS)
    password_hash = await parts.passwords.hash(chosen)
    locked = await account_access.locked_with_logins(work.connection, account_id=account.account_id)
    if locked is None or locked.password_hash != known.password_hash:
        return Refusal(Reason.WRONG_CREDENTIALS)  # another one was chosen meanwhile
    await account_changes.set_password(work.connection, account_id=account.account_id, password_hash=password_hash)
    await account_access.end_use(work.connection, account_id=account.account_id)
    await record(
        work, SecurityEvent.PASSWORD_CHANGED, account_id=account.account_id, address=origin.address, trace=trace
    )
    request_message(work, parts, Addressee.of(locked), Occasion.PASSWORD_CHANGED, trace=trace)
    return None


async def forget_device(
    work: Work, *, relation_number: str, device_id: UUID, origin: Origin, trace: Trace | None
) -> bool:
    """Forget a device with its PIN and end its sessions; return whether the account had such a one."""
    account = await account_locked_with_logins(work, relation_number)
    if account is None or not await devices.forget_with_sessions(
        work.connection, account_id=account.account_id, device_id=device_id
    ):
        return False
    await record(
        work, SecurityEvent.DEVICE_FORGOTTEN, account_id=account.account_id, address=origin.address, trace=trace
    )
    return True


async def account_locked_with_logins(work: Work, relation_number: str) -> Account | None:
    """Return the account of a customer, suspended or not, locked with its open logins."""
    found = await accounts.of_relation(work.connection, relation_number=relation_number)
    return found and await account_access.locked_with_logins(work.connection, account_id=found.account_id)
