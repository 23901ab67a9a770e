"""Sessions: the browser holds a secret, the database what it opens, and tokens are renewed by one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chassis.unit_of_work import WorkFactory
from chassis.vault import CannotOpenKeptError
from portal_svc.clients.oauth import OAuthClient, Tokens, TokensRefusedError
from portal_svc.domain.lifetimes import IDLE, LONGEST, RENEWED_BEFORE, TOUCHED_EVERY
from portal_svc.keys import PortalKeys, digest_of, is_secret, new_secret
from portal_svc.repository import sessions
from portal_svc.repository.sessions import StoredSession


class SessionEndedError(Exception):
    """Who wants this has to log in, perhaps again."""


@dataclass(slots=True)
class Session:
    """Somebody who is logged in. `is_over`: they were, and nothing may be shown or done for them any more."""

    secret: str = field(repr=False)
    tokens: Tokens = field(repr=False)
    is_over: bool


class Sessions:
    """Begins, finds, renews and ends sessions."""

    def __init__(self, *, keys: PortalKeys, oauth: OAuthClient, work: WorkFactory) -> None:
        self._keys = keys
        self._oauth = oauth
        self._work = work

    async def begin(self, *, code: str, verifier: str) -> Session:
        """Begin one for who comes back with `code`. Raise `TokensRefusedError` or `ServiceAwayError`."""
        async with self._work.connection() as connection:
            now = await self._work.clock.now(connection)
        tokens = await self._oauth.redeem(code=code, verifier=verifier, now=now)
        secret = new_secret()
        async with self._work.transaction() as work:
            sealed = self._keys.seal_for(secret, tokens.as_json())
            await sessions.add(work.connection, digest=digest_of(secret), sealed=sealed, now=now)
        return Session(secret, tokens, is_over=False)

    async def find(self, secret: str | None) -> Session | None:
        """Return the session that `secret` names, which counts as used now; None when there is none."""
        if secret is None or not is_secret(secret):
            return None
        digest = digest_of(secret)
        async with self._work.connection() as connection:
            stored = await sessions.with_digest(connection, digest=digest)
            if stored is None:
                return None
            now = self._work.clock.reading(stored.database_now)
            found = self._opened(secret, stored, now)
            if found is not None and not found.is_over and now - stored.used_at >= TOUCHED_EVERY:
                await sessions.touch(connection, digest=digest, now=now)
        return found

    async def access_token(self, session: Session) -> str:
        """Return an access token that is good for a moment longer, renewed where it is not.

        A refresh token that is sent twice ends the session at auth-svc: whoever renews holds the lock of its row.

        Raises:
            SessionEndedError: the session is over, here or at auth-svc.
            ServiceAwayError: auth-svc does not answer.
        """
        if session.is_over:
            raise SessionEndedError
        digest = digest_of(session.secret)
        async with self._work.connection() as connection:
            now = await self._work.clock.now(connection)
        if session.tokens.access_ends_at - now > RENEWED_BEFORE:
            return session.tokens.access_token
        try:
            async with self._work.transaction() as work:
                stored = await sessions.lock(work.connection, digest=digest)
                found = stored and self._opened(session.secret, stored, now)
                if not found or found.is_over:
                    raise SessionEndedError
                session.tokens = found.tokens
                if session.tokens.access_ends_at - now <= RENEWED_BEFORE:
                    session.tokens = await self._oauth.renew(session.tokens, now=now)
                    sealed = self._keys.seal_for(session.secret, session.tokens.as_json())
                    await sessions.reseal(work.connection, digest=digest, sealed=sealed)
        except TokensRefusedError:
            await self._forget(session)
            raise SessionEndedError from None
        return session.tokens.access_token

    async def end(self, session: Session) -> None:
        """End it here and take its tokens back. Raise `ServiceAwayError` once it has ended here."""
        await self._forget(session)
        await self._oauth.revoke(session.tokens)

    async def _forget(self, session: Session) -> None:
        session.is_over = True
        async with self._work.transaction() as work:
            await sessions.end(work.connection, digest=digest_of(session.secret))

    def _opened(self, secret: str, stored: StoredSession, now: datetime) -> Session | None:
        try:
            tokens = Tokens.from_json(self._keys.open_for(secret, stored.sealed))
        except CannotOpenKeptError:
            return None
        return Session(secret, tokens, is_over=now - stored.used_at >= IDLE or now - stored.began_at >= LONGEST)
