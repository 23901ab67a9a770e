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
from auth_svc.domain.parameters import DEVICE_LIFETIME
from auth_svc.domain.secrets import digest_of, new_secret
from auth_svc.flows.record import record
from auth_svc.repository import devices
from auth_svc.repository.devices import Device
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True)
class Remembered:
    """A device, with the secret that its browser is to keep as long as it is remembered here."""

    device_id: UUID
    secret: str = field(repr=False)
    is_new: bool


async def known_device(work: Work, account_id: UUID | None, origin: Origin) -> Device | None:
    """Return the device that asks if it is one of this account. The same is looked up whether there is an account."""
    if origin.device is None:
        return None
    device = await devices.with_digest(work.connection, digest=digest_of(origin.device), now=work.now)
    return device if device and device.account_id == account_id else None


async def device_that_logged_in(work: Work, account_id: UUID, origin: Origin) -> UUID | None:
    """Return the device that asks if somebody has logged in on it to this account, completely."""
    device = await known_device(work, account_id, origin)
    return device.device_id if device and device.logged_in_at else None


async def remember(work: Work, account_id: UUID, *, origin: Origin, trace: Trace | None) -> Remembered:
    """Remember the device on which somebody has logged in completely, for 90 days from now."""
    if origin.device and (known := await known_device(work, account_id, origin)):
        used = replace(known, name=origin.device_name, expires_at=work.now + DEVICE_LIFETIME)
        await devices.note_login(work.connection, device=used, now=work.now)
        return Remembered(known.device_id, origin.device, is_new=known.logged_in_at is None)
    device = _device(work, account_id, origin, logged_in_at=work.now)
    return Remembered(device.device_id, await _add(work, device, origin, trace), is_new=True)


async def remember_after_reset(
    work: Work, account_id: UUID, known: Device | None, *, origin: Origin, trace: Trace | None
) -> str:
    """Remember the device that has finished a password reset, which forgot all; return its new secret.

    Who is `known` is the same device, so that nobody gets limits anew by a mailbox; a new one has yet to log in.
    """
    device = _device(work, account_id, origin, logged_in_at=known.logged_in_at if known else None)
    return await _add(work, replace(device, device_id=known.device_id) if known else device, origin, trace)


def _device(work: Work, account_id: UUID, origin: Origin, *, logged_in_at: datetime | None) -> Device:
    return Device(
        device_id=uuid7(),
        account_id=account_id,
        name=origin.device_name,
        expires_at=work.now + DEVICE_LIFETIME,
        logged_in_at=logged_in_at,
    )


async def _add(work: Work, device: Device, origin: Origin, trace: Trace | None) -> str:
    secret = new_secret()
    await devices.add(work.connection, device=device, digest=secret.digest, now=work.now)
    await record(
        work, SecurityEvent.DEVICE_REMEMBERED, account_id=device.account_id, address=origin.address, trace=trace
    )
    return secret.text
