"""Issues access tokens (RFC 9068) with the claims that every service's door demands."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7

from auth_svc.domain.parameters import ACCESS_TOKEN_LIFETIME
from auth_svc.domain.scopes import audience_of
from auth_svc.flows.keys import current_key
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository.clients import Client
from auth_svc.signing import signed
from chassis.unit_of_work import Trace, Work
from contracts.access import Role
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """For whom a token is: an account, or a client that acts for itself."""

    subject_id: UUID
    role: Role
    relation_number: str | None = field(default=None, repr=False)
    account_id: UUID | None = None
    team: str | None = None
    """In which a member of staff works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a client gets. `scope` may be less than it asked for."""

    access_token: str = field(repr=False)
    scope: str
    refresh_token: str | None = field(default=None, repr=False)


async def issue(  # noqa: PLR0913 - what a token is made of
    work: Work,
    parts: Parts,
    holder: Holder,
    client: Client,
    *,
    scope: str,
    grant: str,
    refresh_token: str | None = None,
    address: str,
    trace: Trace | None,
) -> Granted:
    """Return an access token for `scope`, which the role has; that it was granted is on record."""
    key = await current_key(work, parts)
    issued_at = int(work.now.timestamp())
    claims: dict[str, object] = {
        "iss": parts.settings.api_issuer,
        "sub": str(holder.subject_id),
        "aud": audience_of(scope, role=holder.role),
        "iat": issued_at,
        "exp": issued_at + int(ACCESS_TOKEN_LIFETIME.total_seconds()),
        "jti": str(uuid7()),
        "client_id": client.client_id,
        "scope": scope,
        "role": holder.role.value,
    }
    if holder.relation_number is not None:
        claims["relation_number"] = holder.relation_number
    if holder.team is not None:
        claims["team"] = holder.team
    await record(
        work,
        SecurityEvent.TOKENS_GRANTED,
        account_id=holder.account_id,
        client_id=client.client_id,
        subject_id=client.subject_id,
        address=address,
        trace=trace,
        grant=grant,
    )
    access_token = signed(claims, kid=key.kid, private_key=key.private_key)
    return Granted(access_token=access_token, scope=scope, refresh_token=refresh_token)
