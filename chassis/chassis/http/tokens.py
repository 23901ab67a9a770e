"""Access tokens (RFC 9068): whether one is genuine, meant for this service and still valid, and who holds it.

Before its signature is verified, a token only says which of the issuer's keys to verify it by. How is not for it to
say: by ES256.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
import structlog
from joserfc import jws
from joserfc.jwk import ECKey
from msgspec import Meta

from chassis.clock import host_time
from chassis.http import strict_json
from chassis.http.caller import Caller
from chassis.http.key_set import KeySet, KeysUnavailableError
from chassis.http.problems import RETRY_SOON, UNAUTHENTICATED, UNAVAILABLE, Problem
from chassis.telemetry.log_limits import LineLimit
from contracts.access import Role

log = structlog.get_logger(__name__)

TYPES = frozenset({"at+jwt", "application/at+jwt"})
"""An ID token, or anything else that the issuer signs, is no access token (RFC 9068 §4)."""
MOST_CHARACTERS = 4_096
LEEWAY_SECONDS = 30
"""How far the clocks of issuer and service may be apart."""
LONGEST_LIFE_SECONDS = 3_600
"""No access token is issued for longer: until it is over nothing takes it back."""
MOST_REMEMBERED = 10_000
_FORM: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]{85}[AQgw]", re.ASCII)
"""Header, claims and a signature of 64 bytes in base64url, written in the one way: decoders put up with many more."""

_ES256: Final = jws.JWSRegistry.algorithms["ES256"]
_MOST_HEADERS: Final = 64

_Name = Annotated[str, Meta(min_length=1, max_length=255)]
_Moment = Annotated[int, Meta(ge=0)]
"""Whole seconds since 1970."""


class _Claims(msgspec.Struct, kw_only=True, frozen=True):
    """What is read of a token. `relation_number` says which data is a customer's own: nobody else has one.

    `team` is that of a member of staff.
    """

    iss: str
    sub: _Name
    aud: str | list[str]
    exp: _Moment
    iat: _Moment
    jti: _Name
    client_id: _Name
    role: Role
    nbf: _Moment = 0
    scope: str = ""
    relation_number: _Name | None = None
    team: _Name | None = None


class _RefusedError(Exception):
    """A token is not believed; the text is for the log and repeats none of it."""


@dataclass(frozen=True, slots=True)
class _Verified:
    """Who holds a token, and until when it is believed: while its key counts and its time is not over."""

    caller: Caller
    kid: str
    key: ECKey
    expires_at: int


class Verifier:
    """Tells who holds a token that `issuer` has issued for `audience`, the service it is shown to.

    Tokens that were verified are remembered by their SHA-256 until they are over, `MOST_REMEMBERED` of them.
    """

    def __init__(
        self, keys: KeySet, *, issuer: str, audience: str, now: Callable[[], float] = lambda: host_time().timestamp()
    ) -> None:
        self.keys = keys
        self._issuer = issuer
        self._audience = audience
        self._now = now
        self._remembered: dict[bytes, _Verified] = {}
        self._refusals = LineLimit()

    async def caller_of(self, token: str) -> Caller:
        """Verify `token`; return who holds it.

        Raises:
            Problem: UNAUTHENTICATED (401) when it is not to be believed, UNAVAILABLE (503) when no key is known.
        """
        try:
            if len(token) > MOST_CHARACTERS:
                raise _RefusedError("it is too long")
            digest = sha256(token.encode()).digest()
            verified = self._remembered.get(digest)
            if verified is None or not self._still_counts(verified):
                self._remembered.pop(digest, None)
                verified = await self._verify(token)
                self._remember(digest, verified)
        except _RefusedError as refusal:
            if (counted := self._refusals.admit(str(refusal))) is not None:
                log.info("token.refused", reason=str(refusal), **counted)
            raise Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}) from None
        except KeysUnavailableError:
            raise Problem(UNAVAILABLE, "Tokens cannot be verified at the moment.", headers=RETRY_SOON) from None
        return verified.caller

    def _still_counts(self, verified: _Verified) -> bool:
        return self.keys.known(verified.kid) is verified.key and not self._is_over(verified.expires_at)

    def _is_over(self, expires_at: int) -> bool:
        return expires_at + LEEWAY_SECONDS <= self._now()

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        """Forget the oldest when there are too many: who floods us with good tokens makes us verify, and no more."""
        if len(self._remembered) >= MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[digest] = verified

    async def _verify(self, token: str) -> _Verified:
        if not _FORM.fullmatch(token):
            raise _RefusedError("it has not the form of a signed token")
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        kid = _key_id_named_by(header)
        if (key := await self.keys.find(kid)) is None:
            raise _RefusedError("the issuer lists no such key")
        # Not by `jws.deserialize_compact`: it would read the header once more and take half as much time again.
        if not _ES256.verify(signed.encode(), _base64url(signature), key):
            raise _RefusedError("its signature is not by the key it names")
        claims = self._checked(_json_object(_base64url(payload)))
        caller = Caller(
            subject=claims.sub,
            role=claims.role,
            relation_number=claims.relation_number,
            team=claims.team,
            scopes=frozenset(claims.scope.split(" ")) - {""},
            client=claims.client_id,
        )
        return _Verified(caller=caller, kid=kid, key=key, expires_at=claims.exp)

    def _checked(self, written: dict[str, Any]) -> _Claims:
        try:
            claims = msgspec.convert(written, _Claims)
        except msgspec.ValidationError:
            raise _RefusedError("a claim is missing or of another form") from None
        if claims.iss != self._issuer:
            raise _RefusedError("somebody else has issued it")
        if self._audience not in ([claims.aud] if isinstance(claims.aud, str) else claims.aud):
            raise _RefusedError("it is meant for another service")
        if self._is_over(claims.exp):
            raise _RefusedError("it has expired")
        if max(claims.iat, claims.nbf) > self._now() + LEEWAY_SECONDS:
            raise _RefusedError("it is not valid yet")
        if not 0 < claims.exp - claims.iat <= LONGEST_LIFE_SECONDS:
            raise _RefusedError("it is issued for too long a time, or for none")
        if (claims.role is Role.CUSTOMER) != (claims.relation_number is not None):
            raise _RefusedError("a customer has a relation number, and nobody else has")
        if claims.role is Role.CUSTOMER and claims.team is not None:
            raise _RefusedError("a customer works in no team")
        return claims


@lru_cache(maxsize=_MOST_HEADERS)
def _key_id_named_by(header: str) -> str:
    """Return which key a token names, by its header as it is written: one key's tokens all have the same."""
    return _key_id_in(_json_object(_base64url(header)))


def _key_id_in(header: dict[str, Any]) -> str:
    """Return which key a token names. A header that says anything besides it, algorithm and type is refused."""
    match header:
        case {"alg": "ES256", "typ": str(type_), "kid": str(kid), **more} if not more and type_.lower() in TYPES:
            return kid
        case _:
            raise _RefusedError("its header is not that of an access token signed with ES256")


def _base64url(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise _RefusedError("a part is not in base64url") from None


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        value = strict_json.decode(text)
    except strict_json.NotStrictJsonError:
        raise _RefusedError("a part is not JSON that has one meaning") from None
    if not isinstance(value, dict):
        raise _RefusedError("a part is not a JSON object")
    return value
