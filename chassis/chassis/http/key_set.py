"""The issuer's public keys: fetched, kept, and fetched again when a token names one that is not there.

A key counts while the newest list names it. So the issuer lists a new key some minutes before it signs with it, and an
old one until the last token it has signed is over; whatever it does not list any more counts for nothing.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from chassis.clock import elapsed_seconds
from chassis.http import strict_json
from chassis.telemetry.trouble import Trouble

REFETCH_SECONDS = 300.0
"""How old the list gets while all is well, and so how long a withdrawn key may still count."""
LEAST_SECONDS_BETWEEN = 10.0
"""Whatever strangers write into their tokens, the issuer is not asked more often than this."""
SECONDS_WITHOUT_KEYS = 1.0
"""The same while no key is known: an issuer that has just been started lists its first key any moment."""
KEPT_SECONDS = 86_400.0
"""How long the last list counts when no other can be had: who cuts us off shall not keep a withdrawn key alive."""
LONGEST_FETCH_SECONDS = 3.0
MOST_BYTES = 65_536
MOST_KEYS = 64
_PART, _SERVER = "keys", "issuer of tokens"

Keys: TypeAlias = Mapping[str, ECKey]
"""By their ids (`kid`)."""


class KeysUnavailableError(Exception):
    """No key is known, so of no token can be told whether it is genuine. That is not the token's fault."""


class UnusableKeySetError(Exception):
    """What came is no list of keys; the sentence says why and repeats none of it."""


@cache
def _trusted_by_the_system() -> ssl.SSLContext:
    """Return how certificates are checked; to read those of the system takes a twentieth of a second."""
    return ssl.create_default_context()


class KeySet:
    """The keys that `url` lists as a JWK Set (RFC 7517): those for ES256, all others are passed over."""

    def __init__(self, url: str, *, elapsed: Callable[[], float] = elapsed_seconds) -> None:
        self._url = httpx.URL(url)
        self._elapsed = elapsed
        self._keys: Keys = {}
        self._listed_at = self._asked_at = -KEPT_SECONDS
        self._fetching: asyncio.Task[None] | None = None
        self.trouble = Trouble(_PART)

    def known(self, kid: str) -> ECKey | None:
        """Return the key of this id as far as it is known; the same object as long as it is the same key."""
        return self._keys.get(kid) if self._has_keys() else None

    async def find(self, kid: str) -> ECKey | None:
        """Return the key of this id, which the issuer is asked for when it is new; None when there is no such key.

        Raises:
            KeysUnavailableError: no list is known and none can be had.
        """
        if key := self.known(kid):
            return key
        await self._fetch_unless_just_done()
        if not self._has_keys():
            raise KeysUnavailableError
        return self.known(kid)

    async def keep_fresh(self) -> None:
        """Fetch the list again and again, until cancelled."""
        while True:
            await self._fetch_unless_just_done()
            await asyncio.sleep(self._least_seconds_between() if self.trouble.seconds else REFETCH_SECONDS)

    def problem(self, *, tolerated_seconds: float) -> str | None:
        """Return why no token can be verified; None while keys are known, because they serve without their issuer."""
        return None if self._has_keys() else self.trouble.problem(tolerated_seconds=tolerated_seconds)

    def _has_keys(self) -> bool:
        return self._elapsed() - self._listed_at < KEPT_SECONDS

    def _least_seconds_between(self) -> float:
        return LEAST_SECONDS_BETWEEN if self._has_keys() else SECONDS_WITHOUT_KEYS

    async def _fetch_unless_just_done(self) -> None:
        """Fetch the list once for all who wait for it; at once return when that was tried a moment ago."""
        if self._fetching is None or self._fetching.done():
            if self._elapsed() - self._asked_at < self._least_seconds_between():
                return
            self._asked_at = self._elapsed()
            self._fetching = asyncio.create_task(self._fetch(), name=_PART)
        await asyncio.shield(self._fetching)  # a request that is given up does not take the list from all others

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_FETCH_SECONDS):
                listed = keys_in(await self._download())
        except UnusableKeySetError as error:
            self.trouble.failed(error, server=_SERVER, reason=str(error))
            return
        except (httpx.HTTPError, OSError) as error:
            self.trouble.failed(error, server=_SERVER)
            return
        self._keys = {kid: self._former(kid, key) for kid, key in listed.items()}
        self._listed_at = self._elapsed()
        self.trouble.recovered()

    def _former(self, kid: str, key: ECKey) -> ECKey:
        """Keep the object of a key that has stayed the same: tokens are remembered by it."""
        former = self._keys.get(kid)
        return former if former is not None and former.as_dict() == key.as_dict() else key

    async def _download(self) -> bytes:
        async with (
            httpx.AsyncClient(
                verify=_trusted_by_the_system(), trust_env=False, timeout=LONGEST_FETCH_SECONDS
            ) as client,
            client.stream("GET", self._url, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise UnusableKeySetError(f"the issuer answers {answer.status_code} when it is asked for its keys")
            body = bytearray()
            async for part in answer.aiter_raw():  # as it comes, so that nothing small unpacks into something large
                body += part
                if len(body) > MOST_BYTES:
                    raise UnusableKeySetError(f"the list of keys has more than {MOST_BYTES} bytes")
            return bytes(body)


def keys_in(body: bytes) -> Keys:
    """Return the keys for ES256 in a JWK Set. Raise `UnusableKeySetError` when there is none, or no way to tell."""
    try:
        document = strict_json.decode(body)
    except strict_json.NotStrictJsonError as error:
        raise UnusableKeySetError(f"the list of keys cannot be read: {error}") from None
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise UnusableKeySetError(f"a JWK Set holds a list `keys` of at most {MOST_KEYS}")
    found: dict[str, ECKey] = {}
    for entry in listed:
        if (kid := _id_of_usable(entry)) is None:
            continue
        if kid in found:
            raise UnusableKeySetError("two keys have one id")
        try:
            found[kid] = ECKey.import_key({name: entry[name] for name in ("kty", "crv", "x", "y")})
        except (JoseError, ValueError):
            raise UnusableKeySetError("a key is no point on its curve") from None
    if not found:
        raise UnusableKeySetError("the list holds no key for ES256")
    return found


def _id_of_usable(entry: Any) -> str | None:  # noqa: ANN401 - any JSON
    """Return the id of a public key that verifies ES256; None of any other, and of one whose private half is told."""
    match entry:
        case {"kty": "EC", "crv": "P-256", "kid": str(kid), "x": str(), "y": str()} if kid and "d" not in entry:
            is_meant_for_it = entry.get("use", "sig") == "sig" and entry.get("alg", "ES256") == "ES256"
            return kid if is_meant_for_it else None
        case _:
            return None
