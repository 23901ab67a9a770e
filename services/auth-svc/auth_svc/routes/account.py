"""An account as its customer and operators see it: how to log in to it, on which devices, and what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from auth_svc.domain.phone_numbers import masked
from auth_svc.flows import account as flow
from auth_svc.parts import Parts
from auth_svc.repository import accounts, audit_trail, devices, passkeys
from auth_svc.repository.accounts import Account
from auth_svc.repository.audit_trail import Entry
from auth_svc.repository.devices import ListedDevice
from auth_svc.routes.origin import RequestOrigin
from auth_svc.routes.passkeys import PasskeyView
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.pages import Page, PageQuery
from chassis.http.preconditions import etag
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import CHANGE_AUTHENTICATORS, READ_ACCOUNT
from contracts.auth import SecurityEvent

_NOT_SHOWN = {SecurityEvent.TOKENS_GRANTED, SecurityEvent.TOKENS_REVOKED}
"""Apps get, renew and give back tokens by themselves, every few minutes: nobody would find anything else."""
_SHOWN = frozenset(SecurityEvent) - _NOT_SHOWN


class AccountView(ExactModel):
    """How an account is reached and guarded."""

    relation_number: RelationNumber
    email: str = Field(examples=["j.voorbeeld@example.org"])
    mobile_phone: str | None = Field(
        description="As its owner recognises it; null when there is none", examples=["+31 6 ** ** ** 78"]
    )
    mobile_phone_confirmed: bool = Field(description="Whether a code has reached it", examples=[True])
    passkeys: list[PasskeyView]
    authenticator_app_added_at: Moment | None = Field(description="Null without such an app")
    suspended: bool = Field(description="Whether nobody can log in to it at the moment", examples=[False])


class DeviceView(ExactModel):
    """A browser or an app that is remembered."""

    device_id: UUID = Field(examples=["0198c5f5-7d1a-7c43-9a51-6f2f3b1c7d12"])
    name: str = Field(description="What it calls itself", examples=["Firefox on Linux"])
    has_pin: bool = Field(description="Whether a PIN logs in on it", examples=[False])
    remembered_at: Moment
    last_used_at: Moment

    @classmethod
    def of(cls, device: ListedDevice) -> DeviceView:
        """Return what is told of `device`."""
        return cls(
            device_id=device.device_id,
            name=device.name,
            has_pin=device.has_pin,
            remembered_at=device.remembered_at,
            last_used_at=device.last_used_at,
        )


class DevicesView(ExactModel):
    """The devices of an account, the last used first."""

    devices: list[DeviceView]


class Happened(ExactModel):
    """One thing that happened to an account."""

    at: Moment
    what: SecurityEvent = Field(examples=["login_succeeded"])
    address: str | None = Field(description="The IP address it came from, if any", examples=["192.0.2.7"])
    details: dict[str, str | int] = Field(
        description="By which method, and how often", examples=[{"methods": "password sms"}]
    )

    @classmethod
    def of(cls, entry: Entry) -> Happened:
        """Return what is told of `entry`."""
        return cls(at=entry.occurred_at, what=entry.what, address=entry.address, details=dict(entry.details))


class AccountRoutes:
    """Reads an account and its history, forgets its devices."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path = "/accounts/{relation_number}"
        api.get(path, operation=READ_ACCOUNT, problems=(NOT_FOUND,))(self.read_account)
        api.get(path + "/login-history", operation=READ_ACCOUNT, problems=(NOT_FOUND,))(self.read_login_history)
        api.get(path + "/devices", operation=READ_ACCOUNT, problems=(NOT_FOUND,))(self.list_devices)
        api.delete(path + "/devices/{device_id}", operation=CHANGE_AUTHENTICATORS, problems=(NOT_FOUND,))(
            self.forget_device
        )

    async def read_account(self, relation_number: RelationNumber, reading: Reading, response: Response) -> AccountView:
        """Read how an account is reached and guarded. Its ETag goes with changes of address and number."""
        account = await _account(reading, relation_number)
        response.headers["ETag"] = etag(account.version)
        return AccountView(
            relation_number=relation_number,
            email=account.email,
            mobile_phone=account.mobile_phone and masked(account.mobile_phone),
            mobile_phone_confirmed=account.mobile_phone_confirmed,
            passkeys=[
                PasskeyView.of(passkey)
                for passkey in await passkeys.of_account(reading.connection, account_id=account.account_id)
            ],
            authenticator_app_added_at=account.totp_added_at,
            suspended=account.suspended_at is not None,
        )

    async def read_login_history(
        self, relation_number: RelationNumber, page: PageQuery, reading: Reading
    ) -> Page[Happened]:
        """Read what happened to an account, the latest first: logins good and bad, blocks and changes."""
        account = await _account(reading, relation_number)
        found = await audit_trail.history(
            reading.connection,
            account_id=account.account_id,
            of=_SHOWN,
            before=page.after(tuple[datetime, UUID]),
            rows=page.rows,
        )
        return page.answer(found, view=Happened.of, position=lambda entry: (entry.occurred_at, entry.event_id))

    async def list_devices(self, relation_number: RelationNumber, reading: Reading) -> DevicesView:
        """List the browsers and apps that are remembered.

        On each somebody has logged in with every step, or chosen a new password by a mailed link.
        """
        account = await _account(reading, relation_number)
        listed = await devices.listed(reading.connection, account_id=account.account_id, now=await reading.now())
        return DevicesView(devices=[DeviceView.of(device) for device in listed])

    async def forget_device(
        self,
        relation_number: RelationNumber,
        device_id: Annotated[UUID, Path(examples=["0198c5f5-7d1a-7c43-9a51-6f2f3b1c7d12"])],
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> None:
        """Forget a device with its PIN, and end its sessions."""
        if not await flow.forget_device(
            work, relation_number=relation_number, device_id=device_id, origin=origin, trace=trace
        ):
            raise Problem(NOT_FOUND)


async def _account(reading: Reading, relation_number: str) -> Account:
    account = await accounts.of_relation(reading.connection, relation_number=relation_number)
    if account is None:
        raise Problem(NOT_FOUND)
    return account
