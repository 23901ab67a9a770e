"""Operators keep an account from being used, and let it be used again by who has told them who they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from auth_svc.domain.origin import Origin
from auth_svc.domain.phone_numbers import is_mobile, normalised
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows.authenticators import Method
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import account_access, account_changes, passkeys, totp, undo
from auth_svc.repository.accounts import Account
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion


async def suspend(work: Work, account: Account, *, actor: str, origin: Origin, trace: Trace | None) -> None:
    """Keep a locked account from being used, from now on and by who uses it now."""
    if account.suspended_at is not None:
        return
    await account_changes.set_suspended(work.connection, account_id=account.account_id, suspended_at=work.now)
    await account_access.end_use(work.connection, account_id=account.account_id)
    await record(
        work,
        SecurityEvent.ACCOUNT_SUSPENDED,
        account_id=account.account_id,
        actor=actor,
        address=origin.address,
        trace=trace,
    )


async def reinstate(
    work: Work,
    parts: Parts,
    account: Account,
    *,
    mobile_phone: str | None,
    remove_authenticators: bool,
    actor: str,
    origin: Origin,
    trace: Trace | None,
) -> Refusal | None:
    """Let a locked account be used again, where the caller says so with another number or without passkeys and app.

    What the caller has said holds: no mailed link undoes it. A number that no code has reached does not do, because
    whoever logs in first then names one of their own.
    """
    if account.suspended_at is None:
        return Refusal(Reason.NOT_SUSPENDED)
    number = None if mobile_phone is None else normalised(mobile_phone)
    if mobile_phone is not None and (number is None or not is_mobile(number)):
        return Refusal(Reason.NOT_A_MOBILE_PHONE)
    if number is None and not account.mobile_phone_confirmed:
        return Refusal(Reason.NO_MOBILE_PHONE)
    recorded = partial(record, work, account_id=account.account_id, actor=actor, address=origin.address, trace=trace)
    if number is not None:
        await undo.keep_number(work.connection, account_id=account.account_id, mobile_phone=number)
        await account_changes.set_mobile_phone(work.connection, account_id=account.account_id, mobile_phone=number)
        await recorded(SecurityEvent.MOBILE_PHONE_CHANGED)
        if account.mobile_phone not in {None, number}:
            request_message(work, parts, Addressee.of(account), Occasion.MOBILE_PHONE_LEFT, trace=trace)
    if remove_authenticators:
        for method in await _remove_authenticators(work, account):
            await recorded(SecurityEvent.AUTHENTICATOR_REMOVED, method=method)
    await account_changes.set_suspended(work.connection, account_id=account.account_id, suspended_at=None)
    await recorded(SecurityEvent.ACCOUNT_REINSTATED)
    request_message(work, parts, Addressee.of(account), Occasion.ACCOUNT_REINSTATED, trace=trace)
    return None


async def _remove_authenticators(work: Work, account: Account) -> Sequence[Method]:
    """Remove passkeys and app, for good; return which there were."""
    await undo.keep_no_app(work.connection, account_id=account.account_id)
    await totp.remove(work.connection, account_id=account.account_id)
    had_passkeys = await passkeys.remove_all(work.connection, account_id=account.account_id)
    there_were = {Method.TOTP: account.totp_secret is not None, Method.PASSKEY: had_passkeys}
    return [method for method, was_there in there_were.items() if was_there]
