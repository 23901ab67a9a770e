"""Remembers browsers and apps that have logged in completely: each is known again by a secret of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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


async def remember(work: Work, account_id: UUID, *, origin: Origin, trace: Trace | None) -> Remembered:
    """Remember the device that asks, for 90 days from now."""
    until = work.now + DEVICE_LIFETIME
    if origin.device and (known := await known_device(work, account_id, origin)):
        used = replace(known, name=origin.device_name, expires_at=until)
        await devices.note_use(work.connection, device=used, now=work.now)
        return Remembered(known.device_id, origin.device, is_new=False)
    secret = new_secret()
    device = Device(device_id=uuid7(), account_id=account_id, name=origin.device_name, expires_at=until)
    await devices.add(work.connection, device=device, digest=secret.digest, now=work.now)
    await record(work, SecurityEvent.DEVICE_REMEMBERED, account_id=account_id, address=origin.address, trace=trace)
    return Remembered(device.device_id, secret.text, is_new=True)
