"""A PIN for a device that has logged in completely before: something known, besides the device that is had."""

from __future__ import annotations

from uuid import UUID

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import PIN_TRIES
from auth_svc.domain.pins import is_guessable
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.secrets import digest_of
from auth_svc.flows.authenticators import Method, account_confirmed, tell
from auth_svc.flows.finished_login import Finished, Purpose, finish_login
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import accounts, devices, pins
from auth_svc.repository.accounts import Account
from auth_svc.repository.pins import PinDevice
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


async def set_pin(
    work: Work,
    parts: Parts,
    *,
    relation_number: str,
    pin: str,
    confirmed_identity: str,
    origin: Origin,
    trace: Trace | None,
) -> Refusal | None:
    """Give the device that asks a PIN, instead of the one before."""
    if is_guessable(pin):
        return Refusal(Reason.GUESSABLE_PIN)
    found = await _account_and_device(work, relation_number, confirmed_identity, origin)
    if isinstance(found, Refusal):
        return found
    account, device = found
    await tell(work, parts, account, SecurityEvent.AUTHENTICATOR_ADDED, Method.PIN, origin=origin, trace=trace)
    pin_hash = await parts.passwords.hash(_keyed(parts, device.device_id, pin))
    await pins.set_pin(work.connection, device_id=device.device_id, pin_hash=pin_hash, now=work.now)
    return None


async def remove_pin(
    work: Work,
    parts: Parts,
    *,
    relation_number: str,
    confirmed_identity: str,
    origin: Origin,
    trace: Trace | None,
) -> Refusal | None:
    """Remove the PIN of the device that asks, which stays known."""
    found = await _account_and_device(work, relation_number, confirmed_identity, origin)
    if isinstance(found, Refusal):
        return found
    account, device = found
    if device.pin_hash is None:
        return Refusal(Reason.NO_SUCH_AUTHENTICATOR)
    await tell(work, parts, account, SecurityEvent.AUTHENTICATOR_REMOVED, Method.PIN, origin=origin, trace=trace)
    await pins.remove(work.connection, device_id=device.device_id)
    return None


async def log_in_by_pin(
    work: Work, parts: Parts, *, relation_number: str | None, pin: str, origin: Origin, trace: Trace | None
) -> Finished | Refusal:
    """Let in who knows the PIN of the device that asks. A wrong one is counted; the fifth in a row costs the device.

    A device that several accounts know has a PIN for each. Without `relation_number` that of the last used is meant.
    The account is locked meanwhile, so a hundred guesses at once are five tries. A PIN never confirms an identity.
    `login_takes` were taken before, in a transaction of their own: a PIN is hashed here.
    """
    named = await accounts.of_relation(work.connection, relation_number=relation_number) if relation_number else None
    found = None if relation_number and named is None else await _device_of(work, origin, named)
    account = await accounts.locked(work.connection, account_id=found.account_id) if found else None
    device = await _device_of(work, origin, account) if account else None
    if not account or not device or not device.pin_hash or account.suspended_at:
        return await _refused(
            work, account, "suspended" if account and account.suspended_at else "device", origin, trace
        )
    failures = await pins.count_failure(work.connection, device_id=device.device_id)
    if not await parts.passwords.matches(_keyed(parts, device.device_id, pin), device.pin_hash):
        if failures >= PIN_TRIES:
            await _forget(work, device, origin, trace)
        return await _refused(work, account, "pin", origin, trace)
    await pins.forgive_failures(work.connection, device_id=device.device_id)
    return await finish_login(
        work, parts, account, purpose=Purpose.LOG_IN, methods=(Method.PIN,), origin=origin, trace=trace
    )


def _keyed(parts: Parts, device_id: UUID, pin: str) -> str:
    """Return what is hashed: without the key, who has the database would try all PINs of a device in some hours."""
    return parts.digests.of("pin", f"{device_id} {pin}").hex()


async def _device_of(work: Work, origin: Origin, account: Account | None = None) -> PinDevice | None:
    digests = [digest_of(secret) for secret in origin.device_secrets]
    account_id = account.account_id if account else None
    return await pins.device(work.connection, digests=digests, account_id=account_id, now=work.now)


async def _account_and_device(
    work: Work, relation_number: str, confirmed_identity: str, origin: Origin
) -> tuple[Account, PinDevice] | Refusal:
    account = await account_confirmed(work, relation_number, confirmed_identity)
    if isinstance(account, Refusal):
        return account
    device = await _device_of(work, origin, account)
    if device is None:
        return Refusal(Reason.UNKNOWN_DEVICE)
    return account, device


async def _forget(work: Work, device: PinDevice, origin: Origin, trace: Trace | None) -> None:
    await devices.forget(work.connection, device_id=device.device_id)
    await record(
        work,
        SecurityEvent.DEVICE_FORGOTTEN,
        account_id=device.account_id,
        address=origin.address,
        trace=trace,
        method=Method.PIN,
    )


async def _refused(work: Work, account: Account | None, why: str, origin: Origin, trace: Trace | None) -> Refusal:
    await record(
        work,
        SecurityEvent.LOGIN_FAILED,
        account_id=account.account_id if account else None,
        address=origin.address,
        trace=trace,
        method=Method.PIN,
        why=why,
    )
    return Refusal(Reason.WRONG_PIN)
