"""Who is logged in lets a client act for them (RFC 6749 §4.1): the browser goes back to it with a code."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from auth_svc.domain import pkce
from auth_svc.domain.oauth_refusals import INVALID_SCOPE, OAuthErrorCode, OAuthRefusal
from auth_svc.domain.parameters import AUTHORIZATION_CODE_LIFETIME
from auth_svc.domain.redirects import with_parameters
from auth_svc.domain.scopes import ScopeRefusedError, granted
from auth_svc.domain.secrets import digest_of, new_secret
from auth_svc.parts import Parts
from auth_svc.repository import clients, oauth, sessions
from auth_svc.repository.oauth import AuthorizationCode
from chassis.unit_of_work import Work

NOT_SENT_BACK = OAuthRefusal(
    OAuthErrorCode.INVALID_REQUEST, "Send client_id and a redirect_uri exactly as they were registered, each once."
)
_NO_CODE_FLOW = OAuthRefusal(OAuthErrorCode.UNSUPPORTED_RESPONSE_TYPE, "Ask for response_type=code.")
_NO_PKCE = OAuthRefusal(
    OAuthErrorCode.INVALID_REQUEST, "Send a code_challenge of 43 characters with code_challenge_method=S256."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a client asks for by way of the browser. `resume_path` leads here again once somebody has logged in."""

    client_id: str
    redirect_uri: str
    response_type: str | None
    scope: str | None
    state: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    resume_path: str = field(repr=False)


async def authorize(
    work: Work, parts: Parts, asked: AuthorizationRequest, *, session_secret: str
) -> str | OAuthRefusal:
    """Return where the browser goes: back with a code or an error, or to the page for logging in.

    `session_secret` is empty without a cookie. A refusal is for who does not know a client and one of its addresses:
    nobody is sent anywhere on their word.
    """
    client = await clients.with_id(work.connection, client_id=asked.client_id)
    if client is None or client.disabled_at is not None or asked.redirect_uri not in client.redirect_uris:
        return NOT_SENT_BACK
    if asked.response_type != "code":
        return _refused(parts, asked, _NO_CODE_FLOW)
    if not asked.code_challenge or not pkce.is_challenge(asked.code_challenge, method=asked.code_challenge_method):
        return _refused(parts, asked, _NO_PKCE)
    session = await sessions.use(work.connection, digest=digest_of(session_secret), now=work.now)
    if session is None:
        return f"{parts.settings.portal_url}/login?{urlencode({'return': asked.resume_path})}"
    try:
        scope = granted(asked.scope, client_scopes=client.scopes, role=session.role)
    except ScopeRefusedError:
        return _refused(parts, asked, INVALID_SCOPE)
    secret = new_secret()
    code = AuthorizationCode(
        session_id=session.session_id,
        client_id=client.client_id,
        redirect_uri=asked.redirect_uri,
        code_challenge=asked.code_challenge,
        scope=scope,
        expires_at=work.now + AUTHORIZATION_CODE_LIFETIME,
    )
    await oauth.add_code(work.connection, code=code, digest=secret.digest)
    return _back(parts, asked, code=secret.text)


def _refused(parts: Parts, asked: AuthorizationRequest, refusal: OAuthRefusal) -> str:
    return _back(parts, asked, error=refusal.error.value, error_description=refusal.advice)


def _back(parts: Parts, asked: AuthorizationRequest, **outcome: str) -> str:
    """Return the client's address with the outcome, and with who answers (RFC 9207)."""
    return with_parameters(asked.redirect_uri, {**outcome, "state": asked.state, "iss": parts.settings.api_issuer})
