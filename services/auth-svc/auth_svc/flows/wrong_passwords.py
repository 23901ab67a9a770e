"""Whether a password is right, told so that nobody learns whether an account exists or is blocked.

What is counted hangs on the address that was typed, or on a device which the account knows: whoever keeps guessing at
an address keeps its owner out of no browser that has logged in before.
"""

from __future__ import annotations

from auth_svc.domain.origin import Origin
from auth_svc.flows.devices import known_device
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import accounts, wrong_passwords
from auth_svc.repository.accounts import Account
from auth_svc.repository.devices import Device
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion


async def account_by_password(
    work: Work, parts: Parts, *, email: str, password: str, origin: Origin, trace: Trace | None
) -> Account | None:
    """Return the account of this address (in lower case) if `password` is its own and it takes one at the moment.

    Whatever comes of it, the statements are the same and one password is hashed. The row that counts is locked
    meanwhile, so that a hundred guesses at once are five tries. Call it within the gate for passwords.
    """
    account = await accounts.with_email(work.connection, email=email)
    device = await known_device(work, account.account_id if account else None, origin)
    tried_on = _digest_of_device(parts, device) if device else _digest_of(parts, email)
    wrong = await wrong_passwords.locked(work.connection, tried_on=tried_on, now=work.now)
    is_blocked = wrong.is_blocked(work.now)
    may_enter = account is not None and account.suspended_at is None and not is_blocked
    if await parts.passwords.matches(password, account.password_hash if account and may_enter else None):
        await wrong_passwords.forget(work.connection, tried_on=tried_on)
        return account
    if not is_blocked:
        wrong = wrong.and_another(work.now)
    await wrong_passwords.store(work.connection, tried_on=tried_on, wrong=wrong)
    await _record(work, SecurityEvent.LOGIN_FAILED, account, origin, trace)
    if wrong.begins_block and not is_blocked:
        await _record(work, SecurityEvent.LOGIN_BLOCKED, account, origin, trace)
        request_message(work, parts, Addressee.of(account) if account else None, Occasion.LOGIN_BLOCKED, trace=trace)
    return None


async def forgive(work: Work, parts: Parts, *, email: str, device: Device | None = None) -> None:
    """Let an address (in lower case) take passwords again: somebody has shown by a mailed link that it is theirs.

    So does the `device` they have shown it on.
    """
    await wrong_passwords.forget(work.connection, tried_on=_digest_of(parts, email))
    if device:
        await wrong_passwords.forget(work.connection, tried_on=_digest_of_device(parts, device))


def _digest_of(parts: Parts, email: str) -> bytes:
    return parts.digests.of("email", email)


def _digest_of_device(parts: Parts, device: Device) -> bytes:
    return parts.digests.of("device", str(device.device_id))


async def _record(
    work: Work, what: SecurityEvent, account: Account | None, origin: Origin, trace: Trace | None
) -> None:
    await record(
        work,
        what,
        account_id=account.account_id if account else None,
        address=origin.address,
        trace=trace,
        method="password",
    )
