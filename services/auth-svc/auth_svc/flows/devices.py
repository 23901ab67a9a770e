"""Remembers browsers and apps: each is known again by a secret of its own.

One that is known is kept out by no wrong passwords of others. One that has logged in completely, too, has its own
limits of codes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import DEVICE_LIFETIME, MOST_DEVICE_SECRETS
from auth_svc.domain.secrets import BETWEEN_SECRETS, digest_of, new_secret
from auth_svc.flows.record import record
from auth_svc.repository import devices
from auth_svc.repository.devices import Device
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True)
class Remembered:
    """A device, with the secrets that its browser is to keep as long as it is remembered here, as one text.

    They are several in a family: each is worth something to the one account that it was made for.
    """

    device_id: UUID
    secrets: str = field(repr=False)
    is_new: bool


async def known_device(work: Work, account_id: UUID | None, origin: Origin) -> Device | None:
    """Return the device that asks if it is one of this account. The same is looked up whether there is an account."""
    if not origin.device_secrets:
        return None
    digests = [digest_of(secret) for secret in origin.device_secrets]
    return await devices.of_account(work.connection, account_id=account_id, digests=digests, now=work.now)


async def device_that_logged_in(work: Work, account_id: UUID, origin: Origin) -> UUID | None:
    """Return the device that asks if somebody has logged in on it to this account, completely."""
    device = await known_device(work, account_id, origin)
    return device.device_id if device and device.logged_in_at else None


async def remember(work: Work, account_id: UUID, *, origin: Origin, trace: Trace | None) -> Remembered:
    """Remember the device on which somebody has logged in completely, for 90 days from now."""
    if known := await known_device(work, account_id, origin):
        used = replace(known, name=origin.device_name, expires_at=work.now + DEVICE_LIFETIME)
        await devices.note_login(work.connection, device=used, now=work.now)
        (secret,) = {secret for secret in origin.device_secrets if digest_of(secret) == known.digest}
        return Remembered(known.device_id, _beside_others(secret, known, origin), is_new=known.logged_in_at is None)
    device_id = uuid7()
    secrets = await _add(work, account_id, None, device_id, work.now, origin=origin, trace=trace)
    return Remembered(device_id, secrets, is_new=True)


async def remember_after_reset(
    work: Work, account_id: UUID, known: Device | None, *, origin: Origin, trace: Trace | None
) -> str:
    """Remember the device that has finished a password reset, which forgot all; return the secrets it is to keep.

    Who is `known` is the same device, so that nobody gets limits anew by a mailbox; a new one has yet to log in.
    """
    device_id, logged_in_at = (known.device_id, known.logged_in_at) if known else (uuid7(), None)
    return await _add(work, account_id, known, device_id, logged_in_at, origin=origin, trace=trace)


async def _add(
    work: Work,
    account_id: UUID,
    before: Device | None,
    device_id: UUID,
    logged_in_at: datetime | None,
    *,
    origin: Origin,
    trace: Trace | None,
) -> str:
    """Store a device with a new secret, instead of what it was `before`; return the secrets it is to keep."""
    secret = new_secret()
    device = Device(
        device_id=device_id,
        digest=secret.digest,
        account_id=account_id,
        name=origin.device_name,
        expires_at=work.now + DEVICE_LIFETIME,
        logged_in_at=logged_in_at,
    )
    await devices.add(work.connection, device=device, now=work.now)
    await record(work, SecurityEvent.DEVICE_REMEMBERED, account_id=account_id, address=origin.address, trace=trace)
    return _beside_others(secret.text, before, origin)


def _beside_others(secret: str, device: Device | None, origin: Origin) -> str:
    """Return `secret` and those of other accounts that the browser has, the latest first, and not more than a few."""
    others = [other for other in origin.device_secrets if device is None or digest_of(other) != device.digest]
    return BETWEEN_SECRETS.join([secret, *others][:MOST_DEVICE_SECRETS])
