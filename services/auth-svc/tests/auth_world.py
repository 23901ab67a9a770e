"""auth-svc on a real database, answering by HTTP, with what a customer has: a mailbox and a phone."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response

from auth_svc.app import build
from auth_svc.settings import Settings
from chassis.clock import SettableClock
from chassis.sealing import Opener
from chassis.testing import Harness, harness
from contracts.access import AUTH, Role
from contracts.auth import SecurityEventRecorded
from contracts.codec import from_json
from contracts.message_requests import MessageRequested, Occasion, SealedContents
from contracts.policy import CONTACT_CHANGED, ContactChanged
from contracts.topic import Event
from contracts.vocabulary import Language
from devstack.outside.issuer import Issuer

NOTIFY = b64encode(bytes(range(32))).decode()
"""notify-svc's private key."""
STORAGE = b64encode(bytes(range(32, 64))).decode()
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
CUSTOMER = ContactChanged(
    customer_id=UUID("0198c5f0-1111-7aaa-8bbb-123456789abc"),
    version=1,
    relation_number="123456",
    name="J. Voorbeeld",
    email="j.voorbeeld@example.org",
    mobile_phone="+31612345678",
    language=Language.DUTCH,
)
WITHOUT_TLS = SSLContext(PROTOCOL_TLS_CLIENT)
"""Reads no certificates, which would take each test a twentieth of a second; the API speaks plain HTTP here."""
PASSWORD = "vier woorden zonder verband"


def settings(database: str, issuer: Issuer | None = None, **changes: Any) -> Settings:  # noqa: ANN401 - any setting
    """Return what auth-svc reads, for one test. Its passwords may wait for more connections than a service should."""
    values: dict[str, Any] = {
        "database_url": database,
        "portal_url": "https://mijn.example.org",
        "insurer_phone": "088 000 00 00",
        "message_public_key": Opener(NOTIFY).public_keys[0],
        "storage_keys": STORAGE,
        "digest_key": "a key for digests, of 32 or more characters",
        "api_issuer": issuer.name if issuer else "https://auth.example.org",
        "api_jwks_url": issuer.jwks_url if issuer else "https://auth.example.org/keys",
    }
    waiting = {name: value for name, value in changes.items() if name.startswith("password_hashes_")}
    rest = {name: value for name, value in changes.items() if name not in waiting}
    return Settings(**{**values, **rest}).model_copy(update=waiting)


_PATIENCE_SECONDS = 30
"""A hundred requests at once, each of which hashes a password, take longer than a client waits by itself."""


@dataclass(kw_only=True)
class World:
    """One service under test. `client` keeps no cookies: a test says which device and session it is."""

    running: Harness
    client: AsyncClient
    clock: SettableClock
    issuer: Issuer | None = None
    events: list[SecurityEventRecorded] = field(default_factory=list)
    """Security events seen so far."""

    async def know(self, *customers: ContactChanged) -> None:
        """Let policy-svc tell of customers."""
        await self.running.deliver(CONTACT_CHANGED, *customers)

    async def told(self) -> Sequence[tuple[Occasion, SealedContents]]:
        """Fire what is due; return what notify-svc was asked to tell since the last call, opened."""
        while await self.running.fire_due_timers():
            pass
        published: Sequence[Event] = await self.running.published()
        self.events += [event for event in published if isinstance(event, SecurityEventRecorded)]
        return [
            (event.occasion, from_json(SealedContents, Opener(NOTIFY).open(event.sealed)))
            for event in published
            if isinstance(event, MessageRequested) and event.sealed
        ]

    async def only_told(self, occasion: Occasion) -> SealedContents:
        """Return what the one message since the last call holds, which is about `occasion`."""
        ((told, contents),) = await self.told()
        assert told is occasion
        return contents

    async def rows(self, statement: str, *values: object) -> Sequence[Any]:
        """Look into the database."""
        async with self.running.pool.acquire() as connection:
            return list(await connection.fetch(statement, *values))

    def as_customer(self, relation_number: str = "123456", *, subject: str = "somebody") -> dict[str, str]:
        """Return the header of a customer's token with every scope that customers may have."""
        return self.with_token(Role.CUSTOMER, relation_number=relation_number, subject=subject)

    def as_operator(self) -> dict[str, str]:
        """Return the header of an operator's token with every scope that operators may have."""
        return self.with_token(Role.OPERATOR)

    def with_token(self, role: Role, *, relation_number: str = "123456", subject: str = "somebody") -> dict[str, str]:
        """Return the header of a token with every scope that `role` may have."""
        assert self.issuer is not None
        token = self.issuer.token(
            audience="auth-svc",
            role=role,
            relation_number=relation_number,
            subject=subject,
            scopes=sorted({operation.scope for operation in AUTH if role in operation.grants}),
        )
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def world(database: str, issuer: Issuer | None = None, **changes: Any) -> AsyncIterator[World]:  # noqa: ANN401 - any setting
    """Run auth-svc on `database`."""
    clock = SettableClock(NOW)
    service = replace(build(settings(database, issuer, **changes)), clock=clock)
    async with (
        harness(service) as running,
        running.answering() as url,
        AsyncClient(base_url=url, verify=WITHOUT_TLS, trust_env=False, timeout=_PATIENCE_SECONDS) as client,
    ):
        yield World(running=running, client=client, clock=clock, issuer=issuer)


async def until_waiting_for_locks(world: World, count: int = 1) -> None:
    """Return once so many wait for a row or a lock."""
    for _ in range(500):
        waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        if len(await world.rows(waiting)) >= count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"fewer than {count} wait")


def cookie_in(answer: Response, name: str) -> str:
    """Return the value of a cookie that `answer` sets."""
    for header in answer.headers.get_list("set-cookie"):
        if header.startswith(f"{name}="):
            return header.partition("=")[2].partition(";")[0]
    raise AssertionError(f"{name} is not set")
