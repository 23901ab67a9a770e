"""Programs that get tokens: who proves to be one, and how operators add and change them."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7

from auth_svc.domain.oauth_refusals import INVALID_CLIENT, OAuthRefusal
from auth_svc.domain.origin import Origin
from auth_svc.domain.refusals import Refusal
from auth_svc.domain.secrets import digest_of, new_secret
from auth_svc.flows.limits import client_takes, take
from auth_svc.flows.record import COMMAND, record
from auth_svc.parts import Parts
from auth_svc.repository import clients
from auth_svc.repository.clients import Client
from chassis.unit_of_work import Trace, Work
from contracts.access import Role
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """As what a request says it comes. A public client has no secret."""

    client_id: str
    secret: str | None = field(default=None, repr=False)


async def authenticate(
    work: Work, parts: Parts, credentials: ClientCredentials | None, *, origin: Origin, trace: Trace | None
) -> Client | OAuthRefusal | Refusal:
    """Return the client that proves to be one. Failures are on record, and a network has so many in a while."""
    client = credentials and await clients.with_id(work.connection, client_id=credentials.client_id)
    if client and credentials and client.disabled_at is None and _is_proven(client, credentials.secret):
        return client
    if refusal := await take(work, parts, client_takes(origin), origin=origin, trace=trace):
        return refusal
    await record(
        work,
        SecurityEvent.LOGIN_FAILED,
        client_id=client.client_id if client else None,
        subject_id=client.subject_id if client else None,
        address=origin.address,
        trace=trace,
        method="client_secret",
    )
    return INVALID_CLIENT


def _is_proven(client: Client, secret: str | None) -> bool:
    if client.secret_digest is None or secret is None:
        return client.secret_digest is None and secret is None
    return hmac.compare_digest(digest_of(secret), client.secret_digest)


async def add_client(
    work: Work,
    *,
    client_id: str,
    name: str,
    scopes: Sequence[str],
    role: Role | None,
    redirect_uris: Sequence[str],
    has_secret: bool,
) -> str | None:
    """Store a new client and return its secret, "" for one without; None when the id is taken."""
    secret = new_secret()
    client = Client(
        client_id=client_id,
        subject_id=uuid7(),
        name=name,
        secret_digest=secret.digest if has_secret else None,
        role=role,
        scopes=sorted(set(scopes)),
        redirect_uris=redirect_uris,
    )
    if not await clients.add(work.connection, client=client):
        return None
    await _record_change(work, client_id, client.subject_id, change="added")
    return secret.text if has_secret else ""


async def disable_client(work: Work, *, client_id: str) -> bool:
    """Let a client get no tokens any more; return whether there is one."""
    subject_id = await clients.disable(work.connection, client_id=client_id, now=work.now)
    if subject_id is None:
        return False
    await _record_change(work, client_id, subject_id, change="disabled")
    return True


async def rotate_secret(work: Work, *, client_id: str) -> str | None:
    """Replace the secret of a client and return the new one; None when there is no client that has one."""
    secret = new_secret()
    subject_id = await clients.change_secret(work.connection, client_id=client_id, digest=secret.digest)
    if subject_id is None:
        return None
    await _record_change(work, client_id, subject_id, change="secret_rotated")
    return secret.text


async def _record_change(work: Work, client_id: str, subject_id: UUID, *, change: str) -> None:
    await record(
        work,
        SecurityEvent.CLIENT_CHANGED,
        client_id=client_id,
        subject_id=subject_id,
        actor=COMMAND,
        change=change,
    )
