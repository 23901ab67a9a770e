"""What a client gets tokens for (RFC 6749 §4.1.3, §4.4, §6), and how it gives them back (RFC 7009).

Codes and refresh tokens are used up by their first use. A second one means that somebody else has them: their session
ends, with everything that hangs on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from auth_svc.domain import pkce
from auth_svc.domain.oauth_refusals import INVALID_GRANT, INVALID_SCOPE, UNAUTHORIZED_CLIENT, OAuthRefusal
from auth_svc.domain.origin import Origin
from auth_svc.domain.scopes import ScopeRefusedError, granted
from auth_svc.domain.secrets import digest_of, new_secret
from auth_svc.flows.record import record
from auth_svc.flows.tokens import Granted, Holder, issue
from auth_svc.parts import Parts
from auth_svc.repository import oauth, sessions
from auth_svc.repository.clients import Client
from auth_svc.repository.oauth import RefreshToken
from auth_svc.repository.sessions import InUse
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A client that has proved to be one, and where its request comes from."""

    client: Client
    origin: Origin
    trace: Trace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGrant:
    """A code, with what proves that its bearer asked for it."""

    code: str = field(repr=False)
    redirect_uri: str | None
    code_verifier: str | None = field(repr=False)


async def redeem_code(work: Work, parts: Parts, asking: Asking, grant: CodeGrant) -> Granted | OAuthRefusal:
    """Return the first tokens of a session for a client.

    A code that comes with another client, address or verifier stays as it is: who has only seen it can do nothing.
    """
    digest = digest_of(grant.code)
    code = await oauth.code(work.connection, digest=digest)
    if (
        code is None
        or code.client_id != asking.client.client_id
        or code.redirect_uri != grant.redirect_uri
        or not pkce.is_proven(code.code_challenge, verifier=grant.code_verifier)
    ):
        return INVALID_GRANT
    session = await sessions.use_by_id(work.connection, session_id=code.session_id, now=work.now)
    if session is None:
        return INVALID_GRANT
    if not await oauth.use_code(work.connection, digest=digest, now=work.now):
        return await _end_because_of_reuse(work, asking, session, grant="authorization_code")
    if code.expires_at <= work.now:
        return INVALID_GRANT
    return await _issue(
        work, parts, asking, session, session_scope=code.scope, scope=code.scope, grant="authorization_code"
    )


async def refresh(work: Work, parts: Parts, asking: Asking, *, token: str, scope: str | None) -> Granted | OAuthRefusal:
    """Return new tokens of a session, the access token for `scope` if that is less than before."""
    digest = digest_of(token)
    stored = await oauth.refresh_token(work.connection, digest=digest)
    if stored is None or stored.client_id != asking.client.client_id:
        return INVALID_GRANT
    session = await sessions.use_by_id(work.connection, session_id=stored.session_id, now=work.now)
    if session is None:
        return INVALID_GRANT
    if scope and not set(scope.split(" ")) <= set(stored.scope.split(" ")):
        return INVALID_SCOPE
    if not await oauth.use_refresh_token(work.connection, digest=digest, now=work.now):
        return await _end_because_of_reuse(work, asking, session, grant="refresh_token")
    return await _issue(
        work,
        parts,
        asking,
        session,
        session_scope=stored.scope,
        scope=scope or stored.scope,
        grant="refresh_token",
    )


async def act_for_itself(work: Work, parts: Parts, asking: Asking, *, scope: str | None) -> Granted | OAuthRefusal:
    """Return an access token for the client itself."""
    client = asking.client
    if client.role is None:
        return UNAUTHORIZED_CLIENT
    try:
        scope = granted(scope, client_scopes=client.scopes, role=client.role)
    except ScopeRefusedError:
        return INVALID_SCOPE
    return await issue(
        work,
        parts,
        Holder(subject_id=client.subject_id, role=client.role),
        client,
        scope=scope,
        grant="client_credentials",
        address=asking.origin.address,
        trace=asking.trace,
    )


async def revoke(work: Work, asking: Asking, *, token: str) -> OAuthRefusal | None:
    """Take back a refresh token with all that the client was given in its session. What is unknown is over already."""
    stored = await oauth.refresh_token(work.connection, digest=digest_of(token))
    if stored is None:
        return None
    if stored.client_id != asking.client.client_id:
        return INVALID_GRANT
    session = await sessions.use_by_id(work.connection, session_id=stored.session_id, now=work.now)
    if session and await oauth.revoke(work.connection, session_id=stored.session_id, client_id=stored.client_id):
        await _record(work, SecurityEvent.TOKENS_REVOKED, asking, session, grant="refresh_token")
    return None


async def _issue(
    work: Work, parts: Parts, asking: Asking, session: InUse, *, session_scope: str, scope: str, grant: str
) -> Granted | OAuthRefusal:
    """`session_scope` was granted at first and stays with the new refresh token (RFC 6749 §6)."""
    try:  # what the role or the client may do can have become less since
        scope = granted(None, client_scopes=set(scope.split(" ")) & set(asking.client.scopes), role=session.role)
    except ScopeRefusedError:
        return INVALID_SCOPE
    secret = new_secret()
    await oauth.add_refresh_token(
        work.connection,
        token=RefreshToken(session_id=session.session_id, client_id=asking.client.client_id, scope=session_scope),
        digest=secret.digest,
    )
    holder = Holder(
        subject_id=session.account_id,
        role=session.role,
        relation_number=session.relation_number,
        account_id=session.account_id,
        team=session.team,
    )
    return await issue(
        work,
        parts,
        holder,
        asking.client,
        scope=scope,
        grant=grant,
        refresh_token=secret.text,
        address=asking.origin.address,
        trace=asking.trace,
    )


async def _end_because_of_reuse(work: Work, asking: Asking, session: InUse, *, grant: str) -> OAuthRefusal:
    await sessions.end(work.connection, account_id=session.account_id, session_id=session.session_id)
    await _record(work, SecurityEvent.TOKEN_REUSED, asking, session, grant=grant)
    return INVALID_GRANT


async def _record(work: Work, what: SecurityEvent, asking: Asking, session: InUse, *, grant: str) -> None:
    await record(
        work,
        what,
        account_id=session.account_id,
        client_id=asking.client.client_id,
        address=asking.origin.address,
        trace=asking.trace,
        grant=grant,
    )
