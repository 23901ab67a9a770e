"""Another mobile number: asked for by who has just shown who it is, and taken when its phone has shown a code."""

from __future__ import annotations

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import CODE_LIFETIME, CODE_TRIES
from auth_svc.domain.phone_numbers import is_mobile, normalised
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.secrets import new_code
from auth_svc.flows import undo
from auth_svc.flows.account import account_locked_with_logins
from auth_svc.flows.limits import sms_takes, take
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import account_access, account_changes, phone_changes
from auth_svc.repository.accounts import Account
from auth_svc.repository.phone_changes import PhoneChange
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

_CODE = "phone code"


async def may_send_code(
    work: Work, parts: Parts, account: Account, written: str, *, origin: Origin, trace: Trace | None
) -> str | Refusal:
    """Return the number as it is stored, when a code may go to it. Asked before the account is locked."""
    number = normalised(written)
    if number is None or not is_mobile(number):
        return Refusal(Reason.NOT_A_MOBILE_PHONE)
    takes = sms_takes(parts, account.account_id, number, is_bound=False, origin=origin)
    refusal = await take(work, parts, takes, origin=origin, account_id=account.account_id, trace=trace)
    return refusal or number


async def ask_for_number(
    work: Work, parts: Parts, account: Account, number: str, *, origin: Origin, trace: Trace | None
) -> None:
    """Send a code to the new number. `account` is locked, and its customer has shown who it is."""
    code = new_code()
    change = PhoneChange(
        account_id=account.account_id,
        mobile_phone=number,
        code_digest=parts.digests.of(_CODE, _bound(account, code)),
        tries=0,
        expires_at=work.now + CODE_LIFETIME,
    )
    await phone_changes.replace(work.connection, change=change)
    await record(
        work,
        SecurityEvent.CODE_SENT,
        account_id=account.account_id,
        address=origin.address,
        trace=trace,
        method="new_number",
    )
    to = Addressee.of(account, mobile_phone=number)
    request_message(work, parts, to, Occasion.PHONE_CODE_REQUESTED, code=code, trace=trace)


async def confirm_number(
    work: Work, parts: Parts, *, relation_number: str, code: str, origin: Origin, trace: Trace | None
) -> Refusal | None:
    """Take the number whose phone has received `code`. One wrong code more than five, and all begins again."""
    account = await account_locked_with_logins(work, relation_number)
    if account is None or account.suspended_at is not None:
        return Refusal(Reason.NOTHING_TO_CONFIRM)
    change = await phone_changes.count_try(
        work.connection, account_id=account.account_id, most_tries=CODE_TRIES, now=work.now
    )
    if change is None:
        return Refusal(Reason.NOTHING_TO_CONFIRM)
    if not parts.digests.matches(_CODE, _bound(account, code), change.code_digest):
        await record(
            work,
            SecurityEvent.CODE_REFUSED,
            account_id=account.account_id,
            address=origin.address,
            trace=trace,
            method="new_number",
        )
        return Refusal(Reason.WRONG_CODE)
    await phone_changes.remove(work.connection, account_id=account.account_id)
    await move_to_number(work, parts, account, change.mobile_phone, origin=origin, trace=trace)
    return None


async def move_to_number(
    work: Work, parts: Parts, account: Account, number: str, *, origin: Origin, trace: Trace | None
) -> None:
    """Give a locked account the number that a code has shown to be its customer's, and tell who had the one before.

    Logins that wait for a code are over: it went to the number before.
    """
    await undo.before_change(work, parts, account, Occasion.MOBILE_PHONE_CHANGED, trace=trace)
    await account_changes.set_mobile_phone(work.connection, account_id=account.account_id, mobile_phone=number)
    await account_access.end_logins(work.connection, account_id=account.account_id)
    await record(
        work, SecurityEvent.MOBILE_PHONE_CHANGED, account_id=account.account_id, address=origin.address, trace=trace
    )
    if account.mobile_phone not in {None, number}:
        request_message(work, parts, Addressee.of(account), Occasion.MOBILE_PHONE_LEFT, trace=trace)


def _bound(account: Account, code: str) -> str:
    """Return what the digest of a code is made of: nobody else's is the same."""
    return f"{account.account_id} {code}"
